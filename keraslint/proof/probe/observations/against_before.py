"""Files, lists, shapes and arrays of the version before → what the version after makes of them."""

from __future__ import annotations

from functools import partial
from typing import Any

from ...measures.measured import Arrays
from ...measures.ranked_checks import KEPT_ARRAYS
from ..array_agreement import distance, same, where_finite
from ..attempts import failed
from ..trial import Trial, as_theirs
from ..variable_paths import plain, transplant
from .build_and_call import any_batch
from .checkpoints import CHECKPOINT, load_checkpoint
from .other_owners import OTHERS
from .round_trips import (
    FILES,
    Shelf,
    load_called_weights,
    load_functional,
    load_legacy,
    load_owner,
    same_files,
    set_in_order,
    survived,
)

# name: file of the version before, what the own file of that kind gave, how it is loaded
OLD_FILES = {
    "old functional": (FILES[0], "functional reload", load_functional),
    "old owner": (FILES[1], "owner reload", load_owner),
    "old weights": (FILES[2], "called weights reload", load_called_weights),
    "old legacy": (FILES[3], "legacy reload", load_legacy),
    "old checkpoint": (CHECKPOINT, "checkpoint reload", load_checkpoint),
    **{f"old {name}": (file, f"{name} reload", load) for file, name, load in OTHERS},
}


def against(trial: Trial, old: Shelf, shelf: Shelf, theirs: dict[str, Any]) -> None:
    """Load and set what the version before has written to `old`; `theirs` are its facts.

    Where both have written the same, what its own files gave is what theirs would give.
    """
    _set_in_order(trial, theirs)
    _built_as_theirs(trial, theirs)
    for name, (file, own, load) in OLD_FILES.items():
        if own in trial.facts and same_files(old, shelf, file):
            trial.facts[name] = trial.facts[own]
        elif (old.folder / file).exists() or file in FILES[:3]:
            trial.observe(name, partial(load, trial, old))


def _built_as_theirs(trial: Trial, theirs: dict[str, Any]) -> None:
    config = theirs.get("build config")
    if not config or failed(config):
        return
    if plain(config) == plain(trial.facts["build config"]):
        trial.facts["their build config"] = trial.facts["built alone"]
    else:
        trial.observe("their build config", lambda: _from_their_file(trial, config))


def _from_their_file(trial: Trial, config: Any) -> Any:
    """What is built as their files tell, and then called: the same weights, and outputs."""
    layer = trial.fresh()
    layer.build_from_config(any_batch(config))
    trial.call(layer)
    transplant(trial.state, layer)  # which says so where the weights are other ones
    return survived(trial, layer, lambda: trial.run(layer))


def _set_in_order(trial: Trial, theirs: dict[str, Any]) -> None:
    """Weights of the same shapes in the same order are set as they were."""
    alike = all(trial.facts[name] == theirs.get(name) for name in ("order", "weights"))
    if alike and as_theirs(trial, ("inference/",)):
        trial.facts["set in order"] = {"lost": [], "outputs": True}
        return
    start = [trial.theirs.get(f"start/{key}") for key in theirs.get("order", [])]
    if all(array is not None for array in start):
        trial.observe("set in order", lambda: set_in_order(trial, start))


NOT_COMPARED = ("start",)
CALLED = ("inference", "loss", "mask")
"""The groups that a call in inference gives."""


def versus(
    before: dict[str, Any], after: dict[str, Any], groups: tuple[str, ...] = ()
) -> dict[str, Any]:
    """For each group that was measured: `{"compared": n, "differs": [[name, how], ...]}`.

    Where an array is gone, there is nothing to say how it differs.
    """
    found: dict[str, dict[str, Any]] = {}
    for name in dict.fromkeys([*before, *after]):
        group = name.partition("/")[0]
        if group in NOT_COMPARED or (groups and group not in groups):
            continue
        told = found.setdefault(group, {"compared": 0, "differs": []})
        told["compared"] += name in before
        part = _part(name, before.get(name), after.get(name))
        if part is not None:
            told["differs"].append(part)
    return found


def _part(name: str, before: Any, after: Any) -> list[str] | None:
    group, _, short = name.partition("/")
    if after is None:
        return [short, ""]
    if before is None:
        return [short, "there was none before"]
    told = KEPT_ARRAYS.get(group, Arrays(name=group))
    after = where_finite(before, after) if told.overflows else after
    return None if same(before, after, told.tolerance) else [short, distance(before, after)]


def plainly_other(theirs: dict[str, Any], ours: dict[str, Any]) -> bool:
    """Do calls, weights, their order or outputs differ already?"""
    differs = (ours.get("versus") or {}).get("inference", {}).get("differs")
    return bool(differs) or any(ours.get(n) != theirs.get(n) for n in ("weights", "order"))
