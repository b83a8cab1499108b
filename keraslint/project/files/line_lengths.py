"""A folder's configuration of formatters and linters, read as text → how long a line may be."""

from __future__ import annotations

import configparser
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from keraslint.project.files.python_environment import project_folders
from keraslint.project.files.source import Source, read
from keraslint.settings import toml_table

_USUAL = 88  # of Black and ruff, where they are configured and nothing is said
_YAPF = 79


@dataclass(frozen=True, slots=True)
class LineLength:
    """The most that a line may have; `by_formatter`: what breaks lines there, not what warns."""

    most: int
    by_formatter: bool


class LineLengths:
    """What the configuration files of a project say of its folders: the nearest one counts."""

    def __init__(self, root: Path) -> None:
        self._top = project_folders(root)[-1]
        self._folders: dict[Path, LineLength | None] = {}

    def of_folder(self, folder: Path) -> LineLength | None:
        """What is said in a folder or above it."""
        if folder not in self._folders:
            found = _told(folder)
            if found is None and folder not in (self._top, folder.parent):
                found = self.of_folder(folder.parent)
            self._folders[folder] = found
        return self._folders[folder]


def _told(folder: Path) -> LineLength | None:
    """What a folder's own files say: formatters first, then linters, then editors."""
    found: dict[str, LineLength] = {}
    for name, ask in _FILES.items():
        text = read(str(folder / name))
        if isinstance(text, Source):
            for tool, length in ask(text.text).items():
                found.setdefault(tool, length)
    return next((found[tool] for tool in _RANK if tool in found), None)


_RANK = ("black", "ruff", "yapf", "linter", "editor")


def _in_pyproject(text: str) -> dict[str, LineLength]:
    tools = toml_table(text).get("tool")
    if not isinstance(tools, Mapping):
        return {}
    found: dict[str, LineLength] = {}
    for tool, key, usual in (
        ("black", "line-length", _USUAL),
        ("ruff", "line-length", _USUAL),
        ("yapf", "column_limit", _YAPF),
    ):
        if isinstance(tools.get(tool), Mapping):
            found[tool] = LineLength(_number(tools[tool].get(key), usual), True)
    return found


def _in_ruff(text: str) -> dict[str, LineLength]:
    return {"ruff": LineLength(_number(toml_table(text).get("line-length"), _USUAL), True)}


def _in_ini(text: str) -> dict[str, LineLength]:
    sections = _sections(text)
    found: dict[str, LineLength] = {}
    for name in ("yapf", "style"):
        if name in sections:
            found["yapf"] = LineLength(_number(sections[name].get("column_limit"), _YAPF), True)
    for name in ("flake8", "pycodestyle", "pycodestyle.py"):
        most = _number(sections.get(name, {}).get("max-line-length"), 0)
        if most:
            found.setdefault("linter", LineLength(most, False))
    return found


def _in_editorconfig(text: str) -> dict[str, LineLength]:
    most = 0
    for name, values in _sections(text).items():
        if name == "*" or re.search(r"\.(py\b|\{[^}]*\bpy\b)", name):
            most = _number(values.get("max_line_length"), most)
    return {"editor": LineLength(most, False)} if most else {}


_FILES: Mapping[str, Callable[[str], dict[str, LineLength]]] = {
    "pyproject.toml": _in_pyproject,
    "ruff.toml": _in_ruff,
    ".ruff.toml": _in_ruff,
    ".style.yapf": _in_ini,
    "setup.cfg": _in_ini,
    "tox.ini": _in_ini,
    ".flake8": _in_ini,
    ".editorconfig": _in_editorconfig,
}


def _sections(text: str) -> dict[str, Mapping[str, str]]:
    parser = configparser.ConfigParser(interpolation=None, strict=False, default_section="\0")
    try:
        parser.read_string(f"[\1]\n{text}")
    except configparser.Error:
        return {}
    return {name: dict(parser[name]) for name in parser.sections()}


def _number(value: object, otherwise: int) -> int:
    """A number that is written as one, or as a text with more behind it: `100  # wide`."""
    found = re.match(r"\s*(\d+)", str(value))
    return int(found[1]) if found and int(found[1]) else otherwise
