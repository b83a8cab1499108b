"""Numbers that instrumented code tells → which marks it has passed."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

MISSING = object()
PLAIN = (int, float)


class Recorder:
    """Passed marks by number; `marks` names them, each with the file it is in.

    `refusing` are those that were passed on the way to an error of the layer's own. The functions
    that instrumented code calls are built-in names, so that code finds them wherever it is put.
    """

    def __init__(self) -> None:
        self.passed: set[int] = set()
        self.marks: list[tuple[str, str]] = []
        self.imported: frozenset[int] = frozenset()
        self.refusing: set[int] = set()

    @property
    def files(self) -> set[str]:
        """The files whose code is marked."""
        return {file for file, _ in self.marks}

    def number(self, file: str, mark: str) -> int:
        """A new number for a mark."""
        self.marks.append((file, mark))
        return len(self.marks) - 1

    def install(self) -> None:
        """Make the functions known to all code of this process."""
        for name, function in self._functions().items():
            setattr(builtins, name, function)

    def begin(self) -> None:
        """Forget what was passed, but for what importing has passed."""
        self.passed.clear()

    def end_import(self) -> None:
        """What was passed up to now is passed in every case."""
        self.imported = frozenset(self.passed)

    def refuse(self) -> None:
        """What was passed since the beginning led to an error of the layer's own."""
        self.refusing |= self.passed

    def taken(self) -> list[int]:
        """What was passed since the beginning."""
        return sorted(self.passed)

    def told(self, numbers: Iterable[int]) -> dict[str, list[str]]:
        """The marks of these numbers, and those of importing, by file."""
        found: dict[str, list[str]] = {file: [] for file, _ in self.marks}
        for number in sorted({*numbers, *self.imported}):
            file, mark = self.marks[number]
            found[file].append(mark)
        return found

    def _functions(self) -> dict[str, Callable[..., Any]]:
        add = self.passed.add

        def truth(number: int, value: Any) -> Any:
            if value:
                add(number)
                if hasattr(type(value), "__bool__") or hasattr(type(value), "__len__"):
                    add(number + 3)
            else:
                add(number + 1)
                if value is not None:
                    add(number + 2)
            return value

        def compared(number: int, value: Any) -> Any:
            if isinstance(value, bool):
                add(number if value else number + 1)
            return value

        reached_in: dict[tuple[int, int], int] = {}

        def reached(number: int, place: int, value: Any) -> Any:
            reached_in[id(sys._getframe(1)), number] = place
            return value

        def chained(number: int, last: int, tested: bool, value: Any) -> Any:
            place = reached_in.pop((id(sys._getframe(1)), number), None)
            if place is None:  # something has run the rest of the function in a frame of its own
                return value
            for link in range(place):
                add(number + 2 * link)
            if place < last or tested or isinstance(value, bool):
                add(number + 2 * place + (0 if place == last and value else 1))
            return value

        def iterated(number: int, values: Iterable[Any]) -> Iterator[Any]:
            since = number
            for value in values:
                add(since)
                since = number + 1
                yield value

        def extreme(number: int, function: Callable[..., Any], *values: Any) -> Any:
            chosen = function(*values)
            if all(isinstance(value, PLAIN) for value in values):
                same = [place for place, value in enumerate(values) if value == chosen]
                if len(same) == 1:
                    add(number + same[0])
            return chosen

        def looked_up(number: int, owner: Any, name: str, *key: Any) -> Any:
            look = getattr(owner, name)
            if isinstance(owner, dict):
                add(number if key[0] in owner else number + 1)
            return look(*key)

        def attribute(number: int, function: Callable[..., Any], *asked: Any) -> Any:
            owner, name, otherwise = asked
            value = function(owner, name, MISSING)
            add(number if value is not MISSING else number + 1)
            return otherwise if value is MISSING else value

        return {
            SEEN: add,
            TRUTH: truth,
            COMPARED: compared,
            REACHED: reached,
            CHAINED: chained,
            ITERATED: iterated,
            EXTREME: extreme,
            LOOKED_UP: looked_up,
            ATTRIBUTE: attribute,
        }


SEEN = "__keraslint_seen__"
TRUTH = "__keraslint_truth__"
COMPARED = "__keraslint_compared__"
REACHED = "__keraslint_reached__"
CHAINED = "__keraslint_chained__"
ITERATED = "__keraslint_iterated__"
EXTREME = "__keraslint_extreme__"
LOOKED_UP = "__keraslint_looked_up__"
ATTRIBUTE = "__keraslint_attribute__"
RECORDER = Recorder()
"""That of this process: the code of a class knows no other."""
