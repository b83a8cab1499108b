"""A method → what it assigns to attributes of the layer, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from keraslint.layer.method_syntax import Method, dotted, walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """`self.name = value`; with an operator such as `+=`, `operator` is that statement."""

    attribute: str
    target: cst.BaseExpression
    value: cst.BaseExpression
    operator: cst.AugAssign | None = None


def assignments(method: Method) -> Iterator[Assignment]:
    """Everything that a method assigns to an attribute of `self`, in source order."""
    return assigned_in(method.node.body)


def assigned_in(statement: cst.CSTNode) -> Iterator[Assignment]:
    """The same for a statement and all that is inside."""
    for node in walk(statement):
        if isinstance(node, cst.Assign):
            for one in node.targets:
                yield from _assigned(one.target, node.value)
        elif isinstance(node, cst.AnnAssign) and node.value is not None:
            yield from _assigned(node.target, node.value)
        elif isinstance(node, cst.AugAssign):
            yield from _assigned(node.target, node.value, node)


def _assigned(
    target: cst.BaseExpression, value: cst.BaseExpression, operator: cst.AugAssign | None = None
) -> Iterator[Assignment]:
    if isinstance(target, (cst.Tuple, cst.List)):
        yield from _unpacked(target, value)
        return
    owner, _, attribute = dotted(target).partition(".")
    if owner == "self" and attribute and "." not in attribute and "[" not in attribute:
        yield Assignment(attribute=attribute, target=target, value=value, operator=operator)


def _unpacked(target: cst.Tuple | cst.List, value: cst.BaseExpression) -> Iterator[Assignment]:
    """`self.a, self.b = x, y` assigns each its own; what is not written out stands for each."""
    own = value.elements if isinstance(value, (cst.Tuple, cst.List)) else ()
    paired = len(own) == len(target.elements)
    for number, element in enumerate(target.elements):
        given = own[number].value if paired else value
        yield from _assigned(element.value, given)
