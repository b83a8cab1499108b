"""The values that weights start from → which random ones are the same numbers, drawn once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ....diagnostic import Measure
from ..case_pair import BROKEN, KEPT, Judged, Pair, ticked
from ..measured import LIGHT, Fact, Measured, Observation

if TYPE_CHECKING:
    from ...probe.trial import Trial

GROUPS: Fact[list[list[str]]] = Fact("equal starts")
FEWEST = 2
"""One number may be constant, whoever has drawn it."""


def observe(trial: Trial) -> list[list[str]]:
    """The paths of weights that start from the same random numbers, together."""
    found: dict[Any, list[str]] = {}
    for path, array in sorted(trial.started.items()):
        if array.dtype.kind == "f" and array.size >= FEWEST and (array != array.flat[0]).any():
            found.setdefault((array.shape, array.tobytes()), []).append(path)
    return [paths for paths in found.values() if len(paths) > 1]


def judge(pair: Pair) -> Iterator[Judged]:
    """Weights that were drawn apart stay apart: what starts alike may learn alike."""
    before, after = GROUPS.both(pair)
    if before.value is None or after.value is None:
        return
    new = [group for group in after.value if group not in before.value]
    gone = [group for group in before.value if group not in after.value]
    if new:
        yield BROKEN, f"for {pair.label} {ticked(new[0])} start from the same random numbers"
    elif gone:
        yield BROKEN, f"for {pair.label} {ticked(gone[0])} no longer start from the same numbers"
    else:
        yield KEPT, ""


measure = Measured(
    name="equal starts",
    about=Measure.WEIGHTS,
    meaning="which weights start from the same random numbers, as from one initializer",
    judges=(judge,),
    observations=(Observation(fact=GROUPS, observe=observe, depth=LIGHT),),
)
