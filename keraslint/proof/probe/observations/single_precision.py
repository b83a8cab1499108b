"""A class → its own code while all that asks for `float32` gets `float64`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ..coverage.class_source import NOT_READ
from ..keras_versions.in_use import KERAS

SINGLE, DOUBLE = "float32", "float64"


@contextmanager
def widened(cls: type) -> Iterator[None]:
    """What the modules of the class name `float32`, and what nobody names, is `float64`."""
    codes = {one: one.__code__ for module in _modules(cls) for one in _functions(module)}
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


def _modules(cls: type) -> list[ModuleType]:
    names = {one.__module__ for one in cls.__mro__ if one is not object}
    own = [name for name in sorted(names) if name.partition(".")[0] not in NOT_READ]
    return [sys.modules[name] for name in own if name in sys.modules]


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    """The functions that the module defines, those of its classes too."""
    for value in vars(module).values():
        if getattr(value, "__module__", "") == module.__name__:
            parts = [*vars(value).values()] if inspect.isclass(value) else [value]
            for part in parts:
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
