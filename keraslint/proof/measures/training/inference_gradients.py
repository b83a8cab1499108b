"""A call that is not in training → its gradients, as a layer has them inside another model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....diagnostic import Measure
from ..general_judges import arrays
from ..measured import Arrays, Fact, Measured, Observation

if TYPE_CHECKING:
    from ...probe.trial import Trial

GRADIENT = Arrays(name="inference gradient")
TAKEN: Fact[list[str]] = Fact("inference gradients")


def observe(trial: Trial) -> list[str]:
    """Gradients with respect to weights and inputs; the names of those that there are."""
    found = trial.gradients_at(*trial.case.inputs())
    trial.keep_named(GRADIENT, found)
    return sorted(found)


measure = Measured(
    name="gradients in inference",
    about=Measure.GRADIENTS,
    meaning="gradients with respect to weights and inputs through a call in inference",
    judges=(arrays(GRADIENT.name, "the gradient in inference"),),
    observations=(Observation(fact=TAKEN, observe=observe, arrays=(GRADIENT,)),),
)
