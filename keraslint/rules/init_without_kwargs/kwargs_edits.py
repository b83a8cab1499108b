"""An `__init__` → the edits that let it take `**kwargs` and hand them on."""

from __future__ import annotations

import libcst as cst

from keraslint.diagnostic import Edit
from keraslint.layer.code_style import too_wide
from keraslint.layer.comma_lists import appended
from keraslint.layer.method_syntax import Method, code, dotted, walk


def handing_on(method: Method, name: str) -> tuple[Edit, ...] | None:
    """Take `**name`, if it is not taken yet, and hand it to the superclass; `None`: no way."""
    node = method.node
    calls = [one for one in walk(node.body) if isinstance(one, cst.Call) and _is_super(one)]
    if len(calls) != 1:
        return None
    changed = node.with_deep_changes(calls[0], args=_arguments(calls[0], name))
    if node.params.star_kwarg is None:
        changed = changed.with_changes(params=_parameters(changed.params, name))
        if _is_wide(method, name):
            changed = _one_for_each_line(changed, method.indent)
    return method.edits(changed)


def _is_wide(method: Method, name: str) -> bool:
    """Whether parameters that stand in one line would make it too long."""
    parameters = method.node.params
    starred = parameters.posonly_params or isinstance(
        parameters.star_arg, (cst.Param, cst.ParamStar)
    )
    plain = bool(parameters.params) and not starred
    return plain and too_wide(method, code(parameters).strip(), len(f", **{name}"))


def _one_for_each_line(node: cst.FunctionDef, indent: str) -> cst.FunctionDef:
    """A line for each parameter, as formatters write what is too long for one."""
    inner = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace(indent))
    comma = cst.Comma(whitespace_after=inner)
    closing = cst.Comma(whitespace_after=cst.ParenthesizedWhitespace(indent=True))
    bare = cst.SimpleWhitespace("")
    assert node.params.star_kwarg is not None
    last = node.params.star_kwarg.with_changes(comma=closing, whitespace_after_param=bare)
    listed = [p.with_changes(comma=comma) for p in node.params.params]
    parameters = node.params.with_changes(params=listed, star_kwarg=last)
    return node.with_changes(params=parameters, whitespace_before_params=inner)


def mentions(method: Method, name: str) -> bool:
    """Whether the name stands for something already: an argument, a local or an outer name."""
    return any(isinstance(one, cst.Name) and one.value == name for one in walk(method.node))


def _is_super(call: cst.Call) -> bool:
    owner, _, name = dotted(call.func).rpartition(".")
    return name == "__init__" and bool(owner) and owner != "self"


def _arguments(call: cst.Call, name: str) -> list[cst.Arg]:
    """The arguments of a call with `**name` at their end."""
    return appended(call.args, cst.Arg(cst.Name(name), star="**"), call.whitespace_before_args)


def _parameters(parameters: cst.Parameters, name: str) -> cst.Parameters:
    """The parameters with `**name` at their end."""
    star = cst.Param(cst.Name(name), star="**")
    for group in ("kwonly_params", "params", "posonly_params"):
        if listed := getattr(parameters, group):
            *others, star = appended(listed, star)
            return parameters.with_changes(star_kwarg=star, **{group: others})
    return parameters.with_changes(star_kwarg=star)
