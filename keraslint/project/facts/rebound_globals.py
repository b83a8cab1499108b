"""A module's tree → its names that get another value after something of it has already run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from keraslint.project.facts.local_classes import blocks
from keraslint.project.syntax.node_walk import walk

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_BLOCKS = (ast.If, ast.Try, ast.With, ast.For, ast.While)
_LOOPS = (ast.For, ast.While)
_VERBS = frozenset(
    """append extend insert update add pop popitem remove clear setdefault sort reverse
    discard""".split()
)


def rebound(tree: ast.Module) -> dict[str, tuple[int, ...]]:
    """Names that the module binds or changes at its own level, with the calls before that.

    Those are the lines where it calls its own functions and classes while it is imported, and the
    name does not have its last value yet; a loop binds its names until it ends.
    """
    own = {node.name for node in tree.body if isinstance(node, _DEFINITIONS)}
    starts = sorted(set(_starts(tree.body, own)))
    if not starts:
        return {}
    last: dict[str, int] = {}
    for name, line in _changes(tree.body, 0):
        last[name] = max(line, last.get(name, 0))
    found = {name: tuple(s for s in starts if s < line) for name, line in last.items()}
    return {name: lines for name, lines in found.items() if lines}


def _starts(body: Iterable[ast.stmt], own: set[str]) -> Iterator[int]:
    for statement in body:
        if not isinstance(statement, (*_DEFINITIONS, ast.Import, ast.ImportFrom)):
            for node in walk([statement]):
                if isinstance(node, ast.Call) and _root(node.func) in own:
                    yield node.lineno


def _changes(body: Iterable[ast.stmt], until: int) -> Iterator[tuple[str, int]]:
    """Every name with the line where it has got its value; `until` is the line after a loop."""
    for statement in body:
        if isinstance(statement, _BLOCKS):
            end = until or ((statement.end_lineno or 0) + 1) * isinstance(statement, _LOOPS)
            if isinstance(statement, ast.For):
                yield from ((name, end) for name in _targets(statement.target))
            for block in blocks(statement):
                yield from _changes(block, end)
        elif not isinstance(statement, _DEFINITIONS):
            yield from ((name, until or statement.lineno) for name in _changed(statement))


def _changed(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, (ast.Assign, ast.Delete)):
        for target in statement.targets:
            yield from _targets(target)
    elif isinstance(statement, (ast.AugAssign, ast.AnnAssign)):
        yield from _targets(statement.target)
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        called = statement.value.func
        if isinstance(called, ast.Attribute) and called.attr in _VERBS:
            yield _root(called)


def _targets(target: ast.expr) -> Iterator[str]:
    if isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from _targets(element)
    else:
        yield _root(target)


def _root(node: ast.expr) -> str:
    """The name that an expression begins with, `""` if none."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
