"""A refutation, and the version before measured once more → what it does not agree with itself in.

A set of layers is walked in another order each time, a draw is another number: what differs between
two runs of one text says nothing about a rewrite of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from keraslint.diagnostic import CheckStatus, Promise

from .verdict import clauses_under

Answer = dict[str, Any]


def unsteady(
    answers: tuple[Answer, Answer], promise: Promise, again: Callable[[int], Sequence[Answer]]
) -> Mapping[str, str]:
    """Checks in which two runs of the version before differ, with how; only where one is broken.

    `again` gives that many of its first cases, measured once more. It is asked for those up to the
    first that refutes.
    """
    before, after = (answer["cases"] for answer in answers)
    refuting = next((n for n, _ in enumerate(after) if _broken(before, after, n, promise)), None)
    if refuting is None:
        return {}
    second = again(refuting + 1)
    return _broken(before, second, refuting, promise) if refuting < len(second) else {}


def _broken(
    before: Sequence[Answer], after: Sequence[Answer], number: int, promise: Promise
) -> dict[str, str]:
    """The checks that break in one case, the most telling first, with the first detail of each."""
    found: dict[str, str] = {}
    for one in clauses_under(promise, before[number], after[number], before):
        if one.status is CheckStatus.BROKEN:
            found.setdefault(one.name, one.detail)
    return found
