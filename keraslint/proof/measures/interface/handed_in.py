"""Layers and containers that a caller hands in → whether the layer keeps them, and leaves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....diagnostic import Measure
from ..general_judges import equal
from ..measured import LIGHT, Fact, Measured, Observation
from .nested_values import parts, text_of

if TYPE_CHECKING:
    from ...probe.trial import Trial

KEPT_LAYERS: Fact[dict[str, str]] = Fact("handed in")
LEFT_ALONE: Fact[str] = Fact("inputs left alone")


def observe(trial: Trial) -> dict[str, str] | None:
    """Where each layer that was handed in is found, and what containers hold in the end."""
    trial.clear()
    args, kwargs = trial.case.real_arguments()
    given = dict(parts({**dict(enumerate(args)), **kwargs}))
    layers = {name: one for name, one in given.items() if isinstance(one, trial.keras.layers.Layer)}
    containers = {name: one for name, one in given.items() if isinstance(one, (list, dict))}
    if not layers and not containers:
        return None
    layer = trial.case.cls(*args, **kwargs)
    trial.call(layer)
    paths = trial.paths(layer)
    told = {name: paths.get(id(one), "a copy, or nothing") for name, one in layers.items()}
    return told | {f"what is in {n}": text_of(one) for n, one in containers.items()}


def observe_inputs(trial: Trial) -> str | None:
    """What nested inputs hold after a call."""
    args, kwargs = trial.case.inputs()
    if not any(isinstance(one, (list, dict)) for one in (*args, *kwargs.values())):
        return None
    trial.seeded(trial.again(), args, kwargs)
    return str(trial.keras.map(lambda leaf: tuple(getattr(leaf, "shape", ())), (args, kwargs)))


measure = Measured(
    name="handed in",
    about=Measure.WEIGHTS,
    meaning="layers handed in are used themselves; a caller's lists and dicts stay as they are",
    judges=(
        equal(KEPT_LAYERS.name, "what becomes of what is handed in"),
        equal(LEFT_ALONE.name, "what a call leaves of its inputs"),
    ),
    observations=(
        Observation(fact=KEPT_LAYERS, observe=observe, depth=LIGHT),
        Observation(fact=LEFT_ALONE, observe=observe_inputs, depth=LIGHT),
    ),
)
