"""A diagnostic as plain JSON values, with ruff's keys and our own `proof` and `why_no_fix`."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from keraslint.diagnostic import (
    Check,
    Diagnostic,
    Evidence,
    Fix,
    Objection,
    OldFile,
    Position,
    Verdict,
)
from keraslint.report.diff import class_diff
from keraslint.report.rule_address import rule_address
from keraslint.report.verdicts.checkpoint import checkpoint_answer
from keraslint.report.verdicts.compared_layer import Exhibit

Json = dict[str, Any]


def record(one: Diagnostic) -> Json:
    """Turn a diagnostic into the object that readers of ruff's output know."""
    return {
        "cell": one.cell,
        "code": one.code,
        "end_location": _location(one.span.end),
        "filename": absolute(one.path),
        "fix": _fix(one.fix) if one.fix else None,
        "location": _location(one.span.start),
        "message": one.message,
        "name": one.name,
        "noqa_row": one.span.start.line,
        "proof": proof(one.verdict) if one.verdict else None,
        "severity": one.severity.value,
        "url": rule_address(one.code),
        "why_no_fix": one.why_no_fix or None,
    }


def proof(verdict: Verdict) -> Json:
    """Turn a verdict into plain values."""
    return {
        "outcome": verdict.outcome.value,
        "layer": verdict.layer,
        "reason": verdict.reason,
        "recipe": verdict.recipe,
        "old_checkpoint": checkpoint_answer(verdict),
        "old_files": [_plain(one) for one in verdict.old_files],
        "checks": [_check(check) for check in verdict.checks],
        "coverage": asdict(verdict.coverage) if verdict.coverage else None,
        "advice": verdict.advice,
        "evidence": [_plain(one) for one in verdict.evidence],
        "seconds": round(verdict.seconds, 3),
        "environment": verdict.environment,
        "cached": verdict.cached,
    }


def compared(one: Exhibit) -> Json:
    """Turn two versions of a layer and the verdict on them into plain values."""
    return {
        "filename": absolute(one.new.path),
        "old_filename": absolute(one.old.path),
        "old_layer": one.old.layer,
        "code": one.code or None,
        "fate": one.fate or None,
        **proof(one.verdict),
        "checks": [{**_check(check), "meaning": check.meaning} for check in one.verdict.checks],
        "title": one.title or None,
        "old_row": one.old.line,
        "row": one.new.line,
        "old_text": one.old.text,
        "text": one.new.text,
        "diff": class_diff(one.old, one.new),
    }


def _plain(one: Evidence | OldFile) -> Json:
    """Fields by name, as they are called in the house; tuples are arrays in JSON."""
    return asdict(one)


def _check(check: Check) -> Json:
    about = check.about or None
    told = {**asdict(check), "status": check.status.value, "about": about}
    return {name: value for name, value in told.items() if name != "meaning"}


def absolute(path: str) -> str:
    """Return the absolute path, without looking at the disk; `-` is standard input."""
    return path if path == "-" else os.path.normpath(Path.cwd() / path)


def _location(position: Position) -> Json:
    return {"column": position.column, "row": position.line}


def _fix(fix: Fix) -> Json:
    """`doubts` say in full why it is not safe; `objections` give some of them a line to blame."""
    return {
        "applicability": fix.applicability.value,
        "edits": [
            {
                "content": edit.content,
                "end_location": _location(edit.span.end),
                "location": _location(edit.span.start),
            }
            for edit in fix.edits
        ],
        "message": fix.message,
        "doubts": list(fix.doubts),
        "objections": [_objected(one) for one in fix.objections],
    }


def _objected(one: Objection) -> Json:
    """One doubt with the question that it answers; a line that is to blame has a file."""
    return {
        "cause": one.cause,
        "filename": absolute(one.path) if one.path else None,
        "level": one.level.value,
        "question": one.question.value,
        "row": one.line or None,
    }
