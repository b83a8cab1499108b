"""Summaries alone → what a layer's configuration keeps, and what its `__init__` takes back."""

from __future__ import annotations

from dataclasses import dataclass

from keraslint.project.facts.module_facts import ConfigSummary, FunctionSummary, InitSummary
from keraslint.project.names import keras_api, keras_facts
from keraslint.project.names.definitions import ClassRef, FunctionRef, Scope
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.keras_facts import ALWAYS_SAVED
from keraslint.project.names.name_resolution import Hierarchy

_ROOTS = frozenset({keras_api.LAYER, keras_api.MODEL}) | keras_facts.TAKES_AND_SAVES_NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Init:
    """The `__init__` that makes a class, and the class that it is written in."""

    owner: ClassRef
    function: FunctionSummary
    facts: InitSummary

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that have a name and a value of their own."""
        return tuple(p.name for p in self.function.parameters[1:] if p.kind in ("plain", "keyword"))

    @property
    def positional(self) -> tuple[str, ...]:
        """Those that may be given by their place."""
        return tuple(p.name for p in self.function.parameters[1:] if p.kind == "plain")

    @property
    def required(self) -> frozenset[str]:
        return frozenset(p.name for p in self.function.parameters[1:] if p.required)

    def matters(self, name: str) -> bool:
        """Whether leaving an argument out has a consequence: it is needed, or looked at."""
        return name in self.required or name in self.facts.reads

    @property
    def rest(self) -> str:
        """The name of `**kwargs`, empty if there is none."""
        return next((p.name for p in self.function.parameters if p.kind == "**"), "")

    @property
    def hands_on(self) -> bool:
        """Whether `**kwargs` reach a superclass."""
        return any(self.rest in parent.stars for parent in self.facts.parents)


def init_of(hierarchy: Hierarchy, ref: ClassRef, start: int = 0) -> Init | None:
    """The `__init__` that runs, from the class or (`start`) from a base on; `None`: Keras' own."""
    for item in hierarchy.lineage(ref).chain[start:]:
        function, facts = item.summary.methods.get("__init__"), item.saving.init
        if function is not None and facts is not None:
            return Init(owner=item, function=function, facts=facts)
    return None


def config_of(ref: ClassRef) -> ConfigSummary | None:
    """The class's own `get_config()`."""
    return ref.saving.config


def is_clear(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether all that makes and saves a class can be seen: no unknown base, no other spelling."""
    lineage = hierarchy.lineage(ref)
    return (
        lineage.is_layer
        and not any(lineage.missing)
        and not any(_is_hidden(item) for item in lineage.chain)
        and not any(_is_decorated_anew(hierarchy, item) for item in lineage.chain)
        and all(not root.guessed for root in lineage.roots)
    )


def _is_hidden(ref: ClassRef) -> bool:
    """Whether a method that matters is assigned, decorated, or written under a condition.

    `super().__init__(self)` makes no layer at all with Keras 3: the code is for another one.
    """
    summary = ref.summary
    seen = {
        "__init__": ref.saving.init,
        "get_config": ref.saving.config,
        "from_config": ref.saving.reader,
    }
    if any(name in summary.bindings for name in (*seen, "__new__")) or "__new__" in summary.methods:
        return True
    if any(name in summary.methods and facts is None for name, facts in seen.items()):
        return True
    parents = ref.saving.init.parents if ref.saving.init is not None else ()
    if any(parent.of == "super" and "self" in parent.arguments for parent in parents):
        return True
    init, config = (summary.methods.get(name) for name in ("__init__", "get_config"))
    return any(one is not None and one.instance != "self" for one in (init, config)) or (
        init is not None and bool(init.decorators)
    )


def _is_decorated_anew(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether a decorator of the project gives the class a method that matters."""
    return any(
        name.rpartition(".")[2] in ("__init__", "__new__", "get_config", "from_config")
        for leaf in ref.summary.decorators
        for meaning in hierarchy.values(Scope(module=ref.module), leaf.removesuffix("()"))
        if isinstance(meaning, FunctionRef)
        for name in meaning.summary.bindings
        if "." in name
    )


def has_plain_roots(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether the class descends from `Layer` or `Model` themselves, no other class of Keras."""
    return all(root.name in _ROOTS for root in _layers(hierarchy, ref))


def _layers(hierarchy: Hierarchy, ref: ClassRef) -> list[Symbol]:
    return [root for root in hierarchy.lineage(ref).roots if root.kind in ("layer", "model")]


# -- what is saved -------------------------------------------------------------------------------


def saved(hierarchy: Hierarchy, ref: ClassRef, start: int = 0) -> frozenset[str] | None:
    """The keys of the configuration; `None` when they cannot be told."""
    chain = hierarchy.lineage(ref).chain
    for place in range(start, len(chain)):
        config = config_of(chain[place])
        if config is not None:
            return _told(hierarchy, ref, chain[place], config, place)
    keys = frozenset[str]()
    for root in _layers(hierarchy, ref):
        known = root_keys(root)
        if known is None:
            return None
        keys |= known
    return keys


def _told(
    hierarchy: Hierarchy, ref: ClassRef, owner: ClassRef, config: ConfigSummary, place: int
) -> frozenset[str] | None:
    if not config.whole:
        return None
    keys = frozenset(config.keys)
    for leaf in config.chain:
        inner = (
            saved(hierarchy, ref, place + 1)
            if leaf.startswith("super")
            else _saved_by(hierarchy, owner, leaf)
        )
        if inner is None:
            return None
        keys |= inner
    return keys - config.removed


def _saved_by(hierarchy: Hierarchy, owner: ClassRef, leaf: str) -> frozenset[str] | None:
    for meaning in hierarchy.values(owner.scope(), leaf):
        if isinstance(meaning, ClassRef) and meaning != owner:
            return saved(hierarchy, meaning)
        if isinstance(meaning, Symbol):
            return root_keys(meaning)
    return None


def root_keys(root: Symbol) -> frozenset[str] | None:
    """What the configuration of a class of Keras may hold."""
    if root.name in _ROOTS:
        return ALWAYS_SAVED
    known = keras_api.layer_class(root.name)
    if known is None or root.kind == "model":
        return None
    keys = ALWAYS_SAVED | frozenset(known.parameters)
    for base in known.bases:
        above = keras_api.layer_class(base)
        if above is not None and above.name not in _ROOTS:
            keys |= root_keys(Symbol(name=above.name, kind="layer")) or frozenset()
    return keys


# -- what is taken back --------------------------------------------------------------------------


def accepted(hierarchy: Hierarchy, ref: ClassRef, start: int = 0) -> frozenset[str] | None:
    """The names that the constructor takes; `None` when it may take any."""
    init = init_of(hierarchy, ref, start)
    if init is None:
        return _taken_by_keras(hierarchy, ref)
    names = frozenset(init.names)
    if not init.rest:
        return names
    if not init.hands_on or init.facts.rest == "sifted":
        return None
    names |= init.facts.mentions
    place = hierarchy.lineage(ref).chain.index(init.owner) + 1
    above = accepted(hierarchy, ref, place)
    return None if above is None else names | above


def _taken_by_keras(hierarchy: Hierarchy, ref: ClassRef) -> frozenset[str] | None:
    names = keras_facts.LAYER_TAKES
    for root in _layers(hierarchy, ref):
        keys = root_keys(root)
        if keys is None:
            return None
        names |= keys
    return names


def accepts_always(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether the constructor takes all that `super().get_config()` gives."""
    taken = accepted(hierarchy, ref)
    return taken is None or taken >= ALWAYS_SAVED


def next_takes_always(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether the base's constructor takes it."""
    taken = accepted(hierarchy, ref, 1)
    return taken is None or taken >= ALWAYS_SAVED


def returned(hierarchy: Hierarchy, ref: ClassRef, names: frozenset[str]) -> frozenset[str]:
    """Those of the names of which no `from_config()` of the project takes care."""
    for item in hierarchy.lineage(ref).chain:
        reader = item.saving.reader
        if reader is not None:
            names = names - reader.mentions if reader.makes else frozenset()
    return names
