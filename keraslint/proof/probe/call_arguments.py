"""The arguments of a call → their arrays, other arrays in their place, and what `call()` takes."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from .keras_versions.in_use import KERAS


def takes_training(layer: Any) -> bool:
    """May `call()` be told whether it is for training?"""
    parameters = inspect.signature(layer.call).parameters.values()
    return any(p.name == "training" or p.kind is p.VAR_KEYWORD for p in parameters)


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
