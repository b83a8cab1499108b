"""SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from keraslint import __version__
from keraslint.diagnostic import Diagnostic, Fix, Severity, Span
from keraslint.report import Report
from keraslint.report.closing.run_notes import notes
from keraslint.report.json_record import absolute
from keraslint.report.notebook_spans import in_files
from keraslint.report.rule_address import rule_address
from keraslint.rules import registry

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(report: Report) -> str:
    """Render one run; columns count characters, ends are exclusive, as SARIF has them."""
    report = in_files(report)
    names = {one.code: one.name for one in report.diagnostics}
    rules = [_rule(code, names[code]) for code in sorted(names)]
    driver = {"name": "keraslint", "version": __version__, "rules": rules}
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one) for one in report.diagnostics],
    }
    told = notes(report.unresolved, report.written_for)
    if told:
        notifications = [{"level": "note", "message": {"text": text}} for text in told]
        run["invocations"] = [
            {"executionSuccessful": True, "toolExecutionNotifications": notifications}
        ]
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(code: str, name: str) -> dict[str, Any]:
    """Describe a rule; its page is shown beside the findings."""
    told: dict[str, Any] = {"id": code, "name": name}
    page = next((rule for rule in registry() if rule.code == code), None)
    if page is None:
        return told
    text = page.page.strip()
    if (address := rule_address(code)) is not None:
        told["helpUri"] = address
    return {
        **told,
        "shortDescription": {"text": page.summary},
        "help": {"text": text, "markdown": text},
    }


def _result(one: Diagnostic) -> dict[str, Any]:
    artifact = {"uri": Path(absolute(one.path)).as_uri() if one.path != "-" else "stdin"}
    place = {"physicalLocation": {"artifactLocation": artifact, "region": _region(one.span)}}
    result: dict[str, Any] = {
        "ruleId": one.code,
        "level": _LEVELS[one.severity],
        "message": {"text": one.message},
        "locations": [place],
    }
    if one.fix is not None:
        result["fixes"] = [_fix(one.fix, artifact)]
    return result


def _fix(fix: Fix, artifact: dict[str, str]) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.content}}
        for edit in fix.edits
    ]
    return {
        "description": {"text": fix.message},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
    }


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.start.line,
        "startColumn": span.start.column,
        "endLine": span.end.line,
        "endColumn": span.end.column,
    }
