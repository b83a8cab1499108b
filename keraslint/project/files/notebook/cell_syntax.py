"""A source, or an edited text of it → whether it is Python, in a notebook cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from keraslint.diagnostic import Diagnostic, Span
from keraslint.project.files.notebook import Scattered
from keraslint.project.files.notebook.cell_positions import Places
from keraslint.project.files.source import Source
from keraslint.project.syntax.parse import is_python

NOT_PYTHON = "the rewritten file would not be Python"
CROSSES = "the fix would reach over the end of a notebook's cell"


def broken_cells(source: Source) -> Iterator[tuple[str, Span]]:
    """What is wrong with the first cell of a notebook that is not Python, and how many more are."""
    broken = {one.number: one for one in source.notebook.broken} if source.notebook else {}
    more = f"; {len(broken) - 1} more {_cells(len(broken) - 1)}" if len(broken) > 1 else ""
    for cell in source.notebook.cells(source.text) if source.notebook and broken else ():
        if one := broken.get(cell.number):
            line = source.position(cell.start).line + one.line - 1
            yield f"{one.reason}{more}", Span.of(line, one.column, line, one.column + 1)
            return


def _cells(count: int) -> str:
    return "cell is not Python" if count == 1 else "cells are not Python"


def damage(source: Source, text: str) -> str:
    """Say why an edited text cannot take the place of a file's; empty if it can."""
    if not is_python(text):
        return NOT_PYTHON
    if source.notebook is None:
        return ""
    try:
        source.notebook.stored_with(text)
        cells = source.notebook.cells(text)
        return "" if all(cell.is_python for cell in cells) else NOT_PYTHON
    except Scattered:
        return CROSSES


def within_cells(found: list[Diagnostic], source: Source) -> list[Diagnostic]:
    """Take away the fixes that reach from one cell of a notebook into another."""
    if source.notebook is None:
        return found
    places = Places(source)
    return [
        replace(one, fix=None, why_no_fix=CROSSES)
        if one.fix is not None and places.crossed_by(one.fix.edits)
        else one
        for one in found
    ]
