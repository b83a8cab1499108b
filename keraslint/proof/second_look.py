"""What two versions showed, and cases that would tell more → what they show in those, too."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Mapping
from typing import Any

from .coverage.sites import Look

Answer = dict[str, Any]
Jobs = tuple[dict[str, Any], dict[str, Any]]
Measure = Callable[[dict[str, Any]], dict[str, Any]]


def seen_again(
    answers: tuple[Answer, Answer],
    looks: Collection[Look],
    jobs: Jobs,
    measure: Measure,
    scratch: str,
) -> tuple[Answer, Answer] | None:
    """The answers with those of further cases added; None where these could not be measured.

    `jobs` are those of the versions before and after; `measure` has one of them done.
    """
    asked = [look.asked() for look in looks]
    with (
        tempfile.TemporaryDirectory(dir=scratch) as theirs,
        tempfile.TemporaryDirectory(dir=scratch) as ours,
    ):
        before = measure({**jobs[0], "looks": asked, "folder": theirs, "theirs": None})
        cases = _cases(before)
        if not cases:
            return None
        job = {**jobs[1], "cases": without_marks(cases), "folder": ours, "theirs": theirs}
        after = measure(job)
        if not _cases(after):
            return None
    return _joined(answers[0], before["answer"]), _joined(answers[1], after["answer"])


def without_marks(cases: Collection[Answer]) -> list[Answer]:
    """Cases as the version after is asked for them: it need not know what ran in the one before."""
    marks = ("ran", "ran in calls")
    return [{name: value for name, value in case.items() if name not in marks} for case in cases]


def _cases(reply: Mapping[str, Any]) -> list[Answer]:
    answer = reply["answer"] if reply["status"] == "done" else {}
    return list(answer.get("cases") or ())


def _joined(one: Answer, other: Answer) -> Answer:
    both = {
        kind: {
            file: sorted({*one[kind].get(file, ()), *other[kind].get(file, ())})
            for file in {**one[kind], **other[kind]}
        }
        for kind in ("ran", "refusing")
    }
    return {**one, **both, "cases": [*one["cases"], *other["cases"]]}
