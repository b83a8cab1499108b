"""Random numbers that a recipe draws → the same numbers each time it is evaluated."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable
from types import CodeType
from typing import Any

import numpy as np

DRAWN = "__drawn__"


def compiled(text: str) -> CodeType:
    """The code of a recipe, in which `….random.f(…)` gives the same whenever it is evaluated."""
    tree = ast.parse(text.strip(), "<recipe>", "eval")
    return compile(ast.fix_missing_locations(_Steady().visit(tree)), "<recipe>", "eval")


class _Steady(ast.NodeTransformer):
    """Hands each drawing function, its number in the recipe, and its arguments to `drawn`."""

    def __init__(self) -> None:
        self.count = 0

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if not _draws(node.func):
            return node
        self.count += 1
        number = ast.Constant(value=self.count)
        drawing = ast.Call(
            func=ast.Name(id=DRAWN, ctx=ast.Load()), args=[node.func, number], keywords=[]
        )
        return ast.Call(func=drawing, args=node.args, keywords=node.keywords)


def _draws(function: ast.expr) -> bool:
    owner = function.value if isinstance(function, ast.Attribute) else None
    return (isinstance(owner, ast.Attribute) and owner.attr == "random") or (
        isinstance(owner, ast.Name) and owner.id == "random"
    )


def drawn(function: Callable[..., Any], number: int) -> Callable[..., Any]:
    """The function, drawing from a generator of its own; itself where nothing is known of it.

    Keras' functions take a `seed`; those of TensorFlow have a stateless twin; numpy's are methods
    of a generator.
    """
    name = getattr(function, "__name__", "")
    home = str(getattr(function, "__module__", None) or "")
    if name and function is getattr(np.random, name, None):
        own: Callable[..., Any] = getattr(np.random.RandomState(number), name, function)
        return own
    twin = _stateless(name) if home.startswith("tensorflow.") else None
    if twin is not None:
        return lambda *args, **more: twin(**{**_by_name(function, args, more), "seed": (number, 0)})
    if home.startswith("keras.") and "seed" in inspect.signature(function).parameters:
        return lambda *args, **more: function(**{"seed": number, **_by_name(function, args, more)})
    return function


def _by_name(
    function: Callable[..., Any], args: tuple[Any, ...], more: dict[str, Any]
) -> dict[str, Any]:
    return dict(inspect.signature(function).bind(*args, **more).arguments)


def _stateless(name: str) -> Callable[..., Any] | None:
    tensorflow = sys.modules.get("tensorflow")
    known = {"random_normal": "normal", "random_uniform": "uniform"}.get(name, name)
    twin: Callable[..., Any] | None = None
    if tensorflow is not None:
        twin = getattr(tensorflow.random, f"stateless_{known}", None)
    return twin
