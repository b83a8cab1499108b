"""Each key of the configuration: how its value is read, and what it must be, in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _texts(value: object) -> tuple[str, ...] | None:
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None


def _keras(value: object) -> int | None:
    return value if value in (2, 3) and type(value) is int else None


def _python_version(value: object) -> str | None:
    return value if isinstance(value, str) and re.fullmatch(r"py3\d{1,2}", value) else None


def _seconds(value: object) -> float | None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if number and value > 0 else None  # type: ignore[arg-type,operator]


def _texts_by_name(value: object) -> dict[str, tuple[str, ...]] | None:
    if not isinstance(value, Mapping):
        return None
    read = {key: _texts([item] if isinstance(item, str) else item) for key, item in value.items()}
    return None if None in read.values() else read  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Option:
    """One key of the configuration: how it is read, and what it must be, in words."""

    read: Callable[[object], Any]
    must_be: str


_STRING = Option(_text, "a string")
_STRINGS = Option(_texts, "a list of strings")
_BOOLEAN = Option(_flag, "`true` or `false`")
_LISTS = Option(_texts_by_name, "a table of strings or lists of strings")

OPTIONS: Mapping[str, Option] = {
    "select": _STRINGS,
    "extend-select": _STRINGS,
    "ignore": _STRINGS,
    "per-file-ignores": _LISTS,
    "fixable": _STRINGS,
    "unfixable": _STRINGS,
    "exclude": _STRINGS,
    "extend-exclude": _STRINGS,
    "respect-gitignore": _BOOLEAN,
    "force-exclude": _BOOLEAN,
    "src": _STRINGS,
    "keras": Option(_keras, "`2` or `3`"),
    "target-version": Option(_python_version, 'a Python version such as `"py310"`'),
    "cache-dir": _STRING,
    "output-format": _STRING,
    "recipes": _LISTS,
    "fix": _BOOLEAN,
    "unsafe-fixes": _BOOLEAN,
    "show-fixes": _BOOLEAN,
    "python": _STRING,
    "timeout": Option(_seconds, "a number of seconds above zero"),
}
