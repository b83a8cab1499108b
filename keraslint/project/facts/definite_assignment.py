"""A block → the `self` attributes that every path assigns, and calls of `super()` that all run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from keraslint.project.facts.may_refer_to import dotted, places
from keraslint.project.syntax.node_walk import walk


def definite(body: Iterable[ast.stmt]) -> Iterator[str]:
    """`self` attributes that every path assigns, and `super().build` if every path runs that."""
    before: list[ast.stmt] = []
    for statement in body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            name = dotted(statement.value.func)
            if name.startswith("super().") and not any(
                isinstance(inner, ast.Return) for inner in walk(before)
            ):
                yield name
        before.append(statement)
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                for place in places(target):
                    name = dotted(place)
                    if name.startswith("self.") and name.count(".") == 1 and "[" not in name:
                        yield name[len("self.") :]
        elif isinstance(statement, ast.If):
            yield from _on_each_path((statement.body, statement.orelse))
        elif isinstance(statement, ast.Match) and _takes_all(statement.cases[-1]):
            yield from _on_each_path([case.body for case in statement.cases])
        elif isinstance(statement, ast.With):
            yield from definite(statement.body)
        elif isinstance(statement, ast.Try):
            yield from definite(statement.finalbody)
            if not statement.handlers or all(_leaves_block(h.body) for h in statement.handlers):
                yield from definite(statement.body)


def _on_each_path(bodies: Iterable[list[ast.stmt]]) -> Iterator[str]:
    """What all of them assign, but for those that end in an error."""
    taken = [set(definite(body)) for body in bodies if not _leaves_block(body)]
    yield from set.intersection(*taken) if taken else ()


def _takes_all(case: ast.match_case) -> bool:
    """`case _:`, or `case other:`."""
    pattern = case.pattern
    return case.guard is None and isinstance(pattern, ast.MatchAs) and pattern.pattern is None


def _leaves_block(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Raise)
