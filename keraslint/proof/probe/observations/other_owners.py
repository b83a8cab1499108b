"""A trial and a folder → what survives in a `Sequential`, in a plain model, and in a clone."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ..attempts import noted_warnings
from ..call_arguments import arrays_of
from ..keras_versions.in_use import KERAS
from ..trial import Trial, flat
from ..variable_paths import transplant
from .round_trips import Shelf, agrees, called, fed, objects, survived, written
from .training_run import Owner

SEQUENTIAL, PLAIN = "sequential.keras", "plain.keras"


def save_others(trial: Trial, shelf: Shelf) -> Any:
    """Write the layer inside a `Sequential` without `Input`, and inside a model without `build()`.

    A `Sequential` takes one input: it is left out where the layer takes several.
    """
    done = {}
    if _only_input(trial) is not None:
        file = shelf.folder / SEQUENTIAL
        done[SEQUENTIAL] = written(file, lambda: _save_sequential(trial, shelf))
    done[PLAIN] = written(shelf.folder / PLAIN, lambda: _save_plain(trial, shelf))
    return done


def _save_plain(trial: Trial, shelf: Shelf) -> None:
    owner = _plain_class(trial)()
    owner(arrays_of(trial.case.inputs()))
    transplant(trial.state, owner.layer)
    owner.save(shelf.folder / PLAIN)


def _only_input(trial: Trial) -> Any:
    args, kwargs = trial.case.inputs()
    alone = len(args) == 1 and not kwargs and isinstance(args[0], np.ndarray)
    return args[0] if alone else None


def _save_sequential(trial: Trial, shelf: Shelf) -> None:
    layer = trial.fresh()
    model = KERAS.Sequential([layer])
    model(_only_input(trial))
    transplant(trial.state, layer)
    model.save(shelf.folder / SEQUENTIAL)


def _plain_class(trial: Trial) -> type:
    class KeraslintPlain(Owner):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(trial.case.make(), trial, **kwargs)

        def get_config(self) -> dict[str, Any]:
            return {"name": self.name}

    return KeraslintPlain


def load_sequential(trial: Trial, shelf: Shelf) -> Any:
    """What survives in the file of a `Sequential`."""
    KERAS.clear()
    with noted_warnings() as warned:
        model = KERAS.load(shelf.folder / SEQUENTIAL, objects(trial, shelf))
    layer = next(item for item in model.layers if type(item) is trial.case.cls)
    run = lambda: flat(model(_only_input(trial)))  # noqa: E731
    return {**survived(trial, layer, run), "warnings": warned}


def load_plain(trial: Trial, shelf: Shelf) -> Any:
    """What survives in the file of a model that has no `build()`."""
    KERAS.clear()
    known = {**objects(trial, shelf), "KeraslintPlain": _plain_class(trial)}
    with noted_warnings() as warned:
        owner = KERAS.load(shelf.folder / PLAIN, known)
    run = partial(called, owner, trial)
    return {**survived(trial, owner.layer, run), "warnings": warned}


def cloned(trial: Trial) -> Any:
    """Does a clone of a functional model compute the same with the same weights?"""
    if trial.model is None:
        return {"skipped": "there is no functional model of the layer"}
    model = KERAS.models.clone_model(trial.model)
    layer = next(item for item in model.layers if type(item) is trial.case.cls)
    fed(trial, model)
    transplant(trial.state, layer)
    return {"outputs": agrees(trial, fed(trial, model))}


OTHERS = ((SEQUENTIAL, "sequential", load_sequential), (PLAIN, "plain", load_plain))
"""The file, the name and the loader of each kind of owner."""
