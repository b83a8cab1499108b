"""A piece of code → its tokens, each with the look that it has in colour."""

from __future__ import annotations

import io
import keyword
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

_DIFF = {"+": "added", "-": "removed", "@": "place"}


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text; `look` is keyword, string, comment, added, removed, place or nothing."""

    text: str
    look: str = ""


def pieces(code: str, language: str) -> Iterator[Piece]:
    """Cut code so that its pieces, one after another, are the code; what is unknown has no look."""
    if language == "diff":
        yield from _diff(code)
    elif language in ("python", "py"):
        yield from _python(code)
    else:
        yield Piece(code)


def _diff(code: str) -> Iterator[Piece]:
    for line in code.splitlines(keepends=True):
        yield Piece(line, _DIFF.get(line[:1], ""))


def _python(code: str) -> Iterator[Piece]:
    """Cut Python as far as it can be cut: a page may show what is no program."""
    lines = code.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    at = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            look = _look(token)
            if look:
                first = starts[token.start[0] - 1] + token.start[1]
                last = starts[token.end[0] - 1] + token.end[1]
                yield from (Piece(code[at:first]), Piece(code[first:last], look))
                at = last
    except (tokenize.TokenError, SyntaxError):
        pass
    yield Piece(code[at:])


def _look(token: tokenize.TokenInfo) -> str:
    if token.type == tokenize.COMMENT:
        return "comment"
    if token.type == tokenize.STRING or tokenize.tok_name[token.type].startswith("FSTRING"):
        return "string"
    return "keyword" if token.type == tokenize.NAME and keyword.iskeyword(token.string) else ""
