"""GitHub's workflow commands: annotations beside the code of a pull request."""

from __future__ import annotations

from keraslint.diagnostic import Diagnostic, Severity
from keraslint.report import Report
from keraslint.report.notebook_spans import in_files

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report) -> str:
    """Render for a GitHub workflow's log."""
    report = in_files(report)
    return "".join(f"{_command(one)}\n" for one in report.diagnostics)


def _command(one: Diagnostic) -> str:
    start, end = one.span.start, one.span.end
    properties = {"title": f"keraslint ({one.code})", "file": one.path, "line": start.line}
    if start.line == end.line:  # GitHub draws columns on one line only
        properties |= {"col": start.column, "endLine": end.line, "endColumn": end.column}
    else:
        properties |= {"endLine": end.line}
    listed = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    message = f"{one.path}:{start.line}:{start.column}: {one.code} {one.message}"
    return f"::{_COMMANDS[one.severity]} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
