"""What only one version reads → what its value rests on: decisions that never went on, and more."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from keraslint.proof.probe.coverage.decisions import RAN

from .atoms import Atom
from .dependences import Read, names_written
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
            if _stands_for_another(view, source):
                yield Gap(side=view.number, node=source.node, outcome=RAN, kind="use", atom=source)
            refusing = _may_refuse(view, source)
            for decision in decisions_of(source):
                yield from missing(view, source, decision, refusing=refusing)


def _stands_for_another(view: View, source: Atom) -> bool:
    """Did it never run, and was the same name bound to something else in the same function?"""
    if view.seen.has(source.node, RAN):
        return False
    names = set().union(*map(names_written, source.parts))
    others = [one for name in names for one in view.dependences.binders(source, name)]
    given = any(view.dependences.is_parameter(source, name) for name in names)
    return given or any(view.seen.has(one.node, RAN) for one in others)


def _may_refuse(view: View, source: Atom) -> bool:
    """Does one of its arms lead to an error at once? Then that is how it is reached."""
    raising = [one for one in view.side.atoms if isinstance(one.node, ast.Raise) and one.under]
    return any(one.under[-1][0] is source.node for one in raising)
