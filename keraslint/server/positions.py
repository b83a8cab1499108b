"""Spans, in lines and characters from 1 ↔ the protocol's ranges, from 0 and in its own units."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from lsprotocol import types

from keraslint.diagnostic import Edit, Position, Span
from keraslint.fix.apply import ends_as
from keraslint.project.files.source import Source

_CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


class Places:
    """Turns places around, for one text and one of the encodings that a client may have chosen."""

    def __init__(self, source: Source, encoding: str) -> None:
        self._source = source
        self._codec, self._unit = _CODECS[encoding]

    def range(self, span: Span) -> types.Range:
        """A span as a range; what lies past the text's end is its end."""
        return types.Range(self._there(span.start), self._there(span.end))

    def _there(self, position: Position) -> types.Position:
        at = self._source.position(self._source.offset(position))
        before = self._source.line(at.line)[: at.column - 1]
        units = len(before.encode(self._codec, "surrogatepass")) // self._unit
        return types.Position(at.line - 1, units)

    def position(self, position: types.Position) -> Position:
        """A position of the client's; one past the line's end is the line's end."""
        line = self._source.line(position.line + 1).encode(self._codec, "surrogatepass")
        before = line[: position.character * self._unit].decode(self._codec, "ignore")
        return Position(position.line + 1, len(before) + 1)

    def span(self, range_: types.Range) -> Span:
        """A range as a span."""
        return Span(self.position(range_.start), self.position(range_.end))

    def edit(self, edit: Edit) -> types.TextEdit:
        """An edit, with the line ends of the text."""
        return types.TextEdit(self.range(edit.span), ends_as(self._source, edit.content))


def after(source: Source, change: types.TextDocumentContentChangeEvent, encoding: str) -> str:
    """The text after a change; lines are those of the protocol, which ends them at no form feed."""
    if isinstance(change, types.TextDocumentContentChangeWholeDocument):
        return change.text
    places = Places(source, encoding)
    start, end = (
        source.offset(places.position(at)) for at in (change.range.start, change.range.end)
    )
    return source.text[:start] + change.text + source.text[end:]


def line_edits(old: Source, new: Source) -> list[Edit]:
    """The lines that differ, as edits of the old text."""
    before, after = _lines(old), _lines(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        Edit(Span(Position(i1 + 1, 1), Position(i2 + 1, 1)), "".join(after[j1:j2]))
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]


def _lines(source: Source) -> Sequence[str]:
    ends = (*source.starts[1:], len(source.text))
    return [source.text[start:end] for start, end in zip(source.starts, ends, strict=True)]
