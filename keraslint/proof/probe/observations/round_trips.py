"""A trial and a folder → which weights and outputs survive saving, loading and copying."""

from __future__ import annotations

import copy
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..array_agreement import same
from ..attempts import failed, noted_warnings
from ..call_arguments import arrays_of
from ..error_text import sentence
from ..keras_versions.in_use import KERAS
from ..trial import Trial, flat
from ..variable_paths import anatomy, state, transplant
from .build_and_call import build_like
from .training_run import Owner

FILES = ("functional.keras", "owner.keras", "owner.weights.h5", "functional.h5")


@dataclass
class Shelf:
    """Where files of one case are written, and which names the layer's class has there."""

    folder: Path
    names: tuple[str, ...]


Load = Callable[[Trial, Shelf], Any]


def functional(trial: Trial, layer: Any) -> Any:
    """A functional model of nothing but the layer."""
    symbols: list[Any] = []

    def symbol(leaf: Any) -> Any:
        if not isinstance(leaf, np.ndarray):
            return leaf
        symbols.append(KERAS.Input(shape=leaf.shape[1:], dtype=str(leaf.dtype)))
        return symbols[-1]

    args, kwargs = KERAS.map(symbol, trial.case.inputs())
    return KERAS.Model(symbols, layer(*args, **kwargs))


def fed(trial: Trial, model: Any) -> list[Any]:
    """Outputs of a functional model."""
    arrays = list(arrays_of(trial.case.inputs()).values())
    return flat(model(arrays))


def as_functional(trial: Trial) -> Any:
    """Does a functional model of the layer compute the same, and when does it get its weights?"""
    layer = trial.fresh()
    with noted_warnings() as warned:
        model = functional(trial, layer)
    early = len(model.weights)
    if anatomy(layer).variables.keys() != trial.state.keys():
        fed(trial, model)
    transplant(trial.state, layer)
    trial.model = model
    symbolic = [[str(t.dtype), list(t.shape)] for t in KERAS.flatten(model.outputs)]
    return {
        "same": agrees(trial, fed(trial, model)),
        "weights": early,
        "symbolic": symbolic,
        "warnings": warned,
    }


def agrees(trial: Trial, outputs: list[Any]) -> bool:
    """Are these the outputs of the layer in the agreed state?"""
    wanted = [trial.arrays[k] for k in trial.arrays if k.startswith("inference/")]
    return not wanted or (len(wanted) == len(outputs) and all(map(same, wanted, outputs)))


def survived(trial: Trial, layer: Any, run: Callable[[], list[Any]]) -> dict[str, Any]:
    """Which weights differ from the agreed state, and does a call (made after looking) agree?"""
    values = state(layer)
    outputs = run()
    parts = anatomy(trial.layer)
    expected = {k: v for k, v in trial.state.items() if k not in parts.seeds | parts.metrics}
    lost = [k for k, v in expected.items() if k not in values or not same(values[k], v)]
    return {"lost": lost, "outputs": agrees(trial, outputs)}


class BuildingOwner(Owner):
    """A subclassed model whose `build()` calls `layer.build(...)`, as careful owners do.

    Not so on Keras 2: there, a model builds its layers by calling them on symbols.
    """

    def build(self, *shapes: Any, **named: Any) -> None:
        if KERAS.generation == 2:
            super().build(*shapes, **named)
            return
        build_like(self.layer, self.trial.build_config())
        self.built = True


def _owner_class(trial: Trial) -> type:
    class KeraslintOwner(BuildingOwner):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(trial.case.make(), trial, **kwargs)

        def get_config(self) -> dict[str, Any]:
            return {"name": self.name}

    return KeraslintOwner


def _known(cls: Any, names: tuple[str, ...] = ()) -> dict[str, Any]:
    return dict.fromkeys((*names, cls.__name__, KERAS.registered_name(cls)), cls)


def objects(trial: Trial, shelf: Shelf) -> dict[str, Any]:
    """The classes that files may name."""
    return {**_known(trial.case.cls, shelf.names), "KeraslintOwner": _owner_class(trial)}


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


def save(trial: Trial, shelf: Shelf, *, legacy: bool) -> Any:
    """Write the layer inside a functional model and inside an owner that builds it."""
    shelf.folder.mkdir(parents=True, exist_ok=True)
    done = {}
    writes = [(FILES[0], _save_functional), (FILES[1], _save_owner)]
    for name, write in [*writes, (FILES[3], _save_legacy)] if legacy else writes:
        done[name] = written(shelf.folder / name, partial(write, trial, shelf))
    return done


def written(path: Path, write: Callable[[], None]) -> str:
    """Write a file, and say how that failed, if it did: then what was written of it is removed."""
    try:
        write()
    except (Exception, SystemExit) as error:
        path.unlink(missing_ok=True)
        return f"{type(error).__name__}: {error}"[:300]
    return ""


def reload(trial: Trial, shelf: Shelf, saved: Any, name: str, file: str, load: Load) -> None:
    """Observe what survives in a file; where it was not written, that is why it cannot be read."""
    if (shelf.folder / file).exists():
        trial.observe(name, partial(load, trial, shelf))
    elif not failed(saved) and saved.get(file):
        kind, _, text = saved[file].partition(": ")
        trial.facts[name] = {"error": f"{kind}: {sentence(text)}", "unsaved": True}


def _save_functional(trial: Trial, shelf: Shelf) -> None:
    if trial.model is None:
        raise ValueError("there is no functional model of the layer")
    layer = next(item for item in trial.model.layers if type(item) is trial.case.cls)
    transplant(trial.state, layer)
    trial.model.save(shelf.folder / FILES[0])


def _save_legacy(trial: Trial, shelf: Shelf) -> None:
    """Keras 2's format: weights by name and in order."""
    if trial.model is None:
        raise ValueError("there is no functional model of the layer")
    trial.model.save(shelf.folder / FILES[3])


def _save_owner(trial: Trial, shelf: Shelf) -> None:
    KERAS.clear()
    owner = _owner_class(trial)()
    owner(arrays_of(trial.case.inputs()))
    transplant(trial.state, owner.layer)
    owner.save_weights(shelf.folder / FILES[2])
    owner.save(shelf.folder / FILES[1])


def called(owner: Any, trial: Trial) -> list[Any]:
    """Outputs of an owner."""
    return flat(owner(arrays_of(trial.case.inputs())))


def load_functional(trial: Trial, shelf: Shelf, file: str = FILES[0]) -> Any:
    """What survives in the file of a functional model."""
    KERAS.clear()
    with noted_warnings() as warned:
        model = KERAS.load(shelf.folder / file, objects(trial, shelf))
    layer = next(item for item in model.layers if type(item) is trial.case.cls)
    return {**survived(trial, layer, lambda: fed(trial, model)), "warnings": warned}


def load_legacy(trial: Trial, shelf: Shelf) -> Any:
    """What survives in a legacy `.h5` file."""
    return load_functional(trial, shelf, FILES[3])


def load_owner(trial: Trial, shelf: Shelf) -> Any:
    """What survives in the `.keras` file of an owner that builds the layer."""
    KERAS.clear()
    with noted_warnings() as warned:
        owner = KERAS.load(shelf.folder / FILES[1], objects(trial, shelf))
    run = partial(called, owner, trial)
    return {**survived(trial, owner.layer, run), "warnings": warned}


def load_weights(trial: Trial, shelf: Shelf) -> Any:
    """What survives when a built owner loads a `.weights.h5` file."""
    KERAS.clear()
    owner = _owner_class(trial)()
    arrays = arrays_of(trial.case.inputs())
    with noted_warnings() as warned:
        owner.build({name: (None, *array.shape[1:]) for name, array in arrays.items()})
        owner.load_weights(shelf.folder / FILES[2])
    run = partial(called, owner, trial)
    return {**survived(trial, owner.layer, run), "warnings": warned}


def load_called_weights(trial: Trial, shelf: Shelf) -> Any:
    """What survives when an owner that was called loads a `.weights.h5` file."""
    KERAS.clear()
    owner = _owner_class(trial)()
    arrays = arrays_of(trial.case.inputs())
    owner(arrays)
    owner.load_weights(shelf.folder / FILES[2])
    return survived(trial, owner.layer, partial(called, owner, trial))


def copied(trial: Trial) -> Any:
    """What survives `copy.deepcopy` of a called layer."""
    with KERAS.knowing(_known(trial.case.cls)):
        layer = copy.deepcopy(trial.again())
    return survived(trial, layer, lambda: trial.run(layer))


def from_config(trial: Trial) -> Any:
    """Is a layer made from the configuration of a called one the same layer?"""
    original = trial.again()
    layer = type(original).from_config(original.get_config())
    trial.call(layer)
    names = sorted(anatomy(layer).variables)
    transplant(trial.state, layer)
    return {"outputs": agrees(trial, trial.run(layer)), "weights": names}


def set_in_order(trial: Trial, weights: list[Any]) -> Any:
    """Does `set_weights` take the list that `get_weights` of the version before gave?"""
    layer = trial.called()
    layer.set_weights(weights)
    return survived(trial, layer, lambda: trial.run(layer))
