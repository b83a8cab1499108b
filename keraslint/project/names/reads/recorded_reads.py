"""Questions and their answers → what was read on the way to each answer.

Whatever looks at more than one file does so through `Reads`: a leaf is noted where a fact is handed
out, and an answer that is kept for the next asker hands on the leaves that it rests on: it is in a
`Memo` or a `noted_property`, never in a `dict` or a `cached_property`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

Leaf = tuple[str, ...]
"""A fact that is read: its kind and what it is about, such as `("module", "src/blocks.py")`."""
Bits = int
_NOBODY = 1 << 60
_DEEPEST = 192
"""Questions that may wait for one another; Python's own stack ends soon after."""
_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


class Reads:
    """The leaves read by the question that is being answered; each leaf is one bit."""

    def __init__(self) -> None:
        self._leaves: list[Leaf] = []
        self._bits: dict[Leaf, Bits] = {}
        self._seen: Bits = 0
        self._memos: list[Callable[[Bits], None]] = []
        self.depth = 0
        self.reaches = _NOBODY

    def note(self, leaf: Leaf) -> None:
        """Note that a fact is read."""
        self._seen |= self.bit(leaf)

    def bit(self, leaf: Leaf) -> Bits:
        """The bit that stands for a leaf."""
        bit = self._bits.get(leaf)
        if bit is None:
            bit = self._bits[leaf] = 1 << len(self._leaves)
            self._leaves.append(leaf)
        return bit

    def add(self, bits: Bits) -> None:
        """Note all that another answer rests on."""
        self._seen |= bits

    def leaves(self, bits: Bits) -> Iterator[Leaf]:
        """The leaves that bits stand for."""
        while bits:
            lowest = bits & -bits
            yield self._leaves[lowest.bit_length() - 1]
            bits ^= lowest

    def serve(self, forget: Callable[[Bits], None]) -> None:
        """Let answers be kept, as long as `forget` drops those that rest on what has changed."""
        self._memos.append(forget)

    def forget(self, changed: Bits) -> None:
        """Drop all answers that rest on what has changed."""
        for forget in self._memos:
            forget(changed)

    @property
    def all(self) -> tuple[Leaf, ...]:
        """Every leaf that anybody has read."""
        return tuple(self._leaves)

    @contextmanager
    def answer(self) -> Iterator[Callable[[], Bits]]:
        """Answer one question; what is given tells the leaves that were read for it."""
        outer, self._seen = self._seen, 0
        try:
            yield lambda: self._seen
        finally:
            self._seen |= outer

    def take(self, outer: Bits) -> Bits:
        """Exchange what is noted so far for something else."""
        mine, self._seen = self._seen, outer
        return mine


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
        self._known: dict[_K, tuple[_V, Bits]] = {}
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
        return self._work_out(key, reads.bit(("module", path)), work_out)

    def _work_out(self, key: _K, about: Bits, work_out: Callable[[], _V]) -> _V:
        reads = self._reads
        depth = self._open[key] = reads.depth
        around, reads.reaches = reads.reaches, _NOBODY
        reads.depth += 1
        outer = reads.take(about)
        try:
            value = work_out()
        finally:
            bits = reads.take(outer)
            reads.add(bits)
            reads.depth -= 1
            del self._open[key]
            mine, reads.reaches = reads.reaches, min(around, reads.reaches)
            if mine >= depth:  # it rests on no answer that was not finished but its own
                reads.reaches = around
        if mine >= depth:
            self._known[key] = value, bits
        return value

    def forget(self, changed: Bits) -> None:
        """Drop the answers that rest on what has changed."""
        self._known = {k: kept for k, kept in self._known.items() if not kept[1] & changed}


class noted_property(Generic[_V]):  # noqa: N801
    """A `cached_property` of something that has `reads`, which hands on what it rests on."""

    def __init__(self, work_out: Callable[[Any], _V]) -> None:
        self._work_out = work_out
        self._name = f"noted {work_out.__name__}"

    def __get__(self, instance: Any, _: type | None = None) -> _V:
        known: tuple[_V, Bits] | None = instance.__dict__.get(self._name)
        if known is None:
            with instance.reads.answer() as seen:
                value = self._work_out(instance)
                known = instance.__dict__[self._name] = value, seen()
        else:
            instance.reads.add(known[1])
        return known[0]
