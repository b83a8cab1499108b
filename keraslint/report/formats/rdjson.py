"""Reviewdog's diagnostic format."""

from __future__ import annotations

import json
from typing import Any

from keraslint.diagnostic import Diagnostic, Span
from keraslint.report import Report
from keraslint.report.record import absolute


def render(report: Report) -> str:
    """Render for reviewdog; its fixes are suggestions, so only safe ones are given."""
    result = {
        "source": {"name": "keraslint"},
        "severity": "WARNING",
        "diagnostics": [_diagnostic(one, report) for one in report.diagnostics],
    }
    return json.dumps(result, indent=2) + "\n"


def _diagnostic(one: Diagnostic, report: Report) -> dict[str, Any]:
    found: dict[str, Any] = {
        "message": one.message,
        "location": {"path": absolute(one.path), "range": _range(one.span)},
        "code": {"value": one.code},
    }
    if one.fix is not None and report.can_fix(one):
        edits = one.fix.edits
        found["suggestions"] = [{"range": _range(e.span), "text": e.content} for e in edits]
    return found


def _range(span: Span) -> dict[str, Any]:
    return {
        "start": {"line": span.start.line, "column": span.start.column},
        "end": {"line": span.end.line, "column": span.end.column},
    }
