"""A layer's broken healths and the rules' findings about it → each with the rule that says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from keraslint.diagnostic import Diagnostic
from keraslint.examination import Condition, Examination, Sign
from keraslint.rules import registry


def with_causes(found: Examination, findings: Sequence[Diagnostic]) -> Examination:
    """Name the rule that finds the cause, and blame its line, where there is one."""
    breaks = {rule.code: rule.breaks for rule in registry()}
    return replace(found, signs=tuple(_named(one, findings, breaks) for one in found.signs))


def _named(sign: Sign, findings: Sequence[Diagnostic], breaks: dict[str, tuple[str, ...]]) -> Sign:
    if sign.condition is not Condition.BROKEN:
        return sign
    for one in findings:
        if sign.health in breaks.get(one.code, ()):
            return replace(sign, code=one.code, line=one.span.start.line)
    return sign
