"""A block → the `self` attributes that every path through it assigns."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from keraslint.project.facts.may_refer_to import dotted, places


def definite(body: Iterable[ast.stmt]) -> Iterator[str]:
    """`self` attributes that every path through a block assigns."""
    for statement in body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                for place in places(target):
                    name = dotted(place)
                    if name.startswith("self.") and name.count(".") == 1 and "[" not in name:
                        yield name[len("self.") :]
        elif isinstance(statement, ast.If):
            yield from _on_both_sides(statement)
        elif isinstance(statement, ast.With):
            yield from definite(statement.body)
        elif isinstance(statement, ast.Try):
            yield from definite(statement.finalbody)
            if not statement.handlers or all(_leaves_block(h.body) for h in statement.handlers):
                yield from definite(statement.body)


def _on_both_sides(statement: ast.If) -> Iterator[str]:
    taken = set(definite(statement.body))
    other = set(definite(statement.orelse))
    if _leaves_block(statement.body):
        yield from other
    elif statement.orelse and _leaves_block(statement.orelse):
        yield from taken
    else:
        yield from taken & other


def _leaves_block(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Raise)
