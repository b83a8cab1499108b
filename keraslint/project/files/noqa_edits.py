"""A text and its findings → the `# noqa` comments that silence them."""

from __future__ import annotations

import tokenize
from collections.abc import Iterable, Iterator
from itertools import pairwise

from keraslint.diagnostic import Diagnostic, Edit, Span
from keraslint.project.files.source import Source
from keraslint.project.files.suppressions import Suppression, suppressions, tokens

_OPENS = frozenset({"FSTRING_START", "TSTRING_START"})
_CLOSES = frozenset({"FSTRING_END", "TSTRING_END"})


def silencing(source: Source, findings: Iterable[Diagnostic], reason: str = "") -> tuple[Edit, ...]:
    """Add each finding's code to its line, or to the next line of it that can hold a comment.

    One edit is one line's comment; a new comment ends with the reason. Raises what `tokens` raises.
    """
    room = _Room(tokens(source))
    codes: dict[int, set[str]] = {}
    for finding in findings:
        codes.setdefault(room.line_for(finding), set()).add(finding.code)
    there = {one.span.start.line: one for one in suppressions(source) if one.by_prefix}
    return tuple(
        _edit(source, line, codes[line], there.get(line), reason) for line in sorted(codes)
    )


def _edit(
    source: Source, line: int, codes: set[str], there: Suppression | None, reason: str
) -> Edit:
    if there is not None and there.names is not None:
        listed = ", ".join(sorted({*there.names, *codes}))
        return Edit(there.span, f"# noqa: {listed}")
    text = source.line(line)
    end = Span.of(line, len(text.rstrip()) + 1, line, len(text) + 1)
    why = f" {reason}" if reason else ""
    return Edit(end, f"  # noqa: {', '.join(sorted(codes))}{why}")


class _Room:
    """Where in a text a comment can stand at the end of a line."""

    def __init__(self, cut: list[tokenize.TokenInfo]) -> None:
        self._closed = frozenset(_in_strings(cut)) | frozenset(_continued(cut))
        self._last = dict(_statements(cut))

    def line_for(self, finding: Diagnostic) -> int:
        """The finding's first line, its last line, or the last line of its statement."""
        first, last = finding.span.start.line, finding.span.end.line
        open_ones = (line for line in (first, last) if line not in self._closed)
        return next(open_ones, self._last.get(first, last))


def _in_strings(cut: Iterable[tokenize.TokenInfo]) -> Iterator[int]:
    """The lines that end inside a string."""
    starts: list[int] = []
    for token in cut:
        kind = tokenize.tok_name[token.type]
        if kind in _OPENS:
            starts.append(token.start[0])
        elif kind in _CLOSES:
            yield from range(starts.pop(), token.end[0])
        elif token.type == tokenize.STRING:
            yield from range(token.start[0], token.end[0])


def _continued(cut: Iterable[tokenize.TokenInfo]) -> Iterator[int]:
    """The lines that end with a backslash: no token ends them, and the statement goes on."""
    for token, following in pairwise(cut):
        if token.type not in (tokenize.NEWLINE, tokenize.NL, tokenize.COMMENT):
            yield from range(token.end[0], following.start[0])


def _statements(cut: Iterable[tokenize.TokenInfo]) -> Iterator[tuple[int, int]]:
    """Each line of a statement with the statement's last line."""
    first = 0
    for token in cut:
        if token.type == tokenize.NEWLINE:
            yield from ((line, token.start[0]) for line in range(first, token.start[0] + 1))
            first = 0
        elif token.type not in (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT):
            first = first or token.start[0]
