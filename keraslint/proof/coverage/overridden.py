"""The statements of one version and its layer → those that an instance of the layer can run.

A method of a base class is none of them where the layer, or a class between, has its own, and
nothing asks for that of the base.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from .atoms import FUNCTIONS, Atom

Method = tuple[str, str]
"""The name of a class, and of a method in it."""
OF_BASES = frozenset({"__base__", "__bases__", "__mro__", "mro"})


def reachable(found: Sequence[Atom], layer: str) -> tuple[Atom, ...]:
    """The statements, without those of methods that are overridden."""
    classes = _classes(found)
    nodes = [node for atom in found for part in atom.parts for node in ast.walk(part)]
    if layer not in classes or _asks_for_bases(nodes):
        return tuple(found)
    roots = {layer, *_mentioned(found)} & classes.keys()
    run = {method for root in roots for method in _run_by(root, classes, frozenset())}
    alive = set().union(*(_lineage(root, classes) for root in roots))
    asked = {*_asked_for([atom for atom in found if atom.function.partition(".")[0] in alive])}
    hidden = {
        f"{owner}.{name}"
        for owner in _lineage(layer, classes)
        for name in _methods(classes[owner])
        if (owner, name) not in run and name not in asked
    }
    return tuple(atom for atom in found if _method_of(atom) not in hidden)


def _method_of(atom: Atom) -> str:
    """The qualified name of the method in which a statement stands, or that it is."""
    own = [atom.node.name] if isinstance(atom.node, FUNCTIONS) else []
    return ".".join([*atom.function.split("."), *own][:2])


def _classes(found: Sequence[Atom]) -> dict[str, ast.ClassDef]:
    """Classes of the module by their names; none of a name that several have."""
    nodes = [atom.node for atom in found if not atom.function]
    classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
    count = Counter(one.name for one in classes)
    return {one.name: one for one in classes if count[one.name] == 1}


def _methods(node: ast.ClassDef) -> set[str]:
    return {one.name for one in node.body if isinstance(one, FUNCTIONS)}


def _bases(node: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> list[str]:
    """The bases that are classes of these; what is made by a call may be any of them."""
    names = [_last_name(base) for base in node.bases]
    if not all(names):
        return [*classes]
    return [name for name in names if name in classes]


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Subscript):  # of a generic class
        node = node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _lineage(name: str, classes: Mapping[str, ast.ClassDef]) -> set[str]:
    """A class and all its bases."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += _bases(classes[one], classes)
    return found


def _run_by(
    name: str,
    classes: Mapping[str, ast.ClassDef],
    taken: frozenset[str],
    below: tuple[str, ...] = (),
) -> Iterator[Method]:
    """The methods that an instance has, whichever way the bases are looked through."""
    if name in below:
        return
    own = _methods(classes[name])
    yield from ((name, method) for method in own - taken)
    for base in _bases(classes[name], classes):
        yield from _run_by(base, classes, taken | own, (*below, name))


def _mentioned(found: Sequence[Atom]) -> set[str]:
    """The names that are read anywhere but as a base, or to say where `super()` begins."""
    names: set[str] = set()
    for atom in found:
        node = atom.node
        heads = node.decorator_list if isinstance(node, ast.ClassDef) else atom.parts
        nodes = [one for part in heads for one in ast.walk(part)]
        starts = {id(arg) for one in nodes if _is_super(one) for arg in one.args}
        names |= {one.id for one in nodes if isinstance(one, ast.Name) and id(one) not in starts}
        names |= {one.attr for one in nodes if isinstance(one, ast.Attribute)}
        names |= {str(one.value) for one in nodes if isinstance(one, ast.Constant)}
    return names


def _is_super(node: ast.AST) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
    )


def _asks_for_bases(nodes: Sequence[ast.AST]) -> bool:
    """Are bases had otherwise than by a method of `super()` by its name, or by their own names?"""
    if any(isinstance(one, ast.Attribute) and one.attr in OF_BASES for one in nodes):
        return True
    named = sum(isinstance(one, ast.Attribute) and _is_super(one.value) for one in nodes)
    return named != sum(isinstance(one, ast.Name) and one.id == "super" for one in nodes)


def _asked_for(found: Sequence[Atom]) -> Iterator[str]:
    """The names by which methods of a base may be had: of `super()`, or in a class's own body.

    Whoever has the base itself has mentioned it.
    """
    for atom in found:
        for one in (node for part in atom.parts for node in ast.walk(part)):
            if isinstance(one, ast.Attribute) and _is_super(one.value):
                yield one.attr
            elif isinstance(one, ast.Name) and "." not in atom.function:
                yield one.id
