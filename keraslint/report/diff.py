"""An old and a new text → a unified diff that `git apply` and `patch` accept."""

from __future__ import annotations

import re
from collections.abc import Mapping

from keraslint.project.clip import Clip
from keraslint.project.source import Source
from keraslint.report.palette import Palette

_HUNK = re.compile(r"@@ -(\d+)(,\d+)? \+(\d+)(,\d+)? @@")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def diffs(changed: Mapping[str, tuple[Source, str]], *, colour: bool) -> str:
    """Render the diff of every changed file, in the order of their paths."""
    palette = Palette(colour)
    texts = (_diff(path, *changed[path], palette) for path in sorted(changed))
    return "".join(texts)


def _diff(path: str, old: Source, new: str, palette: Palette) -> str:
    import difflib

    before, after = _LINE.findall(old.text), _LINE.findall(new)
    lines = difflib.unified_diff(before, after, path, path)
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
