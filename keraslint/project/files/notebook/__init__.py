"""The JSON text of a notebook → its Python cells as one text, in which names flow between cells.

After each cell stands a mark, a statement that does nothing: so no statement reaches over the end
of a cell, and a text that was edited falls into its cells again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from keraslint.project.files.notebook.cell_storage import (
    NotANotebook,
    StoredCell,
    code_cells,
    with_sources,
)
from keraslint.project.files.notebook.magics import (
    Mask,
    hidden,
    is_other_language,
    masked,
    unmasked,
)
from keraslint.project.syntax.parse import fault, is_python, parse

__all__ = ["SUFFIX", "Broken", "CellText", "NotANotebook", "Notebook", "Scattered", "notebook"]

SUFFIX = ".ipynb"
_MARKER = "notebook cell"
_INDENTED = re.compile(r"(?:[ \t\f]*(?:\r\n|\r|\n))*[ \t]+[^\s]")


class Scattered(ValueError):
    """An edited text does not fall into the notebook's cells any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellText:
    """One cell of a joined text, which may have been edited, and where in that text it starts.

    `opening` stands before it: IPython lets a cell be indented as a whole, Python does not.
    """

    number: int
    start: int
    text: str
    masks: tuple[Mask, ...]
    opening: str = ""

    @property
    def original(self) -> str:
        """The text with IPython's own lines. Raises `Scattered`."""
        try:
            return unmasked(self.text, self.masks)
        except ValueError as error:
            raise Scattered(str(error)) from None

    @property
    def is_python(self) -> bool:
        """Tell whether the cell can be run by itself."""
        return is_python(self.opening + self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """What is wrong with a cell that is not Python, and where: a line of the cell, and a column."""

    number: int
    line: int
    column: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    number: int
    text: str
    masks: tuple[Mask, ...]
    opening: str
    broken: Broken | None = None


@dataclass(frozen=True, kw_only=True)
class Notebook:
    """The notebook as it was read: `raw` is its JSON text, `stored` its code cells therein."""

    raw: str
    stored: tuple[StoredCell, ...]
    marker: str

    @cached_property
    def _cells(self) -> tuple[_Cell, ...]:
        return tuple(
            _cell(cell, f"{self.marker} {cell.number}:")
            for cell in self.stored
            if cell.language == "python" and not is_other_language(cell.text)
        )

    @cached_property
    def text(self) -> str:
        """The Python cells, each with its mark after it."""
        return "".join(one.opening + one.text + self._mark(one.number) for one in self._cells)

    @property
    def broken(self) -> tuple[Broken, ...]:
        """The cells that are not Python, and masked as a whole."""
        return tuple(cell.broken for cell in self._cells if cell.broken is not None)

    def _mark(self, number: int) -> str:
        return f'\nb"{self.marker} {number}"\n'

    def cells(self, text: str) -> Iterator[CellText]:
        """Divide a joined text at the marks. Raises `Scattered` if one is missing or displaced."""
        literal = f'b"{self.marker} '
        at = 0
        for cell in self._cells:
            mark = self._mark(cell.number)
            start, end = at + len(cell.opening), text.find(mark, at)
            if end < start or text[at:start] != cell.opening:
                raise Scattered("code would be moved over the end of a cell")
            yield CellText(
                number=cell.number,
                start=start,
                text=text[start:end],
                masks=cell.masks,
                opening=cell.opening,
            )
            at = end + len(mark)
        if at != len(text) or text.count(literal) != self.text.count(literal):
            raise Scattered("code would be moved over the end of a cell")

    def stored_with(self, text: str) -> str:
        """The notebook's JSON text with the cells of a joined text. Raises `Scattered`."""
        sources = {cell.number: cell.original for cell in self.cells(text)}
        return with_sources(self.raw, self.stored, sources)


def _cell(stored: StoredCell, marker: str) -> _Cell:
    """Mask what is IPython's; all of it, if the rest is not Python by itself."""
    text, masks = masked(stored.text, marker)
    opening = "if 1:\n" if _INDENTED.match(text) else ""
    try:
        parse(opening + text)
    except (SyntaxError, ValueError, RecursionError) as error:
        mask = hidden(stored.text, marker)
        line, column, reason = fault(error)
        broken = Broken(
            number=stored.number,
            line=max(line - opening.count("\n"), 1),
            column=column,
            reason=reason,
        )
        return _Cell(
            number=stored.number, text=mask.shown, masks=(mask,), opening="", broken=broken
        )
    return _Cell(number=stored.number, text=text, masks=masks, opening=opening)


def notebook(raw: str) -> Notebook:
    """Read a notebook's JSON text. Raises `NotANotebook`."""
    marker = _MARKER
    while marker in raw:
        marker += "-"
    return Notebook(raw=raw, stored=code_cells(raw), marker=marker)
