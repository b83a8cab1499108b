"""Inputs of zeros, of equal numbers, of only true or false → what the layer makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....diagnostic import Measure
from ..general_judges import arrays
from ..measured import Arrays, Fact, Measured, Observation

if TYPE_CHECKING:
    from ...probe.trial import Trial

ZERO, AT_ZERO = Arrays(name="zeros"), Arrays(name="gradient at zero")
TRAINED = Arrays(name="special values in training")
TIES, NONE_TRUE, ALL_TRUE = Arrays(name="ties"), Arrays(name="all false"), Arrays(name="all true")
KEPT = (ZERO, TIES, NONE_TRUE, ALL_TRUE, AT_ZERO, TRAINED)
TRIED: Fact[dict[str, str]] = Fact("special values")


def observe(trial: Trial) -> dict[str, str]:
    """What each kind of input ended with, where it is an error."""
    changes: dict[str, tuple[Arrays, Any]] = {
        "zeros": (ZERO, _zeros),
        "equal numbers": (TIES, _ties),
        "only False": (NONE_TRUE, lambda array: _filled(array, False)),
        "only True": (ALL_TRUE, lambda array: _filled(array, True)),
    }
    told = {}
    for name, (group, change) in changes.items():
        inputs = trial.mapped(change)
        if inputs is not None:
            told[name] = trial.kept(group, lambda inputs=inputs: trial.outputs_of(*inputs))  # type: ignore[misc]
            if name not in ("equal numbers", "only True"):
                told[f"{name} in training"] = _in_training(trial, name, inputs)
    zeros = trial.mapped(_zeros)
    if zeros is not None:
        told["gradients at zero"] = trial.kept(AT_ZERO, lambda: trial.gradients_at(*zeros))
    return told


def _in_training(trial: Trial, name: str, inputs: Any) -> str:
    """Keep the outputs of a call in training, and the weights that it moves; its error."""
    args, kwargs = inputs

    def call() -> dict[str, Any]:
        outputs = trial.outputs_of(args, {**kwargs, "training": True})
        left = trial.untrained(trial.layer)
        return {f"{name} {key}": one for key, one in [*enumerate(outputs), *left.items()]}

    return trial.kept(TRAINED, call)


def _zeros(array: Any) -> Any:
    return array * 0 if array.dtype.kind in "fiu" else None


def _ties(array: Any) -> Any:
    """Halves with the signs of the numbers: every maximum is there more than once."""
    return ((array > 0) - 0.5).astype(array.dtype) if array.dtype.kind == "f" else None


def _filled(array: Any, value: bool) -> Any:
    return (array & False) | value if array.dtype.kind == "b" else None


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
