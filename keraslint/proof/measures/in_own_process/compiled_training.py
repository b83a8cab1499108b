"""Training that XLA compiles → the weights after a few steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....diagnostic import Measure
from ..general_judges import arrays, probed
from ..measured import Arrays, Fact, Measured, Observation

if TYPE_CHECKING:
    from ...probe.trial import Trial

STEPS = 3
STEP = Arrays(name="compiled step", tolerance=1e-3)
TRAINED: Fact[bool] = Fact("compiled training")


def observe(trial: Trial) -> bool:
    """Steps of plain SGD with `jit_compile=True`; the variables are kept."""
    import numpy as np

    from ...probe.call_arguments import arrays_of
    from ...probe.observations.training_run import HoldingOwner

    layer = trial.again()
    owner, data = HoldingOwner(layer, trial), arrays_of(trial.case.inputs())
    owner(data)
    owner.compile(optimizer=trial.keras.optimizers.SGD(0.05), jit_compile=True)
    trial.give_state(layer)
    trial.keras.seed(3)
    for _ in range(STEPS):
        owner.train_on_batch(data)
    values = {key: np.array(trial.numbers(v)) for key, v in trial.variables(layer).items()}
    trial.keep_named(STEP, values)
    return True


measure = Measured(
    name="compiled training",
    about=Measure.GRADIENTS,
    meaning="the weights after steps of `fit` with `jit_compile=True`",
    judges=(
        probed(TRAINED.name, "training with `jit_compile=True`"),
        arrays(STEP.name, "the value after compiled steps of SGD"),
    ),
    observations=(Observation(fact=TRAINED, observe=observe, arrays=(STEP,)),),
)
