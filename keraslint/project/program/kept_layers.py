"""An attribute of a layer class → the classes of all layers that one method keeps in it."""

from __future__ import annotations

from collections.abc import Iterator

from keraslint.project.names.definitions import ClassRef, FunctionRef, Scope
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy


def kept_layers(
    hierarchy: Hierarchy, ref: ClassRef, method: FunctionRef, attribute: str
) -> Iterator[Symbol | ClassRef]:
    """Of `self.stack = [Dense(4), Dropout(0.5)]` both, by way of a local name as well."""
    scope = Scope(module=method.module, owner=ref, function=method.summary)
    todo = list(method.summary.bindings.get(f"self.{attribute}", ()))
    seen = set(todo)
    while todo:
        leaf = todo.pop()
        made = hierarchy.made(scope, leaf[:-2]) if leaf.endswith("()") else None
        if made is not None and not made.factory:
            yield from made.targets
        for inner in method.summary.bindings.get(leaf, ()) if "." not in leaf else ():
            if inner not in seen:
                seen.add(inner)
                todo.append(inner)
