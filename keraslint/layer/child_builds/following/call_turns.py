"""The turns of a loop in `call()` → a loop in `build()` whose every turn finds what it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import libcst as cst

from keraslint.layer.child_builds.following.call_loops import Iterated
from keraslint.layer.child_builds.shapes.program_writer import WORD, Names, State, Writer
from keraslint.layer.child_builds.shapes.shape_program import Loop
from keraslint.layer.child_builds.shapes.shape_values import (
    UNKNOWN,
    Several,
    Tensor,
    Token,
    Value,
    same_size,
)
from keraslint.layer.child_builds.shapes.tensor_sizes import tensor_of

_TRIALS = 4


class Unfollowed(Exception):
    """A `break` or a `continue`."""


class Turns:
    """Follows a turn as often as it takes; where that does not help, all is given up."""

    def __init__(self, writer: Writer, give_up: Callable[[cst.CSTNode], None]) -> None:
        self._writer = writer
        self._give_up = give_up

    def fix(self, name: str) -> None:
        """Let a name that a loop changes have a variable of its own before the loop."""
        tensor = tensor_of(self._writer.now.names[name])
        if tensor is not None:
            variable = self._writer.variable(name)
            stored = self._writer.stored(tensor, variable)
            self._writer.now.names[name] = replace(stored, parts=())

    def _turn(self, start: State, found: Iterated, turn: Callable[[], None]) -> State | None:
        writer = self._writer
        writer.now = start
        writer.now.out = []
        writer.now.names.update(found.names)
        writer.loops.append((frozenset(found.names), found.items.text))
        try:
            turn()
        except Unfollowed:
            return None
        finally:
            writer.loops.pop()
        return writer.now

    def _written(
        self,
        before: State,
        end: State,
        found: Iterated,
        entry: Names,
        changed: Sequence[str],
    ) -> None:
        for name in changed:
            tensor, start = tensor_of(end.names.get(name, UNKNOWN)), tensor_of(entry[name])
            if tensor is not None and start is not None:
                self._writer.assign(start.shape.alone, tensor.shape)
        body = tuple(end.out)
        end.out = before.out
        names = {**end.names, **{name: entry[name] for name in changed}}
        end.names = {name: value for name, value in names.items() if name not in found.names}
        end.names.update(dict.fromkeys(found.names, UNKNOWN))
        end.built = {
            key: before.built.get(key, False)
            for key in end.built
            if not found.names.keys() & set(WORD.findall(key))
        }
        for attribute in found.attributes:
            end.built[f"*{attribute}"] = True
        self._writer.now = end
        if body:
            end.out.append(
                Loop(target=found.target, items=found.items, binds=found.binds, body=body)
            )

    def repeat(
        self,
        found: Iterated,
        turn: Callable[[], None],
        changed: Sequence[str],
        whole: cst.CSTNode,
    ) -> None:
        """Follow a turn until what is known at its start is what is known at its end."""
        before = self._writer.now
        freed: set[tuple[str, str]] = set()
        for _ in range(_TRIALS):
            entry = dict(before.names)
            end = self._turn(before.copy(), found, turn)
            if end is None:
                break
            less = {
                n: _less(n, entry.get(n, UNKNOWN), end.names.get(n, UNKNOWN), freed)
                for n in changed
            }
            if all(less[name] == entry.get(name, UNKNOWN) for name in changed):
                return self._written(before, end, found, entry, changed)
            self._writer.now = before
            before.names.update(less)
        self._writer.now = before
        return self._give_up(whole)


def _less(name: str, first: Value, last: Value, freed: set[tuple[str, str]]) -> Value:
    """What holds at the start of a turn, if a turn ends with `last`.

    `freed` are the sizes of which nothing is known any more, whatever a turn makes of them.
    """
    if isinstance(first, Several) and isinstance(last, Several):
        if first.item is None or last.item is None:
            return Several(first.shapes, last.item)
        return Several(first.shapes, _less_tensor(name, first.item, last.item, freed))
    one, other = tensor_of(first), tensor_of(last)
    if one is not None and other is not None:
        return _less_tensor(name, one, other, freed)
    return first if first == last else UNKNOWN


def _less_tensor(name: str, first: Tensor, last: Tensor, freed: set[tuple[str, str]]) -> Tensor:
    front, size = first.front, first.last
    if front is not last.front and (name, "front") not in freed:
        freed.add((name, "front"))
        front = Token()
    if not same_size(size, last.last) and (name, "last") not in freed:
        freed.add((name, "last"))
        size = Token()
    doubts = tuple(dict.fromkeys((*first.doubts, *last.doubts)))
    rank = first.rank if first.rank is last.rank else Token()
    if rank is not first.rank and (name, "rank") in freed:
        rank = first.rank
    freed.add((name, "rank"))
    batch = first.batch if first.batch == last.batch else None
    loose = first.loose or last.loose
    return Tensor(
        shape=first.shape,
        front=front,
        last=size,
        loose=loose,
        doubts=doubts,
        rank=rank,
        batch=batch,
    )
