"""The statements of a program, in order → which of the shapes that may be missing each rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from keraslint.layer.child_builds.shapes.shape_program import (
    Assign,
    Branch,
    Change,
    Expr,
    Loop,
    Statement,
)


class Needs:
    """Follows variables to the `optional` shapes that they are made of."""

    def __init__(self, optional: Sequence[str]) -> None:
        self._optional = optional
        self._of = {name: {name} for name in optional}

    def of(self, statement: Statement) -> tuple[str, ...]:
        """What a statement needs; what it assigns needs that as well from now on."""
        found = set[str]().union(*(self._of.get(name, ()) for name in _read((statement,))))
        written = {*_written((statement,))}
        if isinstance(statement, (Branch, Loop)):  # may leave them as they were
            found = found.union(*(self._of.get(name, ()) for name in written))
        self._of.update(dict.fromkeys(written, found))
        return tuple(name for name in self._optional if name in found)


def _read(program: Iterable[Statement]) -> Iterator[str]:
    for one in program:
        if isinstance(one, Branch):
            yield from one.test.reads
            yield from _read((*one.body, *one.orelse))
        elif isinstance(one, Loop):
            yield from one.items.reads
            yield from _read(one.body)
        else:
            yield from _code(one).reads
            yield from [one.target] if isinstance(one, Change) else ()


def _code(one: Statement) -> Expr:
    assert not isinstance(one, (Branch, Loop))
    return one.value if isinstance(one, Assign) else one.line


def _written(program: Iterable[Statement]) -> Iterator[str]:
    for one in program:
        if isinstance(one, Branch):
            yield from _written((*one.body, *one.orelse))
        elif isinstance(one, Loop):
            yield from one.binds
            yield from _written(one.body)
        elif isinstance(one, (Assign, Change)):
            yield one.target
