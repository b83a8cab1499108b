"""A statement in `call()` → whether its weight is only created where it does not run."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from keraslint.layer.assignments import Assignment, assignments
from keraslint.layer.layer_class import LayerClass
from keraslint.layer.method_syntax import Method, code, walk


def is_in_the_other_arm(layer: LayerClass, method: Method, one: Assignment) -> bool:
    """Whether all other assignments stand under the opposite of a condition around this one.

    A layer that has no such weight, as its configuration says, may keep a tensor there.
    """
    opposite = {(test, not arm) for test, arm in _around(method, one)}
    others = [
        (other, made)
        for name in layer.ref.summary.methods
        if (other := layer.method(name)) is not None
        and other.node.name.value != method.node.name.value
        for made in assignments(other)
        if made.attribute == one.attribute and isinstance(made.value, cst.Call)
    ]
    return bool(others) and all(opposite & {*_around(*other)} for other in others)


def _around(method: Method, one: Assignment) -> Iterator[tuple[str, bool]]:
    """The conditions around an assignment, each with the arm in which it stands."""
    for node in walk(method.node.body):
        if isinstance(node, cst.If):
            for arm, inside in ((True, node.body), (False, node.orelse)):
                if inside is not None and any(inner is one.target for inner in walk(inside)):
                    yield code(node.test), arm
