"""Pylint's parseable lines: `path:line: [KRL101] message`."""

from __future__ import annotations

from keraslint.report import Report
from keraslint.report.notebook_spans import in_files


def render(report: Report) -> str:
    """Render for tools that read pylint."""
    report = in_files(report)
    return "".join(
        f"{one.path}:{one.span.start.line}: [{one.code}] {one.message}\n"
        for one in report.diagnostics
    )
