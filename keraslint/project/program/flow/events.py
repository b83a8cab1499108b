"""What may change a value, as plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from keraslint.project.program.flow.call_graph import Function
from keraslint.project.program.flow.value_flow import Change

ANY = "*"
Seeded = tuple[Function, dict[str, int]]
Subject = Callable[[Function, str], bool]
"""Whether a reference in a function may stand for the object in question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A change as a function brings it about, in its own `line`; `later`: at any time."""

    function: Function
    line: int
    later: bool
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class ByName:
    """A store through a name that is a value: `key` is the name, or `*`."""

    function: Function
    base: str
    key: str
    line: int
    later: bool
    does: str


def event(function: Function, line: int, later: bool, does: str) -> Event:
    return Event(
        function=function,
        line=line,
        later=later,
        change=Change(function=function, line=line, does=does),
    )
