"""A syntax tree → the decisions in it, each with the outcomes it may have.

Both sides read trees by this one definition: the child, which marks outcomes, and the judge, who
asks for them. It needs nothing but the standard library.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard

TRUTH = ("true", "false")
LOOP = ("one", "more")
LOOKUP = ("found", "missing")
EXTREMES = frozenset({"max", "min"})
LOOKUPS = frozenset({"get", "pop"})
RAN = "ran"
EMPTY, FILLED = "empty", "filled"
"""Of what is tested: it was false and not None; it was true, and of a type that may be false."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """An expression whose value decides what runs, or what is taken.

    `truth`: a condition, or a part of one; `compared`: a comparison whose value is used, which may
    be that of arrays; `loop`: what is iterated over; `extreme`: a call of
    `max` or `min`, by the number of the argument it gives; `lookup`: a key or a name that may be
    missing. `chain` is the chained comparison that the node is a link of.
    """

    kind: str
    node: ast.expr
    outcomes: tuple[str, ...]
    chain: ast.Compare | None = None


def place_of(node: ast.AST) -> str:
    """Where a node stands, as text: the same wherever the same text is parsed."""
    start = f"{getattr(node, 'lineno', 0)}:{getattr(node, 'col_offset', 0)}"
    return f"{start}-{getattr(node, 'end_lineno', 0)}:{getattr(node, 'end_col_offset', 0)}"


def mark_of(node: ast.AST, outcome: str) -> str:
    """The name under which it is noted that a node had an outcome, or `ran`."""
    return f"{outcome} {place_of(node)}"


def line_of(mark: str) -> int:
    """The line at which the node of a mark begins."""
    return int(mark.rpartition(" ")[2].partition(":")[0])


def decisions(node: ast.AST, *, tested: bool = False) -> Iterator[Decision]:
    """All decisions in a node, nested ones included; `tested`: its truth is asked for."""
    if isinstance(node, ast.JoinedStr):
        return
    if isinstance(node, ast.BoolOp):
        for number, value in enumerate(node.values):
            yield from decisions(value, tested=tested or number < len(node.values) - 1)
        return
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield from decisions(node.operand, tested=True)
        return
    if _asks_for_truth(node):
        yield from decisions(node.args[0], tested=True)
        return
    if isinstance(node, ast.Compare) and len(node.ops) > 1:
        yield from _of_chain(node, tested=tested)
        return
    if tested and isinstance(node, ast.expr) and not isinstance(node, ast.Constant):
        yield Decision(kind="truth", node=node, outcomes=TRUTH)
    if isinstance(node, ast.Call):
        yield from _of_call(node)
    if isinstance(node, ast.Compare) and not tested:
        yield Decision(kind="compared", node=node, outcomes=TRUTH)
    for field, child in children(node):
        if isinstance(node, (ast.For, ast.comprehension)) and field == "iter":
            yield Decision(kind="loop", node=child, outcomes=LOOP)  # type: ignore[arg-type]
        yield from decisions(child, tested=field in ("test", "ifs", "guard"))


def _asks_for_truth(node: ast.AST) -> TypeGuard[ast.Call]:
    """Is it `bool(…)`, which says no more than what is in it?"""
    if not isinstance(node, ast.Call) or node.keywords or len(node.args) != 1:
        return False
    named = isinstance(node.func, ast.Name) and node.func.id == "bool"
    return named and not isinstance(node.args[0], ast.Starred)


def links(node: ast.Compare) -> list[ast.Compare]:
    """`a < b < c` as `a < b` and `b < c`, each at its own place."""
    operands = [node.left, *node.comparators]
    found = []
    for left, op, right in zip(operands, node.ops, operands[1:], strict=False):
        link = ast.copy_location(ast.Compare(left, [op], [right]), left)
        link.end_lineno, link.end_col_offset = right.end_lineno, right.end_col_offset
        link.__dict__.update({"file": node.file} if hasattr(node, "file") else {})
        found.append(link)
    return found


def _of_chain(node: ast.Compare, *, tested: bool) -> Iterator[Decision]:
    """Each link like a part of an `and`: the next one is looked at only if it holds."""
    chain = links(node)
    for link in chain:
        kind = "truth" if tested or link is not chain[-1] else "compared"
        yield Decision(kind=kind, node=link, outcomes=TRUTH, chain=node)
    for operand in (node.left, *node.comparators):
        yield from decisions(operand)


def arms(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions in a node that may be left out when it is evaluated."""
    for one in walk(node):
        if isinstance(one, ast.IfExp):
            yield from (one.body, one.orelse)
        elif isinstance(one, ast.BoolOp):
            yield from one.values[1:]
        elif isinstance(one, ast.Lambda):
            yield one.body


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all that is evaluated inside of it, but for formatted text."""
    if isinstance(node, ast.JoinedStr):  # whose inner places are wrong before Python 3.12
        return
    yield node
    for _, child in children(node):
        yield from walk(child)


def children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The nodes directly inside that are evaluated when it runs; annotations and patterns not."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "pattern", "type_params", "ctx"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield field, child


def _of_call(node: ast.Call) -> Iterator[Decision]:
    if node.keywords or any(isinstance(one, ast.Starred) for one in node.args):
        return
    function, count = node.func, len(node.args)
    named = function.id if isinstance(function, ast.Name) else ""
    looks = isinstance(function, ast.Attribute) and function.attr in LOOKUPS and count in (1, 2)
    if named in EXTREMES and count > 1:
        yield Decision(kind="extreme", node=node, outcomes=tuple(map(str, range(count))))
    elif looks or (named == "getattr" and count == 3):
        yield Decision(kind="lookup", node=node, outcomes=LOOKUP)
