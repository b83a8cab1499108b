"""GitLab's Code Quality report."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from typing import Any

from keraslint.diagnostic import Diagnostic, Position, Severity
from keraslint.report import Report
from keraslint.report.notebook_spans import in_files

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(report: Report) -> str:
    """Render for a GitLab `codequality` artifact; fingerprints survive moved lines."""
    report = in_files(report)
    seen: Counter[tuple[str, ...]] = Counter()
    issues = []
    for one in report.diagnostics:
        source = report.sources.get(one.path)
        text = source.line(one.span.start.line).strip() if source else ""
        key = (one.path, one.code, one.message, text)
        issues.append(_issue(one, (*key, str(seen[key]))))
        seen[key] += 1
    return json.dumps(issues, indent=2) + "\n"


def _issue(one: Diagnostic, key: tuple[str, ...]) -> dict[str, Any]:
    return {
        "check_name": one.code,
        "description": f"{one.code}: {one.message}",
        "fingerprint": sha256("\0".join(key).encode("utf-8", "surrogateescape")).hexdigest(),
        "severity": _SEVERITIES[one.severity],
        "location": {
            "path": one.path.replace("\\", "/"),
            "positions": {"begin": _place(one.span.start), "end": _place(one.span.end)},
        },
    }


def _place(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}
