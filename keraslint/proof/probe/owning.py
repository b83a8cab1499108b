"""A bench and a folder → what survives in a `Sequential`, in a plain model, and in a clone."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np

from .anatomy import transplant
from .bench import Bench, attempt, flat, noted_warnings
from .saving import Shelf, agrees, called, fed, objects, survived
from .training import Owner, arrays_of

SEQUENTIAL, PLAIN = "sequential.keras", "plain.keras"


def save_others(bench: Bench, shelf: Shelf) -> Any:
    """Write the layer inside a `Sequential` without `Input`, and inside a model without `build()`.

    A `Sequential` takes one input: it is left out where the layer takes several.
    """
    done = {}
    if _only_input(bench) is not None:
        done[SEQUENTIAL] = attempt(lambda: _save_sequential(bench, shelf))
    done[PLAIN] = attempt(lambda: _save_plain(bench, shelf))
    return {name: str(said or "") for name, said in done.items()}


def _save_plain(bench: Bench, shelf: Shelf) -> None:
    owner = _plain_class(bench)()
    owner(arrays_of(bench.case.inputs()))
    transplant(bench.state, owner.layer)
    owner.save(shelf.folder / PLAIN)


def _only_input(bench: Bench) -> Any:
    args, kwargs = bench.case.inputs()
    alone = len(args) == 1 and not kwargs and isinstance(args[0], np.ndarray)
    return args[0] if alone else None


def _save_sequential(bench: Bench, shelf: Shelf) -> None:
    layer = bench.fresh()
    model = keras.Sequential([layer])
    model(_only_input(bench))
    transplant(bench.state, layer)
    model.save(shelf.folder / SEQUENTIAL)


def _plain_class(bench: Bench) -> type:
    class KeraslintPlain(Owner):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(bench.case.make(), bench, **kwargs)

        def get_config(self) -> dict[str, Any]:
            return {"name": self.name}

    return KeraslintPlain


def load_sequential(bench: Bench, shelf: Shelf) -> Any:
    """What survives in the file of a `Sequential`."""
    keras.utils.clear_session(free_memory=False)
    with noted_warnings() as warned:
        model = keras.saving.load_model(
            shelf.folder / SEQUENTIAL, custom_objects=objects(bench, shelf), compile=False
        )
    layer = next(item for item in model.layers if type(item) is bench.case.cls)
    run = lambda: flat(model(_only_input(bench)))  # noqa: E731
    return {**survived(bench, layer, run), "warnings": warned}


def load_plain(bench: Bench, shelf: Shelf) -> Any:
    """What survives in the file of a model that has no `build()`."""
    keras.utils.clear_session(free_memory=False)
    known = {**objects(bench, shelf), "KeraslintPlain": _plain_class(bench)}
    with noted_warnings() as warned:
        owner = keras.saving.load_model(shelf.folder / PLAIN, custom_objects=known, compile=False)
    run = partial(called, owner, bench)
    return {**survived(bench, owner.layer, run), "warnings": warned}


def cloned(bench: Bench) -> Any:
    """Does a clone of a functional model compute the same with the same weights?"""
    if bench.model is None:
        return {"skipped": "there is no functional model of the layer"}
    model = keras.models.clone_model(bench.model)
    layer = next(item for item in model.layers if type(item) is bench.case.cls)
    fed(bench, model)
    transplant(bench.state, layer)
    return {"outputs": agrees(bench, fed(bench, model))}


OTHERS = ((SEQUENTIAL, "sequential", load_sequential), (PLAIN, "plain", load_plain))
"""The file, the name and the loader of each kind of owner."""
