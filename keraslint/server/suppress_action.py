"""A finding → the edit that puts a comment where it silences the finding, and breaks nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from keraslint.diagnostic import Diagnostic, Edit, Position, Span
from keraslint.fix.apply import edited
from keraslint.project.files.source import Source
from keraslint.project.files.suppressions import suppressions
from keraslint.project.syntax.parse import is_python

_OURS = re.compile(r"#\s*keraslint:\s*ignore\[[^\]]*(?=\])")
_INDENT = re.compile(r"[ \t\f]*")


def ignored(source: Source, finding: Diagnostic) -> Edit | None:
    """Try the end of the finding's first line, of its last line, and a line above it."""
    return next((edit for edit in _tries(source, finding) if _works(source, finding, edit)), None)


def _tries(source: Source, finding: Diagnostic) -> Iterator[Edit]:
    first, last = finding.span.start.line, finding.span.end.line
    for line in dict.fromkeys((first, last)):
        text = source.line(line)
        if listed := _OURS.search(text):
            yield _insert(line, listed.end(), f", {finding.name}")
        yield _insert(line, len(text.rstrip()), f"  # keraslint: ignore[{finding.name}]")
    indent = _INDENT.match(source.line(first))
    comment = f"# keraslint: ignore[{finding.name}]\n"
    yield _insert(first, 0, f"{indent[0] if indent else ''}{comment}")


def _insert(line: int, after: int, content: str) -> Edit:
    at = Position(line, after + 1)
    return Edit(Span(at, at), content)


def _works(source: Source, finding: Diagnostic, edit: Edit) -> bool:
    new = replace(source, text=edited(source, [edit]))
    if not is_python(new.text):
        return False
    added = edit.content.count("\n")
    start, end = finding.span.start, finding.span.end
    span = Span(Position(start.line + added, start.column), Position(end.line + added, end.column))
    moved = replace(finding, span=span)
    return any(comment.silences(moved) for comment in suppressions(new))
