"""New keys for a base's configuration → what they would take from, or force on, its subclasses."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from keraslint.project.facts.module_facts import Parent
from keraslint.project.names import keras_facts
from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.serialization.kept_arguments import (
    Init,
    accepted,
    config_of,
    init_of,
    returned,
)


def harm(
    hierarchy: Hierarchy, ref: ClassRef, keys: Collection[str], subclasses: Sequence[ClassRef]
) -> Iterator[str]:
    """Why a subclass could not be loaded, or would come back as another one.

    With its first `get_config()` a base takes from its subclasses the configuration that Keras
    writes for them; a key more is one that their constructors must take, and hand on as it came.
    """
    first = not any(config_of(item) for item in hierarchy.lineage(ref).chain)
    for item in subclasses:
        if _inherits(hierarchy, ref, item):
            wrong = next(_harm(hierarchy, ref, item, keys, first=first), "")
            if wrong:
                yield f"the subclass `{item.summary.name}` {wrong}"


def _inherits(hierarchy: Hierarchy, ref: ClassRef, item: ClassRef) -> bool:
    """Whether what the base gives becomes part of a subclass's configuration."""
    for above in hierarchy.lineage(item).chain:
        config = config_of(above)
        if above == ref:
            return True
        if config is not None and config.whole and not config.chain:
            return False
    return True


def _harm(
    hierarchy: Hierarchy, ref: ClassRef, item: ClassRef, keys: Collection[str], *, first: bool
) -> Iterator[str]:
    init = init_of(hierarchy, item)
    if init is None or init.owner in hierarchy.lineage(ref).chain:
        return  # it is made as the base is
    wanted = returned(hierarchy, item, frozenset(keys))
    if first and not _writes_its_own(hierarchy, ref, item):
        for name in init.names:
            if name not in keras_facts.ALWAYS_SAVED | wanted and init.matters(name):
                yield f"would be saved without `{name}`"
    taken = accepted(hierarchy, item)
    for key in sorted(wanted):
        if taken is not None and key not in taken:
            yield f"does not take `{key}`"
        elif not _hands_on(hierarchy, item, init, key):
            yield f"gives `{key}` a value of its own"


def _writes_its_own(hierarchy: Hierarchy, ref: ClassRef, item: ClassRef) -> bool:
    chain = hierarchy.lineage(item).chain
    return any(config_of(above) is not None for above in chain[: chain.index(ref)])


def _hands_on(hierarchy: Hierarchy, item: ClassRef, init: Init, key: str) -> bool:
    """Whether a constructor gives its base an argument as it came, or leaves it in `**kwargs`."""
    config = config_of(item)
    if config is not None and key in config.keys and key in init.facts.stores:
        return True  # the subclass keeps it, and says so, itself
    own = key in init.names
    place = hierarchy.lineage(item).chain.index(init.owner) + 1
    above = init_of(hierarchy, item, place)
    for parent in init.facts.parents:
        given = _given(parent, above)
        if key in given:
            return own and given[key] == key
    return not own


def _given(parent: Parent, above: Init | None) -> dict[str, str]:
    """What a call of the base's `__init__` gives to each of its parameters."""
    names = above.positional if above is not None else ()
    return {**dict(zip(names, parent.arguments, strict=False)), **dict(parent.keywords)}
