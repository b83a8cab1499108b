"""A method → the edits that give it one more parameter."""

from __future__ import annotations

import libcst as cst

from keraslint.diagnostic import Edit
from keraslint.layer.method_syntax import Method


def with_parameter(method: Method, name: str, default: str) -> tuple[Edit, ...]:
    """Add `name=default` behind the plain parameters, or to those that are keywords only."""
    parameters = method.node.params
    plain = list(parameters.params)
    keywords = list(parameters.kwonly_params)
    added = cst.Param(cst.Name(name), default=cst.Name(default), equal=_equal())
    if isinstance(parameters.star_arg, (cst.Param, cst.ParamStar)):
        changed = parameters.with_changes(kwonly_params=_appended(keywords, added))
    else:
        changed = parameters.with_changes(params=_appended(plain, added))
    return method.edits(method.node.with_changes(params=changed))


def _appended(parameters: list[cst.Param], added: cst.Param) -> list[cst.Param]:
    """Behind the last one, with a comma and white space as between the others."""
    if not parameters:
        return [added]
    *others, last = parameters
    between = others[-1].comma if others else cst.MaybeSentinel.DEFAULT
    trailing = last.comma
    first = last.with_changes(comma=between if isinstance(between, cst.Comma) else trailing)
    if not isinstance(first.comma, cst.Comma):
        first = last.with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return [*others, first, added.with_changes(comma=trailing)]


def _equal() -> cst.AssignEqual:
    space = cst.SimpleWhitespace("")
    return cst.AssignEqual(whitespace_before=space, whitespace_after=space)
