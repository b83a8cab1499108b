"""Each key of the configuration: what it is for, how its value is read, what it must be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Schema = Mapping[str, Any]
INTERPRETERS = ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe")
"""Where Python is in the folder of an environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of value: how it is read (`None`: it is not one), in words, and as JSON schema."""

    read: Callable[[object], Any]
    must_be: str
    schema: Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One key; `holds` says if its value names paths, patterns or a program.

    `unset` says what holds where there is no value, not even a default one.
    """

    kind: Kind
    says: str
    holds: str = ""
    unset: str = ""


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
    return value if isinstance(value, str) and re.fullmatch(_PYTHON, value) else None


def _seconds(value: object) -> float | None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if number and value > 0 else None  # type: ignore[arg-type,operator]


def _texts_by_name(value: object) -> dict[str, tuple[str, ...]] | None:
    if not isinstance(value, Mapping):
        return None
    read = {key: _texts([item] if isinstance(item, str) else item) for key, item in value.items()}
    return None if None in read.values() else read  # type: ignore[return-value]


def _grades(value: object) -> dict[str, str] | None:
    if not isinstance(value, Mapping) or not all(grade in _GRADES for grade in value.values()):
        return None
    return dict(value)


_GRADES = ("error", "warning", "info")
_PYTHON = r"py3\d{1,2}"
_TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
_BY_NAME: Schema = {
    "type": "object",
    "additionalProperties": {"anyOf": [{"type": "string"}, _TEXTS]},
}

_STRING = Kind(read=_text, must_be="a string", schema={"type": "string"})
_STRINGS = Kind(read=_texts, must_be="a list of strings", schema=_TEXTS)
_BOOLEAN = Kind(read=_flag, must_be="`true` or `false`", schema={"type": "boolean"})
_LISTS = Kind(
    read=_texts_by_name, must_be="a table of strings or lists of strings", schema=_BY_NAME
)
_SEVERITIES = Kind(
    read=_grades,
    must_be="a table of `error`, `warning` or `info` by rule",
    schema={"type": "object", "additionalProperties": {"enum": list(_GRADES)}},
)
_KERAS = Kind(read=_keras, must_be="`2` or `3`", schema={"type": "integer", "enum": [2, 3]})
_VERSION = Kind(
    read=_python_version,
    must_be='a Python version such as `"py310"`',
    schema={"type": "string", "pattern": f"^{_PYTHON}$"},
)
_SECONDS = Kind(
    read=_seconds,
    must_be="a number of seconds above zero",
    schema={"type": "number", "exclusiveMinimum": 0},
)

OPTIONS: Mapping[str, Option] = {
    "select": Option(
        kind=_STRINGS,
        says="Rules to turn on, instead of the default ones",
        unset="the default ones",
    ),
    "extend-select": Option(kind=_STRINGS, says="Rules to turn on, too"),
    "ignore": Option(kind=_STRINGS, says="Rules to turn off"),
    "per-file-ignores": Option(
        kind=_LISTS, says="Rules to turn off in the files of a pattern", holds="patterns"
    ),
    "extend-per-file-ignores": Option(
        kind=_LISTS, says="Rules to turn off in the files of a pattern, too", holds="patterns"
    ),
    "fixable": Option(kind=_STRINGS, says="Rules whose fixes may be applied"),
    "extend-fixable": Option(kind=_STRINGS, says="Rules whose fixes may be applied, too"),
    "unfixable": Option(kind=_STRINGS, says="Rules whose fixes may not be applied"),
    "severity": Option(
        kind=_SEVERITIES,
        says='How formats and editors show the findings of a rule: `KRL103 = "info"`',
        unset="errors for files that cannot be read, warnings for the rest",
    ),
    "exclude": Option(kind=_STRINGS, says="Files and folders to leave out", holds="patterns"),
    "extend-exclude": Option(
        kind=_STRINGS, says="Files and folders to leave out, too", holds="patterns"
    ),
    "respect-gitignore": Option(kind=_BOOLEAN, says="Leave out what git ignores"),
    "force-exclude": Option(kind=_BOOLEAN, says="Leave out excluded files even if they are named"),
    "src": Option(
        kind=_STRINGS, says="Folders in which the project's own modules are found", holds="paths"
    ),
    "keras": Option(
        kind=_KERAS,
        says="The Keras that the code is written for",
        unset="what requirements, imports and names tell",
    ),
    "target-version": Option(
        kind=_VERSION,
        says="The oldest Python that the code must run on",
        unset="the one of keraslint",
    ),
    "cache-dir": Option(kind=_STRING, says="Where the cache is", holds="paths"),
    "output-format": Option(kind=_STRING, says="How findings are reported"),
    "baseline": Option(
        kind=_STRING, says="A file of findings that are known and not told again", holds="paths"
    ),
    "recipes": Option(
        kind=_LISTS,
        says='How to make and call a layer, for a proof: `Block = "Block(4)(floats(2, 8))"`',
    ),
    "fix": Option(kind=_BOOLEAN, says="Apply fixes"),
    "unsafe-fixes": Option(kind=_BOOLEAN, says="Apply unsafe fixes too"),
    "show-fixes": Option(kind=_BOOLEAN, says="List what was fixed"),
    "python": Option(
        kind=_STRING,
        says="The interpreter that has the project's packages and its Keras",
        holds="program",
        unset="the project's own, or the one of keraslint",
    ),
    "timeout": Option(
        kind=_SECONDS,
        says="Seconds that a proof may run each version of a layer",
        unset="60 seconds",
    ),
}


def anchored(key: str, value: Any, folder: Path) -> Any:
    """Make the paths and patterns of an option's value absolute, as they are meant in a folder."""
    holders = {"paths": _path, "patterns": _pattern, "program": _program}
    place = holders.get(OPTIONS[key].holds)
    if place is None:
        return value
    if isinstance(value, Mapping):
        return {place(pattern, folder): one for pattern, one in value.items()}
    return (
        place(value, folder) if isinstance(value, str) else tuple(place(v, folder) for v in value)
    )


def _path(path: str, folder: Path) -> str:
    return str(folder / path)


def _program(name: str, folder: Path) -> str:
    """A bare name is looked up in the search path; a folder is that of a virtual environment."""
    path = folder / name
    there = [path / inside for inside in INTERPRETERS if (path / inside).is_file()]
    if there:
        return str(there[0])
    return str(path) if "/" in name or "\\" in name else name


def _pattern(pattern: str, folder: Path) -> str:
    """A pattern without a slash means any name, wherever it is."""
    negation, glob = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    if "/" not in glob.rstrip("/"):
        return pattern
    literal = re.sub(r"([*?\[{])", r"[\1]", folder.as_posix().rstrip("/"))
    return negation + (glob if glob.startswith("/") else f"{literal}/{glob.removeprefix('./')}")
