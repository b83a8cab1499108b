"""A JSON array of ruff's objects."""

from __future__ import annotations

import json

from keraslint.report import Report
from keraslint.report.notebooks import in_cells
from keraslint.report.record import record


def render(report: Report) -> str:
    """Render for editors and scripts written for ruff."""
    report = in_cells(report)
    return json.dumps([record(one) for one in report.diagnostics], indent=2) + "\n"
