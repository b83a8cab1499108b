"""An `__init__` that takes `**kwargs` → whether it hands them on as they came."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from keraslint.project.facts.may_refer_to import dotted

_READERS = frozenset({"len", "print", "dict", "list", "sorted", "copy.copy", "copy.deepcopy"})
_TAKING = frozenset({"pop", "__delitem__"})


def handling(rest: str, inner: Iterable[ast.AST]) -> str:
    """`whole`: only handed on as `**kwargs`; `sifted`: nobody knows what is taken out; `read`."""
    nodes = list(inner)
    names = [item for item in nodes if item.__class__ is ast.Name and item.id == rest]
    if any(isinstance(name.ctx, (ast.Store, ast.Del)) for name in names):
        return "sifted"
    calls = [item for item in nodes if item.__class__ is ast.Call]
    spread = [k for call in calls for k in call.keywords if k.arg is None and _is(k.value, rest)]
    if len(spread) == len(names):
        return "whole"
    sifted = any(_sifts(call, rest) for call in calls) or any(
        isinstance(item, ast.Subscript)
        and isinstance(item.ctx, ast.Del)
        and _is(item.value, rest)
        and not isinstance(item.slice, ast.Constant)
        for item in nodes
    )
    return "sifted" if sifted else "read"


def _sifts(call: ast.Call, rest: str) -> bool:
    """Whether a call takes names out of `**kwargs` that are not written there."""
    function = call.func
    if isinstance(function, ast.Attribute) and _is(function.value, rest):
        written = bool(call.args) and isinstance(call.args[0], ast.Constant)
        return function.attr in ("popitem", "clear") or (function.attr in _TAKING and not written)
    given = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg)]
    return dotted(function) not in _READERS and any(_is(argument, rest) for argument in given)


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
