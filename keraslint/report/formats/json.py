"""A JSON array of ruff's objects."""

from __future__ import annotations

import json

from keraslint.report import Report
from keraslint.report.json_record import record
from keraslint.report.notebook_spans import in_cells


def render(report: Report) -> str:
    """Render for editors and scripts written for ruff."""
    report = in_cells(report)
    return json.dumps([record(one) for one in report.diagnostics], indent=2) + "\n"
