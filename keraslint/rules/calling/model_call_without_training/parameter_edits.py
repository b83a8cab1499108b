"""A method → the edits that give it one more parameter."""

from __future__ import annotations

import libcst as cst

from keraslint.diagnostic import Edit
from keraslint.layer.comma_lists import appended
from keraslint.layer.method_syntax import Method


def with_parameter(method: Method, name: str, default: str) -> tuple[Edit, ...]:
    """Add `name=default` behind the plain parameters, or to those that are keywords only."""
    parameters = method.node.params
    plain = list(parameters.params)
    keywords = list(parameters.kwonly_params)
    added = cst.Param(cst.Name(name), default=cst.Name(default), equal=_equal())
    if isinstance(parameters.star_arg, (cst.Param, cst.ParamStar)):
        changed = parameters.with_changes(kwonly_params=appended(keywords, added))
    else:
        changed = parameters.with_changes(params=appended(plain, added))
    return method.edits(method.node.with_changes(params=changed))


def _equal() -> cst.AssignEqual:
    space = cst.SimpleWhitespace("")
    return cst.AssignEqual(whitespace_before=space, whitespace_after=space)
