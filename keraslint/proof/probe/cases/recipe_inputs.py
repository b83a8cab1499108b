"""What a recipe says of the inputs of a call → arrays, wherever they are nested."""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

SMALL = 2


@dataclass(frozen=True, kw_only=True)
class Input:
    """An array described by shape and kind; its content is random and always the same."""

    kind: str
    shape: tuple[int, ...]
    dtype: str
    below: int = 10
    content: Any = None

    def array(self, index: int) -> Any:
        """Fill the array; `index` tells several inputs of one call apart."""
        if self.content is not None and self.content.shape == self.shape:
            return self.content.copy()
        seed = zlib.crc32(f"{self.kind}{index}".encode())
        random = np.random.RandomState(seed % 2**31)
        if self.kind == "zeros":
            return np.zeros(self.shape, self.dtype)
        if self.kind == "ints":
            drawn = random.randint(0, self.below, self.shape)
            return _some_small(drawn, self.below).astype(self.dtype)
        if self.kind == "bools":
            return _some_true(random.rand(*self.shape) > 0.4)
        return random.uniform(-1.0, 1.0, self.shape).astype(self.dtype)


def _some_small(array: Any, below: int) -> Any:
    """Nothing and one stand for what is padded or unknown: both are there, if there is room."""
    if array.size > SMALL:
        array.flat[:SMALL] = [0, 1 % below]
    return array


def _some_true(array: Any) -> Any:
    if array.ndim:
        array[..., 0] = True
    return array


def _shape(sizes: tuple[Any, ...]) -> tuple[int, ...]:
    nested = len(sizes) == 1 and isinstance(sizes[0], (tuple, list))
    return tuple(sizes[0]) if nested else tuple(sizes)


def floats(*shape: Any, dtype: str = "float32") -> Input:
    """Random numbers in [-1, 1)."""
    return Input(kind="floats", shape=_shape(shape), dtype=dtype)


def ints(*shape: Any, below: int = 10, dtype: str = "int32") -> Input:
    """Random whole numbers in [0, below); the first are 0 and 1."""
    return Input(kind="ints", shape=_shape(shape), dtype=dtype, below=below)


def bools(*shape: Any) -> Input:
    """Random truth values; the first of each row is true."""
    return Input(kind="bools", shape=_shape(shape), dtype="bool")


def zeros(*shape: Any, dtype: str = "float32") -> Input:
    """Zeros."""
    return Input(kind="zeros", shape=_shape(shape), dtype=dtype)


@dataclass(frozen=True)
class States:
    """Stands for the states of a recurrent cell, which follow from the cell."""


MAKERS: dict[str, Any] = {
    "floats": floats,
    "ints": ints,
    "bools": bools,
    "zeros": zeros,
    "states": States,
}


def is_cell(layer: Any) -> bool:
    """Is it a cell, which `layers.RNN` calls step by step?"""
    parameters = list(inspect.signature(layer.call).parameters.values())[:2]
    needed = [one for one in parameters if one.default is one.empty and one.kind in (0, 1)]
    return len(needed) > 1 and hasattr(layer, "state_size")


def states_of(cell: Any, batch: int) -> list[Input]:
    """An array for each state of a cell, of the sizes that it tells."""
    told = cell.state_size
    sizes = told if isinstance(told, (list, tuple)) else [told]
    shapes = [(batch, *(one if isinstance(one, (list, tuple)) else (one,))) for one in sizes]
    return [Input(kind="state", shape=shape, dtype="float32") for shape in shapes]


def with_items(value: Any, count: int) -> Any:
    """A list of inputs with so many items; anything else as it is."""
    if not (count and is_list_of_inputs(value)):
        return value
    return type(value)([*value[:count], *[value[-1]] * (count - len(value))])


def is_list_of_inputs(value: Any) -> bool:
    """Is it a list or tuple of inputs, and of nothing else?"""
    return type(value) in (list, tuple) and bool(value) and all(isinstance(v, Input) for v in value)


def without_keys(value: Any, keys: Collection[str]) -> Any:
    """Nested arguments without these keys of dicts."""
    if not keys:
        return value
    if type(value) in (list, tuple):
        return type(value)(without_keys(item, keys) for item in value)
    if type(value) is dict:
        return {k: without_keys(item, keys) for k, item in value.items() if k not in keys}
    return value


def described(value: Any) -> Any:
    """A plain array or tensor of a recipe, described as an `Input` so that its shape can vary.

    A symbolic one is of a batch of two, and of eight where a size is open.
    """
    if isinstance(value, Input) or not hasattr(value, "shape") or not hasattr(value, "dtype"):
        return value
    if type(value).__name__ == "KerasTensor":
        array = np.zeros((2, *(size or 8 for size in value.shape[1:])), str(value.dtype))
        return replace(described(array), content=None, below=4)
    array = np.array(value)
    kind = {"f": "floats", "i": "ints", "u": "ints", "b": "bools"}.get(array.dtype.kind)
    if kind is None:
        return value
    below = int(array.max()) + 1 if kind == "ints" and array.size else 10
    return Input(
        kind=kind, shape=array.shape, dtype=str(array.dtype), below=max(below, 1), content=array
    )


def tree(function: Callable[[Input], Any], value: Any) -> Any:
    """Apply `function` to every input of nested tuples, lists and dicts."""
    value = described(value)
    if isinstance(value, Input):
        return function(value)
    if type(value) in (list, tuple):
        return type(value)(tree(function, item) for item in value)
    if type(value) is dict:
        return {key: tree(function, item) for key, item in value.items()}
    return value


def leaves(value: Any) -> list[Input]:
    """All inputs of nested tuples, lists and dicts."""
    found: list[Input] = []
    tree(found.append, value)
    return found
