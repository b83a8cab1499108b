"""Weights of zeros, and a hundredth of what they were → outputs, and what training leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....diagnostic import Measure
from ..general_judges import arrays
from ..measured import Arrays, Fact, Measured, Observation

if TYPE_CHECKING:
    from ...probe.trial import Trial

CALLED, TRAINED = Arrays(name="small weights"), Arrays(name="small weights in training")
TRIED: Fact[dict[str, str]] = Fact("small weights")
FACTORS = (0.0, 0.01)
"""What is divided by a weight, or by its norm, needs a floor; one that is too high shows, too."""


def observe(trial: Trial) -> dict[str, str] | None:
    """What each call ended with, where it is an error; None where there are no weights."""
    if not any(one.dtype.kind == "f" for one in trial.state.values()):
        return None
    told = {}
    for factor in FACTORS:
        told[f"{factor:g}"] = trial.kept(CALLED, lambda: _called(trial, factor, {}))  # noqa: B023
        call = lambda: _called(trial, factor, {"training": True})  # noqa: B023, E731
        told[f"{factor:g} in training"] = trial.kept(TRAINED, call)
    return told


def _called(trial: Trial, factor: float, more: dict[str, Any]) -> dict[str, Any]:
    """Outputs, and the weights that gradients leave alone."""
    layer = trial.with_weights_times(factor)
    outputs = trial.flat(trial.seeded_call(layer, **more))
    left = trial.untrained(layer) if more else {}
    return {f"{factor:g} × {key}": one for key, one in [*enumerate(outputs), *left.items()]}


measure = Measured(
    name="small weights",
    about=Measure.OUTPUTS,
    meaning="outputs with weights of zeros, and with a hundredth of the weights",
    judges=(
        arrays(CALLED.name, "the output with small weights"),
        arrays(
            TRAINED.name, "what a call in training gives with small weights", "outputs in training"
        ),
    ),
    observations=(Observation(fact=TRIED, observe=observe, arrays=(CALLED, TRAINED)),),
)
