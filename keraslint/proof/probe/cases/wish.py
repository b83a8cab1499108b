"""Changes to a case, in the order in which they are tried."""

from __future__ import annotations

from dataclasses import dataclass

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
