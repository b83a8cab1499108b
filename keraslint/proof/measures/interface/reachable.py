"""Public attributes by which users reach weights and sub-layers → where they lead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ....diagnostic import Measure
from ..case_pair import BROKEN, KEPT, Judged, Pair
from ..measured import SAVED, Fact, Measured, Observation

if TYPE_CHECKING:
    from ...probe.trial import Trial

LEADS: Fact[dict[str, str]] = Fact("reachable")


def observe(trial: Trial) -> dict[str, str]:
    """For each public attribute, the weights or sub-layers that it holds, by their paths."""
    paths = trial.paths()
    told = {}
    for name in trial.public_names():
        text = trial.text_of(lambda name=name: _leads_to(getattr(trial.layer, name), paths))  # type: ignore[misc]
        if text.startswith("→"):
            told[name] = text.removeprefix("→ ")
    return told


def _leads_to(value: Any, paths: dict[int, str]) -> str:
    found = list(_found_in(value, paths))
    return f"→ {', '.join(found)}" if found else ""


def _found_in(value: Any, paths: dict[int, str]) -> Iterator[str]:
    if id(value) in paths:
        yield paths[id(value)]
    elif isinstance(value, dict):
        for one in value.values():
            yield from _found_in(one, paths)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _found_in(one, paths)


def judge(pair: Pair) -> Iterator[Judged]:
    """What users write as `layer.scale` must lead to the same weight or sub-layer."""
    before, after = LEADS.both(pair)
    if not before.value or after.value is None:
        return
    for name, was in before.value.items():
        now = after.value.get(name)
        if now != was:
            leads = f"leads to {now}" if now else "is no longer there"
            yield BROKEN, f"`{name}`, which led to {was}, {leads}"
            return
    yield KEPT, f"{len(before.value)} attributes"


measure = Measured(
    name="reachable weights",
    about=Measure.WEIGHTS,
    meaning="public attributes by which users reach weights and sub-layers",
    judges=(judge,),
    observations=(Observation(fact=LEADS, observe=observe, depth=SAVED),),
)
