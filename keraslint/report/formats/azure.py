"""Azure Pipelines' logging commands."""

from __future__ import annotations

from keraslint.diagnostic import Severity
from keraslint.report import Report
from keraslint.report.notebook_spans import in_files

# Azure knows no third kind.
_TYPES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "warning"}


def render(report: Report) -> str:
    """Render for an Azure pipeline's log."""
    report = in_files(report)
    return "".join(
        f"##vso[task.logissue type={_TYPES[one.severity]};sourcepath={_property(one.path)};"
        f"linenumber={one.span.start.line};columnnumber={one.span.start.column};"
        f"code={one.code};]{_data(one.message)}\n"
        for one in report.diagnostics
    )


def _data(text: str) -> str:
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(";", "%3B").replace("]", "%5D")
