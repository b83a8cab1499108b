"""Two lists of weights, or two texts → rows in which what belongs together stands side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import Enum

from keraslint.diagnostic import Coverage, WeightSeen
from keraslint.project.facts.class_texts import Clip


class Mark(Enum):
    """How the two sides of a row differ."""

    SAME = "same"
    OTHER = "other"
    MOVED = "moved"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightRow:
    """One weight before and after; `None` where there is none at this place."""

    mark: Mark
    before: WeightSeen | None
    after: WeightSeen | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """One line of a diff with its numbers before and after; `-` and `+` have only one.

    `ran` tells whether its statement ran, where that is known.
    """

    sign: str
    before: int | None
    after: int | None
    text: str
    ran: bool | None = None


def weight_rows(before: Sequence[WeightSeen], after: Sequence[WeightSeen]) -> tuple[WeightRow, ...]:
    """Align two lists by path; a weight at another place in the order is marked as moved."""
    return tuple(_weight_rows(before, after))


def _weight_rows(before: Sequence[WeightSeen], after: Sequence[WeightSeen]) -> Iterator[WeightRow]:
    old, new = ([one.path for one in side] for side in (before, after))
    match = SequenceMatcher(None, old, new, autojunk=False)
    for tag, i, end, j, other_end in match.get_opcodes():
        if tag == "equal":
            for one, other in zip(before[i:end], after[j:other_end], strict=True):
                yield WeightRow(
                    mark=Mark.SAME if one == other else Mark.OTHER, before=one, after=other
                )
            continue
        for one in before[i:end]:
            yield WeightRow(
                mark=Mark.MOVED if one.path in new else Mark.GONE, before=one, after=None
            )
        for one in after[j:other_end]:
            yield WeightRow(
                mark=Mark.MOVED if one.path in old else Mark.NEW, before=None, after=one
            )


def line_rows(old: Clip, new: Clip, around: int = 3) -> tuple[tuple[LineRow, ...], ...]:
    """The hunks of a diff of two classes, numbered as in their files."""
    match = SequenceMatcher(None, old.lines, new.lines, autojunk=False)
    groups = match.get_grouped_opcodes(around)
    return tuple(
        tuple(row for code in group for row in _line_rows(old, new, *code)) for group in groups
    )


def marked(
    rows: Sequence[LineRow], old: Clip, new: Clip, coverage: Coverage | None
) -> tuple[LineRow, ...]:
    """Tell of each line whether it ran; nothing where the classes are not those that were run."""
    sizes = (len(old.lines), len(new.lines))
    if coverage is None or sizes != (coverage.lines_before, coverage.lines_after):
        return tuple(rows)
    return tuple(replace(row, ran=_ran(row, old, new, coverage)) for row in rows)


def _ran(row: LineRow, old: Clip, new: Clip, coverage: Coverage) -> bool | None:
    if row.after is not None:
        place, ran, missed = row.after - new.line, coverage.ran_after, coverage.missed_after
    else:
        place, ran, missed = (
            (row.before or 0) - old.line,
            coverage.ran_before,
            coverage.missed_before,
        )
    return True if place in ran else False if place in missed else None


def _line_rows(
    old: Clip, new: Clip, tag: str, i: int, end: int, j: int, other_end: int
) -> Iterator[LineRow]:
    if tag == "equal":
        for step, text in enumerate(old.lines[i:end]):
            yield LineRow(
                sign=" ", before=old.line + i + step, after=new.line + j + step, text=text
            )
        return
    for step, text in enumerate(old.lines[i:end]):
        yield LineRow(sign="-", before=old.line + i + step, after=None, text=text)
    for step, text in enumerate(new.lines[j:other_end]):
        yield LineRow(sign="+", before=None, after=new.line + j + step, text=text)
