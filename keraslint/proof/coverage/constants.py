"""A module → its names that hold one constant, and conditions that nothing but these decides."""

from __future__ import annotations

import ast
from collections import Counter

PLAIN = (ast.Constant, ast.Name, ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.Compare, ast.Tuple)
WORDS = (ast.boolop, ast.unaryop, ast.operator, ast.cmpop, ast.expr_context)


def note_constants(module: ast.Module) -> None:
    """Tell each name whether it is one that the module binds once, to a constant."""
    names = [node for node in ast.walk(module) if isinstance(node, ast.Name)]
    bound = Counter(node.id for node in names if not isinstance(node.ctx, ast.Load))
    bound.update(name for node in ast.walk(module) for name in _bound_otherwise(node))
    single = {name for name in _constants(module) if bound[name] == 1}
    for node in names:
        node.constant = node.id in single  # type: ignore[attr-defined]


def is_settled(condition: ast.AST) -> bool:
    """Is it the same whatever is given, and whatever ran before?"""
    if isinstance(condition, ast.Name):
        return getattr(condition, "constant", False)
    inside = ast.iter_child_nodes(condition)
    return isinstance(condition, PLAIN) and all(
        isinstance(one, WORDS) or is_settled(one) for one in inside
    )


def _constants(module: ast.Module) -> set[str]:
    found: set[str] = set()
    for one in module.body:
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant):
            found.update(target.id for target in one.targets if isinstance(target, ast.Name))
    return found


def _bound_otherwise(node: ast.AST) -> list[str]:
    """The names that a node binds without naming them in an expression, or declares as global."""
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return node.names
    if isinstance(node, ast.alias):
        return [(node.asname or node.name).partition(".")[0]]
    if isinstance(node, ast.arg):
        return [node.arg]
    name = getattr(node, "name", None)
    return [name] if isinstance(name, str) else []
