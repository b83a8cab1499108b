"""An `__init__` → the edits that let it take `**kwargs` and hand them on."""

from __future__ import annotations

import libcst as cst

from keraslint.diagnostic import Edit
from keraslint.layer.code_style import too_wide
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


_Space = cst.BaseParenthesizableWhitespace


def _arguments(call: cst.Call, name: str) -> list[cst.Arg]:
    """The arguments of a call with `**name` at their end."""
    new = cst.Arg(cst.Name(name), star="**")
    if not call.args:
        return [new]
    last = call.args[-1]
    between = _gap([arg.comma for arg in call.args[:-1]], call.whitespace_before_args)
    comma, closing, after = _moved(last.comma, last.whitespace_after_arg, between)
    return [
        *call.args[:-1],
        last.with_changes(comma=comma, whitespace_after_arg=cst.SimpleWhitespace("")),
        new.with_changes(comma=closing, whitespace_after_arg=after),
    ]


def _parameters(parameters: cst.Parameters, name: str) -> cst.Parameters:
    """The parameters with `**name` at their end."""
    new = cst.Param(cst.Name(name), star="**")
    for group in ("kwonly_params", "params", "posonly_params"):
        listed = list(getattr(parameters, group))
        if not listed:
            continue
        last = listed[-1]
        between = _gap([param.comma for param in listed[:-1]], cst.SimpleWhitespace(" "))
        comma, closing, after = _moved(last.comma, last.whitespace_after_param, between)
        listed[-1] = last.with_changes(comma=comma, whitespace_after_param=cst.SimpleWhitespace(""))
        star = new.with_changes(comma=closing, whitespace_after_param=after)
        return parameters.with_changes(star_kwarg=star, **{group: listed})
    return parameters.with_changes(star_kwarg=new)


_Comma = cst.Comma | cst.MaybeSentinel


def _gap(commas: list[_Comma], before: _Space) -> _Space:
    """What stands between two of a list: as between its last two, or before its first."""
    last = commas[-1] if commas else None
    space = last.whitespace_after if isinstance(last, cst.Comma) else before
    return _bare(space) if isinstance(space, cst.ParenthesizedWhitespace) else _blank()


def _moved(closing: _Comma, after: _Space, between: _Space) -> tuple[cst.Comma, _Comma, _Space]:
    """The comma after what was last, with the comment there, and what follows the new last."""
    old = closing.whitespace_after if isinstance(closing, cst.Comma) else after
    lines = isinstance(between, cst.ParenthesizedWhitespace)
    if lines and isinstance(old, cst.ParenthesizedWhitespace):
        between = between.with_changes(first_line=old.first_line)
        old = _bare(old)
    comma = cst.Comma(whitespace_after=between)
    if isinstance(closing, cst.Comma):
        return comma, closing.with_changes(whitespace_after=old), after
    return comma, closing, old


def _bare(space: cst.ParenthesizedWhitespace) -> _Space:
    """White space without the comment or the blank lines in it."""
    line = cst.TrailingWhitespace(newline=space.first_line.newline)
    return space.with_changes(first_line=line, empty_lines=())


def _blank() -> _Space:
    return cst.SimpleWhitespace(" ")
