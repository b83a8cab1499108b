"""The text of a file and the name of a layer → the keys that `call()` reads of its first input."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .atoms import FUNCTIONS

IDS = ("token", "ids", "indices", "position")


def dict_advice(text: str, layer: str, made: str) -> str:
    """A recipe with these keys, to try; empty where it reads none. `made` constructs the layer."""
    keys = keys_read(text, layer)
    if not keys:
        return ""
    inputs = ", ".join(f'"{key}": {_input(key)}' for key in keys)
    named = ", ".join(f"`{key}`" for key in keys)
    return f"`call()` reads the keys {named} of its input: --recipe '{made}({{{inputs}}})'"


def keys_read(text: str, layer: str) -> list[str]:
    """The keys, in the order in which they are read first."""
    try:
        body: list[ast.stmt] = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return []
    for name in layer.split("."):
        body = next((d.body for d in body if isinstance(d, ast.ClassDef) and d.name == name), [])
    for one in body:
        if isinstance(one, FUNCTIONS) and one.name == "call":
            given = [parameter.arg for parameter in one.args.args[1:2]]
            return list(dict.fromkeys(key for name in given for key in _keys(one, name)))
    return []


def _keys(function: ast.AST, name: str) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript) and _is_named(node.value, name):
            yield from _text(node.slice)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            looks = _is_named(node.func.value, name) and node.func.attr == "get"
            yield from (_text(node.args[0]) if looks and node.args else ())


def _is_named(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _text(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _input(key: str) -> str:
    if "mask" in key:
        return "bools(2, 6)"
    return "ints(2, 6, below=4)" if any(word in key for word in IDS) else "floats(2, 8)"
