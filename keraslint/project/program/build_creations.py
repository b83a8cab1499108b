"""Summaries alone → the classes whose `build()` may create a layer; no others are looked at."""

from __future__ import annotations

from collections.abc import Iterator

from keraslint.project.facts.module_facts import FunctionSummary
from keraslint.project.names import keras_api
from keraslint.project.names.definitions import ClassRef, FunctionRef, Scope
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.program.flow.outside_functions import builtin


def build_of(hierarchy: Hierarchy, ref: ClassRef) -> FunctionRef | None:
    """The `build()` that Keras would call with input shapes, own or inherited in the project."""
    if not hierarchy.lineage(ref).is_layer:
        return None
    build = hierarchy.method(ref, "build")
    return build if build is not None and _takes_a_shape(build.summary) else None


def reached(hierarchy: Hierarchy, ref: ClassRef, method: FunctionRef) -> Iterator[FunctionRef]:
    """A method, and all methods of the layer's own that it leads to."""
    seen = {method.summary.name}
    todo = [method]
    while todo:
        current = todo.pop()
        yield current
        for call in sorted(current.summary.calls):
            name = call.removeprefix("self.")
            inner = hierarchy.method(ref, name) if call.startswith("self.") else None
            if inner is not None and name not in seen:
                seen.add(name)
                todo.append(inner)


def may_create(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether `build()` makes a layer in a method of this class, or of a base that does not."""
    build = build_of(hierarchy, ref)
    return build is not None and any(
        _makes_a_layer(hierarchy, ref, method)
        for method in reached(hierarchy, ref, build)
        if method.owner == ref or not is_told_of_base(hierarchy, method)
    )


def is_told_of_base(hierarchy: Hierarchy, method: FunctionRef) -> bool:
    """Whether an inherited method is run by its own class's `build()`, where it is told of."""
    build = build_of(hierarchy, method.owner) if method.owner is not None else None
    if build is None or method.owner is None:
        return False
    return any(method.key == one.key for one in reached(hierarchy, method.owner, build))


def _makes_a_layer(hierarchy: Hierarchy, ref: ClassRef, method: FunctionRef) -> bool:
    scope = Scope(module=method.module, owner=ref, function=method.summary)
    return any(hierarchy.made(scope, call) for call in method.summary.calls)


def surely_makes_none(hierarchy: Hierarchy, ref: ClassRef, start: FunctionRef) -> bool:
    """Whether nothing that a method runs can bring the layer another one to hold."""
    return all(
        _is_harmless(hierarchy, Scope(module=one.module, owner=ref, function=one.summary), call)
        for one in reached(hierarchy, ref, start)
        for call in one.summary.calls
    )


def _is_harmless(hierarchy: Hierarchy, scope: Scope, call: str) -> bool:
    name = call.removeprefix("self.")
    if call.startswith("super") or call.endswith(".build") or builtin(call) is not None:
        return True
    if "." not in name and name != call and scope.owner is not None:
        own = hierarchy.method(scope.owner, name) is not None
        return own or name in keras_api.layer_attributes()
    meanings = hierarchy.values(scope, call)
    kept = (isinstance(one, Symbol) and one.kind not in ("layer", "model") for one in meanings)
    return bool(meanings) and hierarchy.made(scope, call) is None and all(kept)


def _takes_a_shape(build: FunctionSummary) -> bool:
    """`build(self, hp, …)` of a hyper-model and `build(self)` are no `build()` of a layer."""
    names = [p.name for p in build.parameters]
    return len(names) > 1 and names[0] == "self" and names[1] != "hp"
