"""Summaries alone → what saving a layer loses, and what loading it stumbles over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from keraslint.diagnostic import Span
from keraslint.project.names import keras_facts
from keraslint.project.names.definitions import ClassRef, FunctionRef
from keraslint.project.names.keras_facts import ALWAYS_SAVED, SOMETIMES_SAVED
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.program.build_creations import reached
from keraslint.project.serialization.kept_arguments import (
    Init,
    accepted,
    config_of,
    has_plain_roots,
    init_of,
    is_clear,
    returned,
    saved,
)

_NOT_KEPT = frozenset({"inputs", "outputs", "input_tensor", "weights", "data_format"})
"""Arguments that are saved otherwise, or speak of this machine and not of the layer."""


def omitted(hierarchy: Hierarchy, ref: ClassRef) -> tuple[str, ...]:
    """The arguments that the configuration does not hold, where this class is to blame."""
    init = init_of(hierarchy, ref)
    config = config_of(ref)
    if init is None or init.facts.empty or not is_clear(hierarchy, ref):
        return ()
    if config is None and (init.owner != ref or _is_automatic(hierarchy, ref)):
        return ()
    keys = saved(hierarchy, ref)
    if keys is None or (config is not None and (config.empty or config.lost)):
        return ()
    there = keys | ALWAYS_SAVED | _NOT_KEPT | _removed(hierarchy, ref) | _assets(hierarchy, ref)
    there |= frozenset(_taken_apart(hierarchy, ref, init))
    there |= {name for name, other in init.facts.elsewhere.items() if other in {"", *keys}}
    there |= frozenset(_kept_by_keras(hierarchy, ref, init))
    names = frozenset(name for name in init.names if init.matters(name)) - there
    lost = returned(hierarchy, ref, names)
    readers = [item.saving.reader for item in hierarchy.lineage(ref).chain]
    if any(reader and not reader.plain for reader in readers):
        lost &= init.facts.stores.keys()  # the reader may give what the others follow from
    return tuple(name for name in init.names if name in lost)


def _is_automatic(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether Keras writes the configuration: no `get_config()` between the class and `Layer`."""
    chain = hierarchy.lineage(ref).chain
    return not any(config_of(item) for item in chain) and has_plain_roots(hierarchy, ref)


def _removed(hierarchy: Hierarchy, ref: ClassRef) -> frozenset[str]:
    chain = hierarchy.lineage(ref).chain
    found = [config.removed for item in chain if (config := config_of(item)) is not None]
    return frozenset(name for names in found for name in names)


def _taken_apart(hierarchy: Hierarchy, ref: ClassRef, init: Init) -> Iterator[str]:
    """Arguments that a helper makes into attributes, which the configuration reads instead."""
    config = hierarchy.method(ref, "get_config")
    told = config.summary.reads if config is not None else frozenset()
    for call in init.function.calls:
        name = call.removeprefix("self.")
        helper = hierarchy.method(ref, name) if call.startswith("self.") else None
        if helper is not None and helper.summary.assigns & told:
            names = [parameter.name for parameter in helper.summary.parameters]
            yield from (name for name in names if name not in init.facts.stores)


def _kept_by_keras(hierarchy: Hierarchy, ref: ClassRef, init: Init) -> Iterator[str]:
    """What a layer of Keras is given by its name, and has in its configuration in one Keras."""
    if has_plain_roots(hierarchy, ref):
        return
    for parent in init.facts.parents:
        yield from {name for name, leaf in parent.keywords if name == leaf} & SOMETIMES_SAVED


def _assets(hierarchy: Hierarchy, ref: ClassRef) -> frozenset[str]:
    """What a class saves as files of its own, beside its configuration."""
    found: set[str] = set()
    for item in hierarchy.lineage(ref).chain:
        for name in keras_facts.OWN_FILES:
            summary = item.summary.methods.get(name)
            method = FunctionRef.of(item.module, summary, item) if summary else None
            for inner in reached(hierarchy, ref, method) if method is not None else ():
                found |= inner.summary.reads | inner.summary.assigns
    return frozenset(found | {name.lstrip("_") for name in found})


def refused(hierarchy: Hierarchy, ref: ClassRef) -> tuple[str, ...]:
    """The keys of the class's own `get_config()` that its constructor does not take."""
    config = config_of(ref)
    if config is None or not is_clear(hierarchy, ref):
        return ()
    taken = accepted(hierarchy, ref)
    if taken is None:
        return ()
    wrong = frozenset(config.keys) - config.removed - taken - ALWAYS_SAVED
    wrong = returned(hierarchy, ref, wrong)
    return tuple(key for key in config.keys if key in wrong)


def is_cut_off(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether the class's own `get_config()` forgets what its base's would give."""
    config = config_of(ref)
    return (
        config is not None
        and config.whole
        and not config.chain
        and not config.empty
        and not ALWAYS_SAVED & config.keys.keys()
        and has_plain_roots(hierarchy, ref)
        and is_clear(hierarchy, ref)
        and bool(returned(hierarchy, ref, ALWAYS_SAVED))
    )


def lost_config(hierarchy: Hierarchy, ref: ClassRef) -> Span | None:
    """Where the class's own `get_config()` returns no configuration."""
    config = config_of(ref)
    if config is None or not is_clear(hierarchy, ref):
        return None
    return None if ref.summary.methods["get_config"].decorators else config.lost


def base_gives_more(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether `super().get_config()` would give keys that this class has other names for."""
    init = init_of(hierarchy, ref)
    above = saved(hierarchy, ref, 1)
    if init is None or above is None:
        return True
    config = config_of(ref)
    return bool(above - ALWAYS_SAVED - set(init.names) - set(config.keys if config else ()))


def meets_other_dtypes(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether code of the class sees the saved dtype policy, where it got a name or None so far."""
    init = init_of(hierarchy, ref)
    readers = [item.saving.reader for item in hierarchy.lineage(ref).chain]
    return any(readers) or (init is not None and "dtype" in (*init.names, *init.facts.mentions))


def given_twice(hierarchy: Hierarchy, ref: ClassRef, init: Init) -> str:
    """An argument that handing `**kwargs` on would give a second time, empty if there is none."""
    keys = ALWAYS_SAVED | (saved(hierarchy, ref) or frozenset())
    plain = has_plain_roots(hierarchy, ref)
    for parent in init.facts.parents:
        for name, _ in parent.keywords:
            if name in keys and name not in init.names:
                return name
        for leaf in parent.arguments:
            if leaf not in init.names and not plain:
                return leaf or "an argument"
    return ""


def unanswered(hierarchy: Hierarchy, ref: ClassRef) -> tuple[str, ...]:
    """What the configuration gives and the class's own `__init__`, without `**kwargs`, refuses."""
    init = init_of(hierarchy, ref)
    if init is None or init.owner != ref or init.rest or not init.facts.parents:
        return ()  # it makes no layer of itself, and is never saved
    if not is_clear(hierarchy, ref):
        return ()
    keys = saved(hierarchy, ref) or frozenset()
    if _is_automatic(hierarchy, ref):
        keys -= {"name"}  # left out, since Keras 3.12, for a constructor that does not take it
    wrong = returned(hierarchy, ref, keys & ALWAYS_SAVED - frozenset(init.names))
    return tuple(name for name in ("name", "trainable", "dtype") if name in wrong)


def swallows(hierarchy: Hierarchy, ref: ClassRef) -> str:
    """The name of the class's own `**kwargs` if it is never looked at, else nothing."""
    init = init_of(hierarchy, ref)
    if init is None or init.owner != ref or init.facts.empty or not is_clear(hierarchy, ref):
        return ""
    return init.rest if init.rest not in init.facts.reads else ""


def forgotten(hierarchy: Hierarchy, ref: ClassRef) -> tuple[str, ...]:
    """The arguments of a model that has no `get_config()` to keep them."""
    lineage = hierarchy.lineage(ref)
    init = init_of(hierarchy, ref)
    if lineage.kind.value != "model" or init is None or init.owner != ref or init.facts.empty:
        return ()
    if not init.facts.parents:
        return ()  # it makes no model of itself, and is never saved
    if not is_clear(hierarchy, ref) or not has_plain_roots(hierarchy, ref):
        return ()
    if any(_knows_saving(item) for item in lineage.chain):
        return ()
    return tuple(_names_of_its_own(init))


def lets_be_forgotten(hierarchy: Hierarchy, ref: ClassRef, subclasses: Sequence[ClassRef]) -> bool:
    """Whether arguments of a model are lost, and not every subclass saves them for it."""
    saved_below = [config_of(item) is not None for item in subclasses]
    return bool(forgotten(hierarchy, ref)) and not (saved_below and all(saved_below))


def _knows_saving(ref: ClassRef) -> bool:
    saving = ref.saving
    return saving.config is not None or saving.reader is not None


def _names_of_its_own(init: Init) -> Iterator[str]:
    for name in init.names:
        if name not in ALWAYS_SAVED | _NOT_KEPT and init.matters(name):
            yield name
