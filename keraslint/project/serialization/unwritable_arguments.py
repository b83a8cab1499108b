"""A class → the arguments of `__init__` that are surely no numbers, texts or lists of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from keraslint.project.facts.module_facts import FunctionSummary, Handed
from keraslint.project.names import keras_api, keras_facts
from keraslint.project.names.definitions import (
    ClassRef,
    External,
    Instance,
    Meaning,
    ModuleRef,
    Scope,
)
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.serialization.kept_arguments import Init

_OF_PLAIN = frozenset(
    name for kind in (str, int, float, list, dict, tuple, set, bytes) for name in dir(kind)
)


def unwritable(hierarchy: Hierarchy, ref: ClassRef, init: Init) -> tuple[str, ...]:
    """The arguments that are called, or used as a layer is, just as they came."""
    return tuple(name for name in init.names if _is_object(hierarchy, ref, init, name))


def objects_by_default(hierarchy: Hierarchy, init: Init) -> tuple[str, ...]:
    """The arguments whose default is surely a function, a class, a layer or an array.

    Keras writes down what it was given, defaults as well: one of these it cannot.
    """
    scope = init.owner.scope(init.function)
    return tuple(
        p.name
        for p in init.function.parameters[1:]
        if len(p.default) == 1 and _is_unwritable(hierarchy, scope, p.default[0])
    )


def _is_unwritable(hierarchy: Hierarchy, scope: Scope, leaf: str) -> bool:
    if leaf == "lambda":
        return True
    outside = replace(scope, function=None)  # a default is made where the class is
    made = leaf.removesuffix("()")
    if leaf != made and hierarchy.values(outside, made) in _ARRAYS:
        return True
    found = hierarchy.values(outside, leaf)
    return bool(found) and all(_is_no_value(hierarchy, one) for one in found)


def _is_no_value(hierarchy: Hierarchy, meaning: Meaning) -> bool:
    if isinstance(meaning, Instance) and isinstance(meaning.of, ClassRef):  # maybe of a `dict`
        return not meaning.of.summary.bases or hierarchy.lineage(meaning.of).is_layer
    if isinstance(meaning, Symbol):
        return meaning.kind in ("layer", "model", "class", "function") and not meaning.guessed
    if isinstance(meaning, External):
        return meaning.name.startswith(_FUNCTIONS)
    return not isinstance(meaning, ModuleRef)


_FUNCTIONS = ("tensorflow.nn.", "tensorflow.math.", "jax.nn.")
_ARRAYS = frozenset(
    (External(f"numpy.{name}"),)
    for name in ("zeros", "ones", "array", "arange", "linspace", "eye", "full", "empty")
)
_TO_ARRAYS = frozenset(
    """numpy.array numpy.asarray tensorflow.constant tensorflow.convert_to_tensor jax.numpy.array
    jax.numpy.asarray keras.ops.array keras.ops.convert_to_tensor keras.backend.constant
    keras.backend.variable""".split()
)


def kept_as_arrays(hierarchy: Hierarchy, init: Init) -> frozenset[str]:
    """The attributes to which `__init__` gives an array or a tensor, and nothing else."""
    scope = init.owner.scope(init.function)
    return frozenset(
        held.removeprefix("self.")
        for held, leaves in init.function.bindings.items()
        if held.startswith("self.")
        and leaves
        and all(_is_array(hierarchy, scope, x) for x in leaves)
    )


def _is_array(hierarchy: Hierarchy, scope: Scope, leaf: str) -> bool:
    made = leaf.removesuffix("()")
    found = hierarchy.values(scope, made) if made != leaf else ()
    return bool(found) and all(_name_of(one) in _TO_ARRAYS for one in found)


def _name_of(meaning: Meaning) -> str:
    return meaning.name if isinstance(meaning, (External, Symbol)) else ""


def _is_object(hierarchy: Hierarchy, ref: ClassRef, init: Init, name: str) -> bool:
    if _is_bound_anew(init, name):
        return False
    attribute, through = init.facts.stores.get(name, ("", ""))
    held = f"self.{attribute}" if attribute and not through else ""
    if held and _is_written_elsewhere(hierarchy, ref, init, attribute):
        held = ""
    return any(
        any(_is_use(call, names) for call in method.calls)
        or any(_takes_a_layer(hierarchy, item, one) for one in _handed(item, method.name, names))
        for item, method, names in _methods(hierarchy, ref, init, name, held)
    )


def _is_bound_anew(init: Init, name: str) -> bool:
    """Whether `__init__` gives the name another value, maybe one that can be called."""
    own = next(p.leaves for p in init.function.parameters if p.name == name)
    return bool(set(init.function.bindings.get(name, ())) - set(own))


def _is_written_elsewhere(hierarchy: Hierarchy, ref: ClassRef, init: Init, attribute: str) -> bool:
    bound = init.function.bindings.get(f"self.{attribute}", ())
    return len(bound) > 1 or any(
        attribute in method.assigns and not (item == init.owner and method.name == "__init__")
        for item in hierarchy.lineage(ref).chain
        for method in item.summary.methods.values()
    )


def _methods(
    hierarchy: Hierarchy, ref: ClassRef, init: Init, name: str, held: str
) -> Iterator[tuple[ClassRef, FunctionSummary, frozenset[str]]]:
    """The methods of a class, each with the names by which it knows the argument."""
    for item in hierarchy.lineage(ref).chain:
        for method in item.summary.methods.values():
            own = item == init.owner and method.name == "__init__"
            names = {held, name if own else ""} - {""}
            if names:
                yield item, method, frozenset(names)


def _is_use(call: str, names: frozenset[str]) -> bool:
    """Whether it is called, or a method of it that no number, text or list has."""
    owner, _, last = call.rpartition(".")
    return call in names or (owner in names and last not in _OF_PLAIN)


def _handed(ref: ClassRef, method: str, names: frozenset[str]) -> Iterator[Handed]:
    for one in ref.saving.handed:
        if one.method == method and one.value in names:
            yield one


def _takes_a_layer(hierarchy: Hierarchy, ref: ClassRef, handed: Handed) -> bool:
    """Whether it is the layer or the cell of one of Keras' wrappers."""
    method = ref.summary.methods.get(handed.method)
    for meaning in hierarchy.values(ref.scope(method), handed.callee):
        known = keras_api.layer_class(meaning.name) if isinstance(meaning, Symbol) else None
        if known is not None:
            place = handed.place
            by_place = known.parameters[place : place + 1] if isinstance(place, int) else (place,)
            if keras_facts.TAKEN_OUT & set(by_place):
                return True
    return False
