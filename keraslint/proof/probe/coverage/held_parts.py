"""The text of a class → sizes and arguments beyond what `max` or `min` holds them to."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping
from itertools import permutations
from typing import Any

from .class_source import nodes_of


def past_limits(arguments: Mapping[str, Any], size: int, text: str) -> Iterator[tuple[int, ...]]:
    """Sizes whose part is on the other side of what `max` or `min` holds it to, and no limit.

    Beyond it, sizes whose part is nearly the next whole number, as what is cut off and what is
    rounded differ there; then, for layers that refuse these, the least size beyond it.
    """
    for part, held in _held(text):
        share, limit = _share(part, arguments), _number(held, arguments)
        if share and limit:
            part_of_it = float(size * share)
            is_beyond = part_of_it >= limit + 1
            least = math.ceil((limit + 1) / share)
            uneven = max(least, math.ceil(round((limit + 2) / share, 6)) - 1)
            if is_beyond:
                yield (max(1, int(limit / share) - 1),)
            if not is_beyond:
                yield tuple(dict.fromkeys((uneven, least)))
            elif part_of_it.is_integer() and not float(share).is_integer():
                yield (uneven,)


def past_each_other(arguments: Mapping[str, Any], text: str) -> Iterator[tuple[str, int]]:
    """Arguments of the constructor on the other side of what `max` or `min` holds them to."""
    for one, held in _held(text):
        name, limit = _argument(one, arguments), _number(held, arguments)
        value = arguments.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and limit:
            yield name, int(limit) + 1 if value <= limit else max(1, int(limit) - 1)


def _held(text: str) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What is compared by `max` and `min`: each with each other one."""
    for call in nodes_of(text):
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("max", "min"):
            yield from permutations(call.args, 2)


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
    number = node.value if isinstance(node, ast.Constant) else None
    value = arguments.get(_argument(node, arguments), number)
    return value if isinstance(value, (int, float)) and value > 0 else 0


def _argument(node: ast.expr, arguments: Mapping[str, Any]) -> str:
    """The argument of the constructor that is named, itself or as kept; empty for none."""
    name = ast.unparse(node).removeprefix("self.")
    return next((one for one in (name, name.removeprefix("_")) if one in arguments), "")
