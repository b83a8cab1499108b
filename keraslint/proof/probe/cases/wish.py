"""Changes to a case, in the order in which they are tried."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce

from .case import Change

Alternatives = tuple[Change, ...]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Changes of which the first that works is enough, and what to try when none does.

    `decides`: a change that conditions may depend on, so that another branch may be taken.
    `closely`: look at it as closely as at a branch that is new.
    """

    alternatives: Alternatives
    otherwise: tuple[Wish, ...] = ()
    decides: bool = False
    closely: bool = False


def together(wishes: list[Alternatives]) -> Wish:
    """All of these changes in one case, or all their second choices; else each for itself."""
    if len(wishes) < 2:
        return Wish(alternatives=wishes[0] if wishes else ())
    firsts = [alternatives[0] for alternatives in wishes]
    seconds = [_doubling(alternatives) for alternatives in wishes]
    joint = [reduce(Change.along_with, firsts), reduce(Change.along_with, seconds)]
    return Wish(
        alternatives=tuple(dict.fromkeys(joint)),
        otherwise=tuple(Wish(alternatives=one) for one in wishes),
    )


def apart(wishes: list[Alternatives]) -> Wish:
    """As `together`, but each argument gets another value than the others, if that works.

    One may stand for another as long as both are the same.
    """
    usual = together(wishes)
    if len(wishes) < 2:
        return usual
    chosen: list[Change] = []
    for alternatives in wishes:
        taken = [repr(one.arguments[0][1]) for one in chosen]
        free = [one for one in alternatives if repr(one.arguments[0][1]) not in taken]
        chosen.append([*free, *alternatives][0])
    joint = reduce(Change.along_with, chosen)
    return replace(usual, alternatives=tuple(dict.fromkeys([joint, *usual.alternatives])))


def _doubling(alternatives: Alternatives) -> Change:
    """The choice that keeps what divides a size a divisor, if there is one."""
    return next((one for one in alternatives if one.doubles), alternatives[0])
