"""A bench and a folder → which weights and outputs survive saving, loading and copying."""

from __future__ import annotations

import copy
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from .anatomy import anatomy, state, transplant
from .bench import Bench, flat, noted_warnings, same
from .looking import build_like
from .training import Owner, arrays_of

FILES = ("functional.keras", "owner.keras", "owner.weights.h5", "functional.h5")


@dataclass
class Shelf:
    """Where files of one case are written, and which names the layer's class has there."""

    folder: Path
    names: tuple[str, ...]


def functional(bench: Bench, layer: Any) -> Any:
    """A functional model of nothing but the layer."""
    symbols: list[Any] = []

    def symbol(leaf: Any) -> Any:
        if not isinstance(leaf, np.ndarray):
            return leaf
        symbols.append(keras.Input(shape=leaf.shape[1:], dtype=str(leaf.dtype)))
        return symbols[-1]

    args, kwargs = keras.tree.map_structure(symbol, bench.case.inputs())
    return keras.Model(symbols, layer(*args, **kwargs))


def fed(bench: Bench, model: Any) -> list[Any]:
    """Outputs of a functional model."""
    arrays = list(arrays_of(bench.case.inputs()).values())
    return flat(model(arrays))


def as_functional(bench: Bench) -> Any:
    """Does a functional model of the layer compute the same, and when does it get its weights?"""
    layer = bench.fresh()
    with noted_warnings() as warned:
        model = functional(bench, layer)
    early = len(model.weights)
    if anatomy(layer).variables.keys() != bench.state.keys():
        fed(bench, model)
    transplant(bench.state, layer)
    bench.model = model
    symbolic = [[str(t.dtype), list(t.shape)] for t in keras.tree.flatten(model.outputs)]
    return {
        "same": agrees(bench, fed(bench, model)),
        "weights": early,
        "symbolic": symbolic,
        "warnings": warned,
    }


def agrees(bench: Bench, outputs: list[Any]) -> bool:
    """Are these the outputs of the layer in the agreed state?"""
    wanted = [bench.arrays[k] for k in bench.arrays if k.startswith("inference/")]
    return not wanted or (len(wanted) == len(outputs) and all(map(same, wanted, outputs)))


def survived(bench: Bench, layer: Any, run: Callable[[], list[Any]]) -> dict[str, Any]:
    """Which weights differ from the agreed state, and does a call (made after looking) agree?"""
    values = state(layer)
    outputs = run()
    expected = {k: v for k, v in bench.state.items() if k not in anatomy(bench.layer).seeds}
    lost = [k for k, v in expected.items() if k not in values or not same(values[k], v)]
    return {"lost": lost, "outputs": agrees(bench, outputs)}


class BuildingOwner(Owner):
    """A subclassed model whose `build()` calls `layer.build(...)`, as careful owners do."""

    def build(self, *_: Any, **__: Any) -> None:
        build_like(self.layer, self.bench.build_config())
        self.built = True


def _owner_class(bench: Bench) -> type:
    class KeraslintOwner(BuildingOwner):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(bench.case.make(), bench, **kwargs)

        def get_config(self) -> dict[str, Any]:
            return {"name": self.name}

    return KeraslintOwner


def _known(cls: Any, names: tuple[str, ...] = ()) -> dict[str, Any]:
    return dict.fromkeys((*names, cls.__name__, keras.saving.get_registered_name(cls)), cls)


def objects(bench: Bench, shelf: Shelf) -> dict[str, Any]:
    """The classes that files may name."""
    return {**_known(bench.case.cls, shelf.names), "KeraslintOwner": _owner_class(bench)}


def same_files(one: Shelf, other: Shelf, name: str) -> bool:
    """Do two files hold the same, but for the note of when they were written?"""
    paths = [shelf.folder / name for shelf in (one, other)]
    if not all(path.exists() for path in paths):
        return False
    mine, theirs = map(_content, paths)
    return mine is not None and mine == theirs


def _content(path: Path) -> dict[str, bytes] | None:
    """What a file holds, by member; None where it was not written to its end."""
    if path.suffix != ".keras":
        return {"": path.read_bytes()}
    if not zipfile.is_zipfile(path):
        return None
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name != "metadata.json"]
        return {name: archive.read(name) for name in names}


def save(bench: Bench, shelf: Shelf, *, legacy: bool) -> Any:
    """Write the layer inside a functional model and inside an owner that builds it."""
    shelf.folder.mkdir(parents=True, exist_ok=True)
    done = {}
    writes = [(FILES[0], _save_functional), (FILES[1], _save_owner)]
    for name, write in [*writes, (FILES[3], _save_legacy)] if legacy else writes:
        try:
            write(bench, shelf)
            done[name] = ""
        except (Exception, SystemExit) as error:
            done[name] = f"{type(error).__name__}: {error}"[:300]
    return done


def _save_functional(bench: Bench, shelf: Shelf) -> None:
    if bench.model is None:
        raise ValueError("there is no functional model of the layer")
    layer = next(item for item in bench.model.layers if type(item) is bench.case.cls)
    transplant(bench.state, layer)
    bench.model.save(shelf.folder / FILES[0])


def _save_legacy(bench: Bench, shelf: Shelf) -> None:
    """Keras 2's format: weights by name and in order; a file that is not complete is removed."""
    if bench.model is None:
        raise ValueError("there is no functional model of the layer")
    path = shelf.folder / FILES[3]
    try:
        bench.model.save(path)
    except Exception:
        path.unlink(missing_ok=True)
        raise


def _save_owner(bench: Bench, shelf: Shelf) -> None:
    keras.utils.clear_session(free_memory=False)
    owner = _owner_class(bench)()
    owner(arrays_of(bench.case.inputs()))
    transplant(bench.state, owner.layer)
    owner.save_weights(shelf.folder / FILES[2])
    owner.save(shelf.folder / FILES[1])


def called(owner: Any, bench: Bench) -> list[Any]:
    """Outputs of an owner."""
    return flat(owner(arrays_of(bench.case.inputs())))


def load_functional(bench: Bench, shelf: Shelf, file: str = FILES[0]) -> Any:
    """What survives in the file of a functional model."""
    keras.utils.clear_session(free_memory=False)
    with noted_warnings() as warned:
        model = keras.saving.load_model(
            shelf.folder / file, custom_objects=objects(bench, shelf), compile=False
        )
    layer = next(item for item in model.layers if type(item) is bench.case.cls)
    return {**survived(bench, layer, lambda: fed(bench, model)), "warnings": warned}


def load_legacy(bench: Bench, shelf: Shelf) -> Any:
    """What survives in a legacy `.h5` file."""
    return load_functional(bench, shelf, FILES[3])


def load_owner(bench: Bench, shelf: Shelf) -> Any:
    """What survives in the `.keras` file of an owner that builds the layer."""
    keras.utils.clear_session(free_memory=False)
    with noted_warnings() as warned:
        owner = keras.saving.load_model(
            shelf.folder / FILES[1], custom_objects=objects(bench, shelf), compile=False
        )
    run = partial(called, owner, bench)
    return {**survived(bench, owner.layer, run), "warnings": warned}


def load_weights(bench: Bench, shelf: Shelf) -> Any:
    """What survives when a built owner loads a `.weights.h5` file."""
    keras.utils.clear_session(free_memory=False)
    owner = _owner_class(bench)()
    arrays = arrays_of(bench.case.inputs())
    with noted_warnings() as warned:
        owner.build({name: (None, *array.shape[1:]) for name, array in arrays.items()})
        owner.load_weights(shelf.folder / FILES[2])
    run = partial(called, owner, bench)
    return {**survived(bench, owner.layer, run), "warnings": warned}


def load_called_weights(bench: Bench, shelf: Shelf) -> Any:
    """What survives when an owner that was called loads a `.weights.h5` file."""
    keras.utils.clear_session(free_memory=False)
    owner = _owner_class(bench)()
    arrays = arrays_of(bench.case.inputs())
    owner(arrays)
    owner.load_weights(shelf.folder / FILES[2])
    return survived(bench, owner.layer, partial(called, owner, bench))


def copied(bench: Bench) -> Any:
    """What survives `copy.deepcopy` of a called layer."""
    with keras.saving.custom_object_scope(_known(bench.case.cls)):
        layer = copy.deepcopy(bench.again())
    return survived(bench, layer, lambda: bench.run(layer))


def from_config(bench: Bench) -> Any:
    """Is a layer made from the configuration of a called one the same layer?"""
    original = bench.again()
    layer = type(original).from_config(original.get_config())
    bench.call(layer)
    names = sorted(anatomy(layer).variables)
    transplant(bench.state, layer)
    return {"outputs": agrees(bench, bench.run(layer)), "weights": names}


def set_in_order(bench: Bench, weights: list[Any]) -> Any:
    """Does `set_weights` take the list that `get_weights` of the version before gave?"""
    layer = bench.called()
    layer.set_weights(weights)
    return survived(bench, layer, lambda: bench.run(layer))
