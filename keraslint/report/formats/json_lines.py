"""One JSON object per line, with the keys of `json`."""

from __future__ import annotations

import json

from keraslint.report import Report
from keraslint.report.json_record import record
from keraslint.report.notebook_spans import in_cells


def render(report: Report) -> str:
    """Render for streams."""
    report = in_cells(report)
    return "".join(json.dumps(record(one)) + "\n" for one in report.diagnostics)
