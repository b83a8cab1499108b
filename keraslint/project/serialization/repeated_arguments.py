"""The facts of a class → the arguments that loading passes to its base a second time."""

from __future__ import annotations

from collections.abc import Iterator

from keraslint.project.facts.module_facts import Parent
from keraslint.project.names import keras_api, keras_facts
from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.serialization.kept_arguments import init_of, is_clear, returned, saved


def doubled(hierarchy: Hierarchy, ref: ClassRef) -> tuple[str, ...]:
    """What the class's own `__init__` hands on beside `**kwargs` that will hold it as well."""
    init = init_of(hierarchy, ref)
    if init is None or init.owner != ref or init.facts.rest != "whole":
        return ()
    given = dict.fromkeys(
        name
        for parent in init.facts.parents
        if init.rest in parent.stars
        for name in (*(name for name, _ in parent.keywords), *_by_place(hierarchy, ref, parent))
        if name not in {*init.names, *keras_facts.SOMETIMES_SAVED, *keras_facts.TAKEN_OUT}
    )
    if not given or not is_clear(hierarchy, ref):
        return ()
    keys = saved(hierarchy, ref) or frozenset()
    wrong = returned(hierarchy, ref, keys & given.keys())
    return tuple(name for name in given if name in wrong)


def _by_place(hierarchy: Hierarchy, ref: ClassRef, parent: Parent) -> Iterator[str]:
    """The parameters of the base that are given by their place."""
    if parent.of != "super" or "*" in parent.arguments or not parent.arguments:
        return
    above, roots = init_of(hierarchy, ref, 1), hierarchy.lineage(ref).roots
    known = keras_api.layer_class(roots[0].name) if len(roots) == 1 else None
    if above is not None:
        names = [p.name for p in above.function.parameters[1:] if p.kind == "plain"]
    else:
        names = list(known.parameters) if known is not None else []
    if above is not None or not _is_of_another_keras(names, parent.arguments):
        yield from names[: len(parent.arguments)]


def _is_of_another_keras(names: list[str], arguments: tuple[str, ...]) -> bool:
    """Whether arguments stand where Keras had these parameters before it put others between."""
    return any(leaf in names and leaf != name for name, leaf in zip(names, arguments, strict=False))
