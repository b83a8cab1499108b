"""A span of a notebook's joined text → its cell, and its place in the cell and in the JSON file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from keraslint.diagnostic import Edit, Position, Span
from keraslint.project.files.notebook import CellText, notebook
from keraslint.project.files.notebook.cell_storage import StoredCell
from keraslint.project.files.source import Source


@dataclass(frozen=True)
class Places:
    """Where the lines of a notebook's source are."""

    source: Source

    @cached_property
    def _cells(self) -> tuple[CellText, ...]:
        book = self.source.notebook
        return tuple(book.cells(self.source.text)) if book is not None else ()

    @cached_property
    def _first_lines(self) -> tuple[int, ...]:
        return tuple(self.source.position(cell.start).line for cell in self._cells)

    @cached_property
    def texts(self) -> dict[int, Source]:
        """The text of each cell, with IPython's own lines."""
        return {
            cell.number: Source(path=self.source.path, text=cell.original) for cell in self._cells
        }

    @cached_property
    def file(self) -> Source:
        """The JSON text as it is stored, or would be with this source."""
        book = self.source.notebook
        text = book.stored_with(self.source.text) if book is not None else ""
        return Source(path=self.source.path, text=text)

    @cached_property
    def _stored(self) -> dict[int, StoredCell]:
        return {cell.number: cell for cell in notebook(self.file.text).stored}

    def cell(self, position: Position) -> int:
        """The number of the cell, among all cells of the notebook; the mark belongs to its cell."""
        return self._cells[self._index(position)].number

    def in_cell(self, span: Span) -> Span:
        """The span with lines counted from the start of the cell that it starts in."""
        before = self._first_lines[self._index(span.start)] - 1
        start, end = span.start, span.end
        return Span(
            Position(start.line - before, start.column), Position(end.line - before, end.column)
        )

    def in_file(self, span: Span) -> Span:
        """The span in the JSON file."""
        local, number = self.in_cell(span), self.cell(span.start)
        start, end = (self._file_position(number, at) for at in (local.start, local.end))
        return Span(start, max(start, end))

    def crossed_by(self, edits: Iterable[Edit]) -> bool:
        """Tell whether edits reach over the end of a cell, or into several cells."""
        cells = {self._index(edit.span.start) for edit in edits}
        return len(cells) > 1 or any(self._end(i) < edit.span.end for i in cells for edit in edits)

    def _end(self, index: int) -> Position:
        """The start of the mark after a cell, up to which the cell may be edited."""
        cell = self._cells[index]
        return self.source.position(cell.start + len(cell.text) + 1)

    def _file_position(self, number: int, position: Position) -> Position:
        offset = self._stored[number].offset(self.texts[number].offset(position))
        return self.file.position(offset)

    def _index(self, position: Position) -> int:
        return max(bisect_right(self._first_lines, position.line) - 1, 0)
