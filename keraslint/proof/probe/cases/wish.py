"""Changes to a case, in the order in which they are tried."""

from __future__ import annotations

from dataclasses import dataclass
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


def _doubling(alternatives: Alternatives) -> Change:
    """The choice that keeps what divides a size a divisor, if there is one."""
    return next((one for one in alternatives if one.doubles), alternatives[0])
