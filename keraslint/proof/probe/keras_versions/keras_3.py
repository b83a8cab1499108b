"""Keras 3 → what measures ask of a Keras, answered by it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import numpy as np


class Keras3:
    """Keras 3 on any of its backends; what both versions have by one name is looked up in it."""

    generation = 3
    name = "keras"

    def __init__(self, module: Any) -> None:
        self.module = module
        self.version: str = module.__version__
        self.backend: str = module.backend.backend()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, name)

    def names(self) -> dict[str, Any]:
        """What a recipe may name."""
        keras = self.module
        return {"keras": keras, "layers": keras.layers, "ops": keras.ops, "random": keras.random}

    def clear(self) -> None:
        """Start the names that Keras makes up anew."""
        self.module.utils.clear_session(free_memory=False)

    def seed(self, number: int) -> None:
        """Start all random numbers anew."""
        self.module.utils.set_random_seed(number)

    def flatten(self, value: Any) -> list[Any]:
        """The leaves of nested tuples, lists and dicts."""
        leaves: list[Any] = self.module.tree.flatten(value)
        return leaves

    def map(self, function: Callable[[Any], Any], value: Any) -> Any:
        """The same nest with other leaves."""
        return self.module.tree.map_structure(function, value)

    def array(self, value: Any) -> Any:
        """A tensor or variable as a plain array."""
        return np.asarray(self.module.ops.convert_to_numpy(value))

    def tensor(self, value: Any) -> Any:
        """An array as a tensor."""
        return self.module.ops.convert_to_tensor(value)

    def is_tensor(self, value: Any) -> bool:
        return bool(self.module.ops.is_tensor(value))

    def dtype(self, thing: Any) -> str:
        """The dtype of a tensor or variable by its name."""
        name: str = self.module.backend.standardize_dtype(thing.dtype)
        return name

    def mean_square(self, tensor: Any, wanted: float) -> Any:
        """A loss in which every number of a tensor counts."""
        ops = self.module.ops
        return ops.mean(ops.square(ops.cast(tensor, "float32") - wanted))

    def load(self, path: Path, objects: dict[str, Any]) -> Any:
        """The model that a file holds."""
        return self.module.saving.load_model(path, custom_objects=objects, compile=False)

    def export(self, model: Any, folder: str) -> Callable[..., Any]:
        """Export a model; give the function that serves it."""
        model.export(folder, verbose=False)
        served: Callable[..., Any] = self.module.layers.TFSMLayer(folder, call_endpoint="serve")
        return served

    def knowing(self, objects: dict[str, Any]) -> Any:
        """A context in which files may name these classes."""
        return self.module.saving.custom_object_scope(objects)

    def registered_name(self, cls: Any) -> str:
        name: str = self.module.saving.get_registered_name(cls)
        return name

    def policy(self) -> Any:
        """The global dtype policy."""
        return self.module.config.dtype_policy()

    def set_policy(self, policy: Any) -> None:
        self.module.config.set_dtype_policy(policy)

    def generator_state(self, thing: Any) -> Any:
        """The variable of a random generator; None where it is none."""
        return thing.state if isinstance(thing, self.module.random.SeedGenerator) else None

    def own_variables(self, layer: Any) -> list[Any]:
        """The variables of a layer itself, without those of its sub-layers."""
        variables: list[Any] = layer._trainable_variables + layer._non_trainable_variables
        return variables

    def attributes(self, layer: Any) -> dict[str, Any]:
        """What a layer holds, by name: on torch, layers are held as modules are."""
        held = dict(vars(layer))
        return held if self.backend != "torch" else {**held, **held.pop("_modules", {})}

    def name_of(self, variable: Any) -> str:
        """The name by which `add_weight` made it."""
        name: str = variable.name
        return name

    def path_of(self, variable: Any) -> str:
        """The name that it has in Keras, with the layers around it."""
        path: str = variable.path
        return path

    def value_of(self, variable: Any) -> Any:
        """What gradients are taken with respect to."""
        return variable.value

    def trained_by(self, layer: Any) -> Callable[[Any], bool]:
        """Whether a variable of the layer is one that trains."""
        return lambda variable: bool(variable.trainable)

    def thaw(self, variables: Collection[tuple[Any, bool]]) -> None:
        """Let each of these train, or not."""
        for variable, trains in variables:
            variable.trainable = trains

    def owns(self, cls: Any) -> bool:
        """Is it a class or function of Keras itself?"""
        return str(getattr(cls, "__module__", "")).partition(".")[0] == "keras"

    def shape(self, sizes: Any, kind: type) -> Any:
        """A shape as `build()` is given one: a tuple, or a list as files have it."""
        return kind(sizes)

    @contextlib.contextmanager
    def stateless(self, mapping: list[Any]) -> Any:
        """Values in the place of those of variables; the losses are collected."""
        with self.module.StatelessScope(state_mapping=mapping, collect_losses=True) as scope:
            yield scope
