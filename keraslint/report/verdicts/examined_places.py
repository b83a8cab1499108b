"""Examinations with lines of joined notebooks → the same with cells, and lines in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from keraslint.diagnostic import Span
from keraslint.examination import Examination
from keraslint.project.files.notebook.cell_positions import Places
from keraslint.project.files.source import Source


def located(
    examined: Sequence[Examination], sources: Mapping[str, Source]
) -> tuple[Examination, ...]:
    """Count the lines of what stands in notebooks from the start of each cell."""
    books = {
        path: Places(source) for path, source in sources.items() if source.notebook is not None
    }
    return tuple(_located(one, books) for one in examined) if books else tuple(examined)


def _located(one: Examination, books: Mapping[str, Places]) -> Examination:
    signs = []
    for sign in one.signs:
        cell, line = _place(books.get(sign.path or one.path), sign.line)
        signs.append(replace(sign, cell=cell, line=line))
    cell, line = _place(books.get(one.path), one.line)
    blamed = _place(books.get(one.path), one.blamed)[1]
    return replace(one, signs=tuple(signs), cell=cell, line=line, blamed=blamed)


def _place(book: Places | None, line: int) -> tuple[int | None, int]:
    if book is None or not line:
        return None, line
    within = Span.of(line, 1, line, 1)
    return book.cell(within.start), book.in_cell(within).start.line
