"""An `__init__` → the edits that let it take `**kwargs` and hand them on."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from keraslint.diagnostic import Edit
from keraslint.layer.comma_lists import appended, without_comment
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
    return method.edits(changed)


def handing_names_on(method: Method, names: Sequence[str]) -> tuple[Edit, ...] | None:
    """Hand arguments to the superclass by their names; `None`: no way."""
    node = method.node
    calls = [one for one in walk(node.body) if isinstance(one, cst.Call) and _is_super(one)]
    if len(calls) != 1:
        return None
    (call,) = calls
    equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    new = [cst.Arg(cst.Name(name), keyword=cst.Name(name), equal=equal) for name in names]
    return method.edits(node.with_deep_changes(call, args=_before_stars(call, new)))


def _before_stars(call: cst.Call, new: Sequence[cst.Arg]) -> list[cst.Arg]:
    """The arguments of a call with others before its `**kwargs`, or at its end."""
    args, first = list(call.args), call.whitespace_before_args
    place = next((number for number, arg in enumerate(args) if arg.star == "**"), len(args))
    listed = args[:place]
    if not listed and args:
        over_lines = isinstance(first, cst.ParenthesizedWhitespace)
        space = without_comment(first) if over_lines else cst.SimpleWhitespace(" ")
        comma = cst.Comma(whitespace_after=space)
        return [*(one.with_changes(comma=comma) for one in new), *args]
    for one in new:
        listed = appended(listed, one, first)
    return [*listed, *args[place:]]


def default_of(method: Method, name: str) -> str:
    """The default of a parameter as code, `""` if it has none."""
    listed = (*method.node.params.params, *method.node.params.kwonly_params)
    found = [one.default for one in listed if one.name.value == name and one.default is not None]
    return code(found[0]) if found else ""


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
