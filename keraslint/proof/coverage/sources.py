"""What only one version reads → the decisions that its value rests on, and that never went on."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .atoms import Atom
from .dependences import Read
from .gaps import Gap, View, decisions_of, is_guard, missing


def one_sided(views: tuple[View, View]) -> Iterator[Gap]:
    """Decisions in statements that both versions have, on the way to a value that one reads."""
    mine, theirs = map(_reads, views)
    for view, own, others in ((views[0], mine, theirs), (views[1], theirs, mine)):
        for read, atom in own.items():
            if read not in others:
                yield from _undecided(view, atom, read)


def _reads(view: View) -> dict[Read, Atom]:
    """What changed statements read, each with the first that does."""
    found: dict[Read, Atom] = {}
    for atom in view.changed:
        for read in sorted(view.dependences.reads(atom)):
            found.setdefault(read, atom)
    return found


def _undecided(view: View, atom: Atom, read: Read) -> Iterator[Gap]:
    for source in view.dependences.sources(atom, read):
        if id(source.node) in view.side.pairs and not is_guard(source.node):
            refusing = _may_refuse(view, source)
            for decision in decisions_of(source):
                yield from missing(view, source, decision, refusing=refusing)


def _may_refuse(view: View, source: Atom) -> bool:
    """Does one of its arms lead to an error at once? Then that is how it is reached."""
    raising = [one for one in view.side.atoms if isinstance(one.node, ast.Raise) and one.under]
    return any(one.under[-1][0] is source.node for one in raising)
