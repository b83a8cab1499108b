"""An old and a new text → a unified diff that `git apply` and `patch` accept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from keraslint.project.facts.class_texts import Clip
from keraslint.project.files.source import Source
from keraslint.report.palette import Palette

_HUNK = re.compile(r"@@ -(\d+)(,\d+)? \+(\d+)(,\d+)? @@")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def diffs(changed: Mapping[str, tuple[Source, str]], *, colour: bool) -> str:
    """Render the diff of every changed file, in the order of their paths."""
    palette = Palette(colour)
    parts = (part for path in sorted(changed) for part in _parts(path, *changed[path]))
    return "".join(_diff(name, old, new, palette) for name, old, new in parts)


def _parts(path: str, old: Source, new: str) -> Iterator[tuple[str, str, str]]:
    """A file as a whole; of a notebook each cell, as ruff shows it."""
    if old.notebook is None:
        yield path, old.text, new
        return
    cells = zip(old.notebook.cells(old.text), old.notebook.cells(new), strict=True)
    for before, after in cells:
        yield f"{path}:cell {before.number}", before.original, after.original


def _diff(name: str, old: str, new: str, palette: Palette) -> str:
    import difflib

    before, after = _LINE.findall(old), _LINE.findall(new)
    lines = difflib.unified_diff(before, after, name, name)
    return "".join(_line(line, palette) for line in lines)


def _line(line: str, palette: Palette) -> str:
    body = line.rstrip("\n")
    looks = {"+": palette.green, "-": palette.red, "@": palette.cyan}
    look = looks.get(body[:1])
    shown = look(body) if look else body
    return shown + "\n" + ("" if line.endswith("\n") else "\\ No newline at end of file\n")


def class_diff(old: Clip, new: Clip) -> str:
    """Render the diff of one class, with the line numbers of its file."""
    import difflib

    lines = difflib.unified_diff(old.lines, new.lines, old.path, new.path, lineterm="")
    return "".join(f"{_moved(line, old.line - 1, new.line - 1)}\n" for line in lines)


def _moved(line: str, old: int, new: int) -> str:
    """Let a hunk's head count from the file's first line, not from the class's."""
    head = _HUNK.fullmatch(line)
    if head is None:
        return line
    start, size, other, other_size = head.groups()
    return f"@@ -{int(start) + old}{size or ''} +{int(other) + new}{other_size or ''} @@"
