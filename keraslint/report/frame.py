"""The code frame of a finding: numbered lines of source with the span underlined."""

from __future__ import annotations

import tokenize
from io import StringIO

from keraslint.diagnostic import Span
from keraslint.project.files.source import Source
from keraslint.report.palette import Palette
from keraslint.report.terminal_cells import Cells, cells

BEFORE, AFTER, WHOLE = 2, 1, 4


def frame(source: Source, span: Span, *, width: int, palette: Palette) -> list[str]:
    """Draw the lines around a span; a long span shows its first and its last line."""
    numbers = _numbers(source, span)
    wide = margin(source, span)
    laid = {number: cells(source.line(number)) for number in numbers if number}
    room = max(20, width - wide - 3)
    left = _left(laid, span, room)
    bar = palette.gutter(f"{' ' * wide} |")
    drawn = [bar]
    for number in numbers:
        if number is None:
            drawn.append(palette.gutter("..."))
            continue
        gutter = palette.gutter(f"{number:>{wide}} |")
        drawn.append(f"{gutter} {laid[number].window(left, room)}".rstrip())
        if mark := _mark(laid[number], number, span, left, room):
            drawn.append(f"{bar} {palette.red(mark)}" if palette.colour else f"{bar} {mark}")
    return [*drawn, bar]


def margin(source: Source | None, span: Span) -> int:
    """Return the width of the line numbers that a frame of this span has."""
    numbers = _numbers(source, span) if source is not None else [span.end.line]
    return len(str(max(filter(None, numbers), default=1)))


def _numbers(source: Source, span: Span) -> list[int | None]:
    """Choose the lines to show; None stands for lines left out."""
    first, last = span.start.line, max(span.start.line, span.end.line)
    if last > first and span.end.column == 1:  # the span ends with a line end, not on the next line
        last -= 1
    before = list(range(max(1, first - BEFORE), first))
    after = list(range(last + 1, min(len(source.starts), last + AFTER) + 1))
    while before and not source.line(before[0]).strip():
        before.pop(0)
    while after and not source.line(after[-1]).strip():
        after.pop()
    inside: list[int | None] = list(range(first, last + 1))
    if len(inside) > WHOLE:
        inside = [first, None, last]
    return [*before, *inside, *after]


def _left(laid: dict[int, Cells], span: Span, room: int) -> int:
    """Scroll to the right only as far as the start of the span demands."""
    line = laid[span.start.line]
    start = line.column(span.start.column - 1)
    end = line.column(span.end.column - 1) if span.end.line == span.start.line else line.width
    if min(end, line.width) <= room or line.width <= room:
        return 0
    return max(0, start - room // 3)


def _mark(line: Cells, number: int, span: Span, left: int, room: int) -> str:
    """Underline the part of the span that is on its first or last line; else nothing."""
    if number not in (span.start.line, span.end.line):
        return ""
    indent = next((i for i, glyph in enumerate(line.glyphs) if glyph.strip()), 0)
    start = span.start.column - 1 if number == span.start.line else indent
    end = span.end.column - 1 if number == span.end.line else _code_end(line, start)
    first = max(line.column(start) - left, 0)
    last = min(line.column(end) - left, room)
    return " " * first + "^" * max(1, last - first)


def _code_end(line: Cells, start: int) -> int:
    """Leave a comment at the end of a line out of the underline."""
    text = "".join(line.glyphs[start:])
    try:
        for token in tokenize.generate_tokens(StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                return start + len(text[: token.start[1]].rstrip())
    except (tokenize.TokenError, SyntaxError):
        pass  # the statement goes on in the next line
    return start + len(text.rstrip())
