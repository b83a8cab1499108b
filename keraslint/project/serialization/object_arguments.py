"""An argument of `__init__` → whether it is a class, a function or a layer, and no plain value."""

from __future__ import annotations

from collections.abc import Iterator

from keraslint.project.facts.module_facts import Handed
from keraslint.project.names import keras_api, keras_facts
from keraslint.project.names.definitions import ClassRef, FunctionRef, Instance, Scope
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.serialization.kept_arguments import Init, init_of


def is_object(hierarchy: Hierarchy, ref: ClassRef, init: Init, name: str) -> bool:
    """Whether the default is one, or it is used as one: called here, or where it is handed on."""
    return _by_default(hierarchy, init, name) or _is_used(hierarchy, ref, init, name, set())


def is_called_as_a_layer(
    hierarchy: Hierarchy, ref: ClassRef, init: Init, name: str, attribute: str
) -> bool:
    """Whether `call()` calls it, while constructing makes nothing of it: it is no class."""
    if _by_default(hierarchy, init, name):
        return False
    call = hierarchy.method(ref, "call")
    names = {name, f"self.{attribute}"}
    handed = any(
        one.value in names for item in hierarchy.lineage(ref).chain for one in item.saving.handed
    )
    return (
        call is not None
        and f"self.{attribute}" in call.summary.calls
        and names.isdisjoint(init.function.calls)
        and not handed
    )


def _by_default(hierarchy: Hierarchy, init: Init, name: str) -> bool:
    scope = Scope(module=init.owner.module)
    leaves = next(p.leaves for p in init.function.parameters if p.name == name)
    return any(
        isinstance(meaning, (Symbol, ClassRef, FunctionRef, Instance))
        for leaf in leaves
        for meaning in hierarchy.values(scope, leaf)
    )


_Seen = set[tuple[tuple[str, str], str]]


def _is_used(hierarchy: Hierarchy, ref: ClassRef, init: Init, name: str, seen: _Seen) -> bool:
    """Whether an argument is called, or a method of it is: then it is no number, text or list."""
    if (init.owner.key, name) in seen:
        return False
    seen.add((init.owner.key, name))
    attribute, _ = init.facts.stores.get(name, ("", ""))
    held = f"self.{attribute}" if attribute else ""
    for item in hierarchy.lineage(ref).chain:
        for method in item.summary.methods.values():
            own = item == init.owner and method.name == "__init__"
            names = {held} - {""} | ({name} if own else set())
            if any(call in names or call.rpartition(".")[0] in names for call in method.calls):
                return True
        for handed in item.saving.handed:
            own = item == init.owner and handed.method == "__init__"
            is_meant = handed.value == held or (own and handed.value == name)
            if is_meant and _takes_an_object(hierarchy, item, handed, seen):
                return True
    return False


def _takes_an_object(hierarchy: Hierarchy, ref: ClassRef, handed: Handed, seen: _Seen) -> bool:
    """Whether what a call hands on is used as an object there."""
    if handed.callee == "super().__init__":
        above = init_of(hierarchy, ref, 1)
        return above is not None and any(
            _is_used(hierarchy, above.owner, above, name, seen)
            for name in _parameters(above, handed.place)
        )
    scope = Scope(module=ref.module, owner=ref, function=ref.summary.methods.get(handed.method))
    for meaning in hierarchy.values(scope, handed.callee):
        if isinstance(meaning, Symbol):
            known = keras_api.layer_class(meaning.name)
            name = _named(known.parameters, handed.place) if known is not None else ""
            if name in keras_facts.TAKEN_OUT:
                return True
        elif isinstance(meaning, ClassRef):
            init = init_of(hierarchy, meaning)
            for name in _parameters(init, handed.place) if init is not None else ():
                if init is not None and _is_used(hierarchy, meaning, init, name, seen):
                    return True
        elif isinstance(meaning, FunctionRef) and _is_called(meaning, handed.place):
            return True
    return False


def _is_called(function: FunctionRef, place: str | int) -> bool:
    parameters = function.summary.parameters
    names = [p.name for p in parameters[1 if function.owner is not None else 0 :]]
    name = _named(names, place)
    return any(call == name or call.startswith(f"{name}.") for call in function.summary.calls)


def _parameters(init: Init, place: str | int) -> Iterator[str]:
    """The parameter of a constructor that stands at a place, or has that name."""
    name = _named(init.positional if isinstance(place, int) else init.names, place)
    if name:
        yield name


def _named(names: tuple[str, ...] | list[str], place: str | int) -> str:
    if isinstance(place, str):
        return place if place in names else ""
    return names[place] if place < len(names) else ""
