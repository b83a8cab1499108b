"""A claim that was proved → the same measured by what may end a process, each in one of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from keraslint.diagnostic import Check, CheckStatus, Outcome, Verdict

from .measures.case_pair import Judged, Pair
from .measures.measured import Measured
from .measures.ranked_checks import APART

Measure = Callable[[dict[str, Any]], dict[str, Any]]
Jobs = tuple[dict[str, Any], dict[str, Any]]


def measured_apart(verdict: Verdict, jobs: Jobs, measure: Measure, scratch: str) -> Verdict:
    """Add what each such measure shows; one that breaks refutes what was proved.

    `jobs` are those of the versions before and after; `measure` has one of them done.
    """
    checks = tuple(_check(one, jobs, measure, scratch) for one in APART)
    verdict = replace(verdict, checks=(*verdict.checks, *checks))
    broken = [check for check in checks if check.status is CheckStatus.BROKEN]
    if not broken:
        return verdict
    return replace(verdict, outcome=Outcome.REFUTED, reason=broken[0].detail, advice="")


def _check(one: Measured, jobs: Jobs, measure: Measure, scratch: str) -> Check:
    status, detail = _judged(one, *_replies(one, jobs, measure, scratch))
    about = one.about.value if one.about else ""
    return Check(name=one.name, status=status, detail=detail, about=about, meaning=one.meaning)


def _replies(
    one: Measured, jobs: Jobs, measure: Measure, scratch: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    with (
        tempfile.TemporaryDirectory(dir=scratch) as theirs,
        tempfile.TemporaryDirectory(dir=scratch) as ours,
    ):
        before = measure({**jobs[0], "apart": one.name, "folder": theirs, "theirs": None})
        after = measure({**jobs[1], "apart": one.name, "folder": ours, "theirs": theirs})
        return before, after


def _judged(one: Measured, before: dict[str, Any], after: dict[str, Any]) -> Judged:
    """The worst that is said of the pair; what the version before cannot do proves nothing."""
    if before["status"] != "done":
        return CheckStatus.SKIPPED, f"it ends the process of the old version ({before['status']})"
    if after["status"] != "done":
        return CheckStatus.BROKEN, f"{one.name}: the process of the new version {_ending(after)}"
    cases = [reply["answer"].get("cases") for reply in (before, after)]
    if not cases[0] or not cases[1]:
        return CheckStatus.SKIPPED, "it could not be measured"
    pair = Pair(before=cases[0][0], after=cases[1][0], all_before=cases[0])
    found = list(_each(one, pair))
    broken = [judged for judged in found if judged[0] is CheckStatus.BROKEN]
    return (broken or found or [(CheckStatus.SKIPPED, "the old version cannot do it")])[0]


def _each(one: Measured, pair: Pair) -> Iterator[Judged]:
    for judge in one.judges:
        yield from judge(pair)


def _ending(reply: dict[str, Any]) -> str:
    code = reply.get("code") or 0
    ended = f"by signal {-code}" if code < 0 else f"with code {code}"
    return f"ended {ended}" if reply["status"] == "died" else f"was ended ({reply['status']})"
