"""Diagnostics ↔ JSON, for the cache; anything that is not what was written is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from keraslint.diagnostic import (
    Applicability,
    Diagnostic,
    Edit,
    Fix,
    Health,
    Level,
    Measure,
    Objection,
    Promise,
    Question,
    Span,
    Unresolved,
    WrittenFor,
)

Noted = tuple[tuple[Unresolved, ...], tuple[WrittenFor, ...]]


def packed(diagnostics: Sequence[Diagnostic], looked_at: object, noted: Noted = ((), ())) -> str:
    """Write diagnostics, what was looked at besides the linted texts, and what was noted."""
    fixes: dict[Fix, int] = {}
    rows = []
    for item in diagnostics:
        number = fixes.setdefault(item.fix, len(fixes)) if item.fix is not None else None
        said = (item.code, item.name, item.message, item.path, _span(item.span))
        rows.append((*said, number, item.why_no_fix, item.owner))
    body = {"looked_at": looked_at, "fixes": [_fix(fix) for fix in fixes], "rows": rows}
    body["noted"] = [[asdict(one) for one in part] for part in noted]
    return json.dumps(body, separators=(",", ":"))


def unpacked(text: str) -> tuple[tuple[Diagnostic, ...], Any, Noted]:
    """Read all again.

    Raises:
        ValueError: the text is not what `packed` writes.
    """
    try:
        body = json.loads(text)
        fixes = [_fix_of(row) for row in body["fixes"]]
        found = tuple(_diagnostic(row, fixes) for row in body["rows"])
        classes, files = body["noted"]
        noted = (
            tuple(Unresolved(**row) for row in classes),
            tuple(WrittenFor(**row) for row in files),
        )
        return found, body["looked_at"], noted
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ValueError(f"not an archive: {error}") from None


def _span(span: Span) -> list[int]:
    return [span.start.line, span.start.column, span.end.line, span.end.column]


def _fix(fix: Fix) -> list[object]:
    return [
        fix.applicability.value,
        fix.message,
        [[_span(edit.span), edit.content] for edit in fix.edits],
        fix.layer,
        [measure.value for measure in fix.promise.keeps],
        [health.value for health in fix.promise.mends],
        list(fix.doubts),
        list(fix.unseen),
        [[o.question.value, o.level.value, o.cause, o.path, o.line] for o in fix.objections],
        fix.keras,
        fix.within,
    ]


def _fix_of(row: list[Any]) -> Fix:
    applicability, message, edits, layer, keeps, mends, doubts, unseen, objections, *rest = row
    keras, within = rest
    return Fix(
        applicability=Applicability(applicability),
        message=message,
        edits=tuple(Edit(Span.of(*span), content) for span, content in edits),
        layer=layer,
        promise=Promise(
            tuple(Measure(item) for item in keeps), tuple(Health(item) for item in mends)
        ),
        doubts=tuple(doubts),
        unseen=tuple(unseen),
        objections=tuple(_objection(item) for item in objections),
        keras=keras,
        within=(within[0], within[1]),
    )


def _objection(row: list[Any]) -> Objection:
    question, level, cause, path, line = row
    return Objection(
        question=Question(question), level=Level(level), cause=cause, path=path, line=line
    )


def _diagnostic(row: list[Any], fixes: list[Fix]) -> Diagnostic:
    code, name, message, path, span, number, why_no_fix, owner = row
    fix = fixes[number] if number is not None else None
    return Diagnostic(
        code=code,
        name=name,
        message=message,
        path=path,
        span=Span.of(*span),
        fix=fix,
        why_no_fix=why_no_fix,
        owner=owner,
    )
