"""A class of which a base was not found → whether what it does itself says that it is a layer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from keraslint.project.facts.module_facts import FunctionSummary
from keraslint.project.names.definitions import ClassRef, Instance, Lineage, Meaning, Scope
from keraslint.project.names.keras_api import Symbol

_SHAPE = re.compile(r"(?:^|_)shapes?(?:$|_|\d)")
_UNUSED = re.compile(r"_+\w*$")
_CALLS = frozenset(
    """self.add_weight self.add_loss self.add_metric super().build super().get_config super().call
    super().compute_output_shape super().compute_mask super().add_weight super().get_build_config
    super().build_from_config""".split()
)
_ATTRIBUTES = frozenset({"built", "supports_masking", "input_spec"})
_METHODS = frozenset({"compute_output_shape", "compute_output_spec", "compute_mask"})
_BUILDING = frozenset({"self.add_weight", "super().build", "super().add_weight"})
REGISTERS = "keras.saving.register_keras_serializable"


class Resolver(Protocol):
    """What must be known of names to assume something."""

    def lineage(self, ref: ClassRef) -> Lineage: ...

    def values(self, scope: Scope, leaf: str) -> tuple[Meaning, ...]: ...


def acts_as_a_layer(resolver: Resolver, ref: ClassRef, chain: Sequence[ClassRef]) -> bool:
    """Whether a class builds itself from a shape and does what only layers do.

    Tuners' models, builders, metrics, optimizers and quantizers have a `build()` too: of another
    argument, or with a result, or without a `call()`.
    """
    methods = list(_methods(chain))
    build = next((m for m in methods if m.name == "build"), None)
    if build is None or not _builds_from_a_shape(build):
        return False
    calls = {call for method in methods for call in method.calls}
    sets = {name for method in methods for name in method.assigns}
    keeps = _keeps_layers(resolver, ref, build)
    if all(method.name != "call" for method in methods):
        builds = "built" in build.assigns or bool(_BUILDING & build.calls)
        return keeps and (builds or _is_registered(resolver, ref))
    return (
        keeps
        or bool(_CALLS & calls)
        or bool(_ATTRIBUTES & sets)
        or any(method.name in _METHODS for method in methods)
        or _is_registered(resolver, ref)
    )


def may_be_a_layer(chain: Sequence[ClassRef]) -> bool:
    """Whether a class of which a base was not found has anything of a layer."""
    return any(
        method.name == "call" or (method.name == "build" and _builds_from_a_shape(method))
        for method in _methods(chain)
    )


def _methods(chain: Sequence[ClassRef]) -> Iterator[FunctionSummary]:
    for item in chain:
        yield from item.summary.methods.values()


def _builds_from_a_shape(build: FunctionSummary) -> bool:
    """`build(self, input_shape)`, which returns nothing of its own."""
    given = [p for p in build.parameters if p.kind in ("plain", "*")][1:]
    if not given or any(leaf != "super().build()" for leaf in build.returns):
        return False
    return bool(_SHAPE.search(given[0].name)) or bool(_UNUSED.match(given[0].name))


def _keeps_layers(resolver: Resolver, ref: ClassRef, build: FunctionSummary) -> bool:
    """Whether `build()` stores layers on the instance that surely are some."""
    scope = Scope(module=ref.module, owner=ref, function=build)
    return any(
        _is_layer(resolver, value)
        for name, leaves in build.bindings.items()
        if name.startswith("self.")
        for leaf in leaves
        if leaf.endswith("()")
        for value in resolver.values(scope, leaf)
    )


def _is_layer(resolver: Resolver, value: Meaning) -> bool:
    made = value.of if isinstance(value, Instance) else None
    if isinstance(made, Symbol):
        return made.kind == "layer"
    return made is not None and resolver.lineage(made).is_layer


def _is_registered(resolver: Resolver, ref: ClassRef) -> bool:
    """Whether Keras is told how to load it."""
    scope = Scope(module=ref.module)
    return any(
        isinstance(value, Symbol) and value.name == REGISTERS
        for leaf in ref.summary.decorators
        for value in resolver.values(scope, leaf.removesuffix("()"))
    )
