"""A module's tree → its functions that hold classes, with the classes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

LOCALS = ".<locals>"
"""What Python itself writes between a function and what it defines."""

_INDENTED_CLASS = re.compile(r"^[ \t]+class\b", re.MULTILINE)
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def classes_inside(
    tree: ast.Module, text: str
) -> Iterator[tuple[str, _Function, list[ast.ClassDef]]]:
    """Every function that defines classes, by the qualified name that its locals have."""
    if _INDENTED_CLASS.search(text) is not None:
        yield from _inside(tree.body, "")


def _inside(
    body: Iterable[ast.stmt], prefix: str
) -> Iterator[tuple[str, _Function, list[ast.ClassDef]]]:
    for statement in running(body):
        if isinstance(statement, ast.ClassDef):
            yield from _inside(statement.body, f"{prefix}{statement.name}.")
        elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            name = f"{prefix}{statement.name}{LOCALS}"
            classes = [s for s in running(statement.body) if isinstance(s, ast.ClassDef)]
            if classes:
                yield name, statement, classes
            yield from _inside(statement.body, f"{name}.")


def running(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run in one scope, through `if`, `try`, `with` and loops."""
    for statement in body:
        if isinstance(statement, (ast.If, ast.Try, ast.With, ast.For, ast.While)):
            for block in blocks(statement):
                yield from running(block)
        else:
            yield statement


def blocks(statement: ast.AST) -> Iterator[list[ast.stmt]]:
    """The blocks of statements in a compound statement."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if isinstance(block, list):
            yield block
    for handler in getattr(statement, "handlers", ()):
        yield handler.body
    for case in getattr(statement, "cases", ()):
        yield case.body
