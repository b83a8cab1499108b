"""A function and what it is called on → what its parameters hold."""

from __future__ import annotations

import libcst as cst

from keraslint.layer.child_builds.shapes.program_writer import Names
from keraslint.layer.child_builds.shapes.shape_values import (
    Arguments,
    Nothing,
    Unknown,
    Value,
    constant,
)


def passed(node: cst.FunctionDef, arguments: Arguments, own: int) -> Names:
    """The parameters of a function, with what is passed for them; the first `own` are not."""
    parameters = node.params
    listed = [*parameters.posonly_params, *parameters.params][own:]
    names: Names = {}
    for place, parameter in enumerate((*listed, *parameters.kwonly_params)):
        name = parameter.name.value
        found = arguments.named.get(name)
        if found is None and place < len(arguments.plain) and place < len(listed):
            found = arguments.plain[place]
        names[name] = found if found is not None else _default(parameter)
    return names


def _default(parameter: cst.Param) -> Value:
    node = parameter.default
    if isinstance(node, cst.Name) and node.value in ("True", "False"):
        return constant(node.value == "True")
    if isinstance(node, cst.Name) and node.value == "None":
        return Nothing()
    if isinstance(node, (cst.Integer, cst.Float, cst.SimpleString)):
        return constant(node.evaluated_value)
    return Unknown(f"`{parameter.name.value}`")
