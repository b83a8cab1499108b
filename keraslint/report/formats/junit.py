"""JUnit's XML: one test suite per file, one test case per finding: failed, a note skipped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree as Xml

from keraslint.diagnostic import Diagnostic, Severity
from keraslint.report import Report
from keraslint.report.json_record import absolute
from keraslint.report.notebook_spans import in_files

_NOT_XML = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    """Render for CI servers; a run without findings is one passing test."""
    report = in_files(report)
    counts = _counts(report.diagnostics)
    del counts["skipped"]  # a suite has it, all of them together have not
    root = Xml.Element("testsuites", {"name": "keraslint", **counts})
    for path, group in groupby(report.diagnostics, key=lambda one: one.path):
        findings = list(group)
        suite = _suite(root, absolute(path), _counts(findings))
        for one in findings:
            start = one.span.start
            name, line, column = f"dev.keraslint.{one.code}", str(start.line), str(start.column)
            case = Xml.SubElement(suite, "testcase", name=name, line=line, column=column)
            case.set("classname", _clean(absolute(path).removesuffix(".py").removesuffix(".ipynb")))
            message = _clean(one.message)
            kind = "skipped" if one.severity is Severity.INFO else "failure"
            told = Xml.SubElement(case, kind, message=message)
            told.text = f"line {line}, col {column}, {message}"
    if not report.diagnostics:
        suite = _suite(root, "keraslint", {**_counts(()), "tests": "1"})
        Xml.SubElement(suite, "testcase", name="No findings")
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, "unicode") + "\n"


def _suite(root: Xml.Element, name: str, counts: dict[str, str]) -> Xml.Element:
    return Xml.SubElement(root, "testsuite", {"name": _clean(name), **counts})


def _counts(findings: Sequence[Diagnostic]) -> dict[str, str]:
    """How many there are, and of which kind."""
    notes = sum(one.severity is Severity.INFO for one in findings)
    failures = len(findings) - notes
    counts = {"tests": len(findings), "failures": failures, "errors": 0, "skipped": notes}
    return {name: str(count) for name, count in counts.items()}


def _clean(text: str) -> str:
    return _NOT_XML.sub("�", text)
