"""The text of a file and the name of a class → the statements it may run, one by one."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from keraslint.project.syntax.parse import new_module

BLOCKS = ("body", "orelse", "finalbody")
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
HEADERS = {
    ast.If: ("test",),
    ast.While: ("test",),
    ast.For: ("target", "iter"),
    ast.AsyncFor: ("target", "iter"),
    ast.With: ("items",),
    ast.AsyncWith: ("items",),
    ast.Match: ("subject",),
    ast.Try: (),
    ast.FunctionDef: ("name", "args", "decorator_list"),
    ast.AsyncFunctionDef: ("name", "args", "decorator_list"),
    ast.ClassDef: ("name", "bases", "keywords", "decorator_list"),
    ast.ExceptHandler: ("type", "name"),
    ast.match_case: ("pattern", "guard"),
}
Arm = tuple[ast.AST, str]


@dataclass(frozen=True, eq=False, kw_only=True)
class Atom:
    """A simple statement, or the head of a compound one.

    `parts` are the nodes it evaluates; `function` is the innermost one it stands in, by its
    qualified name, and `under` are the arms around it there, from the outermost.
    """

    node: ast.stmt
    parts: tuple[ast.AST, ...]
    function: str
    under: tuple[Arm, ...]

    @property
    def line(self) -> int:
        return self.node.lineno


def header(node: ast.AST) -> tuple[ast.AST, ...]:
    """What a compound statement evaluates besides its blocks; a simple one itself."""
    fields = HEADERS.get(type(node))
    if fields is None:
        return (node,)
    found: list[ast.AST] = []
    for field in fields:
        value = getattr(node, field)
        found += [
            one
            for one in (value if isinstance(value, list) else [value])
            if isinstance(one, ast.AST)
        ]
    return tuple(found)


def is_compound(node: ast.AST) -> bool:
    return type(node) in HEADERS


def blocks(node: ast.AST) -> Iterator[tuple[str, list[ast.stmt]]]:
    """The blocks of a compound statement, by the arm that leads there (empty: it always does)."""
    arms = {"body": "true", "orelse": "false"} if isinstance(node, ast.If) else {}
    if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
        arms = {"body": "body"}
    for field in BLOCKS:
        if getattr(node, field, None):
            yield arms.get(field, ""), getattr(node, field)
    for number, one in enumerate(getattr(node, "handlers", ())):
        yield f"handler {number}", one.body
    for number, one in enumerate(getattr(node, "cases", ())):
        yield f"case {number}", one.body


def atoms(
    statements: Sequence[ast.stmt], function: str = "", under: tuple[Arm, ...] = ()
) -> Iterator[Atom]:
    """All statements of a block, nested ones included."""
    for statement in statements:
        if not is_idle(statement):
            yield Atom(node=statement, parts=header(statement), function=function, under=under)
        if isinstance(statement, DEFINITIONS):
            inside = f"{function}.{statement.name}" if function else statement.name
            yield from atoms(statement.body, inside, ())
            continue
        for arm, block in blocks(statement):
            around = (*under, (statement, arm)) if arm else under
            yield from atoms(block, function, around)
        if isinstance(statement, ast.If):
            under = (*under, *_left(statement))


def _left(statement: ast.If) -> list[Arm]:
    """The arm that what follows is in, where the other one leaves the block."""
    if leaves(statement.body):
        return [(statement, "false")]
    return [(statement, "true")] if leaves(statement.orelse) else []


def leaves(block: Sequence[ast.stmt]) -> bool:
    """Does control never reach what follows the block?"""
    last = block[-1] if block else None
    if isinstance(last, ast.If):
        return leaves(last.body) and leaves(last.orelse)
    if isinstance(last, (ast.With, ast.AsyncWith)):
        return leaves(last.body)
    return isinstance(last, (ast.Return, ast.Raise, ast.Continue, ast.Break))


def refuses(block: Sequence[ast.stmt]) -> bool:
    """Does the block end in an error, whatever it does?"""
    last = block[-1] if block else None
    if isinstance(last, ast.If):
        return refuses(last.body) and refuses(last.orelse)
    returns = any(isinstance(one, ast.Return) for each in block for one in ast.walk(each))
    return isinstance(last, ast.Raise) and not returns


def is_idle(statement: ast.stmt) -> bool:
    """Does it do nothing that could be seen? Docstrings, `pass` and declarations of names."""
    if isinstance(statement, ast.AnnAssign):
        return statement.value is None
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, (ast.Pass, ast.Global, ast.Nonlocal))


def scope(text: str, names: Iterable[str], file: str = "") -> list[ast.stmt]:
    """The statements of a module that names stand for, and those that these name in turn.

    Each node is told the file it stands in.

    Raises:
        SyntaxError, ValueError, RecursionError: the text is not Python.
    """
    body = new_module(text).body
    reached: set[int] = set()
    known = set(names)
    while fresh := [one for one in body if id(one) not in reached and defines(one) & known]:
        reached.update(map(id, fresh))
        known.update(name for one in fresh for name in mentioned(one))
    found = [one for one in body if id(one) in reached]
    for node in (node for one in found for node in ast.walk(one)):
        node.file = file  # type: ignore[attr-defined]
    return found


def mentioned(statement: ast.stmt) -> Iterator[str]:
    """The names in a statement, and those that it imports under others."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.ImportFrom):
            yield from (one.name for one in node.names)


def defines(statement: ast.stmt) -> set[str]:
    """The names that a statement of a module binds, or changes something of."""
    if isinstance(statement, DEFINITIONS):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {(one.asname or one.name).partition(".")[0] for one in statement.names}
    found = {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del))
    }
    if isinstance(statement, ast.Assign):
        found.update(filter(None, map(_root, statement.targets)))
    return found


def _root(node: ast.AST) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
