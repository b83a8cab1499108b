"""A recurrent cell, called step by step by `layers.RNN` → the outputs and the states it ends in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....diagnostic import Measure
from ..general_judges import arrays, probed
from ..measured import Arrays, Fact, Measured, Observation

if TYPE_CHECKING:
    from ...probe.trial import Trial

STEPS = Arrays(name="unrolled")
UNROLLED: Fact[bool] = Fact("unrolled")
LENGTH = 3


def observe(trial: Trial) -> bool | None:
    """Call the cell in an `RNN` on a few steps, from the states that it begins with."""
    import numpy as np

    from ...probe.cases.recipe_inputs import is_cell

    if not is_cell(trial.layer):
        return None
    args, _ = trial.case.inputs()
    steps = np.stack([args[0] * factor for factor in range(1, LENGTH + 1)], axis=1)
    rnn = trial.keras.layers.RNN(trial.ready(), return_sequences=True, return_state=True)
    trial.keep(STEPS, trial.flat(trial.seeded(rnn, (steps,), {})))
    return True


measure = Measured(
    name="steps of a cell",
    about=Measure.OUTPUTS,
    meaning="the outputs and last states of a recurrent cell in `layers.RNN`",
    judges=(
        arrays(STEPS.name, "the output or the last state in `RNN`"),
        probed(UNROLLED.name, "calling it in `layers.RNN`"),
    ),
    observations=(Observation(fact=UNROLLED, observe=observe, arrays=(STEPS,)),),
)
