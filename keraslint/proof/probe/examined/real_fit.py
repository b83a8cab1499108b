"""A trial → whether a new layer runs in a real `fit()` and after it, and what that moves."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..attempts import attempt, failed
from ..call_arguments import arrays_of
from ..gradients import floating
from ..keras_versions.in_use import KERAS
from ..observations.round_trips import functional
from ..observations.training_run import fit
from ..trial import Trial
from ..variable_paths import state

KERAS_OWN = ("compile", "fit", "train_step")


def real_fit(trial: Trial) -> Any:
    """Two batches, compiled as Keras does it, and then a call of what was trained.

    A model is trained by its own `fit()`, a layer inside a functional model. What has none, or
    arrays that are no batches of one size, is trained step by step.
    """
    arrays = arrays_of(trial.case.inputs())
    if len({array.shape[:1] for array in arrays.values()} | {()}) != 2:
        return fit(trial)
    layer = trial.fresh()
    model, x = layer, trial.case.inputs()[0]
    if not trains_itself(trial):
        if failed(trial.facts.get("functional")):
            return fit(trial)
        model, x = functional(trial, layer), (list(arrays.values()),)
    before = {**trial.started, **state(layer)}
    compiled(model).fit(
        KERAS.map(lambda array: np.concatenate([array, array]), x[0]),
        batch_size=len(next(iter(arrays.values()))),
        shuffle=False,
        verbose=0,
    )
    after = state(layer)
    moved = [key for key, value in after.items() if not np.array_equal(value, before.get(key))]
    return {"moved": sorted(moved), "then": attempt(lambda: bool(trial.run(layer)))}


def trains_itself(trial: Trial) -> bool:
    """Is it a model that trains in Keras' way, on one argument that is all arrays?"""
    args, kwargs = trial.case.inputs()
    cls = trial.case.cls
    return (
        issubclass(cls, KERAS.Model)
        and all(getattr(cls, name) is getattr(KERAS.Model, name) for name in KERAS_OWN)
        and not kwargs
        and len(args) == 1
        and all(isinstance(leaf, np.ndarray) for leaf in KERAS.flatten(args[0]))
    )


def compiled(model: Any, **how: Any) -> Any:
    """The model, ready to train without targets."""

    def loss(x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
        parts = [KERAS.mean_square(output, 0.5) for output in floating(y_pred)]
        return sum(parts) + sum(model.losses)

    model.compute_loss = loss
    model.compile(optimizer=KERAS.optimizers.SGD(0.05), **how)
    return model
