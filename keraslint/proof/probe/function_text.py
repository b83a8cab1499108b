"""A function in a configuration → what it does, wherever in the text it is written."""

from __future__ import annotations

import base64
import marshal
from types import CodeType
from typing import Any

from .coverage.instrument import as_written


def told_function(function: Any) -> str:
    """Name the function; one that is made by another one also by what it does."""
    name = str(function.__qualname__)
    code = getattr(function, "__code__", None)
    if "<locals>" not in name or code is None:
        return f"function {name}"
    return f"function {function.__name__} {_told(code)}"


def told_lambda(written: str) -> Any:
    """Code as Keras writes a lambda down, without the places of its lines."""
    try:
        code = marshal.loads(base64.b64decode(written))  # of the layer that is measured
    except (EOFError, TypeError, ValueError):
        return written
    return _told(code) if isinstance(code, CodeType) else written


def _told(code: CodeType) -> str:
    """What a compiled function does, as text: the same for the same text, wherever it stands."""
    code = as_written(code)
    constants = [_constant(one) for one in code.co_consts]
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    return f"{code.co_name}: {code.co_code.hex()} {constants} {names}"


def _constant(value: Any) -> str:
    """A constant; Python 3.10 keeps the full names of inner functions among them."""
    if isinstance(value, CodeType):
        return _told(value)
    if isinstance(value, frozenset):
        return f"{sorted(map(repr, value))}"  # whose order is another one in each process
    inner = isinstance(value, str) and "<locals>" in value
    return repr(value.rpartition(".")[2] if inner else value)
