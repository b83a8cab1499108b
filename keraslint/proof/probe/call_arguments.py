"""The arguments of a call → their arrays, their shapes, others in place, what `call()` takes."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from .keras_versions.in_use import KERAS

_MANY, _MORE = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD


def takes_training(layer: Any) -> bool:
    """May `call()` be told whether it is for training?"""
    parameters = inspect.signature(layer.call).parameters.values()
    return any(p.name == "training" or p.kind is p.VAR_KEYWORD for p in parameters)


def shapes_by_name(call: Any, inputs: Any) -> dict[str, Any]:
    """The shapes of the arrays that are given to `call()`, by the names that Keras has for them.

    As for Keras, what is for several arguments at once has no name, and masks have no shape.
    """
    args, kwargs = inputs
    signature = inspect.signature(call)
    unnamed = [p.name for p in signature.parameters.values() if p.kind in (_MANY, _MORE)]
    bound = signature.bind_partial(*args, **kwargs).arguments
    return {
        f"{name}_shape": KERAS.map(_shape, value)
        for name, value in bound.items()
        if name not in (*unnamed, "mask") and _is_of_arrays(value)
    }


def asked_for(function: Any) -> list[str]:
    """The names of the arguments that a function takes one by one."""
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.kind not in (_MANY, _MORE)]


def _is_of_arrays(value: Any) -> bool:
    leaves = [leaf for leaf in KERAS.flatten(value) if leaf is not None]
    return bool(leaves) and all(isinstance(leaf, np.ndarray) for leaf in leaves)


def _shape(leaf: Any) -> Any:
    return None if leaf is None else tuple(leaf.shape)


def arrays_of(inputs: Any) -> dict[str, Any]:
    """The arrays among the arguments of a call, numbered."""
    leaves = [leaf for leaf in KERAS.flatten(inputs) if isinstance(leaf, np.ndarray)]
    return {f"input_{index}": leaf for index, leaf in enumerate(leaves)}


def put_back(inputs: Any, tensors: dict[str, Any]) -> Any:
    """The arguments of a call, with tensors in place of the arrays."""
    counter = iter(range(1000))
    return KERAS.map(
        lambda leaf: tensors[f"input_{next(counter)}"] if isinstance(leaf, np.ndarray) else leaf,
        inputs,
    )
