"""Masked inputs, one of them masked from end to end, and lists of them → outputs and masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....diagnostic import Measure
from ..general_judges import arrays, equal
from ..measured import Arrays, Fact, Measured, Observation
from .special_inputs import wholly_masked

if TYPE_CHECKING:
    from ...probe.trial import Trial

MASKED = Arrays(name="whole mask")
CALLED: Fact[int] = Fact("whole mask")
GIVEN: Fact[dict[str, str]] = Fact("compute_mask")


def called_masked(trial: Trial) -> int | None:
    """Outputs where the first row of each sequence is masked from end to end; counts the masks."""
    (args, kwargs), count = wholly_masked(trial)
    if not count:
        return None
    outputs = trial.seeded(trial.again(), args, kwargs)
    masks = [getattr(leaf, "_keras_mask", None) for leaf in trial.keras.flatten(outputs)]
    told = [trial.numbers(mask) for mask in masks if mask is not None]
    trial.keep(MASKED, [*trial.flat(outputs), *told])
    return len(told)


def asked_for_masks(trial: Trial) -> dict[str, str] | None:
    """What the class's own `compute_mask()` says without a mask, and with one."""
    import numpy as np

    if trial.case.cls.compute_mask in (
        trial.keras.layers.Layer.compute_mask,
        trial.keras.Model.compute_mask,
    ):
        return None
    args, _ = trial.case.inputs()
    inputs = args[0] if len(args) == 1 else list(args)
    told = {"None": trial.text_of(lambda: trial.layer.compute_mask(inputs, None))}
    told["nothing"] = trial.text_of(lambda: trial.layer.compute_mask(inputs))
    mask = trial.keras.map(lambda leaf: np.arange(leaf.shape[1]) % 2 == 0, inputs)
    told["a mask"] = trial.text_of(lambda: trial.layer.compute_mask(inputs, mask))
    return told


measure = Measured(
    name="whole masks",
    about=Measure.OUTPUTS,
    meaning="outputs where a sequence is masked from end to end, and `compute_mask()`",
    judges=(
        arrays(MASKED.name, "the output for a wholly masked input"),
        equal(CALLED.name, "calling it with a wholly masked input"),
        equal(GIVEN.name, "`compute_mask()`"),
    ),
    observations=(
        Observation(fact=CALLED, observe=called_masked, arrays=(MASKED,)),
        Observation(fact=GIVEN, observe=asked_for_masks),
    ),
)
