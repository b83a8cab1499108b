"""A display of a tuple, a list or a dictionary, or arithmetic of numbers → what it stands for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import libcst as cst

from keraslint.layer.child_builds.shapes.shape_program import expr
from keraslint.layer.child_builds.shapes.shape_values import (
    UNKNOWN,
    Group,
    Part,
    Plain,
    Sizes,
    Table,
    Token,
    Value,
)
from keraslint.layer.child_builds.shapes.tensor_sizes import sizes
from keraslint.layer.method_syntax import code

Evaluate = Callable[[cst.BaseExpression], Value]


def listed(node: cst.Tuple | cst.List, value: Evaluate) -> Value:
    """`(a, b)`, `[a, *b]`."""
    values: list[Value] = []
    starred = False
    for element in node.elements:
        held = value(element.value)
        starred = starred or isinstance(element, cst.StarredElement)
        values.append(held)
    if not starred:
        return Group(tuple(values))
    return _unpacked(node, values)


def _unpacked(node: cst.Tuple | cst.List, values: Sequence[Value]) -> Value:
    parts: list[Part] = []
    for element, value in zip(node.elements, values, strict=True):
        if isinstance(element, cst.StarredElement):
            inner = sizes(value)
            if inner is None:
                return UNKNOWN
            parts += inner
        elif isinstance(value, Plain):
            parts.append(Part(code=value.code, size=value.size))
        else:
            return UNKNOWN
    return Sizes(tuple(parts))


def mapped(node: cst.Dict, value: Evaluate) -> Value:
    """`{"a": x}`."""
    found: dict[str, Value] = {}
    for element in node.elements:
        held = value(element.value)
        key = element.key if isinstance(element, cst.DictElement) else None
        told_key = value(key) if key is not None else UNKNOWN
        if isinstance(told_key, Plain) and isinstance(told_key.value, str):
            found[told_key.value] = held
    return Table(found)


def computed(node: cst.BinaryOperation, left: Plain, right: Plain) -> Value:
    """Arithmetic of numbers, as code."""
    text = expr(
        "(" if node.lpar else "",
        left.code,
        code(node.operator),
        right.code,
        ")" if node.lpar else "",
    )
    text = replace(text, counts=text.counts or left.may_be_none or right.may_be_none)
    if text.reads or not all(isinstance(one.size, str) for one in (left, right)):
        return Plain(code=text, size=Token())
    name = f"{left.size}{code(node.operator).strip()}{right.size}"
    return Plain(code=text, size=f"({name})" if node.lpar else name)
