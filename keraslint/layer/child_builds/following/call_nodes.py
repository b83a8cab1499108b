"""The text of `call()` → what it looks like, whatever it means."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from keraslint.layer.method_syntax import walk
from keraslint.layer.name_uses import uses_of


def growing_lists(node: cst.FunctionDef) -> frozenset[str]:
    """The lists that are changed inside a loop."""
    found: set[str] = set()
    for loop in walk(node.body):
        if isinstance(loop, (cst.For, cst.While)):
            found |= {name for name in uses_of(loop.body).changes if not name.startswith("self.")}
    return frozenset(found)


def is_empty_list(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.List):
        return not node.elements
    called = isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and not node.args
    return called and isinstance(node.func, cst.Name) and node.func.value == "list"  # type: ignore[attr-defined]


def is_counted(node: cst.BaseExpression) -> bool:
    """`zip(…)`, `enumerate(…)`, `range(…)`, `reversed(…)`."""
    return (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Name)
        and node.func.value in ("zip", "enumerate", "range", "reversed")
    )


def may_overwrite(node: cst.BaseExpression, name: str) -> bool:
    """Whether the first thing that an expression does with a name is the last."""
    count = sum(1 for inner in walk(node) if isinstance(inner, cst.Name) and inner.value == name)
    if not name or count > 1:
        return False
    return count == 0 or _leftmost(node) == name


def _leftmost(node: cst.BaseExpression) -> str:
    while True:
        if isinstance(node, cst.Call) and node.args:
            node = node.args[0].value
        elif isinstance(node, cst.BinaryOperation):
            node = node.left
        else:
            return node.value if isinstance(node, cst.Name) else ""


def inner(body: cst.BaseSuite) -> Sequence[cst.CSTNode]:
    return body.body if isinstance(body, cst.IndentedBlock) else [body]


def orelse(node: cst.If) -> Sequence[cst.CSTNode]:
    if isinstance(node.orelse, cst.If):
        return [node.orelse]
    return inner(node.orelse.body) if node.orelse is not None else []


def leaves(statements: Sequence[cst.CSTNode]) -> bool:
    return any(
        isinstance(node, cst.SimpleStatementLine)
        and any(isinstance(small, (cst.Return, cst.Raise)) for small in node.body)
        for node in statements
    )


def may_leave(statements: Sequence[cst.CSTNode]) -> bool:
    return any("return" in uses_of(node).exits for node in statements)


def only_raises(statements: Sequence[cst.CSTNode]) -> bool:
    last = statements[-1] if statements else None
    return isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Raise)
