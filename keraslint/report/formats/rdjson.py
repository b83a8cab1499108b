"""Reviewdog's diagnostic format, whose columns count bytes of UTF-8."""

from __future__ import annotations

import json
from typing import Any

from keraslint.diagnostic import Diagnostic, Position, Span
from keraslint.project.files.source import Source
from keraslint.report import Report
from keraslint.report.json_record import absolute
from keraslint.report.notebook_spans import in_files


def render(report: Report) -> str:
    """Render for reviewdog; its fixes are suggestions, so only safe ones are given."""
    report = in_files(report)
    result = {
        "source": {"name": "keraslint"},
        "diagnostics": [_diagnostic(one, report) for one in report.diagnostics],
    }
    return json.dumps(result, indent=2) + "\n"


def _diagnostic(one: Diagnostic, report: Report) -> dict[str, Any]:
    source = report.sources.get(one.path)
    found: dict[str, Any] = {
        "message": one.message,
        "location": {"path": absolute(one.path), "range": _range(one.span, source)},
        "code": {"value": one.code},
        "severity": one.severity.name,
    }
    if one.fix is not None and report.can_fix(one):
        edits = one.fix.edits
        found["suggestions"] = [{"range": _range(e.span, source), "text": e.content} for e in edits]
    return found


def _range(span: Span, source: Source | None) -> dict[str, Any]:
    return {"start": _place(span.start, source), "end": _place(span.end, source)}


def _place(position: Position, source: Source | None) -> dict[str, int]:
    """Count the bytes before a position, as far as its text is at hand."""
    before = source.line(position.line)[: position.column - 1] if source is not None else ""
    wider = len(before.encode("utf-8", "surrogatepass")) - len(before)
    return {"line": position.line, "column": position.column + wider}
