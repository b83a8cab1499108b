"""A class of the project → whether an instance surely never has weights."""

from __future__ import annotations

from typing import Protocol

from keraslint.project.facts.module_facts import FunctionSummary
from keraslint.project.names import keras_api
from keraslint.project.names.definitions import ClassRef, Lineage, Made, Scope
from keraslint.project.names.keras_api import Symbol


class Resolver(Protocol):
    """What must be known of names."""

    def lineage(self, ref: ClassRef) -> Lineage: ...

    def made(self, scope: Scope, callee: str) -> Made | None: ...

    def weightless(self, target: Symbol | ClassRef) -> bool: ...


def makes_no_weights(resolver: Resolver, ref: ClassRef) -> bool:
    """Look through all methods of a class and its bases; doubt means that it may make some."""
    lineage = resolver.lineage(ref)
    if lineage.missing or not all(_plain_root(root) for root in lineage.roots):
        return False
    for item in lineage.chain:
        for method in item.summary.methods.values():
            scope = Scope(module=item.module, owner=item, function=method)
            for call in method.calls:
                if call.rpartition(".")[2] in ("add_weight", "add_variable", "Variable"):
                    return False
                made = resolver.made(scope, call)
                if made is not None and not all(map(resolver.weightless, made.targets)):
                    return False
            if any(parameter.kind == "plain" for parameter in method.parameters[1:]) and (
                method.name == "__init__" and _may_hold_layers(method)
            ):
                return False
    return True


def _plain_root(root: Symbol) -> bool:
    if root.name in (keras_api.LAYER, keras_api.MODEL):
        return True
    known = keras_api.layer_class(root.name)
    return known is not None and known.weightless


def _may_hold_layers(method: FunctionSummary) -> bool:
    """Whether a constructor keeps an argument that could be a layer: its name says so."""
    return any(
        word in parameter.name
        for parameter in method.parameters[1:]
        for word in ("layer", "model", "cell", "backbone", "encoder", "decoder", "block", "net")
        if not parameter.name.startswith(("num_", "n_"))
    )
