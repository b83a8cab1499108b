"""An old and a new text → a unified diff that `git apply` and `patch` accept."""

from __future__ import annotations

import re
from collections.abc import Mapping

from keraslint.project.source import Source
from keraslint.report.palette import Palette

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
