"""The text of a file and the name of a layer → the keys that `call()` reads of its first input."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

OPTIONAL = r"""["']{0}["'](?: not)? in \b|\.get\(\s*["']{0}["']"""
IDS = ("token", "ids", "indices", "position")


def dict_advice(text: str, layer: str, made: str) -> str:
    """A recipe with these keys, to try; empty where it reads none. `made` constructs the layer."""
    keys = keys_read(text, layer)
    if not keys:
        return ""
    named = ", ".join(f"`{key}`" for key in keys)
    return f"`call()` reads the keys {named} of its input: --recipe '{made}({dict_of(keys)})'"


def dict_of(keys: Iterable[str], floats: str = "floats(2, 8)") -> str:
    """A dict of inputs with these keys, as an expression; `floats` where a name tells nothing."""
    inputs = ", ".join(f'"{key}": {_input(key, floats)}' for key in keys)
    return f"{{{inputs}}}"


def keys_read(text: str, layer: str) -> list[str]:
    """The keys, in the order in which they are read first."""
    try:
        body: list[ast.stmt] = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return []
    for name in layer.split("."):
        body = next((d.body for d in body if isinstance(d, ast.ClassDef) and d.name == name), [])
    for one in body:
        if isinstance(one, ast.FunctionDef) and one.name == "call":
            given = [parameter.arg for parameter in one.args.args[1:2]]
            return list(dict.fromkeys(key for name in given for key in _keys(one, name)))
    return []


def keys_needed(text: str, layer: str) -> list[str]:
    """Those of the keys whose presence nothing asks for."""
    return [
        key
        for key in keys_read(text, layer)
        if not re.search(OPTIONAL.format(re.escape(key)), text)
    ]


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


def _input(key: str, floats: str) -> str:
    if "mask" in key:
        return "bools(2, 6)"
    return "ints(2, 6, below=4)" if any(word in key for word in IDS) else floats
