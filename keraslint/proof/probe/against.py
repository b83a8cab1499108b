"""Files, lists and shapes of the version before → what the version after makes of them."""

from __future__ import annotations

from functools import partial
from typing import Any

from .anatomy import plain
from .bench import Bench, as_theirs, failed
from .looking import build_like
from .owning import OTHERS
from .saving import (
    FILES,
    Shelf,
    load_called_weights,
    load_functional,
    load_legacy,
    load_owner,
    same_files,
    set_in_order,
)

# name: file of the version before, what the own file of that kind gave, how it is loaded
OLD_FILES = {
    "old functional": (FILES[0], "functional reload", load_functional),
    "old owner": (FILES[1], "owner reload", load_owner),
    "old weights": (FILES[2], "called weights reload", load_called_weights),
    "old legacy": (FILES[3], "legacy reload", load_legacy),
    **{f"old {name}": (file, f"{name} reload", load) for file, name, load in OTHERS},
}


def against(bench: Bench, old: Shelf, shelf: Shelf, theirs: dict[str, Any]) -> None:
    """Load and set what the version before has written to `old`; `theirs` are its facts.

    Where both have written the same, what its own files gave is what theirs would give.
    """
    _set_in_order(bench, theirs)
    _built_as_theirs(bench, theirs)
    for name, (file, own, load) in OLD_FILES.items():
        if own in bench.facts and same_files(old, shelf, file):
            bench.facts[name] = bench.facts[own]
        elif (old.folder / file).exists() or file in FILES[:3]:
            bench.observe(name, partial(load, bench, old))


def _built_as_theirs(bench: Bench, theirs: dict[str, Any]) -> None:
    config = theirs.get("build config")
    if not config or failed(config):
        return
    if plain(config) == plain(bench.facts["build config"]):
        bench.facts["their build config"] = bench.facts["built alone"]
    else:
        bench.observe("their build config", lambda: build_like(bench.fresh(), config))


def _set_in_order(bench: Bench, theirs: dict[str, Any]) -> None:
    """Weights of the same shapes in the same order are set as they were."""
    alike = all(bench.facts[name] == theirs.get(name) for name in ("order", "weights"))
    if alike and as_theirs(bench, ("inference/",)):
        bench.facts["set in order"] = {"lost": [], "outputs": True}
        return
    start = [bench.theirs.get(f"start/{key}") for key in theirs.get("order", [])]
    if all(array is not None for array in start):
        bench.observe("set in order", lambda: set_in_order(bench, start))
