"""The text of a file and of its tests → constructions of a layer with constant arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from .constructions import constructions_in
from .recipe import Origin, Recipe

MOST_FILES = 12
MOST_SEARCHED = 400


def recipes_near(layer: str, path: Path, root: Path, text: str) -> tuple[Recipe, ...]:
    """Constructions of the layer with constant arguments, in the file itself and in its tests."""
    tests = [_read(file) for file in _tests_of(path, root)]
    texts = [text, *tests, *_importing(layer.split(".")[-1], path, root)]
    found = [expression for text in texts for expression in constructions_in(text, layer)]
    called = sorted(dict.fromkeys(found), key=lambda expression: not expression.endswith("))"))
    return tuple(Recipe(expression, Origin.FOUND) for expression in called[:8])


def _tests_of(path: Path, root: Path) -> list[Path]:
    """Files whose name says that they test this one."""
    names = (f"{path.stem}_test.py", f"test_{path.stem}.py")
    folders = [path.parent, path.parent / "tests", path.parent.parent / "tests", root / "tests"]
    files = [folder / name for folder in folders for name in names]
    return [file for file in dict.fromkeys(files) if file.is_file()][:MOST_FILES]


def _importing(name: str, path: Path, root: Path) -> Iterator[str]:
    """The texts of tests that import the class, or its module, whatever they are called."""
    imported = re.compile(rf"\bimport\b[^\n(]*\b({name}|{path.stem})\b|\bimport \([^)]*\b{name}\b")
    folders = [path.parent / "tests", path.parent.parent / "tests", root / "tests", root / "test"]
    files = dict.fromkeys(file for folder in folders for file in _python_files(folder))
    for file in list(files)[:MOST_SEARCHED]:
        text = _read(file)
        if name in text and imported.search(text):
            yield text


@cache
def _python_files(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(folder.rglob("*.py"))) if folder.is_dir() else ()


@cache
def _read(path: Path) -> str:
    """The text of a file; a run of proofs reads each once."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
