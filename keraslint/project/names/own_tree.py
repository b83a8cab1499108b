"""A base that Keras is known to have → the class itself, where the linted project is Keras."""

from __future__ import annotations

from collections.abc import Callable

from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.names import keras_api
from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.keras_api import Symbol

_ROOTS = frozenset({keras_api.LAYER, keras_api.MODEL})


def of_its_own_tree(
    load: Callable[[str, str], ModuleSummary | None],
    module: ModuleSummary,
    base: str,
    known: Symbol,
) -> ClassRef | None:
    """The class that a base's name is imported from, read in the project; never of the two roots.

    Nobody but Keras has its modules in the project: packages of its name are not read elsewhere.
    """
    first, _, rest = base.partition(".")
    for target in module.imports.get(first, ()) if known.name not in _ROOTS else ():
        parent, _, name = f"{target}.{rest}".rstrip(".").rpartition(".")
        source = load(parent, module.path)
        if source is not None and name in source.classes:
            return ClassRef.of(source, source.classes[name])
    return None
