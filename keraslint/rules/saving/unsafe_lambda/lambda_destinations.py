"""A lambda in a call → the argument of a Keras layer that it becomes, where a model is made."""

from __future__ import annotations

from keraslint.project.facts.module_facts import LambdaSummary, ModuleSummary
from keraslint.project.names import keras_api, keras_facts
from keraslint.project.names.definitions import ClassRef, Kind, Scope
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy


def loses(hierarchy: Hierarchy, module: ModuleSummary, item: LambdaSummary) -> str:
    """The name of the argument, if the model that it becomes part of can be seen; else nothing."""
    argument = _argument(hierarchy, module, item)
    if not argument or _is_in_a_layer(hierarchy, module, item.owner):
        return ""
    names = {name for call in item.beside for name in _symbols(hierarchy, module, call)}
    return argument if names & keras_facts.BEGINS_A_MODEL else ""


def _argument(hierarchy: Hierarchy, module: ModuleSummary, item: LambdaSummary) -> str:
    for name in _symbols(hierarchy, module, item.callee):
        known = keras_api.layer_class(name)
        if known is None:
            continue
        argument = item.argument
        if isinstance(argument, int):
            listed = known.parameters
            argument = listed[argument] if argument < len(listed) else ""
        if known.name == keras_facts.LAMBDA or argument in keras_facts.ACTIVATION_ARGUMENTS:
            return argument
    return ""


def _symbols(hierarchy: Hierarchy, module: ModuleSummary, leaf: str) -> list[str]:
    found = hierarchy.values(Scope(module=module), leaf)
    return [meaning.name for meaning in found if isinstance(meaning, Symbol)]


def _is_in_a_layer(hierarchy: Hierarchy, module: ModuleSummary, owner: str) -> bool:
    """Whether a class, or one around it, is a layer or may be one."""
    while owner:
        summary = module.classes.get(owner)
        if (
            summary is None
            or hierarchy.lineage(ClassRef.of(module, summary)).kind is not Kind.OTHER
        ):
            return True
        owner = owner.rpartition(".")[0]
    return False
