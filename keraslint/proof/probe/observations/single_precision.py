"""A class → its own code while all that asks for `float32` gets `float64`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType
from typing import Any

from ..coverage.class_source import NOT_READ
from ..keras_versions.in_use import KERAS

SINGLE, DOUBLE = "float32", "float64"


@contextmanager
def widened(cls: type) -> Iterator[None]:
    """What the modules of the class name `float32`, and what nobody names, is `float64`."""
    codes = {one: one.__code__ for one in _functions(cls)}
    usual = KERAS.module.backend.floatx()
    try:
        for function, code in codes.items():
            function.__code__ = _wide(code)
        KERAS.module.backend.set_floatx(DOUBLE)
        yield
    finally:
        KERAS.module.backend.set_floatx(usual)
        for function, code in codes.items():
            function.__code__ = code


def _functions(cls: type) -> Iterator[FunctionType]:
    """The functions of the class and its own bases, and all that are defined beside them.

    Where these are defined is read off the functions: two versions of a class name one module.
    """
    own = [one for one in cls.__mro__ if one.__module__.partition(".")[0] not in NOT_READ]
    mine = [function for one in own for function in _defined_in(one)]
    spaces = {id(one.__globals__): one.__globals__ for one in mine}
    for space in spaces.values():
        for value in space.values():
            yield from (one for one in _defined_in(value) if one.__globals__ is space)


def _defined_in(value: Any) -> Iterator[FunctionType]:
    """A function, or those of a class."""
    for part in [*vars(value).values()] if inspect.isclass(value) else [value]:
        bare = getattr(part, "fget", None) or getattr(part, "__func__", part)
        found = inspect.unwrap(bare) if callable(bare) else bare
        if inspect.isfunction(found):
            yield found


def _wide(code: CodeType) -> CodeType:
    """The same code, inner functions too, with the other dtype as text and as attribute."""
    return code.replace(
        co_consts=tuple(map(_wide_constant, code.co_consts)),
        co_names=tuple(DOUBLE if name == SINGLE else name for name in code.co_names),
    )


def _wide_constant(value: Any) -> Any:
    if isinstance(value, CodeType):
        return _wide(value)
    return DOUBLE if isinstance(value, str) and value == SINGLE else value
