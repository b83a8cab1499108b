"""Summaries alone → the layers that a class creates for itself, and those that nobody builds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from keraslint.project.facts.module_facts import FunctionSummary
from keraslint.project.names import keras_facts
from keraslint.project.names.definitions import (
    ClassRef,
    FunctionRef,
    Instance,
    LayerType,
    Scope,
)
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy

SEQUENTIAL = Symbol(name=keras_facts.SEQUENTIAL, kind="model")
_Known = dict[tuple[str, int, str], tuple[LayerType, ...]]
"""What each leaf of a function, which begins in a line of a file, may create."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A layer that a class keeps as `self.attribute`, alone or among others in a container.

    It may be of any of the `targets`. It is only `marked` as built where `build()` builds it, and
    these of its classes have no `build()`.
    """

    attribute: str
    targets: tuple[LayerType, ...]
    method: FunctionRef
    marked: tuple[ClassRef, ...] = ()

    @property
    def is_sequential(self) -> bool:
        return SEQUENTIAL in self.targets


def runs(hierarchy: Hierarchy, ref: ClassRef, start: FunctionRef) -> Iterator[FunctionRef]:
    """A method, and all that it leads to: the layer's own methods, and those of its bases."""
    seen = {start.key}
    todo = [start]
    while todo:
        current = todo.pop()
        yield current
        for call in sorted(current.summary.calls):
            for inner in _own(hierarchy, ref, current, call):
                if inner.key not in seen:
                    seen.add(inner.key)
                    todo.append(inner)


def _own(
    hierarchy: Hierarchy, ref: ClassRef, method: FunctionRef, call: str
) -> Iterator[FunctionRef]:
    owner, _, name = call.rpartition(".")
    if owner == "self":
        found = hierarchy.method(ref, name)
        if found is not None:
            yield found
    elif owner == "super()":
        yield from _above(hierarchy, ref, method, name)
    elif owner and not owner.startswith("self.") and name in ("__init__", "build", "call"):
        chain = hierarchy.lineage(ref).chain
        for meaning in hierarchy.values(
            Scope(module=method.module, owner=ref, function=method.summary), call
        ):
            if isinstance(meaning, FunctionRef) and meaning.owner in chain:
                yield meaning


def _above(
    hierarchy: Hierarchy, ref: ClassRef, method: FunctionRef, name: str
) -> Iterator[FunctionRef]:
    chain = hierarchy.lineage(ref).chain
    named = method.summary.given.get("super", frozenset[str]())  # `super(Base, self)` passes it by
    owners = [n for n, item in enumerate(chain) if item == method.owner]
    above = [n for n, item in enumerate(chain) if item.summary.name in named]
    here = max((*owners, *above), default=len(chain))
    for item in chain[here + 1 :]:
        if name in item.summary.methods:
            yield FunctionRef.of(item.module, item.summary.methods[name], item)
            return


def run_by(hierarchy: Hierarchy, ref: ClassRef, name: str) -> tuple[FunctionRef, ...]:
    """What calling a method of the layer by its name leads to."""
    start = hierarchy.method(ref, name)
    return tuple(runs(hierarchy, ref, start)) if start is not None else ()


def children(hierarchy: Hierarchy, ref: ClassRef) -> tuple[Child, ...]:
    """The layers that constructing or building a class creates and keeps."""
    found: dict[str, Child] = {}
    known: _Known = {}
    for method in (*run_by(hierarchy, ref, "__init__"), *run_by(hierarchy, ref, "build")):
        for name, leaves in method.summary.bindings.items():
            attribute = name.removeprefix("self.")
            if attribute == name or "." in attribute or "[" in attribute or attribute in found:
                continue
            targets = _all_of(_created(hierarchy, ref, method, leaf, known) for leaf in leaves)
            if targets:
                found[attribute] = Child(attribute=attribute, targets=targets, method=method)
    return tuple(found.values())


def _all_of(found: Iterable[tuple[LayerType, ...]]) -> tuple[LayerType, ...]:
    """The classes of all, or none where one of them may be anything."""
    each = list(found)
    return tuple(dict.fromkeys(target for one in each for target in one)) if all(each) else ()


def _created(
    hierarchy: Hierarchy, ref: ClassRef, method: FunctionRef, leaf: str, known: _Known
) -> tuple[LayerType, ...]:
    """The classes of which a leaf may create a layer, none when it may be anything else."""
    key = method.module.path, method.summary.line, leaf
    if key not in known:
        known[key] = ()  # for whoever asks meanwhile
        known[key] = _found(hierarchy, ref, method, leaf, known)
    return known[key]


def _found(
    hierarchy: Hierarchy, ref: ClassRef, method: FunctionRef, leaf: str, known: _Known
) -> tuple[LayerType, ...]:
    scope = Scope(module=method.module, owner=ref, function=method.summary)
    if leaf.endswith("()"):
        made = hierarchy.made(scope, leaf[:-2])
        if made is not None:
            return made.targets if not made.guessed or not made.factory else ()
        is_own = leaf.startswith("self.") or leaf in method.summary.bindings
        made_there = _of_factory(hierarchy, scope, leaf) if is_own else ()
        return made_there or _of_method(hierarchy, ref, scope, leaf, known)
    if any(p.name == leaf for p in method.summary.parameters):
        return ()
    return _all_of(
        _created(hierarchy, ref, method, inner, known)
        for inner in _held(method.summary, leaf)
        if inner != leaf
    )


def _held(function: FunctionSummary, leaf: str) -> Iterator[str]:
    """What a local name stands for, and the calls whose results are added to the list it is."""
    if "." not in leaf:
        yield from (one for one in function.bindings.get(leaf, ()) if one != "list()")
        added = function.given.get(f"{leaf}.append", frozenset())
        yield from sorted(one for one in added if one.endswith("()"))


def _of_method(
    hierarchy: Hierarchy, ref: ClassRef, scope: Scope, leaf: str, known: _Known
) -> tuple[LayerType, ...]:
    """The classes of the layers in the list that a method of the class fills and returns."""
    methods = [one for one in hierarchy.values(scope, leaf[:-2]) if isinstance(one, FunctionRef)]
    return _all_of(
        _created(hierarchy, ref, one, given, known)
        for one in methods
        for given in one.summary.returns
    )


def _of_factory(hierarchy: Hierarchy, scope: Scope, leaf: str) -> tuple[LayerType, ...]:
    """The classes of the layers that a method of the class, or a local function, makes."""
    found = [
        meaning.of for meaning in hierarchy.values(scope, leaf) if isinstance(meaning, Instance)
    ]
    return tuple(found) if all(is_layer(hierarchy, target) for target in found) else ()


def is_layer(hierarchy: Hierarchy, target: Symbol | ClassRef) -> bool:
    """Whether a class is one of a layer or a model."""
    if isinstance(target, Symbol):
        return target.kind in ("layer", "model")
    return hierarchy.lineage(target).is_layer
