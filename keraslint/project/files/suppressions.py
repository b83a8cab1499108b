"""Comments that silence findings (`# noqa: KRL101`, `# keraslint: ignore[layer-in-build]`)."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from io import StringIO

from keraslint.diagnostic import Diagnostic, Span
from keraslint.project.files.source import Source

_NOQA = re.compile(r"#\s*noqa(?P<list>\s*:\s*(?P<codes>[^#]*))?(?![\w-])", re.IGNORECASE)
_CODES = re.compile(r"[A-Z]+[0-9]*\b")
_OURS = re.compile(r"#\s*keraslint:\s*(?P<verb>ignore|file-ignore)\b(?:\[(?P<names>[^\]]*)\])?")
_WORD = re.compile(r"[^\s,]+")
_LAYOUT = frozenset({tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """One comment: what it silences (`names` of None: everything) and on which lines.

    `line` is the line that it speaks of, `first` and `last` those of its statement; `span` and
    `text` are the comment's own, up to the end of its list of names.
    """

    line: int
    first: int
    last: int
    names: tuple[str, ...] | None
    span: Span
    text: str
    whole_file: bool = False
    by_prefix: bool = False  # `noqa` lists code prefixes, as in flake8; ours lists rules

    def silences(self, finding: Diagnostic) -> bool:
        """Tell whether the finding is of a rule and at a place that this comment speaks of."""
        return self._names(finding) and self.touches(finding)

    def means(self, name: str, code: str, rule: str) -> bool:
        """Tell whether one of the names stands for the rule of that code and name."""
        return code.startswith(name) if self.by_prefix else name in (code, rule)

    def touches(self, finding: Diagnostic) -> bool:
        """The comment's own line, or the first or last line of the finding's statement."""
        ends = (finding.span.start.line, finding.span.end.line)
        at_edge = self.line in (self.first, self.last)
        near = self.line in ends or (at_edge and self.first <= ends[0] <= self.last)
        return near or self.whole_file

    def may_concern(self, first: int, last: int) -> bool:
        """Tell whether it may silence something between two lines."""
        return self.whole_file or (self.first <= last and first <= self.last)

    def with_names(self, names: Iterable[str]) -> str:
        """The comment's text with other names in its list; there must be a list."""
        opening = ":" if self.by_prefix else "["
        at = self.text.index(opening) + 1
        at += len(self.text[at:]) - len(self.text[at:].lstrip())
        return self.text[:at] + ", ".join(names) + ("" if self.by_prefix else "]")

    def _names(self, finding: Diagnostic) -> bool:
        if self.names is None:
            return True
        return any(self.means(name, finding.code, finding.name) for name in self.names)


def unsuppressed(
    findings: Iterable[Diagnostic], comments: Iterable[Suppression]
) -> tuple[Diagnostic, ...]:
    """Leave out the findings that a comment silences."""
    comments = tuple(comments)
    return tuple(
        finding for finding in findings if not any(one.silences(finding) for one in comments)
    )


def suppressions(source: Source) -> tuple[Suppression, ...]:
    """Find the silencing comments of a file; a file that does not tokenize has none."""
    if "keraslint:" not in source.text and "noqa" not in source.text.lower():
        return ()
    try:
        return tuple(_collect(tokens(source)))
    except (tokenize.TokenError, SyntaxError):
        return ()


def tokens(source: Source) -> list[tokenize.TokenInfo]:
    """Cut a text into tokens, whose lines are those of the source.

    Raises:
        TokenError, SyntaxError: the text is not Python.
    """
    text = re.sub(r"\r\n?", "\n", source.text)  # StringIO would split at "\n" alone
    return list(tokenize.generate_tokens(StringIO(text).readline))


def _collect(tokens: list[tokenize.TokenInfo]) -> Iterator[Suppression]:
    """Give each comment the lines of the statement it stands in, or that follows it."""
    waiting: list[Suppression] = []
    inside: list[tokenize.TokenInfo] = []
    first = 0
    for token in tokens:
        if token.type == tokenize.COMMENT:
            if first:
                inside.append(token)
            else:
                waiting += _own_line(token)
        elif token.type == tokenize.NEWLINE or token.type == tokenize.ENDMARKER:
            last = token.start[0]
            yield from (_placed(one, first, last) for one in waiting)
            for comment in inside:
                yield from _end_of_line(comment, first, last)
            waiting, inside, first = [], [], 0
        elif token.type not in _LAYOUT:
            first = first or token.start[0]


def _placed(waiting: Suppression, first: int, last: int) -> Suppression:
    """Make a comment on its own line speak of the next statement, as if it stood on its start."""
    if waiting.whole_file:
        return waiting
    return replace(waiting, line=first, first=first, last=last)


def _own_line(comment: tokenize.TokenInfo) -> Iterator[Suppression]:
    """Read a comment on a line of its own; `noqa` means nothing there."""
    line = comment.start[0]
    if ours := _OURS.search(comment.string):
        yield _of_ours(comment, ours, line, line)


def _end_of_line(comment: tokenize.TokenInfo, first: int, last: int) -> Iterator[Suppression]:
    if ours := _OURS.search(comment.string):
        yield _of_ours(comment, ours, first, last)
    if noqa := _NOQA.search(comment.string):
        names, end = _codes(noqa) if noqa["list"] else (None, noqa.end())
        span, text = _cut(comment, noqa.start(), end)
        line = comment.start[0]
        yield Suppression(
            line=line, first=first, last=last, names=names, span=span, text=text, by_prefix=True
        )


def _of_ours(
    comment: tokenize.TokenInfo, ours: re.Match[str], first: int, last: int
) -> Suppression:
    names = None if ours["names"] is None else tuple(_WORD.findall(ours["names"]))
    span, text = _cut(comment, ours.start(), ours.end())
    whole_file = ours["verb"] == "file-ignore"
    return Suppression(
        line=comment.start[0],
        first=first,
        last=last,
        names=names,
        span=span,
        text=text,
        whole_file=whole_file,
    )


def _cut(comment: tokenize.TokenInfo, start: int, end: int) -> tuple[Span, str]:
    (line, column), text = comment.start, comment.string[start:end]
    return Span.of(line, column + start + 1, line, column + end + 1), text


def _codes(noqa: re.Match[str]) -> tuple[tuple[str, ...], int]:
    """Read `KRL101, E501  why`: codes up to the first word that is none, and where they end."""
    codes, end = [], noqa.start("codes")
    for word in _WORD.finditer(noqa.string, end, noqa.end("codes")):
        if not _CODES.fullmatch(word[0]):
            break
        codes.append(word[0])
        end = word.end()
    return tuple(codes), len(noqa.string[:end].rstrip())
