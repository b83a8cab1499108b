"""Comments that silence findings (`# noqa: KRL101`, `# keraslint: ignore[layer-in-build]`)."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO

from keraslint.diagnostic import Diagnostic
from keraslint.project.source import Source

_NOQA = re.compile(r"#\s*noqa(?P<list>\s*:\s*(?P<codes>[^#]*))?(?![\w-])", re.IGNORECASE)
_CODES = re.compile(r"[A-Z]+[0-9]*\b")
_OURS = re.compile(r"#\s*keraslint:\s*(?P<verb>ignore|file-ignore)\b(?:\[(?P<names>[^\]]*)\])?")
_LAYOUT = frozenset({tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT})


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment: what it silences (`names` of None: everything) and on which lines."""

    line: int
    first: int
    last: int
    names: frozenset[str] | None
    whole_file: bool = False
    by_prefix: bool = False  # `noqa` lists code prefixes, as in flake8; ours lists rules

    def silences(self, finding: Diagnostic) -> bool:
        """Tell whether the finding is of a rule and at a place that this comment speaks of."""
        return self._names(finding) and (self.whole_file or self._touches(finding))

    def _names(self, finding: Diagnostic) -> bool:
        if self.names is None:
            return True
        if self.by_prefix:
            return any(finding.code.startswith(name) for name in self.names)
        return finding.code in self.names or finding.name in self.names

    def _touches(self, finding: Diagnostic) -> bool:
        """The comment's own line, or the first or last line of the finding's statement."""
        ends = (finding.span.start.line, finding.span.end.line)
        at_edge = self.line in (self.first, self.last)
        return self.line in ends or (at_edge and self.first <= ends[0] <= self.last)


def unsuppressed(findings: Iterable[Diagnostic], source: Source) -> tuple[Diagnostic, ...]:
    """Leave out the findings that a comment of the file silences."""
    findings = tuple(findings)
    comments = suppressions(source) if findings else ()
    return tuple(
        finding for finding in findings if not any(one.silences(finding) for one in comments)
    )


def suppressions(source: Source) -> tuple[Suppression, ...]:
    """Find the silencing comments of a file; a file that does not tokenize has none."""
    if "keraslint:" not in source.text and "noqa" not in source.text.lower():
        return ()
    text = re.sub(r"\r\n?", "\n", source.text)  # StringIO would split at "\n" alone
    try:
        tokens = list(tokenize.generate_tokens(StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return ()
    return tuple(_collect(tokens))


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
    return Suppression(first, first, last, waiting.names)


def _own_line(comment: tokenize.TokenInfo) -> Iterator[Suppression]:
    """Read a comment on a line of its own; `noqa` means nothing there."""
    line = comment.start[0]
    if ours := _OURS.search(comment.string):
        yield Suppression(line, line, line, _list(ours["names"]), ours["verb"] == "file-ignore")


def _end_of_line(comment: tokenize.TokenInfo, first: int, last: int) -> Iterator[Suppression]:
    line = comment.start[0]
    if ours := _OURS.search(comment.string):
        whole_file = ours["verb"] == "file-ignore"
        yield Suppression(line, first, last, _list(ours["names"]), whole_file)
    if noqa := _NOQA.search(comment.string):
        codes = frozenset(_codes(noqa["codes"])) if noqa["list"] else None
        yield Suppression(line, first, last, codes, by_prefix=True)


def _codes(listed: str) -> Iterator[str]:
    """Read `KRL101, E501  why`: codes up to the first word that is none."""
    for word in re.split(r"[\s,]+", listed.strip()):
        if not _CODES.fullmatch(word):
            return
        yield word


def _list(names: str | None) -> frozenset[str] | None:
    return None if names is None else frozenset(re.split(r"[\s,]+", names.strip())) - {""}
