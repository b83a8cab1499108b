"""A layer class → the attributes whose layers `build()` builds, or hands to a function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import libcst as cst

from keraslint.layer.method_syntax import dotted, walk
from keraslint.layer.motion.safety.moved_code import Move
from keraslint.project.names.definitions import ClassRef, FunctionRef, Scope
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.program.children import run_by

_CHANGERS = frozenset({"build", "adapt", "call", "set_weights", "load_weights"})


def built_meanwhile(hierarchy: Hierarchy, ref: ClassRef) -> frozenset[str]:
    """Before that, such a layer has no weights yet, and no shapes."""
    return frozenset(
        attribute
        for method in run_by(hierarchy, ref, "build")
        for leaf in _changed(hierarchy, ref, method)
        for attribute in _held(method, leaf)
    )


def _changed(hierarchy: Hierarchy, ref: ClassRef, method: FunctionRef) -> Iterator[str]:
    scope = Scope(module=method.module, owner=ref, function=method.summary)
    for call in method.summary.calls:
        owner, _, name = call.rpartition(".")
        if name in _CHANGERS:
            yield owner
        if any(isinstance(one, FunctionRef) for one in hierarchy.values(scope, call)):
            yield from method.summary.given.get(call, ())


def _held(method: FunctionRef, leaf: str) -> Iterator[str]:
    """The attribute that a leaf is of, or of which a local name holds the layer."""
    for held in (leaf, *method.summary.bindings.get(leaf, ())):
        name = held.removeprefix("self.").removesuffix("[]")
        if held.startswith("self.") and name.isidentifier():
            yield name


def only_wrapped(move: Move) -> frozenset[str]:
    """The attributes that what moves only hands to layers of Keras, which keep them as they are.

    Where it calls a function, or has names of its own, nobody knows what else becomes of them.
    """
    if move.runs or move.local:
        return frozenset()
    outermost = [one for one in move.creations if one.outer is None]
    read = Counter(
        dotted(node)
        for one in outermost
        for node in walk(one.call)
        if isinstance(node, cst.Attribute)
    )
    kept = Counter(
        dotted(argument.value)
        for one in move.creations
        if all(isinstance(target, Symbol) for target in one.made.targets)
        for argument in one.call.args
        if isinstance(argument.value, cst.Attribute)
    )
    whole = (path for path, count in kept.items() if count == read[path])
    return frozenset(path.removeprefix("self.") for path in whole if path.startswith("self."))
