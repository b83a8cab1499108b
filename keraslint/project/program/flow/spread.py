"""What becomes of a value: what changes it, where it is kept, how much of it is returned."""

from __future__ import annotations

from typing import NamedTuple

from keraslint.project.program.mentions.noted_functions import Function

IS = 1
"""A reference is the value, or a part of it."""
HOLDS = 2
"""A reference holds it: a new list that has it as an item."""


class Change(NamedTuple):
    """What changes a value, or lets it escape: `does` is what happens there, as a clause.

    `scales`: it does so only if the value is an array or a list.
    """

    function: Function
    line: int
    does: str
    is_escape: bool = False
    scales: bool = False


class Hit(NamedTuple):
    """A change as one function brings it about: in which of its lines, and whether at any time."""

    line: int
    later: bool
    change: Change


class Kept(NamedTuple):
    """An attribute of some object that gets hold of the value."""

    function: Function
    base: str
    attribute: str
    level: int


class Spread(NamedTuple):
    """What becomes of a value in a function: `returned` says how much of it the result has."""

    hits: tuple[Hit, ...] = ()
    returned: int = 0
    kept: tuple[Kept, ...] = ()


NOWHERE = Spread()
