"""A refutation, and the version before measured once more → what it does not agree with itself in.

A set of layers is walked in another order each time, a draw is another number: what differs between
two runs of one text says nothing about a rewrite of it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from typing import Any

from keraslint.diagnostic import CheckStatus, Promise

from .second_look import without_marks
from .verdict import clauses_under

Answer = dict[str, Any]
Measure = Callable[[dict[str, Any]], dict[str, Any]]


def unsteady(
    answers: tuple[Answer, Answer],
    promise: Promise,
    job: Mapping[str, Any],
    measure: Measure,
    scratch: str,
) -> Mapping[str, str]:
    """Checks in which two runs of the version before differ, with how; only where one is broken.

    `job` measures the version before, and says where the files of its first run are. It is asked
    for the cases up to the first that refutes.
    """
    before, after = (answer["cases"] for answer in answers)
    refuting = next((n for n, _ in enumerate(after) if _broken(before, after, n, promise)), None)
    if refuting is None:
        return {}
    asked = without_marks(before[: refuting + 1])
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        reply = measure({**job, "cases": asked, "folder": folder})
    again = reply["answer"].get("cases", []) if reply["status"] == "done" else []
    return _broken(before, again, refuting, promise) if refuting < len(again) else {}


def _broken(
    before: list[Answer], after: list[Answer], number: int, promise: Promise
) -> dict[str, str]:
    """The checks that break in one case, the most telling first, with the first detail of each."""
    found: dict[str, str] = {}
    for one in clauses_under(promise, before[number], after[number], before):
        if one.status is CheckStatus.BROKEN:
            found.setdefault(one.name, one.detail)
    return found
