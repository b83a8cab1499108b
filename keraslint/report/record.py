"""A diagnostic as plain JSON values, with ruff's keys and our own `proof` and `why_no_fix`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from keraslint.diagnostic import Diagnostic, Fix, Position, Verdict

Json = dict[str, Any]


def record(one: Diagnostic) -> Json:
    """Turn a diagnostic into the object that readers of ruff's output know."""
    return {
        "cell": None,
        "code": one.code,
        "end_location": _location(one.span.end),
        "filename": absolute(one.path),
        "fix": _fix(one.fix) if one.fix else None,
        "location": _location(one.span.start),
        "message": one.message,
        "name": one.name,
        "noqa_row": one.span.start.line,
        "proof": proof(one.verdict) if one.verdict else None,
        "severity": "error",
        "url": None,
        "why_no_fix": one.why_no_fix or None,
    }


def proof(verdict: Verdict) -> Json:
    """Turn a verdict into plain values."""
    return {
        "outcome": verdict.outcome.value,
        "layer": verdict.layer,
        "reason": verdict.reason,
        "recipe": verdict.recipe,
        "checks": [
            {"name": check.name, "status": check.status.value, "detail": check.detail}
            for check in verdict.checks
        ],
        "seconds": round(verdict.seconds, 3),
        "environment": verdict.environment,
    }


def absolute(path: str) -> str:
    """Return the absolute path, without looking at the disk; `-` is standard input."""
    return path if path == "-" else os.path.normpath(Path.cwd() / path)


def _location(position: Position) -> Json:
    return {"column": position.column, "row": position.line}


def _fix(fix: Fix) -> Json:
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
    }
