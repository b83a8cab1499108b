"""JUnit's XML: one test suite per file, one failed test case per finding."""

from __future__ import annotations

import re
from itertools import groupby
from xml.etree import ElementTree as Xml

from keraslint.report import Report
from keraslint.report.json_record import absolute
from keraslint.report.notebook_spans import in_files

_NOT_XML = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    """Render for CI servers; a run without findings is one passing test."""
    report = in_files(report)
    count = str(len(report.diagnostics))
    root = Xml.Element("testsuites", name="keraslint", tests=count, failures=count, errors="0")
    for path, group in groupby(report.diagnostics, key=lambda one: one.path):
        findings = list(group)
        suite = _suite(root, absolute(path), len(findings))
        for one in findings:
            start = one.span.start
            name, line, column = f"dev.keraslint.{one.code}", str(start.line), str(start.column)
            case = Xml.SubElement(suite, "testcase", name=name, line=line, column=column)
            case.set("classname", _clean(absolute(path).removesuffix(".py").removesuffix(".ipynb")))
            message = _clean(one.message)
            failure = Xml.SubElement(case, "failure", message=message)
            failure.text = f"line {line}, col {column}, {message}"
    if not report.diagnostics:
        Xml.SubElement(_suite(root, "keraslint", 0), "testcase", name="No findings")
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, "unicode") + "\n"


def _suite(root: Xml.Element, name: str, failures: int) -> Xml.Element:
    counts = {"tests": str(failures or 1), "failures": str(failures), "errors": "0"}
    return Xml.SubElement(root, "testsuite", {"name": _clean(name), "skipped": "0", **counts})


def _clean(text: str) -> str:
    return _NOT_XML.sub("�", text)
