"""A method → what it calls its instance, and the same method with the usual word for it."""

from __future__ import annotations

import ast
from copy import deepcopy
from typing import TypeVar

from keraslint.project.facts.may_refer_to import dotted

USUAL = "self"
_Method = TypeVar("_Method", bound=ast.FunctionDef | ast.AsyncFunctionDef)
_NO_INSTANCE = frozenset({"staticmethod", "classmethod"})


def instance_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """The first parameter of a method; of a class method or a static one, the usual word."""
    first = [*node.args.posonlyargs, *node.args.args][:1]
    if not first or any(dotted(item) in _NO_INSTANCE for item in node.decorator_list):
        return USUAL
    return first[0].arg


def calling_it_self(node: _Method, name: str) -> _Method:
    """A copy that gives the instance its usual name, for those who only know that one."""
    node = deepcopy(node)  # the tree of a text has other readers
    [*node.args.posonlyargs, *node.args.args][0].arg = USUAL
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and inner.id == name:
            inner.id = USUAL
    return node
