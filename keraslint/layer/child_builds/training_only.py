"""A layer class without `build()` → the children that only a call in training builds."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from keraslint.layer.child_builds.missing_builds import MissingBuilds
from keraslint.layer.layer_class import LayerClass
from keraslint.layer.method_syntax import children as parts_of
from keraslint.layer.method_syntax import dotted
from keraslint.project.program.children import Child
from keraslint.project.program.unbuilt_children import Unbuilt


def training_only(layer: LayerClass) -> tuple[Child, ...]:
    """The children with weights that `call()` itself mentions only where it is training."""
    found = Unbuilt(layer.hierarchy).only_called(layer.ref)
    call = layer.method("call") if found and layer.keras == 3 else None
    if call is None:
        return ()
    used, missing = set(_names(_outside(call.node.body))), MissingBuilds(layer)
    return tuple(c for c in found if c.attribute not in used and not missing.spared(c))


def _names(nodes: Iterator[cst.CSTNode]) -> Iterator[str]:
    """The attributes of the layer that are mentioned."""
    for node in nodes:
        if isinstance(node, cst.Attribute) and dotted(node.value) == "self":
            yield node.attr.value


def _outside(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What runs as well where it is not training."""
    yield node
    if isinstance(node, (cst.If, cst.IfExp)):
        asks = _asks(node.test)
        yield from _outside(node.test)
        if asks is not True:
            yield from _outside(node.body)
        if asks is not False and node.orelse is not None:
            yield from _outside(node.orelse)
    elif isinstance(node, cst.IndentedBlock):
        for statement in node.body:
            yield from _outside(statement)
            if _ends_without_training(statement):
                return
    else:
        for part in parts_of(node):
            yield from _outside(part)


def _asks(test: cst.BaseExpression) -> bool | None:
    """True if a condition holds in training only, False if only without it."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return False if _is_training(test.expression) else None
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.And):
        return True if _asks(test.left) or _asks(test.right) else None
    return True if _is_training(test) else None


def _is_training(test: cst.BaseExpression) -> bool:
    return isinstance(test, cst.Name) and test.value == "training"


def _ends_without_training(statement: cst.CSTNode) -> bool:
    """`if not training: return x`."""
    if not isinstance(statement, cst.If) or _asks(statement.test) is not False:
        return False
    last = statement.body.body[-1] if statement.body.body else None
    ends = last.body[-1] if isinstance(last, cst.SimpleStatementLine) else last
    return isinstance(ends, (cst.Return, cst.Raise))
