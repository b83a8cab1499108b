"""A statement that binds the attribute of a weight anew → the call that gives it its value."""

from __future__ import annotations

import libcst as cst

from keraslint.diagnostic import Edit
from keraslint.layer.assignments import Assignment
from keraslint.layer.method_syntax import Method, walk

_VERBS: dict[type[cst.BaseAugOp], str] = {
    cst.AddAssign: "assign_add",
    cst.SubtractAssign: "assign_sub",
}


def assigned(method: Method, one: Assignment) -> tuple[Edit, ...]:
    """The edits of `self.n = value` to `self.n.assign(value)`; none where there is more to it."""
    for node in walk(method.node):
        if _is_alone(node, one):
            call = _call(one)
            new = method.node.deep_replace(node, cst.Expr(call)) if call is not None else None
            return method.edits(new) if isinstance(new, cst.FunctionDef) else ()
    return ()


def _is_alone(node: cst.CSTNode, one: Assignment) -> bool:
    """Whether a statement does nothing but this one assignment."""
    if isinstance(node, cst.Assign):
        return len(node.targets) == 1 and node.targets[0].target is one.target
    return node is one.operator


def _call(one: Assignment) -> cst.Call | None:
    verb = "assign"
    if one.operator is not None:
        verb = _VERBS.get(type(one.operator.operator), "")
    if not verb:
        return None
    function = cst.Attribute(one.target, cst.Name(verb))
    return cst.Call(function, [cst.Arg(one.value)])
