"""Summaries alone → the children of a model that `fit()` cannot tell that it trains."""

from __future__ import annotations

from keraslint.project.names import keras_api
from keraslint.project.names.definitions import ClassRef, Kind
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.program.child_makers import Surely, made_for
from keraslint.project.program.children import Child, children, run_by
from keraslint.project.program.kept_layers import kept_layers


def trained_otherwise(hierarchy: Hierarchy, ref: ClassRef, surely: Surely) -> tuple[str, ...]:
    """The children of a model that behave differently in training, and that `fit()` cannot tell.

    `Model.fit()` hands `training` to a `call()` that names it, and to no other.
    """
    lineage = hierarchy.lineage(ref)
    call = ref.summary.methods.get("call")
    if lineage.kind is not Kind.MODEL or lineage.missing or call is None:
        return ()
    if {root.name for root in lineage.roots} != {keras_api.MODEL}:
        return ()
    if any(parameter.name == "training" for parameter in call.parameters):
        return ()
    if sum(parameter.required for parameter in call.parameters) > 2:
        return ()  # `fit()` gives it nothing beside `self` and the inputs
    if any("train_step" in item.summary.methods for item in lineage.chain):
        return ()  # it calls the model in a way of its own
    called = {name for method in run_by(hierarchy, ref, "call") for name in method.summary.reads}
    used = [child for child in children(hierarchy, ref) if child.attribute in called]
    kept = [t for c in used for t in kept_layers(hierarchy, ref, c.method, c.attribute)]
    kept += [target for child in used for target in child.targets]
    if any(_trains_unasked(hierarchy, target) for target in kept):
        return ()  # Keras hands that on to what is called after it
    return tuple(
        child.attribute
        for child in used
        if _child_trains(hierarchy, ref, child, surely, frozenset())
    )


def _trains_unasked(hierarchy: Hierarchy, target: Symbol | ClassRef) -> bool:
    """Whether `call()` defaults to `training=True`."""
    call = hierarchy.method(target, "call") if isinstance(target, ClassRef) else None
    return call is not None and any(p.name == "training" and p.on for p in call.summary.parameters)


def _child_trains(
    hierarchy: Hierarchy,
    ref: ClassRef,
    child: Child,
    surely: Surely,
    seen: frozenset[tuple[str, str]],
) -> bool:
    """Of a `Sequential`, the functions that make it also make what is in it."""
    if child.is_sequential:
        return any(
            _trains_otherwise(hierarchy, target, surely, seen)
            for made in made_for(hierarchy, ref, child, surely)
            for target in made.targets
        )
    kept = kept_layers(hierarchy, ref, child.method, child.attribute)
    return any(_trains_otherwise(hierarchy, target, surely, seen) for target in kept) or all(
        _trains_otherwise(hierarchy, target, surely, seen) for target in child.targets
    )


def _trains_otherwise(
    hierarchy: Hierarchy,
    target: Symbol | ClassRef,
    surely: Surely,
    seen: frozenset[tuple[str, str]],
) -> bool:
    """Whether an instance surely computes something else in training, and waits to be told."""
    if isinstance(target, Symbol):
        known = keras_api.layer_class(target.name)
        return known is not None and known.trains_differently and not target.guessed
    if target.key in seen or hierarchy.lineage(target).missing:
        return False
    if _trains_unasked(hierarchy, target):
        return False
    if any(_trains_otherwise(hierarchy, r, surely, seen) for r in hierarchy.lineage(target).roots):
        return True
    inner = seen | {target.key}
    called = {n for method in run_by(hierarchy, target, "call") for n in method.summary.reads}
    return any(
        child.attribute in called and _child_trains(hierarchy, target, child, surely, inner)
        for child in children(hierarchy, target)
    )
