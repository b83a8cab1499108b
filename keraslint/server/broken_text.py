"""A text that is no Python for the moment → what was found before, where nothing was touched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from keraslint.diagnostic import Diagnostic, Position, Span
from keraslint.project.files.source import Source


def standing(found: Iterable[Diagnostic], good: Source, now: Source) -> tuple[Diagnostic, ...]:
    """Keep the findings above and below the lines that have changed; they have no fix any more."""
    before, after = _lines(good), _lines(now)
    above = _alike(before, after)
    below = _alike(before[above:][::-1], after[above:][::-1])
    shift = len(after) - len(before)
    kept = []
    for one in found:
        if one.span.end.line <= above:
            kept.append(replace(one, fix=None))
        elif one.span.start.line > len(before) - below:
            kept.append(replace(one, fix=None, span=_moved(one.span, shift)))
    return tuple(kept)


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines two texts begin with both."""
    pairs = zip(one, other, strict=False)
    differ = (number for number, (this, that) in enumerate(pairs) if this != that)
    return next(differ, min(len(one), len(other)))


def _lines(source: Source) -> Sequence[str]:
    return [source.line(number) for number in range(1, len(source.starts) + 1)]


def _moved(span: Span, lines: int) -> Span:
    start, end = span.start, span.end
    return Span(Position(start.line + lines, start.column), Position(end.line + lines, end.column))
