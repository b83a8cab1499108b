"""Statements of `build()` → whether they mark the layer as built, and whether they do no more."""

from __future__ import annotations

import libcst as cst

from keraslint.layer.method_syntax import Method, code, dotted
from keraslint.layer.name_uses import uses_of
from keraslint.layer.statement_parts import block_statements, only_small


def is_closing(node: cst.CSTNode) -> bool:
    """`super().build(…)` or `self.built = True`."""
    if not isinstance(node, cst.SimpleStatementLine):
        return False
    uses = uses_of(node)
    calls = [dotted(call.func) for call in uses.calls]
    return "self.built" in uses.binds or any(
        name.endswith(".build") and not name.startswith("self.") for name in calls
    )


def only_builds(node: cst.CSTNode) -> bool:
    """Whether a statement closes `build()`, or builds one child."""
    small = only_small(node)
    called = small.value if isinstance(small, cst.Expr) else None
    return is_closing(node) or (
        isinstance(called, cst.Call) and dotted(called.func).endswith(".build")
    )


def does_nothing(build: Method, new: cst.FunctionDef) -> bool:
    """Whether a new `build()` is that of `Layer`, in what it takes and does.

    A remark in it or above it is a reason to keep it; so is it to be the last one of its class,
    where no blank line below would go with it.
    """
    params = new.params
    names = [one.name.value for one in params.params]
    others = (*params.kwonly_params, *params.posonly_params, params.star_kwarg)
    takes_more = any(others) or isinstance(params.star_arg, cst.Param)
    is_told = build.source.line(build.first - 1).lstrip().startswith("#")
    if names != ["self", "input_shape"] or params.params[1].default or takes_more or is_told:
        return False
    if build.source.line(build.last).strip():
        return False
    has_more = bool(new.decorators) or "#" in code(new)
    return not has_more and all(map(_adds_nothing, block_statements(new.body)))


def _adds_nothing(node: cst.CSTNode) -> bool:
    """A docstring, `super().build(input_shape)` or `self.built = True`."""
    small = only_small(node)
    if isinstance(small, cst.Assign):
        return code(small) == "self.built = True"
    value = small.value if isinstance(small, (cst.Expr, cst.Return)) else None
    if not isinstance(value, cst.Call):
        return isinstance(value, cst.SimpleString)
    given = [code(arg.value) for arg in value.args]
    return dotted(value.func) == "super().build" and given == ["input_shape"]
