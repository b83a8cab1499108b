"""The facts of a class → the state (layers, weights, seeds) that is created while `call()` runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from keraslint.project.names import keras_api, keras_facts
from keraslint.project.names.definitions import ClassRef, External, FunctionRef, Kind, Scope
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.program.children import run_by

_WEIGHTS = frozenset({"self.add_weight", "self.add_variable"})

_KINDS = ("model", "layer", "random", "stateless")
"""Where it may be one of several, the one with the most state counts."""
_TRACKS = "keras.utils.track_tf1_style_variables"


@dataclass(frozen=True, slots=True)
class State:
    """What a call in a method creates: a layer, or some other thing that has to be kept.

    `kind` is layer, random (a layer without weights, but with a seed), stateless, model, weight,
    variable, metric or seed.
    """

    kind: str
    target: Symbol | ClassRef | None = None


def only_in_call(hierarchy: Hierarchy, ref: ClassRef, keras: int = 3) -> tuple[FunctionRef, ...]:
    """The class's own methods that `call()` runs, and neither `__init__` nor `build()`.

    In Keras 2 `call()` may build once: a method whose name says so counts as `build()`. What a
    method makes that is decorated with `track_tf1_style_variables` is made once, and kept.
    """
    names = {name for item in hierarchy.lineage(ref).chain for name in item.summary.methods}
    builders = {name for name in names if "build" in name and keras == 2}
    early = {
        method.key
        for name in {"__init__", "build", *builders}
        for method in run_by(hierarchy, ref, name)
    }
    return tuple(
        method
        for method in run_by(hierarchy, ref, "call")
        if method.owner == ref and method.key not in early and not _is_tracked(hierarchy, method)
    )


def _is_tracked(hierarchy: Hierarchy, method: FunctionRef) -> bool:
    return any(
        isinstance(value, (External, Symbol)) and keras_api.canonical(value.name) == _TRACKS
        for leaf in method.summary.decorators
        for value in hierarchy.values(Scope(module=method.module), leaf)
    )


def creates_late(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether one of these methods creates something."""
    return any(
        created(hierarchy, ref, method, call) is not None
        for method in only_in_call(hierarchy, ref)
        for call in method.summary.calls
    )


def created(hierarchy: Hierarchy, ref: ClassRef, method: FunctionRef, callee: str) -> State | None:
    """What a call in a method creates, `None` when that is nothing, or nobody knows what."""
    if not _may_be_a_class(callee):
        return None
    if callee in _WEIGHTS:
        return State("weight") if hierarchy.method(ref, callee[len("self.") :]) is None else None
    scope = Scope(module=method.module, owner=ref, function=method.summary)
    made = hierarchy.made(scope, callee)
    if made is not None:
        if made.factory or callee.endswith((".from_config", ".from_layer")):
            return None
        states = [State(kind_of(hierarchy, target), target) for target in made.targets]
        return next((one for kind in _KINDS for one in states if one.kind == kind), None)
    if callee.endswith("()"):
        return None
    for meaning in hierarchy.values(scope, callee):
        name = meaning.name if isinstance(meaning, (Symbol, External)) else ""
        if name in keras_facts.VARIABLES:
            return State("variable")
        if name in keras_facts.SEED_GENERATORS:
            return State("seed")
        is_class = isinstance(meaning, Symbol) and meaning.kind == "class"
        if is_class and name.startswith("keras.metrics."):
            return State("metric")
    return None


def _may_be_a_class(callee: str) -> bool:
    """A cheap look: classes are written in capitals, unless the layer itself holds one."""
    return callee.startswith("self.") or callee.rpartition(".")[2][:1].isupper()


def kind_of(hierarchy: Hierarchy, target: Symbol | ClassRef) -> str:
    """Whether a layer is a model, has weights or a seed, or surely no state; `""`: nobody knows."""
    if isinstance(target, Symbol):
        known = keras_api.layer_class(target.name)
        if known is None or target.guessed or target.name == keras_api.LAYER:
            return ""
        if target.kind == "model":
            return "model"
        if not known.weightless:
            return "layer"
        return "random" if known.has_seed else "stateless"
    lineage = hierarchy.lineage(target)
    if lineage.missing:
        return ""
    if lineage.kind is Kind.MODEL:
        return "model"
    if not hierarchy.weightless(target):
        return "layer"
    return "random" if any(_has_seed(hierarchy, item) for item in lineage.chain) else "stateless"


def _has_seed(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    for symbol in _symbols(hierarchy, ref):
        known = keras_api.layer_class(symbol.name)
        if symbol.name in keras_facts.SEED_GENERATORS or (known is not None and known.has_seed):
            return True
    return False


def _symbols(hierarchy: Hierarchy, ref: ClassRef) -> Iterator[Symbol]:
    """Keras' own classes that a class descends from, or that its methods make instances of."""
    yield from hierarchy.lineage(ref).roots
    for method in ref.summary.methods.values():
        scope = ref.scope(method)
        for call in method.calls:
            for meaning in hierarchy.values(scope, call):
                if isinstance(meaning, Symbol):
                    yield meaning
