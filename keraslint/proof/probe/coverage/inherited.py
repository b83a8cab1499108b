"""A class → its bases in other files of the project, whose methods tell the recorder what runs."""

from __future__ import annotations

import inspect
import linecache
import os
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

from ..read_log import is_installed, loaded_early
from .instrument import ORIGINAL, inner, instrumented
from .recorder import Recorder


def watch_bases(cls: type, recorder: Recorder) -> None:
    """Have the methods of the class's bases mark what they pass, where their files do not yet."""
    own = [base for base in cls.__mro__ if base.__module__ not in loaded_early()]
    for file in dict.fromkeys(map(_file_of, own)):
        if file and not is_installed(file) and os.path.realpath(file) not in recorder.files:
            codes = _codes_of(file, recorder)
            for function in _methods(cls, file):
                code = codes.get(_key(function.__code__))
                if code is not None and code.co_freevars == function.__code__.co_freevars:
                    function.__code__ = code


def _file_of(base: type) -> str:
    try:
        return inspect.getfile(base)
    except (OSError, TypeError):
        return ""


def _codes_of(file: str, recorder: Recorder) -> dict[tuple[str, int], CodeType]:
    """The code of all functions of a file, by name and line; none where it cannot be compiled."""
    text = "".join(linecache.getlines(file))
    try:
        module = instrumented(text, file, recorder, os.path.realpath(file))
    except (SyntaxError, ValueError, RecursionError):
        return {}
    return {_key(code): code for code in _all_inside(module)}


def _all_inside(code: CodeType) -> Iterator[CodeType]:
    for one in inner(code):
        yield one
        yield from _all_inside(one)


def _key(code: CodeType) -> tuple[str, int]:
    return code.co_name, code.co_firstlineno


def _methods(cls: type, file: str) -> Iterator[FunctionType]:
    for base in cls.__mro__:
        if _file_of(base) == file:
            for value in vars(base).values():
                yield from _functions(value, file)


def _functions(value: Any, file: str) -> Iterator[FunctionType]:
    """The functions of a file that an attribute of a class stands for, or wraps."""
    if isinstance(value, (staticmethod, classmethod)):
        yield from _functions(value.__func__, file)
    elif isinstance(value, property):
        for one in (value.fget, value.fset, value.fdel):
            yield from _functions(one, file)
    elif isinstance(value, FunctionType):
        if value.__code__.co_filename == file and value.__code__ not in ORIGINAL:
            yield value
        yield from _functions(getattr(value, "__wrapped__", None), file)
