"""Frozen records ↔ the plain JSON values that they are written as."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints


def plain(value: Any) -> Any:
    """What JSON has for a value that it does not know, as the `default` of `json.dumps`."""
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} is no plain data")


def revived(kind: Any, value: Any) -> Any:
    """Plain JSON as frozen data again; raises where it is of another kind."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        names = [field.name for field in fields(kind)]
        return kind(**{name: revived(hints[name], value[name]) for name in names})  # type: ignore[operator]
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise TypeError("no list")
        return tuple(revived(get_args(kind)[0], item) for item in value)
    if NoneType in get_args(kind):
        return None if value is None else revived(get_args(kind)[0], value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value
