"""The text of a class → sizes whose part is beyond what `max` or `min` holds it to."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping
from itertools import permutations
from typing import Any

from .class_source import nodes_of


def past_limits(arguments: Mapping[str, Any], size: int, text: str) -> Iterator[int]:
    """Sizes whose part is on the other side of what `max` or `min` holds it to, and no limit."""
    for call in nodes_of(text):
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("max", "min"):
            for part, held in permutations(call.args, 2):
                share, limit = _share(part, arguments), _number(held, arguments)
                if share and limit:
                    beyond = math.ceil((limit + 1) / share)
                    yield beyond if size * share < limit + 1 else max(1, int(limit / share) - 1)


def _share(node: ast.expr, arguments: Mapping[str, Any]) -> float:
    """What a size is multiplied by: a quotient, or a product that is cut off; 0 for neither."""
    if isinstance(node, ast.Call) and len(node.args) == 1:
        return _share(node.args[0], arguments)
    if not isinstance(node, ast.BinOp) or not isinstance(
        node.op, (ast.FloorDiv, ast.Div, ast.Mult)
    ):
        return 0
    number = _number(node.right, arguments)
    return number if isinstance(node.op, ast.Mult) else 1 / number if number else 0


def _number(node: ast.expr, arguments: Mapping[str, Any]) -> float:
    """The value of a number, or of an argument of the constructor; 0 where it is none."""
    name = ast.unparse(node).removeprefix("self.")
    value = node.value if isinstance(node, ast.Constant) else None
    value = arguments.get(name, arguments.get(name.removeprefix("_"), value))
    return value if isinstance(value, (int, float)) and value > 0 else 0
