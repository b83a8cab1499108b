"""A class → its text, for what can be read off it alone, and whether that names each axis."""

from __future__ import annotations

import ast
import inspect
import re
from functools import cache
from textwrap import dedent

NOT_READ = ("keras", "tf_keras", "tensorflow")
DOCUMENTATION = re.compile(r'"""(?:.|\n)*?"""|#.*')


@cache
def sources_of(cls: type) -> str:
    """The text of the class and of its own bases; empty where one cannot be read."""
    texts = []
    for one in cls.__mro__:
        if one is not object and one.__module__.partition(".")[0] not in NOT_READ:
            try:
                texts.append(inspect.getsource(one))
            except (OSError, TypeError):
                return ""
    return DOCUMENTATION.sub("", "\n".join(texts))


def tells_rank(text: str) -> bool:
    """Does the class name each axis of something, so that other ranks are none of its inputs?"""
    return any(map(_names_each_axis, nodes_of(text)))


def nodes_of(text: str) -> list[ast.AST]:
    """All that the text of a class is made of; nothing where it cannot be parsed."""
    try:
        return list(ast.walk(ast.parse(dedent(text))))
    except SyntaxError:
        return []


def _names_each_axis(node: ast.AST) -> bool:
    """An index for three axes, several axes by their numbers, their order, a letter for each."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        parts = node.slice.elts
        return len(parts) > 2 and not any(map(_is_open, parts))
    if isinstance(node, ast.keyword) and node.arg in ("axis", "axes"):
        numbers = _numbers(node.value)
        return len(numbers) > 1 and min(numbers) > 0
    if isinstance(node, (ast.Tuple, ast.List)):
        return len(node.elts) > 2 and sorted(_numbers(node)) == [*range(len(node.elts))]
    text = node.value if isinstance(node, ast.Constant) else ""
    return isinstance(text, str) and "->" in text and "..." not in text


def _is_open(index: ast.expr) -> bool:
    return isinstance(index, ast.Constant) and index.value is ...


def _numbers(node: ast.expr) -> list[int]:
    values = [getattr(one, "value", None) for one in getattr(node, "elts", ())]
    return [one for one in values if isinstance(one, int)]
