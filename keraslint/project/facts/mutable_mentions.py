"""A module's functions → what each mentions of the names and class attributes that change."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import replace

from keraslint.project.facts.module_facts import FunctionSummary, ModuleSummary
from keraslint.project.syntax.node_walk import walk

_ENVIRON = "environ"


def note_mentions(module: ModuleSummary, tree: ast.Module, text: str) -> None:
    """Fill in `mentions` of the functions and methods of a module whose names are filled in."""
    names = module.pokes & (module.bindings.keys() | module.classes.keys())
    held = {name for one in module.classes.values() for name in one.bindings}
    attributes = module.pokes & held
    if not names and not attributes and _ENVIRON not in text:
        return
    found = {
        node.lineno: frozenset(_mentions(node, names, attributes, module.classes))
        for node in walk(tree.body)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    for functions in (module.functions, *(one.methods for one in module.classes.values())):
        for name, function in functions.items():
            functions[name] = _with(function, found.get(function.line, frozenset()))


def _with(function: FunctionSummary, mentions: frozenset[str]) -> FunctionSummary:
    return replace(function, mentions=mentions) if mentions else function


def _mentions(
    function: ast.AST, names: Collection[str], attributes: Collection[str], classes: Collection[str]
) -> Iterator[str]:
    for node in walk([function]):
        if isinstance(node, ast.Name):
            if node.id in names:
                yield node.id
            elif node.id == _ENVIRON:
                yield "os.environ"
        elif isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value) if node.attr in attributes else ""
            if owner in classes or owner in ("cls", "type(self)", "self.__class__"):
                yield f"{owner}.{node.attr}"
            elif node.attr == _ENVIRON:
                yield "os.environ"
