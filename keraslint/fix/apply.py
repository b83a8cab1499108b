"""A text and fixes → the new text, and which of the fixes are in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from keraslint.diagnostic import Edit, Fix, Position
from keraslint.project.files.source import Source

_BARE = re.compile(r"(?<!\r)\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """`skipped` fixes touch one that was applied; they are tried again on the new text."""

    text: str
    applied: tuple[Fix, ...]
    skipped: tuple[Fix, ...]


def apply(source: Source, fixes: Iterable[Fix]) -> Applied:
    """Apply fixes whole or not at all, the first in the file first; equal ones once."""
    chosen: list[Fix] = []
    skipped: list[Fix] = []
    taken: list[Edit] = []
    for fix in sorted(dict.fromkeys(fixes), key=_start):
        if any(touch(edit, other) for edit in fix.edits for other in taken):
            skipped.append(fix)
        else:
            chosen.append(fix)
            taken += fix.edits
    return Applied(text=edited(source, taken), applied=tuple(chosen), skipped=tuple(skipped))


def edited(source: Source, edits: Sequence[Edit]) -> str:
    """Replace the spans, from the end so that offsets hold; new lines end as the file's do."""
    text = source.text
    for edit in sorted(edits, key=lambda edit: edit.span)[::-1]:
        start, end = source.offset(edit.span.start), source.offset(edit.span.end)
        content = ends_as(source, edit.content)
        text = text[:start] + content + text[end:]
    return text


def ends_as(source: Source, content: str) -> str:
    """End the lines of a new content as those of the file end."""
    return _BARE.sub(source.newline, content)


def _start(fix: Fix) -> Position:
    return min((edit.span.start for edit in fix.edits), default=Position(1, 1))


def touch(one: Edit, other: Edit) -> bool:
    """Whether two edits overlap or meet, so that their order would matter."""
    return one.span.start <= other.span.end and other.span.start <= one.span.end
