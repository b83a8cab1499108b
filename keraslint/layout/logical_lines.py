"""A text → its logical lines, with their tokens: statements, and the headers of compound ones."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LAYOUT = frozenset(
    {
        tokenize.NL,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENCODING,
        tokenize.ENDMARKER,
        tokenize.NEWLINE,
    }
)
_OPENS_TEXT, _CLOSES_TEXT = (
    frozenset({"FSTRING_START", "TSTRING_START"}),
    frozenset({"FSTRING_END", "TSTRING_END"}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalLine:
    """A statement, from its first line to its last; 1-based."""

    first: int
    last: int
    margin: str
    tokens: Sequence[tokenize.TokenInfo]


def logical_lines(text: str) -> list[LogicalLine]:
    """The logical lines of a text whose lines end in `\\n`; none of what is not Python."""
    try:
        return list(_gathered(text))
    except (tokenize.TokenError, SyntaxError):
        return []


def _gathered(text: str) -> Iterator[LogicalLine]:
    gathered: list[tokenize.TokenInfo] = []
    for token in _tokens(text):
        if token.type == tokenize.NEWLINE and gathered:
            yield _line(gathered)
            gathered = []
        elif token.type not in _LAYOUT and (gathered or token.type != tokenize.COMMENT):
            gathered.append(token)


def _line(tokens: list[tokenize.TokenInfo]) -> LogicalLine:
    first, last = tokens[0], tokens[-1]
    margin = first.line[: first.start[1]]
    return LogicalLine(first=first.start[0], last=last.end[0], margin=margin, tokens=tokens)


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    """The tokens of a text; a text with places to fill in is one token, as before Python 3.12."""
    opened: list[tokenize.TokenInfo] = []
    lines = text.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        name = tokenize.tok_name[token.type]
        if name in _OPENS_TEXT:
            opened.append(token)
        elif name in _CLOSES_TEXT:
            start = opened.pop()
            if not opened:
                written = _between(lines, start.start, token.end)
                yield tokenize.TokenInfo(
                    tokenize.STRING, written, start.start, token.end, start.line
                )
        elif not opened:
            yield token


def _between(lines: Sequence[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    found = [*lines[start[0] - 1 : end[0]]]
    found[-1] = found[-1][: end[1]]
    found[0] = found[0][start[1] :]
    return "".join(found)
