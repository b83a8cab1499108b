"""The names that moved code reads → those that code outside the layer may change in between."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from keraslint.project.facts.module_facts import FunctionSummary
from keraslint.project.names.definitions import (
    ClassRef,
    External,
    FunctionRef,
    Instance,
    Meaning,
    ModuleRef,
)
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy

Seen = set[tuple[str, str, int]]
_MANY = 60
_OUTSIDE = (
    *("os.environ", "os.getenv", "os.path.exists", "os.path.isfile", "os.path.isdir"),
    *("os.listdir", "os.getcwd", "open"),
)
_MOMENT = (
    *("time", "datetime", "random", "numpy.random", "tensorflow.random", "uuid", "secrets"),
    *("tensorflow.executing_eagerly", "tensorflow.inside_function", "sys.argv"),
)
_HOLDERS = frozenset({"contextvars.ContextVar", "threading.local"})
_SETTINGS = frozenset(
    f"keras.config.{name}"
    for name in (
        *("floatx", "epsilon", "image_data_format", "dtype_policy", "is_flash_attention_enabled"),
        *("is_traceback_filtering_enabled", "is_interactive_logging_enabled"),
    )
)


class World:
    """What the code of one class looks at beyond the layer and its own arguments."""

    def __init__(self, hierarchy: Hierarchy, ref: ClassRef) -> None:
        self._hierarchy = hierarchy
        self._ref = ref
        self._scope = ref.scope(ref.summary.methods.get("build"))

    def doubts(self, names: Collection[str]) -> Iterator[str]:
        """Every reason why what these names stand for may be another thing in `build()`."""
        for name in sorted(names):
            if self._is_changed_attribute(name):
                yield f"reads `{name}`, which other code may change"
            for meaning in self._hierarchy.values(self._scope, name):
                if _direct(meaning):
                    yield f"reads `{_direct(meaning)}`, which may change after `__init__`"
                looks = self._looks(meaning, set(), in_layer=False)
                if looks:
                    yield f"`{name}()` looks at `{looks}`, which may change after `__init__`"

    def globals(self, names: Collection[str]) -> Iterator[str]:
        """Every reason why names from around the class may get another value."""
        module, line = self._ref.module, self._ref.summary.line
        for name in sorted(names):
            if name in module.pokes:
                yield f"a function of the file rebinds or changes `{name}`"
            if any(start > line for start in module.rebound.get(name, ())):
                yield f"`{name}` gets its last value when layers may already exist"
            if self._is_enclosed(name):
                yield f"`{name}` belongs to the function around the class"

    def _is_enclosed(self, name: str) -> bool:
        """Whether a function around the class holds a name, which may get another value."""
        module = self._ref.module
        return any(
            function.has(name) and not any(True for _ in module.defined_in(function, name))
            for _, function in module.around(self._ref.summary.qualname)
        )

    def _is_changed_attribute(self, name: str) -> bool:
        """`Block.units` or `settings.WIDTH`, which the file of the class or the module changes."""
        owner, _, attribute = name.rpartition(".")
        if owner == "self":
            return False
        for leaf in self._ref.module.bindings.get(owner, ()):
            made = self._hierarchy.values(self._scope, leaf.removesuffix("()"))
            if any(isinstance(one, External) and one.name in _HOLDERS for one in made):
                return True
        for meaning in self._hierarchy.values(self._scope, owner) if owner else ():
            if isinstance(meaning, ClassRef) and attribute in meaning.summary.bindings:
                return attribute in meaning.module.pokes
            if isinstance(meaning, Instance) and isinstance(meaning.of, ClassRef):
                return self._changes_itself(meaning.of, attribute)
            if isinstance(meaning, ModuleRef) and meaning.summary is not None:
                held = meaning.summary
                return attribute in held.bindings and attribute in held.pokes
        return False

    def _changes_itself(self, ref: ClassRef, attribute: str) -> bool:
        """Whether an object has other methods than a constructor that change it."""
        return attribute in ref.module.pokes or any(
            method.assigns and method.name not in ("__init__", "__post_init__")
            for item in self._hierarchy.lineage(ref).chain
            for method in item.summary.methods.values()
        )

    def _looks(self, meaning: Meaning, seen: Seen, *, in_layer: bool) -> str:
        """What a function, or the constructor of a class, looks at that may change."""
        if isinstance(meaning, FunctionRef):
            return self._inside(meaning, seen, in_layer=in_layer)
        chain = self._hierarchy.lineage(meaning).chain if isinstance(meaning, ClassRef) else ()
        for item in chain:
            init = item.summary.methods.get("__init__")
            if init is not None:
                ref = FunctionRef.of(item.module, init, item)
                told = _shared(chain, init) or self._inside(ref, seen, in_layer=True)
                if told:
                    return told
        return ""

    def _inside(self, ref: FunctionRef, seen: Seen, *, in_layer: bool) -> str:
        """Layers may read Keras' settings and draw numbers when they are made: Keras' own do."""
        if ref.key in seen or len(seen) > _MANY:
            return ""
        seen.add(ref.key)
        if ref.summary.mentions:
            return min(ref.summary.mentions)
        scope = ref.scope
        for call in sorted(ref.summary.calls):
            for meaning in self._hierarchy.values(scope, call):
                told = _outside(meaning) if in_layer else _direct(meaning)
                told = told or self._looks(meaning, seen, in_layer=in_layer)
                if told:
                    return told
        return ""


def _shared(chain: Collection[ClassRef], init: FunctionSummary) -> str:
    """A list of the class, not of the layer, to which a constructor adds."""
    for name in sorted(init.changes - init.definite):
        for item in chain:
            if name in item.summary.bindings:
                return f"{item.summary.name}.{name}"
    return ""


def _direct(meaning: Meaning) -> str:
    if isinstance(meaning, Symbol) and meaning.name in _SETTINGS:
        return meaning.name
    if isinstance(meaning, External) and _is_below(meaning.name, _MOMENT):
        return meaning.name
    return _outside(meaning)


def _outside(meaning: Meaning) -> str:
    name = meaning.name if isinstance(meaning, External) else ""
    return next((one for one in _OUTSIDE if name == one or name.startswith(f"{one}.")), "")


def _is_below(name: str, above: Collection[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in above)
