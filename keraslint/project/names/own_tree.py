"""A class and the name of a base → the classes that the name may stand for there."""

from __future__ import annotations

from collections.abc import Callable

from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.names import keras_api
from keraslint.project.names.definitions import ClassRef, Meaning, Scope
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


def meant_by_base(
    values: Callable[[Scope, str], tuple[Meaning, ...]], ref: ClassRef, base: str
) -> tuple[Meaning, ...]:
    """Everything that a base may be; there are several if it depends on a condition."""
    outer = ref.summary.qualname.rpartition(".")[0]
    owner = ref.module.classes.get(outer)
    around = next(ref.module.around(ref.summary.qualname), ("", None))[1]
    scope = Scope(
        module=ref.module,
        owner=ClassRef.of(ref.module, owner) if owner else None,
        function=around,
    )
    nested = f"{outer}.{base}" if outer else base
    if nested in ref.module.classes and nested != ref.summary.qualname:
        return (ClassRef.of(ref.module, ref.module.classes[nested]),)
    return values(scope, base.removesuffix("[]"))
