"""Keras 2, be it `tf_keras` or `keras` → what measures ask of a Keras, answered by it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf


class Keras2:
    """Keras 2; what both versions have by one name is looked up in it."""

    generation = 2
    backend = "tensorflow"

    def __init__(self, module: Any) -> None:
        self.module = module
        self.name: str = module.__name__
        self.version: str = module.__version__
        self._take_arrays()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, name)

    def _take_arrays(self) -> None:
        """Have layers make tensors of all arrays that they are given.

        Keras 3 does. Keras 2 does so with the first argument only, and people give it tensors.
        """
        kind = self.module.layers.Layer
        call = kind.__call__

        @functools.wraps(call)
        def called(layer: Any, *args: Any, **kwargs: Any) -> Any:
            args, kwargs = tf.nest.map_structure(_as_tensor, (args, kwargs))
            return call(layer, *args, **kwargs)

        kind.__call__ = called

    def names(self) -> dict[str, Any]:
        """What a recipe may name."""
        return {"keras": self.module, "layers": self.module.layers, "tf": tf}

    def clear(self) -> None:
        """Start the names that Keras makes up anew."""
        self.module.backend.clear_session()

    def seed(self, number: int) -> None:
        """Start all random numbers anew."""
        self.module.utils.set_random_seed(number)

    def flatten(self, value: Any) -> list[Any]:
        """The leaves of nested tuples, lists and dicts."""
        leaves: list[Any] = tf.nest.flatten(value)
        return leaves

    def map(self, function: Callable[[Any], Any], value: Any) -> Any:
        """The same nest with other leaves."""
        return tf.nest.map_structure(function, value)

    def array(self, value: Any) -> Any:
        """A tensor or variable as a plain array."""
        return np.asarray(tf.convert_to_tensor(value))

    def tensor(self, value: Any) -> Any:
        """An array as a tensor."""
        return tf.convert_to_tensor(value)

    def is_tensor(self, value: Any) -> bool:
        return bool(tf.is_tensor(value))

    def dtype(self, thing: Any) -> str:
        """The dtype of a tensor or variable by its name."""
        name: str = tf.as_dtype(thing.dtype).name
        return name

    def mean_square(self, tensor: Any, wanted: float) -> Any:
        """A loss in which every number of a tensor counts."""
        return tf.reduce_mean(tf.square(tf.cast(tensor, "float32") - wanted))

    def load(self, path: Path, objects: dict[str, Any]) -> Any:
        """The model that a file holds."""
        return self.module.models.load_model(str(path), custom_objects=objects, compile=False)

    def checkpoint(self, layer: Any) -> Any:
        """What writes and reads the variables of a layer in TensorFlow's own format."""
        return tf.train.Checkpoint(layer=layer)

    def export(self, model: Any, folder: str) -> Callable[..., Any]:
        """Export a model; give the function that serves it."""
        model.export(folder)
        return _served(folder)

    def knowing(self, objects: dict[str, Any]) -> Any:
        """A context in which files may name these classes."""
        return self.module.utils.custom_object_scope(objects)

    def registered_name(self, cls: Any) -> str:
        name: str = self.module.utils.get_registered_name(cls)
        return name

    def policy(self) -> Any:
        """The global dtype policy."""
        return self.module.mixed_precision.global_policy()

    def set_policy(self, policy: Any) -> None:
        self.module.mixed_precision.set_global_policy(policy)

    def generator_state(self, thing: Any) -> Any:
        """Random generators of Keras 2 have no variable that Keras saves."""
        return None

    def own_variables(self, layer: Any) -> list[Any]:
        """The variables of a layer itself, without those of its sub-layers."""
        variables: list[Any] = layer._trainable_weights + layer._non_trainable_weights
        return variables

    def attributes(self, layer: Any) -> dict[str, Any]:
        """What a layer holds, by name."""
        return dict(vars(layer))

    def name_of(self, variable: Any) -> str:
        """The name by which `add_weight` made it: the last part of `block/dense/kernel:0`."""
        return str(variable.name).rpartition("/")[2].partition(":")[0]

    def path_of(self, variable: Any) -> str:
        """The name that it has in Keras, with the layers around it."""
        return str(variable.name)

    def value_of(self, variable: Any) -> Any:
        """What gradients are taken with respect to."""
        return variable

    def trained_by(self, layer: Any) -> Callable[[Any], bool]:
        """Whether a variable of the layer is one that trains: layers know, variables do not."""
        known = {id(variable) for variable in layer.trainable_weights}
        return lambda variable: id(variable) in known

    def thaw(self, variables: Collection[tuple[Any, bool]]) -> None:
        """Layers alone say what trains."""

    def owns(self, cls: Any) -> bool:
        """Is it a class or function of Keras itself?"""
        root = str(getattr(cls, "__module__", "")).partition(".")[0]
        return root in ("keras", "tf_keras")

    def shape(self, sizes: Any, kind: type) -> Any:
        """A shape as `build()` is given one: a `TensorShape`, or a tuple as files have it."""
        return tuple(sizes) if kind is list else tf.TensorShape(sizes)


def _served(folder: str) -> Callable[..., Any]:
    served: Callable[..., Any] = tf.saved_model.load(folder).serve
    return served


def _as_tensor(value: Any) -> Any:
    """An array of numbers as a tensor; all else as it is."""
    is_array = isinstance(value, np.ndarray) and value.dtype.kind in "fiub"
    return tf.convert_to_tensor(value) if is_array else value
