"""A class with its own `from_config()` → what it changes in the dict that a caller gives it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ....diagnostic import Measure
from ..case_pair import BROKEN, KEPT, Judged, Pair, ticked
from ..measured import LIGHT, Fact, Measured, Observation
from .nested_values import parts, text_of

if TYPE_CHECKING:
    from ...probe.trial import Trial

CHANGED: Fact[list[str]] = Fact("changed in a given configuration")


def observe(trial: Trial) -> list[str]:
    """Paths in a configuration that hold something else, or nothing, once `from_config()` has run.

    Keras' own changes nothing of what it is given.
    """
    cls = trial.case.cls
    if trial.keras.owns(cls.from_config):
        return []
    config = trial.layer.get_config()
    before = _held(config)
    cls.from_config(config)
    after = _held(config)
    return sorted(path for path in before | after if before.get(path) != after.get(path))


def _held(config: dict[str, Any]) -> dict[str, str]:
    return {path: text_of(value) for path, value in parts(config)}


def judge(pair: Pair) -> Iterator[Judged]:
    """A caller's dict may be used again: nothing more of it may be changed than before."""
    before, after = CHANGED.both(pair)
    if before.value is None or after.value is None:
        return
    new = [path for path in after.value if path not in before.value]
    if new:
        yield BROKEN, f"`from_config()` changes {ticked(new)} in the dict that it is given"
    else:
        yield KEPT, ""


measure = Measured(
    name="given configuration",
    about=Measure.CONFIG,
    meaning="what `from_config()` leaves of the dict that it is given",
    judges=(judge,),
    observations=(Observation(fact=CHANGED, observe=observe, depth=LIGHT),),
)
