"""Arguments and flags that every Keras layer has → what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....diagnostic import Measure
from ..general_judges import arrays, equal
from ..measured import Arrays, Fact, Measured, Observation

if TYPE_CHECKING:
    from ...probe.trial import Trial

FLAGS = (
    *("supports_jit", "supports_masking", "autocast", "trainable", "dtype", "compute_dtype"),
    *("variable_dtype", "activity_regularizer", "input_spec", "quantization_mode"),
)
FURTHER = {"activity_regularizer": "l2", "autocast": False}
LOSS = Arrays(name="regularized")
PLAIN: Fact[dict[str, str]] = Fact("base settings")
GIVEN: Fact[dict[str, str]] = Fact("base settings given")


def observe(trial: Trial) -> dict[str, str]:
    """The flags of the layer that was called."""
    return _flags(trial, trial.layer)


def observe_given(trial: Trial) -> dict[str, str] | None:
    """The flags of a layer that is given what every layer may be given; its losses are kept."""
    given = dict(FURTHER)
    layer = _made(trial, given)
    while layer is None and given:
        given.popitem()
        layer = _made(trial, given)
    if not given:
        return None
    trial.call(layer)
    if trial.give_state(layer):
        trial.run(layer)
        trial.keep(LOSS, map(trial.numbers, layer.losses))
    return {"given": ", ".join(given), **_flags(trial, layer)}


def _made(trial: Trial, given: dict[str, Any]) -> Any:
    trial.clear()
    try:
        return trial.case.made_with(given)
    except Exception:
        return None


def _flags(trial: Trial, layer: Any) -> dict[str, str]:
    return {name: trial.text_of(lambda name=name: getattr(layer, name)) for name in FLAGS}  # type: ignore[misc]


measure = Measured(
    name="base settings",
    about=Measure.CONFIG,
    meaning="`activity_regularizer=`, `autocast=`, `supports_jit` and what else every layer has",
    judges=(
        equal(PLAIN.name, "what every Keras layer has"),
        equal(GIVEN.name, "what `activity_regularizer=` and `autocast=` do"),
        arrays(LOSS.name, "the loss of `activity_regularizer=`"),
    ),
    observations=(
        Observation(fact=PLAIN, observe=observe),
        Observation(fact=GIVEN, observe=observe_given, arrays=(LOSS,)),
    ),
)
