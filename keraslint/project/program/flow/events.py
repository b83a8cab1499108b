"""What may change a value, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from keraslint.project.names.reads.recorded_reads import Reads, ground_of
from keraslint.project.program.flow.spread import Change
from keraslint.project.program.mentions.noted_functions import Function

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


class Events:
    """All that an iterator gives, found as far as somebody looks, and kept.

    Who looks while the next one is being found sees what is there.
    """

    def __init__(self, reads: Reads, found: Iterator[Event]) -> None:
        self._reads = reads
        self._ground = ground_of(())
        self._found = found
        self._known: set[Event] = set()
        self._order: list[Event] = []
        self._finding = False

    def __iter__(self) -> Iterator[Event]:
        number = 0
        while number < len(self._order) or self._find():
            self._reads.add(self._ground)
            yield self._order[number]
            number += 1
        self._reads.add(self._ground)

    def _find(self) -> bool:
        if self._finding:
            return False
        self._finding = True
        with self._reads.answer() as seen:
            try:
                for one in self._found:
                    if one not in self._known:
                        self._known.add(one)
                        self._order.append(one)
                        return True
            finally:
                self._finding = False
                self._ground = ground_of({self._ground, *seen()})
        return False


def event(function: Function, line: int, later: bool, does: str) -> Event:
    return Event(
        function=function,
        line=line,
        later=later,
        change=Change(function=function, line=line, does=does),
    )
