"""A line of source as a terminal shows it: tabs, wide characters and controls in cells."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

TAB = 4


@dataclass(frozen=True, slots=True)
class Cells:
    """The shown text of a line, and the cell at which each of its characters starts."""

    glyphs: tuple[str, ...]
    columns: tuple[int, ...]  # one more than glyphs: the last is the line's width

    @property
    def width(self) -> int:
        return self.columns[-1]

    def column(self, index: int) -> int:
        """Return the cell of a character; past the end, as if spaces followed."""
        extra = max(0, index - len(self.glyphs))
        return self.columns[min(index, len(self.glyphs))] + extra

    def window(self, left: int, size: int) -> str:
        """Cut out `size` cells from `left` on, with `…` where something was cut off."""
        if left == 0 and self.width <= size:
            return "".join(self.glyphs)
        start = left + 1 if left else 0
        end = left + size - (1 if self.width > left + size else 0)
        kept = [
            glyph if column >= start else " " * (self.columns[index + 1] - start)
            for index, (glyph, column) in enumerate(zip(self.glyphs, self.columns, strict=False))
            if self.columns[index + 1] > start and self.columns[index + 1] <= end
        ]
        before = "…" if left and self.width > left else ""
        return before + "".join(kept) + ("…" if self.width > left + size else "")


def cells(line: str) -> Cells:
    """Lay out one line; what a terminal would obey instead of show becomes a picture of it."""
    if line.isascii() and line.isprintable():
        return Cells(tuple(line), tuple(range(len(line) + 1)))
    glyphs: list[str] = []
    columns = [0]
    for character in line:
        glyph, width = _glyph(character, columns[-1])
        glyphs.append(glyph)
        columns.append(columns[-1] + width)
    return Cells(tuple(glyphs), tuple(columns))


def _glyph(character: str, column: int) -> tuple[str, int]:
    if character == "\t":
        width = TAB - column % TAB
        return " " * width, width
    category = unicodedata.category(character)
    if category == "Cc":
        number = ord(character)
        return chr(0x2400 + number) if number < 0x20 else "\u2421" if number == 0x7F else "�", 1
    if category in ("Mn", "Me") or character == "\u200d":
        return character, 0
    if category in ("Cf", "Zl", "Zp", "Cs"):  # bidi marks and separators would move the rest
        return "�", 1
    return character, 2 if unicodedata.east_asian_width(character) in "WF" else 1
