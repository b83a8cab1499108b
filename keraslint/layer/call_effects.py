"""The name of what is called → what the call does: make a layer, compute, act, or who knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from keraslint.project.facts.container_methods import CHANGING
from keraslint.project.names import keras_api
from keraslint.project.names.definitions import (
    ClassRef,
    External,
    FunctionRef,
    Instance,
    Made,
    Scope,
)
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.program.steady_names import is_steady

PURE_METHODS = frozenset(
    """as_list capitalize clone compute_mask compute_output_shape copy count endswith format
    from_config get get_config index is_integer isdigit items join keys lower lstrip replace
    rstrip split splitlines startswith strip title upper values with_name _asdict""".split()
)


class Does(Enum):
    """What a call does. `OWN`: runs another method of the same layer."""

    MAKES = "makes"
    COMPUTES = "computes"
    OWN = "own"
    BUILDS = "builds"
    ACTS = "acts"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One judgement; `detail` is said to the user when the call stands in the way of a fix."""

    does: Does
    detail: str = ""
    made: Made | None = None
    method: FunctionRef | None = None


_COMPUTES = Judged(does=Does.COMPUTES)


class Judge:
    """Judges calls in the methods of one project; remembers which functions are pure."""

    def __init__(self, hierarchy: Hierarchy) -> None:
        self._hierarchy = hierarchy
        self._pure: dict[tuple[str, str, int], bool] = {}

    def judge_any(self, scope: Scope, callees: Sequence[str]) -> Judged:
        """Say what calling one of several does."""
        judged = [self.judge(scope, callee) for callee in callees]
        made = [one.made for one in judged if one.made is not None]
        if len(made) == len(judged) > 1:
            detail = next((one.detail for one in judged if one.detail), "")
            return Judged(does=Does.MAKES, detail=detail, made=Made.one_of(made))
        return judged[0] if len(judged) == 1 else self.judge(scope, "")

    def judge(self, scope: Scope, callee: str) -> Judged:
        """Say what calling `callee` does where it is written."""
        if callee.startswith("super()"):
            return Judged(
                does=Does.ACTS, detail=f"calls `{callee}()`", method=self._above(scope, callee)
            )
        if not callee:
            return Judged(does=Does.UNKNOWN, detail="calls the result of an expression")
        made = self._hierarchy.made(scope, callee)
        if made is not None:
            return Judged(does=Does.MAKES, detail=self._unsure(scope, callee, made), made=made)
        if callee.endswith(".build") and callee != "self.build":
            return Judged(does=Does.BUILDS)
        if callee.startswith("self."):
            return self._own(scope, callee)
        if callee.endswith("()"):
            return self._result(scope, callee)
        return self._named(scope, callee)

    def _unsure(self, scope: Scope, callee: str, made: Made) -> str:
        if made.guessed:
            return f"that `{callee}()` makes a layer, and does nothing else, is assumed"
        acts = made.factory and not self._is_pure_factory(scope, callee)
        return f"`{callee}()` may have side effects" if acts else ""

    def _is_pure_factory(self, scope: Scope, callee: str) -> bool:
        values = self._hierarchy.values(scope, callee)
        return all(self.pure(value) for value in values if isinstance(value, FunctionRef))

    def _above(self, scope: Scope, callee: str) -> FunctionRef | None:
        """The project's method that `super().method()` reaches."""
        name = callee.rpartition(".")[2]
        if scope.owner is None or scope.function is None or not callee.startswith("super()."):
            return None
        chain = self._hierarchy.lineage(scope.owner).chain
        here = [
            n
            for n, item in enumerate(chain)
            if item.summary.methods.get(scope.function.name) is scope.function
        ]
        for item in chain[here[0] + 1 :] if here else ():
            if name in item.summary.methods:
                return FunctionRef.of(item.module, item.summary.methods[name], item)
        return None

    def _own(self, scope: Scope, callee: str) -> Judged:
        name = callee[len("self.") :]
        if "." not in name and "[" not in name and scope.owner is not None:
            method = self._hierarchy.method(scope.owner, name)
            if method is not None:
                return Judged(does=Does.OWN, detail=f"calls `{callee}()`", method=method)
            if name in keras_api.layer_attributes() or name in keras_api.model_attributes():
                return Judged(does=Does.ACTS, detail=f"calls `{callee}()`")
        return self._on_object(scope, callee)

    def _result(self, scope: Scope, callee: str) -> Judged:
        if self._hierarchy.made(scope, callee[:-2]) is not None:
            return Judged(does=Does.ACTS, detail=f"calls the layer that `{callee}` makes")
        return Judged(does=Does.UNKNOWN, detail=f"calls the result of `{callee}`")

    def _on_object(self, scope: Scope, callee: str) -> Judged:
        method = callee.rpartition(".")[2]
        if method == "build":
            return Judged(does=Does.BUILDS)
        if method in CHANGING or method in PURE_METHODS:
            return _COMPUTES
        values = self._hierarchy.values(scope, callee)
        for value in values:
            if isinstance(value, FunctionRef) and self.pure(value):
                return _COMPUTES
            if isinstance(value, Symbol) and _is_pure_symbol(value):
                return _COMPUTES
        if any(isinstance(value, Instance) for value in values):
            return Judged(does=Does.ACTS, detail=f"calls `{callee}`")
        return Judged(does=Does.UNKNOWN, detail=f"calls `{callee}()`, of which nothing is known")

    def _named(self, scope: Scope, callee: str) -> Judged:
        values = self._hierarchy.values(scope, callee)
        if not values:
            return self._on_object(scope, callee)
        for value in values:
            judged = self._meaning(value, callee)
            if judged is not _COMPUTES:
                return judged
        return _COMPUTES

    def _meaning(self, value: object, callee: str) -> Judged:
        if isinstance(value, Symbol):
            if _is_pure_symbol(value):
                return _COMPUTES
            return Judged(
                does=Does.UNKNOWN, detail=f"calls `{value.name}()`, which may have side effects"
            )
        if isinstance(value, External):
            return self._external(value.name, callee)
        if isinstance(value, FunctionRef):
            if self.pure(value):
                return _COMPUTES
            return Judged(
                does=Does.UNKNOWN, detail=f"calls `{callee}()`, which may have side effects"
            )
        if isinstance(value, ClassRef):
            if self._pure_class(value):
                return _COMPUTES
            return Judged(
                does=Does.UNKNOWN, detail=f"creates a `{value.summary.name}`, which may do anything"
            )
        if isinstance(value, Instance):
            return Judged(does=Does.ACTS, detail=f"calls the object `{callee}`")
        return Judged(does=Does.UNKNOWN, detail=f"calls `{callee}()`, of which nothing is known")

    def _external(self, name: str, callee: str) -> Judged:
        if is_steady(name):
            return _COMPUTES
        return Judged(does=Does.UNKNOWN, detail=f"calls `{callee}()`, of which nothing is known")

    def _pure_class(self, ref: ClassRef) -> bool:
        lineage = self._hierarchy.lineage(ref)
        init = self._hierarchy.method(ref, "__init__")
        if lineage.missing:
            return False
        return init is None or self.pure(init)

    def pure(self, ref: FunctionRef) -> bool:
        """Whether a function of the project surely has no side effect but its result."""
        known = self._pure.get(ref.key)
        if known is None:
            self._pure[ref.key] = True  # a recursive call adds nothing
            known = self._pure[ref.key] = self._has_no_effects(ref)
        return known

    def _has_no_effects(self, ref: FunctionRef) -> bool:
        summary = ref.summary
        if summary.effects is not None:
            return False
        if summary.assigns and summary.name != "__init__":
            return False
        if any(leaf.rpartition(".")[2] not in _HARMLESS for leaf in summary.decorators):
            return False
        scope = Scope(module=ref.module, owner=ref.owner, function=summary)
        mine = set(summary.bindings) - {parameter.name for parameter in summary.parameters}
        if summary.name == "__init__":
            mine.add("self")
        return all(
            self._harmless(scope, call, mine)
            for call in summary.calls
            if not (summary.name == "__init__" and call.startswith("super()"))
        )

    def _harmless(self, scope: Scope, call: str, mine: set[str]) -> bool:
        if call.rpartition(".")[2] in CHANGING:
            return call.partition(".")[0] in mine
        judged = self.judge(scope, call)
        if judged.does is Does.OWN:
            return judged.method is not None and self.pure(judged.method)
        return judged.does in (Does.MAKES, Does.COMPUTES)


_HARMLESS = frozenset(
    {"staticmethod", "classmethod", "property", "lru_cache()", "cache", "lru_cache"}
    | {"register_keras_serializable()", "keras_export()", "cached_property", "wraps()"}
)


def _is_pure_symbol(symbol: Symbol) -> bool:
    return keras_api.is_pure(symbol.name) or symbol.name.startswith("keras.ops.")
