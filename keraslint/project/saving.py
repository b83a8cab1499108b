"""Summaries alone → what a layer's configuration keeps, and what its `__init__` takes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from keraslint.diagnostic import Span
from keraslint.project import keras_api
from keraslint.project.candidates import reached
from keraslint.project.declared import ConfigSummary, FunctionSummary, InitSummary
from keraslint.project.hierarchy import Hierarchy
from keraslint.project.keras_api import Symbol
from keraslint.project.meaning import ClassRef, FunctionRef, Scope

ALWAYS = frozenset({"name", "trainable", "dtype"})
"""What `Layer.get_config()` gives, and `Layer.__init__` takes."""

_ROOTS = frozenset({keras_api.LAYER, keras_api.MODEL})
_LAYER_TAKES = ALWAYS | {"activity_regularizer", "autocast", "input_shape", "batch_input_shape"}
_NOT_KEPT = frozenset({"inputs", "outputs", "input_tensor", "weights", "data_format"})
"""Arguments that are saved otherwise, or speak of this machine and not of the layer."""
_ASSETS = ("save_assets", "load_assets", "save_own_variables", "load_own_variables")


@dataclass(frozen=True, slots=True)
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
        function, facts = item.summary.methods.get("__init__"), item.summary.saving.init
        if function is not None and facts is not None:
            return Init(item, function, facts)
    return None


def config_of(ref: ClassRef) -> ConfigSummary | None:
    """The class's own `get_config()`."""
    return ref.summary.saving.config


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
    """Whether a method that matters is assigned, decorated, or written under a condition."""
    summary = ref.summary
    seen = {
        "__init__": summary.saving.init,
        "get_config": summary.saving.config,
        "from_config": summary.saving.reader,
    }
    if any(name in summary.bindings for name in (*seen, "__new__")) or "__new__" in summary.methods:
        return True
    if any(name in summary.methods and facts is None for name, facts in seen.items()):
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
        for meaning in hierarchy.values(Scope(ref.module), leaf.removesuffix("()"))
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
    for meaning in hierarchy.values(Scope(owner.module, owner), leaf):
        if isinstance(meaning, ClassRef) and meaning != owner:
            return saved(hierarchy, meaning)
        if isinstance(meaning, Symbol):
            return root_keys(meaning)
    return None


def root_keys(root: Symbol) -> frozenset[str] | None:
    """What the configuration of a class of Keras may hold."""
    if root.name in _ROOTS:
        return ALWAYS
    known = keras_api.layer_class(root.name)
    if known is None or root.kind == "model":
        return None
    keys = ALWAYS | frozenset(known.parameters)
    for base in known.bases:
        above = keras_api.layer_class(base)
        if above is not None and above.name not in _ROOTS:
            keys |= root_keys(Symbol(above.name, "layer")) or frozenset()
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
    names = _LAYER_TAKES
    for root in _layers(hierarchy, ref):
        keys = root_keys(root)
        if keys is None:
            return None
        names |= keys
    return names


def returned(hierarchy: Hierarchy, ref: ClassRef, names: frozenset[str]) -> frozenset[str]:
    """Those of the names of which no `from_config()` of the project takes care."""
    for item in hierarchy.lineage(ref).chain:
        reader = item.summary.saving.reader
        if reader is not None:
            names = names - reader.mentions if reader.makes else frozenset()
    return names


# -- what goes wrong -----------------------------------------------------------------------------


def omitted(hierarchy: Hierarchy, ref: ClassRef) -> tuple[str, ...]:
    """The arguments that the configuration does not hold, where this class is to blame."""
    init = init_of(hierarchy, ref)
    config = config_of(ref)
    if init is None or init.facts.empty or not is_clear(hierarchy, ref):
        return ()
    if config is None and (init.owner != ref or _is_automatic(hierarchy, ref)):
        return ()
    keys = saved(hierarchy, ref)
    if keys is None or (config is not None and (config.empty or config.lost)):
        return ()
    there = keys | ALWAYS | _NOT_KEPT | _removed(hierarchy, ref) | _assets(hierarchy, ref)
    there |= frozenset(_taken_apart(hierarchy, ref, init))
    names = frozenset(name for name in init.names if init.matters(name)) - there
    lost = returned(hierarchy, ref, names)
    return tuple(name for name in init.names if name in lost)


def _is_automatic(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether Keras writes the configuration: no `get_config()` between the class and `Layer`."""
    chain = hierarchy.lineage(ref).chain
    return not any(config_of(item) for item in chain) and has_plain_roots(hierarchy, ref)


def _removed(hierarchy: Hierarchy, ref: ClassRef) -> frozenset[str]:
    chain = hierarchy.lineage(ref).chain
    found = [config.removed for item in chain if (config := config_of(item)) is not None]
    return frozenset(name for names in found for name in names)


def _taken_apart(hierarchy: Hierarchy, ref: ClassRef, init: Init) -> Iterator[str]:
    """Arguments that a helper makes into attributes, which the configuration reads instead."""
    config = hierarchy.method(ref, "get_config")
    told = config.summary.reads if config is not None else frozenset()
    for call in init.function.calls:
        name = call.removeprefix("self.")
        helper = hierarchy.method(ref, name) if call.startswith("self.") else None
        if helper is not None and helper.summary.assigns & told:
            names = [parameter.name for parameter in helper.summary.parameters]
            yield from (name for name in names if name not in init.facts.stores)


def _assets(hierarchy: Hierarchy, ref: ClassRef) -> frozenset[str]:
    """What a class saves as files of its own, beside its configuration."""
    found: set[str] = set()
    for item in hierarchy.lineage(ref).chain:
        for name in _ASSETS:
            summary = item.summary.methods.get(name)
            method = FunctionRef.of(item.module, summary, item) if summary else None
            for inner in reached(hierarchy, ref, method) if method is not None else ():
                found |= inner.summary.reads | inner.summary.assigns
    return frozenset(found | {name.lstrip("_") for name in found})


def refused(hierarchy: Hierarchy, ref: ClassRef) -> tuple[str, ...]:
    """The keys of the class's own `get_config()` that its constructor does not take."""
    config = config_of(ref)
    if config is None or not is_clear(hierarchy, ref):
        return ()
    taken = accepted(hierarchy, ref)
    if taken is None:
        return ()
    wrong = frozenset(config.keys) - config.removed - taken - ALWAYS
    wrong = returned(hierarchy, ref, wrong)
    return tuple(key for key in config.keys if key in wrong)


def is_cut_off(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether the class's own `get_config()` forgets what its base's would give."""
    config = config_of(ref)
    return (
        config is not None
        and config.whole
        and not config.chain
        and not config.empty
        and not ALWAYS & config.keys.keys()
        and has_plain_roots(hierarchy, ref)
        and is_clear(hierarchy, ref)
        and bool(returned(hierarchy, ref, ALWAYS))
    )


def lost_config(hierarchy: Hierarchy, ref: ClassRef) -> Span | None:
    """Where the class's own `get_config()` returns no configuration."""
    config = config_of(ref)
    if config is None or config.empty or not is_clear(hierarchy, ref):
        return None
    return config.lost


def base_gives_more(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether `super().get_config()` would give keys that this class has other names for."""
    init = init_of(hierarchy, ref)
    above = saved(hierarchy, ref, 1)
    if init is None or above is None:
        return True
    config = config_of(ref)
    return bool(above - ALWAYS - set(init.names) - set(config.keys if config else ()))


def meets_other_dtypes(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether code of the class sees the saved dtype policy, where it got a name or None so far."""
    init = init_of(hierarchy, ref)
    readers = [item.summary.saving.reader for item in hierarchy.lineage(ref).chain]
    return any(readers) or (init is not None and "dtype" in (*init.names, *init.facts.mentions))


def accepts_always(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether the constructor takes all that `super().get_config()` gives."""
    taken = accepted(hierarchy, ref)
    return taken is None or taken >= ALWAYS


def next_takes_always(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether the base's constructor takes it."""
    taken = accepted(hierarchy, ref, 1)
    return taken is None or taken >= ALWAYS


def given_twice(hierarchy: Hierarchy, ref: ClassRef, init: Init) -> str:
    """An argument that handing `**kwargs` on would give a second time, empty if there is none."""
    keys = ALWAYS | (saved(hierarchy, ref) or frozenset())
    plain = has_plain_roots(hierarchy, ref)
    for parent in init.facts.parents:
        for name, _ in parent.keywords:
            if name in keys and name not in init.names:
                return name
        for leaf in parent.arguments:
            if leaf not in init.names and not plain:
                return leaf or "an argument"
    return ""


def unanswered(hierarchy: Hierarchy, ref: ClassRef) -> tuple[str, ...]:
    """What the configuration gives and the class's own `__init__`, without `**kwargs`, refuses."""
    init = init_of(hierarchy, ref)
    if init is None or init.owner != ref or init.rest or not init.facts.parents:
        return ()  # one that makes no layer of itself is never saved
    if not is_clear(hierarchy, ref):
        return ()
    keys = saved(hierarchy, ref)
    wrong = returned(hierarchy, ref, (keys or frozenset()) & ALWAYS - frozenset(init.names))
    return tuple(name for name in ("name", "trainable", "dtype") if name in wrong)


def swallows(hierarchy: Hierarchy, ref: ClassRef) -> str:
    """The name of the class's own `**kwargs` if it is never looked at, else nothing."""
    init = init_of(hierarchy, ref)
    if init is None or init.owner != ref or init.facts.empty or not is_clear(hierarchy, ref):
        return ""
    return init.rest if init.rest not in init.facts.reads else ""


def forgotten(hierarchy: Hierarchy, ref: ClassRef) -> tuple[str, ...]:
    """The arguments of a model that has no `get_config()` to keep them."""
    lineage = hierarchy.lineage(ref)
    init = init_of(hierarchy, ref)
    if lineage.kind.value != "model" or init is None or init.owner != ref or init.facts.empty:
        return ()
    if not is_clear(hierarchy, ref) or not has_plain_roots(hierarchy, ref):
        return ()
    if any(_knows_saving(item) for item in lineage.chain):
        return ()
    return tuple(_names_of_its_own(init))


def _knows_saving(ref: ClassRef) -> bool:
    saving = ref.summary.saving
    return saving.config is not None or saving.reader is not None


def _names_of_its_own(init: Init) -> Iterator[str]:
    for name in init.names:
        if name not in ALWAYS | _NOT_KEPT and init.matters(name):
            yield name
