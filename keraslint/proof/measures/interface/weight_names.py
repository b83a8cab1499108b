"""The names that Keras 2 gives to weights → what older files and lists of names find."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ....diagnostic import Measure
from ..general_judges import equal
from ..measured import Fact, Measured, Observation

if TYPE_CHECKING:
    from ...probe.trial import Trial

NUMBER = re.compile(r"_\d+(?=[/:]|$)")
NAMES: Fact[dict[str, str]] = Fact("weight names")


def observe(trial: Trial) -> dict[str, str] | None:
    """The name of each weight, without the numbers that Keras makes up."""
    if trial.keras.generation != 2:
        return None
    variables = trial.variables(trial.layer)
    return {key: NUMBER.sub("", trial.keras.path_of(one)) for key, one in variables.items()}


measure = Measured(
    name="weight names",
    about=Measure.CHECKPOINT,
    meaning="names such as `block/dense/kernel`, by which Keras 2 and its users find weights",
    judges=(equal(NAMES.name, "the name of a weight"),),
    observations=(Observation(fact=NAMES, observe=observe),),
)
