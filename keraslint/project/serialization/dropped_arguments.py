"""An `__init__` → which of `name`, `trainable` and `dtype` it takes and keeps back."""

from __future__ import annotations

from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.keras_facts import ALWAYS_SAVED
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.serialization.kept_arguments import Init, init_of, is_clear, returned

_SET_DIRECTLY = {
    "name": frozenset({"name", "_name"}),
    "trainable": frozenset({"trainable", "_trainable"}),
    "dtype": frozenset({"dtype_policy", "_dtype_policy", "_dtype"}),
}


def dropped(hierarchy: Hierarchy, ref: ClassRef) -> tuple[str, ...]:
    """The arguments of these names that do not reach the base, and so are lost.

    What is read besides may be meant for something else, but for the name.
    """
    init = _own(hierarchy, ref)
    if init is None:
        return ()
    wanted = [name for name in ("name", "trainable", "dtype") if name in init.names]
    lost = {name for name in wanted if not _arrives(init, name)}
    lost -= {name for name in lost if name != "name" and name in init.facts.reads}
    lost &= returned(hierarchy, ref, frozenset(lost)) if lost else set()
    return tuple(name for name in wanted if name in lost) if is_clear(hierarchy, ref) else ()


def diverted(hierarchy: Hierarchy, ref: ClassRef) -> str:
    """The name of `**kwargs` that other layers get, and not the base."""
    init = _own(hierarchy, ref)
    if init is None or init.facts.rest != "whole" or init.hands_on:
        return ""
    if init.rest not in init.facts.reads or set(init.names) >= ALWAYS_SAVED:
        return ""
    left = returned(hierarchy, ref, ALWAYS_SAVED - set(init.names))
    return init.rest if left and is_clear(hierarchy, ref) else ""


def _own(hierarchy: Hierarchy, ref: ClassRef) -> Init | None:
    """The class's own `__init__`, if it makes a layer of itself."""
    init = init_of(hierarchy, ref)
    own = init is not None and init.owner == ref and not init.facts.empty
    return init if own and init is not None and init.facts.parents else None


def _arrives(init: Init, name: str) -> bool:
    """Whether an argument may reach the base: by its name or place, or in some dictionary."""
    if init.rest and init.facts.rest != "whole" and name in init.facts.mentions:
        return True
    attribute, _ = init.facts.stores.get(name, ("", ""))
    if attribute in _SET_DIRECTLY[name]:
        return True
    for parent in init.facts.parents:
        if any(key == name for key, _ in parent.keywords) or {name, "", "*"} & {*parent.arguments}:
            return True
        if any(star != init.rest for star in parent.stars):
            return True
    return False
