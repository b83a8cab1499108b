"""Questions and their answers → what was read on the way to each answer.

Whatever looks at more than one file does so through `Reads`: a leaf is noted where a fact is handed
out, and an answer that is kept for the next asker hands on the leaves that it rests on: it is in a
`Memo` or a `noted_property`, never in a `dict` or a `cached_property`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

Leaf = tuple[str, ...]
"""A fact that is read: its kind and what it is about, such as `("module", "src/blocks.py")`."""
_NOBODY = 1 << 60
_DEEPEST = 192
"""Questions that may wait for one another; Python's own stack ends soon after."""
_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


class Ground:
    """What an answer rests on: one leaf, or the grounds of the answers that were read for it.

    Many answers rest on the same ones, which are told once: all leaves of each would be too many.
    """

    __slots__ = ("number", "parts")

    def __init__(self, number: int, parts: frozenset[Ground] = frozenset()) -> None:
        self.number = number
        self.parts = parts


_NO_LEAF = -1


def ground_of(parts: Iterable[Ground]) -> Ground:
    """The ground of an answer for which others were read."""
    return Ground(_NO_LEAF, frozenset(parts))


class Reads:
    """The leaves read by the question that is being answered."""

    def __init__(self) -> None:
        self._leaves: list[Leaf] = []
        self._grounds: dict[Leaf, Ground] = {}
        self._seen: set[Ground] = set()
        self._memos: list[Callable[[Callable[[Ground], bool]], None]] = []
        self.depth = 0
        self.reaches = _NOBODY

    def note(self, leaf: Leaf) -> None:
        """Note that a fact is read."""
        self._seen.add(self.ground(leaf))

    def ground(self, leaf: Leaf) -> Ground:
        """What stands for a leaf."""
        ground = self._grounds.get(leaf)
        if ground is None:
            ground = self._grounds[leaf] = Ground(len(self._leaves))
            self._leaves.append(leaf)
        return ground

    def add(self, ground: Ground) -> None:
        """Note all that another answer rests on."""
        self._seen.add(ground)

    def add_all(self, grounds: Iterable[Ground]) -> None:
        """Note several at once."""
        self._seen.update(grounds)

    def leaves(self, grounds: Iterable[Ground]) -> Iterator[Leaf]:
        """The leaves below all these, in the order in which they were first read."""
        below, numbers = set(grounds), set[int]()
        waiting = list(below)
        while waiting:
            one = waiting.pop()
            if one.number != _NO_LEAF:
                numbers.add(one.number)
            fresh = one.parts - below
            below |= fresh
            waiting += fresh
        return (self._leaves[number] for number in sorted(numbers))

    def serve(self, forget: Callable[[Callable[[Ground], bool]], None]) -> None:
        """Let answers be kept, as long as `forget` drops those that rest on what has changed."""
        self._memos.append(forget)

    def forget(self, changed: Iterable[Leaf]) -> None:
        """Drop all answers that rest on what has changed."""
        rests = _resting_on({self._grounds[leaf].number for leaf in changed})
        for forget in self._memos:
            forget(rests)

    @property
    def all(self) -> tuple[Leaf, ...]:
        """Every leaf that anybody has read."""
        return tuple(self._leaves)

    @contextmanager
    def answer(self) -> Iterator[Callable[[], frozenset[Ground]]]:
        """Answer one question; what is given tells what was read for it."""
        outer, self._seen = self._seen, set()
        try:
            yield lambda: frozenset(self._seen)
        finally:
            outer |= self._seen
            self._seen = outer

    def take(self, outer: set[Ground]) -> set[Ground]:
        """Exchange what is noted so far for something else."""
        mine, self._seen = self._seen, outer
        return mine


def _resting_on(changed: Collection[int]) -> Callable[[Ground], bool]:
    """Whether a ground has one of these leaves below it; each is looked at once."""
    known: dict[Ground, bool] = {}

    def rests(ground: Ground) -> bool:
        waiting = [ground]
        while waiting:
            one = waiting[-1]
            unknown = [] if one in known else [part for part in one.parts if part not in known]
            if unknown:
                waiting += unknown
                continue
            known[one] = one.number in changed or any(known[part] for part in one.parts)
            waiting.pop()
        return known[ground]

    return rests


class Memo(Generic[_K, _V]):
    """Answers that are worked out once, each with what it rests on.

    Who asks for an answer that is being worked out is given `meanwhile`; what comes of that is
    nobody else's answer, and is not kept: an answer never depends on who has asked first.
    """

    def __init__(
        self, reads: Reads, meanwhile: Callable[[_K], _V], *, is_lasting: bool = True
    ) -> None:
        self._reads = reads
        self._meanwhile = meanwhile
        self._known: dict[_K, tuple[_V, Ground]] = {}
        self._open: dict[_K, int] = {}
        if is_lasting:
            reads.serve(self.forget)

    def ask(self, key: _K, path: str, work_out: Callable[[], _V]) -> _V:
        """Give the answer to a question about something in the file `path`.

        A memo that is not lasting has an owner who is dropped when anything changes.
        """
        reads = self._reads
        known = self._known.get(key)
        if known is not None:
            reads.add(known[1])
            return known[0]
        if key in self._open or reads.depth > _DEEPEST:
            reads.reaches = min(reads.reaches, self._open.get(key, 0))
            return self._meanwhile(key)
        return self._work_out(key, reads.ground(("module", path)), work_out)

    def _work_out(self, key: _K, about: Ground, work_out: Callable[[], _V]) -> _V:
        reads = self._reads
        depth = self._open[key] = reads.depth
        around, reads.reaches = reads.reaches, _NOBODY
        reads.depth += 1
        outer = reads.take({about})
        try:
            value = work_out()
        finally:
            seen = reads.take(outer)
            reads.depth -= 1
            del self._open[key]
            mine, reads.reaches = reads.reaches, min(around, reads.reaches)
            if mine >= depth:  # it rests on no answer that was not finished but its own
                reads.reaches = around
            ground = ground_of(seen)
            reads.add_all({ground} if mine >= depth else seen)
        if mine >= depth:
            self._known[key] = value, ground
        return value

    def forget(self, rests: Callable[[Ground], bool]) -> None:
        """Drop the answers that rest on what has changed."""
        self._known = {key: kept for key, kept in self._known.items() if not rests(kept[1])}


class noted_property(Generic[_V]):  # noqa: N801
    """A `cached_property` of something that has `reads`, which hands on what it rests on."""

    def __init__(self, work_out: Callable[[Any], _V]) -> None:
        self._work_out = work_out
        self._name = f"noted {work_out.__name__}"

    def __get__(self, instance: Any, _: type | None = None) -> _V:
        known: tuple[_V, Ground] | None = instance.__dict__.get(self._name)
        if known is None:
            with instance.reads.answer() as seen:
                value = self._work_out(instance)
                known = instance.__dict__[self._name] = value, ground_of(seen())
        else:
            instance.reads.add(known[1])
        return known[0]
