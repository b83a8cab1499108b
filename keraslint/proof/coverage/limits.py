"""Two versions → comparisons in which they differ for equal sides alone.

What is compared hardly ever meets a limit by chance, and that a condition went either way does not
say that its sides were ever equal: where no case refutes such a rewrite, nothing is known of it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy

from keraslint.proof.probe.coverage.decisions import links, walk

from .atoms import Atom
from .gaps import View

LOOSE = {ast.Gt: ast.GtE, ast.Lt: ast.LtE}
Limit = tuple[ast.Compare, ast.Compare]
"""The same comparison before and after, with another operator."""


def limits(views: tuple[View, View]) -> Iterator[Limit]:
    """Those in statements that are the same but for how strict they are."""
    for atom in views[0].changed:
        for other in views[1].changed:
            if _loosely(atom, views[0]) == _loosely(other, views[1]):
                yield from _moved(atom, other)


def _loosely(atom: Atom, view: View) -> object:
    """What a statement says, however strict its comparisons are."""
    parts = deepcopy(atom.parts)
    for node in (one for part in parts for one in ast.walk(part)):
        if isinstance(node, ast.Compare):
            node.ops = [LOOSE.get(type(one), type(one))() for one in node.ops]
    return type(atom.node), tuple(map(view.differences.key, parts))


def _moved(atom: Atom, other: Atom) -> Iterator[Limit]:
    for one, new in zip(_links(atom), _links(other), strict=True):
        if type(one.ops[0]) is not type(new.ops[0]):
            yield one, new


def _links(atom: Atom) -> list[ast.Compare]:
    nodes = (one for part in atom.parts for one in walk(part))
    return [link for one in nodes if isinstance(one, ast.Compare) for link in links(one)]
