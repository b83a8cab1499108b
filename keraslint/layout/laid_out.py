"""A fix's edits of one class → the same edits, with new statements broken as the file's own are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from keraslint.diagnostic import Edit, Position, Span
from keraslint.layout.file_style import FileStyle
from keraslint.layout.logical_lines import logical_lines
from keraslint.project.files.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """Lines `start` up to, not including, `end` become the `lines`; `edit` says so."""

    start: int
    end: int
    lines: tuple[str, ...]
    edit: Edit


@dataclass(slots=True, kw_only=True)
class _Stretch:
    """New lines from `first` up to, not including, `last`, in place of old ones from `start`."""

    first: int
    last: int
    start: int
    end: int
    edits: tuple[Edit, ...] = ()
    is_new: bool = False


def laid_out(
    source: Source, edits: Sequence[Edit], within: tuple[int, int], style: FileStyle
) -> tuple[Edit, ...]:
    """Break what is new within some lines of a file, a class, as the file's formatter would."""
    first, last = within
    pieces = [
        _whole_lines(source, edit)
        for edit in sorted(edits)
        if first <= edit.span.start.line and edit.span.end.line <= last + 1
    ]
    if any(one.end > other.start for one, other in pairwise(pieces)):
        return tuple(edits)
    new, stretches = _assembled(source, pieces, first, last)
    changed = _relaid(new, stretches, style)
    for start, end, lines in reversed(changed):
        stretches = _joined(stretches, start, end)
        new[start:end] = lines
        stretches = [_shifted(one, start, len(lines) - (end - start)) for one in stretches]
    told = {one.edit for one in pieces}
    kept = [edit for edit in edits if edit not in told]
    for one in stretches:
        content = "".join(f"{line}\n" for line in new[one.first : one.last])
        whole = Edit(Span(Position(one.start, 1), Position(one.end, 1)), content)
        kept += [whole] if one.is_new else one.edits
    return tuple(sorted(kept))


def _whole_lines(source: Source, edit: Edit) -> _Piece:
    """An edit as one of whole lines."""
    start, end = edit.span.start, edit.span.end
    content = edit.content.replace("\r\n", "\n").replace("\r", "\n")
    if start.column == end.column == 1 and (not content or content.endswith("\n")):
        lines = tuple(content.split("\n")[:-1])
        return _Piece(start=start.line, end=end.line, lines=lines, edit=edit)
    before = source.line(start.line)[: start.column - 1]
    behind = source.line(end.line)[end.column - 1 :]
    lines = tuple(f"{before}{content}{behind}".split("\n"))
    return _Piece(start=start.line, end=end.line + 1, lines=lines, edit=edit)


def _assembled(
    source: Source, pieces: Iterable[_Piece], first: int, last: int
) -> tuple[list[str], list[_Stretch]]:
    """The new lines of a class, and where in them the edits are."""
    new: list[str] = []
    stretches: list[_Stretch] = []
    line = first
    for piece in pieces:
        new += [source.line(number) for number in range(line, piece.start)]
        start = len(new)
        new += piece.lines
        stretches.append(
            _Stretch(
                first=start, last=len(new), start=piece.start, end=piece.end, edits=(piece.edit,)
            )
        )
        line = piece.end
    new += [source.line(number) for number in range(line, last + 1)]
    return new, stretches


def _relaid(
    new: list[str], stretches: Sequence[_Stretch], style: FileStyle
) -> list[tuple[int, int, Sequence[str]]]:
    """The statements that an edit touches and that are to be broken otherwise."""
    found: list[tuple[int, int, Sequence[str]]] = []
    for one in logical_lines("".join(f"{line}\n" for line in new)):
        start, end = one.first - 1, one.last
        if any(_touches(stretch, start, end) for stretch in stretches):
            written = new[start:end]
            lines = style.lines(one, written)
            if list(lines) != written:
                found.append((start, end, lines))
    return found


def _touches(stretch: _Stretch, start: int, end: int) -> bool:
    if stretch.first == stretch.last:  # something was taken out of the middle of a statement
        return start < stretch.first < end
    return stretch.first < end and start < stretch.last


def _joined(stretches: Sequence[_Stretch], start: int, end: int) -> list[_Stretch]:
    """One stretch in place of all those that a statement touches, so that it is all in it."""
    mine = [one for one in stretches if one.first <= end and start <= one.last]
    first, last = min(mine[0].first, start), max(mine[-1].last, end)
    whole = _Stretch(
        first=first,
        last=last,
        start=mine[0].start - (mine[0].first - first),
        end=mine[-1].end + (last - mine[-1].last),
        edits=tuple(edit for one in mine for edit in one.edits),
        is_new=True,
    )
    rest = [one for one in stretches if one not in mine]
    return sorted([*rest, whole], key=lambda one: (one.first, one.last))


def _shifted(one: _Stretch, start: int, more: int) -> _Stretch:
    if one.first > start:
        one.first += more
    if one.last > start:
        one.last += more
    return one
