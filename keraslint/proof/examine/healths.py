"""What the child saw of a layer → the signs of its healths, the worst that any case shows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from keraslint.examination import Condition, Sign

from .judges import (
    Entry,
    Judge,
    Said,
    built,
    called,
    cloned,
    copied,
    frozen,
    loaded,
    made,
    masked,
    mixed,
    runs,
    saved,
    trained,
    twice,
    unknown,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One part of a layer's life; `otherwise` says why it may not apply."""

    name: str
    meaning: str
    judge: Judge
    otherwise: str


NO_WEIGHTS = "it has no weights"
HEALTHS: tuple[Health, ...] = (
    Health(
        name="made",
        meaning="it can be made, also with `name=` and `trainable=`",
        judge=made,
        otherwise="",
    ),
    Health(name="called", meaning="it can be called", judge=called, otherwise=""),
    Health(
        name="built",
        meaning="`build(shape)` alone creates every weight",
        judge=built,
        otherwise="it has no `build()` of its own, or records no shapes",
    ),
    Health(
        name="twice",
        meaning="a second call makes no new weights and gives the same",
        judge=twice,
        otherwise="",
    ),
    Health(
        name="trained",
        meaning="`fit()` runs, and gradients reach its weights",
        judge=trained,
        otherwise="there is nothing to train",
    ),
    Health(
        name="frozen",
        meaning="`trainable = False` reaches every weight, before the first call and after",
        judge=frozen,
        otherwise=NO_WEIGHTS,
    ),
    Health(
        name="masked",
        meaning="it can be called on a masked sequence",
        judge=masked,
        otherwise="it takes no sequence of numbers, or no masks",
    ),
    Health(name="saved", meaning="a model of it can be saved", judge=saved, otherwise=""),
    Health(
        name="loaded",
        meaning="weights and outputs are the same once loaded",
        judge=loaded,
        otherwise="nothing could be saved",
    ),
    Health(
        name="cloned",
        meaning="`from_config(get_config())` and `clone_model()` give the same layer",
        judge=cloned,
        otherwise="",
    ),
    Health(
        name="copied",
        meaning="`copy.deepcopy()` gives the same layer",
        judge=copied,
        otherwise="it has no `build()` of its own, which copying needs",
    ),
    Health(
        name="mixed precision",
        meaning="it runs under `mixed_bfloat16` and `mixed_float16`",
        judge=mixed,
        otherwise="the backend has no such operation",
    ),
    Health(
        name="unknown dimensions",
        meaning="it works in a functional model, where the batch size is not known",
        judge=unknown,
        otherwise="",
    ),
)
NAMES = tuple(health.name for health in HEALTHS)
STARTS = ("made", "called")


def signs_of(entries: Sequence[Entry], skip: Collection[str] = ()) -> tuple[Sign, ...]:
    """Judge each health by all cases that were looked at; the worst that one shows holds."""
    return tuple(_sign(health, entries) for health in HEALTHS if health.name not in skip)


def _sign(health: Health, entries: Sequence[Entry]) -> Sign:
    said = [(entry, one) for entry in entries for one in _judged(health, entry)]
    for condition in (Condition.BROKEN, Condition.NEVER_RAN, Condition.WORKS):
        found = [(entry, one) for entry, one in said if one.condition is condition]
        if found:
            entry, first = next((pair for pair in found if pair[1].detail), found[0])
            everywhere = len({id(seen) for seen, one in found if one == first}) == len(entries)
            where = f"for {entry['label']}: " if first.detail and not everywhere else ""
            return Sign(
                health=health.name,
                condition=condition,
                detail=where + first.detail,
                line=entry["blamed"].get(first.fact, 0),
                meaning=health.meaning,
                symptom=first.symptom,
                error=first.error,
                weights=first.weights,
            )
    return Sign(
        health=health.name,
        condition=Condition.NOT_APPLICABLE,
        detail=health.otherwise,
        meaning=health.meaning,
    )


def _judged(health: Health, entry: Entry) -> Iterator[Said]:
    if health.name not in STARTS and not runs(entry):
        yield Said(condition=Condition.NEVER_RAN)
        return
    yield from health.judge(entry)
