"""Inputs of zeros, of equal numbers, of only true or false → what the layer makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....diagnostic import Measure
from ..general_judges import arrays
from ..measured import Arrays, Fact, Measured, Observation
from . import special_inputs
from .special_inputs import special

if TYPE_CHECKING:
    from ...probe.trial import Trial

ZERO, AT_ZERO = Arrays(name="zeros"), Arrays(name="gradient at zero")
TRAINED = Arrays(name="special values in training")
TIES, NONE_TRUE, ALL_TRUE = Arrays(name="ties"), Arrays(name="all false"), Arrays(name="all true")
KEPT = (ZERO, TIES, NONE_TRUE, ALL_TRUE, AT_ZERO, TRAINED)
GROUPS = {
    special_inputs.ZEROS: ZERO,
    special_inputs.TIES: TIES,
    special_inputs.NONE_TRUE: NONE_TRUE,
    special_inputs.ALL_TRUE: ALL_TRUE,
}
TRIED: Fact[dict[str, str]] = Fact("special values")


def observe(trial: Trial) -> dict[str, str]:
    """What each kind of input ended with, where it is an error."""
    told = {}
    for name, inputs in special(trial):
        told[name] = trial.kept(GROUPS[name], lambda inputs=inputs: trial.outputs_of(*inputs))  # type: ignore[misc]
        if name not in (special_inputs.TIES, special_inputs.ALL_TRUE):
            told[f"{name} in training"] = _in_training(trial, name, inputs)
        if name == special_inputs.ZEROS:
            told["gradients at zero"] = trial.kept(
                AT_ZERO,
                lambda inputs=inputs: trial.gradients_at(*inputs),  # type: ignore[misc]
            )
    return told


def _in_training(trial: Trial, name: str, inputs: Any) -> str:
    """Keep the outputs of a call in training, and the weights that it moves; its error."""
    args, kwargs = inputs

    def call() -> dict[str, Any]:
        outputs = trial.outputs_of(args, {**kwargs, "training": True})
        left = trial.untrained(trial.layer)
        return {f"{name} {key}": one for key, one in [*enumerate(outputs), *left.items()]}

    return trial.kept(TRAINED, call)


measure = Measured(
    name="special values",
    about=Measure.OUTPUTS,
    meaning="outputs and gradients for zeros, equal numbers, masks of one value; in training",
    judges=(
        arrays(ZERO.name, "the output for zeros"),
        arrays(TIES.name, "the output for equal numbers"),
        arrays(NONE_TRUE.name, "the output where nothing is true"),
        arrays(ALL_TRUE.name, "the output where all is true"),
        arrays(AT_ZERO.name, "the gradient at zero"),
        arrays(TRAINED.name, "what a call in training gives", "outputs in training"),
    ),
    observations=(Observation(fact=TRIED, observe=observe, arrays=KEPT),),
)
