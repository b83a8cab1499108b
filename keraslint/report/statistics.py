"""How many findings each rule has: a table, or JSON."""

from __future__ import annotations

import json
from collections import Counter

from keraslint.report import Report


def statistics(report: Report, output_format: str) -> str:
    """Count by rule, most frequent first; `[*]` marks rules whose every finding can be fixed."""
    counts = Counter((one.code, one.name) for one in report.diagnostics)
    fixable = Counter((one.code, one.name) for one in report.diagnostics if report.can_fix(one))
    rows: list[dict[str, str | int]] = [
        {"code": code, "name": name, "count": count, "fixable_count": fixable[code, name]}
        for (code, name), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    if output_format in ("json", "json-lines"):
        return json.dumps(rows, indent=2) + "\n"
    return "".join(_row(row) for row in rows)


def _row(row: dict[str, str | int]) -> str:
    mark = {0: "[ ]", row["count"]: "[*]"}.get(row["fixable_count"], "[-]")
    return f"{row['count']}\t{row['code']}\t{mark} {row['name']}\n"
