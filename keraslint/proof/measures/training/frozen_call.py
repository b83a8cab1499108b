"""A layer that is not to train, called with `training=True` → its outputs and what it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....diagnostic import Measure
from ..general_judges import arrays
from ..measured import Arrays, Fact, Measured, Observation

if TYPE_CHECKING:
    from ...probe.trial import Trial

OUTPUTS, MOVED = Arrays(name="frozen"), Arrays(name="frozen moves")
CALLED: Fact[bool] = Fact("frozen call")


def observe(trial: Trial) -> bool | None:
    """One call in training while `trainable` is False."""
    if not trial.takes_training():
        return None
    with trial.frozen(trial.again()) as layer:
        trial.keep(OUTPUTS, trial.run(layer, training=True))
        trial.keep_named(MOVED, trial.changed(layer))
    return True


measure = Measured(
    name="frozen calls",
    about=Measure.OUTPUTS,
    meaning="the output of a call with `training=True` while frozen, and what it changes",
    judges=(
        arrays(OUTPUTS.name, "the output in training while frozen", "outputs in training"),
        arrays(MOVED.name, "the value after a call while frozen", "outputs in training"),
    ),
    observations=(Observation(fact=CALLED, observe=observe, arrays=(OUTPUTS, MOVED)),),
)
