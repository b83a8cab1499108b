"""An attribute of one class → what it stands for in `call()`: a sub-layer, a weight, a setting."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property

import libcst as cst

from keraslint.layer.child_builds.following.child_creations import Creations
from keraslint.layer.child_builds.shapes.shape_program import expr
from keraslint.layer.child_builds.shapes.shape_values import (
    UNKNOWN,
    Bound,
    Layer,
    Plain,
    Size,
    Target,
    Value,
    Weight,
)
from keraslint.layer.method_syntax import dotted, walk
from keraslint.project.names.definitions import ClassRef, FunctionRef, Instance, Scope
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy

_PROPERTIES = frozenset({"property", "cached_property"})
_WEIGHTS = ("self.add_weight()", "self.add_variable()")


class OwnAttributes:
    """The attributes of one class, and of its bases in the project.

    `set_in_call` are those that `call()` itself sets.
    """

    def __init__(
        self,
        hierarchy: Hierarchy,
        ref: ClassRef,
        creations: Creations,
        set_in_call: Collection[str],
        first: Size,
    ) -> None:
        self.hierarchy = hierarchy
        self.scope = Scope(module=ref.module, owner=ref)
        self._ref = ref
        self._creations = creations
        self._set_in_call = set_in_call
        self._first = first
        self._values: dict[str, Value] = {}

    def value(self, name: str) -> Value:
        """What `self.name` stands for."""
        if name not in self._values:
            self._values[name] = self._found(name)
        return self._values[name]

    def _found(self, name: str) -> Value:
        method = self.hierarchy.method(self._ref, name)
        if method is not None:
            return self._of_method(method, name)
        targets = self._targets(name)
        if targets:
            return Layer(code=expr(f"self.{name}"), targets=targets, attribute=name)
        if name in self._set_in_call:
            return UNKNOWN
        leaves = self._leaves.get(name, frozenset())
        if leaves & set(_WEIGHTS):
            return Weight(self._creations.sizes(name, self._first))
        return Plain(code=expr(f"self.{name}"), size=f"self.{name}")

    def _of_method(self, method: FunctionRef, name: str) -> Value:
        kinds = {leaf.removesuffix("()").rpartition(".")[2] for leaf in method.summary.decorators}
        if kinds & _PROPERTIES:
            return Plain(code=expr(f"self.{name}"), size=f"self.{name}")
        return UNKNOWN if kinds else Bound(method)

    def _targets(self, name: str) -> tuple[Target, ...]:
        """The classes of layers that the attribute may hold."""
        found: dict[Target, None] = {}
        for meaning in self.hierarchy.values(self.scope, f"self.{name}"):
            target = meaning.of if isinstance(meaning, Instance) else None
            if target is not None and self._is_layer(target):
                found[target] = None
        return tuple(found)

    def _is_layer(self, target: Target) -> bool:
        if isinstance(target, Symbol):
            return target.kind in ("layer", "model")
        return self.hierarchy.lineage(target).is_layer

    @cached_property
    def _leaves(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for item in self.hierarchy.lineage(self._ref).chain:
            for method in item.summary.methods.values():
                for cell, leaves in method.bindings.items():
                    if cell.startswith("self."):
                        found.setdefault(cell.removeprefix("self."), set()).update(leaves)
        return {name: frozenset(leaves) for name, leaves in found.items()}

    def can_say(self, name: str, scope: Scope) -> bool:
        """Whether a global name means in `build()` what it means where it is used."""
        module = scope.module
        names = (module.bindings, module.imports, module.functions, module.classes)
        return module is self.scope.module and any(name in held for held in names)

    def is_activation(self, text: str) -> bool:
        """Whether an attribute holds what `keras.activations.get()` gave, or such a function."""
        leaves = self._leaves.get(text.removeprefix("self."), frozenset())
        return any(self._is_activation(leaf) for leaf in leaves)

    def _is_activation(self, leaf: str) -> bool:
        for item in self.hierarchy.lineage(self._ref).chain:
            scope = Scope(module=item.module, owner=item)
            for meaning in self.hierarchy.values(scope, leaf.removesuffix("()")):
                name = meaning.name if isinstance(meaning, Symbol) else ""
                if name.startswith("keras.activations."):
                    return True
        return False

    def mentioned(self, node: cst.CSTNode) -> Iterator[str]:
        """The attributes that some code mentions."""
        for inner in walk(node):
            if isinstance(inner, cst.Attribute) and dotted(inner.value) == "self":
                yield inner.attr.value
