"""A line of a file, and text to stand above it → the edit."""

from __future__ import annotations

from keraslint.diagnostic import Edit, Position, Span
from keraslint.project.files.source import Source


def above_line(source: Source, line: int, text: str) -> Edit:
    """Write text above a line; the line is part of the edit, so that both stay in one cell."""
    span = Span(Position(line, 1), Position(line + 1, 1))
    return Edit(span, f"{text}{source.line(line)}\n")
