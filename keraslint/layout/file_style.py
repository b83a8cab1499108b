"""A file's text, and what its project says → how its statements are broken over lines."""

from __future__ import annotations

import re
import tokenize
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from keraslint.layout.leaves import Unclear, leaves_of
from keraslint.layout.logical_lines import LogicalLine, logical_lines
from keraslint.layout.splits import Width, broken
from keraslint.project.files.line_lengths import LineLength

_CUSTOMARY = (79, 80, 88, 100, 120)
_USUAL = 88
_TELLING = 5
"""So many lines that come near to a width, and none beyond it, tell that it is the limit."""
_NEAR = 8
_FEW = 0.05
"""Of the statements of a formatted file, so many may be broken in a way that is not known here."""
_MAGIC = re.compile(r",[)\]}]")
_CLOSES = re.compile(r"[ \t]*[)\]}]+[,:]?$")
_OPENS = re.compile(r"[(\[{]$")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStyle:
    """How a file is laid out.

    `is_formatted`: a formatter has been at work, so that all that is new is laid out as it would;
    else only what is too long is broken, and `closes_alone` says whether a closing bracket then
    stands in a line of its own.
    """

    width: Width
    is_formatted: bool
    closes_alone: bool = True

    def lines(self, line: LogicalLine, written: Sequence[str]) -> Sequence[str]:
        """The lines of a statement, which is `written` now."""
        if not self.is_formatted and all(len(one) <= self.width.most for one in written):
            return written
        found = _broken(line, written, self.width)
        if found is None or self.is_formatted or self.closes_alone or len(found) < 3:
            return found or written
        return _closed_up(found, self.width)


def style_of(text: str, told: LineLength | None) -> FileStyle:
    """Tell by a file's own statements whether and how a formatter breaks them."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    statements, rows = logical_lines(text), text.split("\n")
    most = told.most if told is not None and told.by_formatter else 0
    tried = [most] if most else _widths(_of_code(statements, rows))
    strays: dict[int, tuple[int, int]] = {}
    for width in tried:
        strays[width] = _strays(statements, rows, width)
        if not strays[width][0]:
            break
    best = min(strays, key=lambda width: strays[width][0])
    others, looked_at = strays[best]
    if others <= _FEW * looked_at:
        return FileStyle(width=Width(most=best), is_formatted=True)
    limit = told.most if told is not None else _habit(rows)
    return FileStyle(
        width=Width(most=limit, indent=_deeper(statements, rows)),
        is_formatted=False,
        closes_alone=_closes_alone(statements, rows),
    )


def _widths(rows: Sequence[str]) -> list[int]:
    """The widths that a file may have, the likeliest first."""
    is_wide = sum(len(row) > _USUAL for row in rows) >= _TELLING
    most = _CUSTOMARY[-1] if is_wide else _USUAL
    widths = [one for one in _CUSTOMARY if one <= most]
    longest = max(map(len, rows), default=0)
    likely = next((width for width in widths if width >= longest), most)
    if sum(len(row) > likely - _NEAR for row in rows) < _TELLING:
        likely = _USUAL
    return sorted(widths, key=lambda width: (width != likely, width))


def _of_code(statements: Iterable[LogicalLine], rows: Sequence[str]) -> list[str]:
    """The lines that are neither comments nor texts alone, such as docstrings."""
    code = (one for one in statements if one.tokens[0].type != tokenize.STRING)
    return [row for one in code for row in rows[one.first - 1 : one.last]]


def _strays(statements: Iterable[LogicalLine], rows: Sequence[str], width: int) -> tuple[int, int]:
    """How many statements a formatter of this width would break otherwise, and out of how many."""
    looked_at, others = 0, 0
    for one in statements:
        written = rows[one.first - 1 : one.last]
        if len(written) == 1 and len(written[0]) <= width and not _MAGIC.search(written[0]):
            continue
        found = _broken(one, written, Width(most=width))
        looked_at += found is not None
        others += found is not None and found != written
    return others, looked_at


def _broken(line: LogicalLine, written: Sequence[str], width: Width) -> list[str] | None:
    """How a formatter breaks a statement: as it is `written`, if it may count comments or not."""
    ways = (True, False) if any("#" in row for row in written) else (True,)
    try:
        found = [broken(leaves_of(line.tokens, counting=way), line.margin, width) for way in ways]
    except Unclear:
        return None
    return next((one for one in found if one == written), found[0])


# -- the habits of a file that no formatter has laid out -----------------------------------------


def _habit(rows: Sequence[str]) -> int:
    """The customary width that all but a few lines keep."""
    narrow = _CUSTOMARY[1]
    longer = [sum(len(row) > width for row in rows) for width in (narrow - _NEAR, narrow)]
    if longer[0] >= _TELLING and not longer[1]:
        return narrow
    few = max(_TELLING - 1, len(rows) // 100)
    wide = [width for width in _CUSTOMARY if width >= _USUAL]
    kept = [width for width in wide if sum(len(row) > width for row in rows) <= few]
    return kept[0] if kept else max(map(len, rows))


def _deeper(statements: Iterable[LogicalLine], rows: Sequence[str]) -> str:
    """By how much a line behind an opening bracket is deeper than its statement."""
    found = Counter(
        len(rows[one.first]) - len(rows[one.first].lstrip()) - len(one.margin)
        for one in statements
        if one.last > one.first and _OPENS.search(rows[one.first - 1])
    )
    steps = [step for step, _ in found.most_common() if step > 0]
    return " " * steps[0] if steps else "    "


def _closes_alone(statements: Iterable[LogicalLine], rows: Sequence[str]) -> bool:
    ends = [
        bool(_CLOSES.match(rows[one.last - 1]))
        for one in statements
        if one.last > one.first and _OPENS.search(rows[one.first - 1])
    ]
    return 2 * sum(ends) >= len(ends)


def _closed_up(lines: list[str], width: Width) -> list[str]:
    """With the last bracket behind what it closes, and no comma before it."""
    *others, last = lines
    closing = last.strip()
    inner = others[-1].removesuffix(",")
    if not _CLOSES.match(last) or len(inner) + len(closing) > width.most:
        return lines
    return [*others[:-1], inner + closing]
