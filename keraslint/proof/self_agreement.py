"""A refutation, and the version before measured once more → what it does not agree with itself in.

A set of layers is walked in another order each time, a draw is another number: what differs between
two runs of one text says nothing about a rewrite of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from keraslint.diagnostic import CheckStatus, Promise

from .measures.measured import GLANCE
from .verdict import STEADY, Unsteady, as_far_as, clauses_under

Answer = dict[str, Any]


def unsteady(
    answers: tuple[Answer, Answer], promise: Promise, again: Callable[[int, int, bool], Answer]
) -> Unsteady:
    """Checks in which two runs of the version before differ; only where one is broken.

    `again` gives what a case of it shows, measured once more as closely as asked for, with sets of
    layers walked in the order in which they were filled, or backwards. It is asked for the first
    case that refutes, and for no more than a call where that agrees in what refutes.
    """
    before, after = (answer["cases"] for answer in answers)
    cases = zip(as_far_as(after, before), after, strict=False)
    broken = (_shown(mine, theirs, before, promise)[1] for mine, theirs in cases)
    number, most = next(((n, next(iter(f))) for n, f in enumerate(broken) if f), (0, ""))
    found: Mapping[str, str] = {}
    for depth in (GLANCE, before[number]["depth"]) if most else ():
        seen: set[str] = set()
        for backwards in (False, True):
            run = again(number, depth, backwards)
            for one in run.get("cases", ()):
                mine = as_far_as([one], [before[number]])[0]
                seen, found = _shown(mine, one, before, promise)
            if not run.get("walks"):
                break
            if found:
                return Unsteady(found, by_order=True)
        if most in seen - found.keys():
            return STEADY
    return Unsteady(found)


def _shown(
    mine: Answer, other: Answer, every: list[Answer], promise: Promise
) -> tuple[set[str], dict[str, str]]:
    """The checks made in one case; and those that break, the most telling first, with how."""
    clauses = clauses_under(promise, mine, other, every)
    found: dict[str, str] = {}
    for one in clauses:
        if one.status is CheckStatus.BROKEN:
            found.setdefault(one.name, one.detail)
    return {one.name for one in clauses}, found
