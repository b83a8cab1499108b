"""A class → the arguments of `__init__` that are surely no numbers, texts or lists of them."""

from __future__ import annotations

from collections.abc import Iterator

from keraslint.project.facts.module_facts import FunctionSummary, Handed
from keraslint.project.names import keras_api, keras_facts
from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.serialization.kept_arguments import Init

_OF_PLAIN = frozenset(
    name for kind in (str, int, float, list, dict, tuple, set, bytes) for name in dir(kind)
)


def unwritable(hierarchy: Hierarchy, ref: ClassRef, init: Init) -> tuple[str, ...]:
    """The arguments that are called, or used as a layer is, just as they came."""
    return tuple(name for name in init.names if _is_object(hierarchy, ref, init, name))


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
    for one in ref.summary.saving.handed:
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
