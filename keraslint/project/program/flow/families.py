"""A class and the project → whose methods share its instances, and when each of them may run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from keraslint.project.facts.occurrences.occurrence_records import ITEM, Call, Refs
from keraslint.project.names import keras_api
from keraslint.project.names.definitions import (
    ClassRef,
    External,
    FunctionRef,
    Instance,
    Meaning,
    ModuleRef,
)
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.reads.recorded_reads import Memo, noted_property
from keraslint.project.program.flow.call_graph import CallGraph
from keraslint.project.program.flow.keras_parts import KerasParts
from keraslint.project.program.mentions.noted_functions import Function

_Seen = set[tuple[Function, str]]
_INIT = frozenset({"__init__", "__new__", "__post_init__"})
_AFTER = frozenset({"build", "call"})
_LIFE_CYCLE = _INIT | _AFTER
_CALLED_BY_KERAS = keras_api.layer_attributes() | keras_api.model_attributes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Phases:
    """The methods that constructing reaches, building does, and what may run between the two.

    `after` are those that the constructors of subclasses reach: they run when this class's has
    come to its end.
    """

    init: frozenset[Function]
    build: frozenset[Function]
    call: frozenset[Function]
    between: frozenset[Function]
    after: frozenset[Function]


class Family:
    """All classes of which an instance may be one of `ref`, or share its methods.

    `strangers` are classes of which a base is computed, if the class is handed around as a value.
    """

    def __init__(
        self,
        graph: CallGraph,
        ref: ClassRef,
        below: Sequence[ClassRef],
        strangers: Sequence[ClassRef] = (),
    ) -> None:
        self.graph = graph
        self.reads = graph.reads
        self.ref = ref
        self.key: object = ref.key
        self.above = graph.hierarchy.lineage(ref).chain
        self.below = (*below, *strangers)
        beside = [one for item in self.below for one in graph.hierarchy.lineage(item).chain]
        self.classes = tuple(dict.fromkeys((*self.above, *self.below, *beside)))
        self._keys = {item.key for item in self.classes}
        self._answers: Memo[tuple[Function, str, bool], bool] = Memo(
            graph.reads, lambda _: True, is_lasting=False
        )

    @noted_property
    def methods(self) -> tuple[Function, ...]:
        found = []
        for path in dict.fromkeys(item.module.path for item in self.classes):
            for function in self.graph.by_path.get(path, ()):
                if function.kind == "function" and self.owns(function):
                    found.append(function)
        return tuple(found)

    def owns(self, function: Function) -> bool:
        """Whether a function is a method of one of these classes."""
        return (function.path, function.owner_name) in self._keys

    @noted_property
    def constructions(self) -> tuple[tuple[Function, Call], ...]:
        """Every call that may make an instance, by the name of its class."""
        found = [
            pair for ref in self.classes for pair in self.graph.calls.get(ref.summary.name, ())
        ]
        return tuple(
            (function, call)
            for function, call in found
            if any(map(self.has, self.graph.targets(function, call).constructs))
        )

    @property
    def constructors(self) -> tuple[Function, ...]:
        """The `__init__` that runs first, of the class itself or the nearest base."""
        method = self.graph.hierarchy.method(self.ref, "__init__")
        function = self.graph.function(method) if method is not None else None
        return (function,) if function is not None else ()

    def is_own_constructor(self, function: Function) -> bool:
        """Whether a method belongs to the class itself or its bases, not to a subclass."""
        return any((function.path, function.owner_name) == item.key for item in self.above)

    def is_of_class(self, name: str) -> bool:
        """Whether the class holds an attribute for all instances: no constructor gives them one."""
        inits = (item.summary.methods.get("__init__") for item in self.above)
        own = any(init is not None and name in init.definite for init in inits)
        return not own and any(name in item.summary.bindings for item in self.above)

    def has(self, ref: ClassRef) -> bool:
        return ref.key in self._keys

    @classmethod
    def of_all(cls, graph: CallGraph, classes: Sequence[ClassRef], key: object) -> Family:
        """Several classes, of any of which an object may be an instance."""
        family = cls(graph, classes[0], classes)
        family.above = tuple(
            dict.fromkeys(o for c in classes for o in graph.hierarchy.lineage(c).chain)
        )
        family.key = key
        return family

    # -- phases ----------------------------------------------------------------------------

    @noted_property
    def phases(self) -> Phases:
        named: dict[str, list[Function]] = {}
        for method in self.methods:
            named.setdefault(method.own_name, []).append(method)
        init = [m for name in _INIT for m in named.get(name, ())]
        own = [m for m in init if self.is_own_constructor(m)]
        others = [m for m in init if not self.is_own_constructor(m)]
        builds, calls = named.get("build", []), named.get("call", [])
        between = self._reach(self._entries(named), named)
        return Phases(
            init=self._reach(own, named),
            build=self._reach(builds, named),
            call=self._reach(calls, named),
            between=between,
            after=self._reach(others, named) - self._reach(own, named) | frozenset(others),
        )

    def _reach(
        self, start: Iterable[Function], named: dict[str, list[Function]]
    ) -> frozenset[Function]:
        """All methods that these run, but for the life cycle's own."""
        found = set(start)
        todo = list(found)
        while todo:
            for name in self._mentioned(todo.pop()):
                for method in named.get(name, ()) if name not in _LIFE_CYCLE else ():
                    if method not in found:
                        found.add(method)
                        todo.append(method)
        return frozenset(found)

    def _mentioned(self, method: Function) -> Iterator[str]:
        """The methods, properties and setters that a method runs on its own instance."""
        for path in method.does.loads:
            root, _, rest = path.partition(".")
            if root == method.instance or root == "super()":
                yield rest.partition(".")[0]
        for store in method.does.stores:
            if (method.instance,) == store.base:
                yield f"{store.attribute}.setter"

    def _entries(self, named: dict[str, list[Function]]) -> Iterator[Function]:
        """The methods that anybody may call: public ones, and those that no method here calls."""
        for name, methods in named.items():
            if name in _LIFE_CYCLE:
                continue
            if not name.startswith("_") or name.startswith("__") or self._is_called_outside(name):
                yield from methods

    def _is_called_outside(self, name: str) -> bool:
        """Whether a private method is not the affair of these classes alone."""
        inside = False
        for function, path in self.graph.loads.get(name, ()):
            root, _, rest = path.partition(".")
            if not self.owns(function):
                if root != function.instance and self.may_be(function, path.rpartition(".")[0]):
                    return True
            elif rest == name and root in (function.instance, "super()"):
                inside = inside or function.own_name != name
            elif rest != name:
                return True
        return not inside

    def is_early(self, function: Function) -> bool:
        """Whether a method of the family may run between `__init__` and `build()`."""
        phases = self.phases
        return function in phases.between or function in phases.after

    # -- whose instance --------------------------------------------------------------------

    def may_be(self, function: Function, ref: str, *, doubt: bool = True) -> bool:
        """Whether a reference may stand for an instance of the family, or for one of its classes.

        `doubt` is the answer for what other objects hold, if nothing tells what that is.
        """
        if ref == function.instance and not self.owns(function):
            return False
        return self._answers.ask(
            (function, ref, doubt),
            function.path,
            lambda: self._fits(function, ref) and self._may_be(function, ref, set(), doubt),
        )

    def _fits(self, function: Function, ref: str) -> bool:
        """Whether an instance has all that a function takes for granted about a reference."""
        if self._attributes is None:
            return True
        return not any(
            name not in self._attributes and name[0] not in "=["
            for one in self._beside(function, ref)
            for name in one.granted(ref)
        )

    def _beside(self, function: Function, ref: str) -> Iterator[Function]:
        """A function, and for what an instance holds the other methods of the class."""
        yield function
        if ref.partition(".")[0] == function.instance != ref:
            for one in self.graph.by_path.get(function.path):
                same = one.owner_name == function.owner_name and one.instance == function.instance
                if same and one is not function:
                    yield one

    @noted_property
    def _attributes(self) -> frozenset[str] | None:
        """Every attribute that an instance may have, `None` if nobody knows."""
        lineages = [self.graph.hierarchy.lineage(item) for item in self.classes]
        if not all(one.is_layer and not one.missing for one in lineages[:1]):
            return None
        found = set(dir(object)) | {"__dict__"}
        found |= keras_api.layer_attributes() | keras_api.model_attributes()
        for item in self.classes:
            found |= item.summary.methods.keys() | item.summary.bindings.keys()
            if {"__getattr__", "__getattribute__"} & item.summary.methods.keys():
                return None
        for method in self.methods:
            for store in method.does.stores:
                if store.base == (method.instance,):
                    if store.attribute[0] in "*=":
                        return None
                    found.add(store.attribute)
        for lineage in lineages:
            for root in lineage.roots:
                known = keras_api.layer_class(root.name)
                if known is None:
                    return None
                if root.name not in (keras_api.LAYER, keras_api.MODEL):
                    return None
        return frozenset(found)

    def _may_be(self, function: Function, ref: str, seen: _Seen, doubt: bool) -> bool:
        if ref[0] in "'!*λ" or (function, ref) in seen:
            return False
        seen.add((function, ref))
        if ref in ("?", "<global>"):
            return ref == "?"
        if doubt and "." in ref and self._parts.has(function, ref):
            return False
        root, _, rest = ref.partition(".")
        if function.instance and root in (function.instance, "super()"):
            if not rest or rest == "__class__":
                return self.owns(function)
            return self._held(function, rest, seen, doubt) if "." not in rest else doubt
        if root[0] == "#":
            return doubt if rest else self._made(function, int(root[1:]), seen, doubt)
        items = self._items(function, root) if rest == ITEM else None
        if items is not None:
            return any(self._may_be(function, one, seen, doubt) for one in items)
        bound = function.bound(root) if not rest and root not in function.parameters else None
        if bound is not None and (bound or function.kind == "function"):
            return any(self._may_be(function, one, seen, doubt) for one in bound)
        return self._named(function, ref, root, seen, doubt)

    @cached_property
    def _parts(self) -> KerasParts:
        return KerasParts(self.graph, self.may_be)

    def _items(self, function: Function, name: str) -> tuple[str, ...] | None:
        """All that a container which a function makes for itself may hold, `None` if unknown."""
        bound = function.bound(name) if name not in function.parameters else None
        if function.kind != "function" or bound is None:
            return None
        if any(ref[0] not in "*!" for ref in bound):
            return None
        does = function.does
        others = (*does.bound.values(), *(store.value for store in does.stores))
        if any(name == ref.lstrip("*") for refs in others for ref in refs):
            return None
        found = [ref[1:] for ref in bound if ref[0] == "*"]
        for call in does.calls:
            given = [ref for _, refs in call.arguments for ref in refs]
            if name in given and self.graph.targets(function, call).keeps is None:
                return None
            if name in given and self.graph.targets(function, call).functions:
                return None
            found += given if call.receiver == (name,) else ()
        found += [ref for s in does.stores if s.base == (name,) for ref in s.value]
        return tuple(ref.lstrip("*") for ref in found)

    def _named(self, function: Function, ref: str, root: str, seen: _Seen, doubt: bool) -> bool:
        if root in function.parameters:
            if ref != root:
                return doubt
            return not self._is_told(function, root) and self._is_given(function, root, seen, doubt)
        meanings = self.graph.values(function, ref.replace("[]", "").rstrip("."))
        return self._are(meanings) if meanings else doubt

    def _is_given(self, function: Function, name: str, seen: _Seen, doubt: bool) -> bool:
        """Whether a caller may give an instance; nobody knows who calls what Keras calls."""
        own_name = function.own_name
        if (function.owner_name and own_name in _CALLED_BY_KERAS) or own_name.startswith("__"):
            return True
        first = 1 if function.instance else 0
        calls = [
            (other, call)
            for other, call in self.graph.may_run(function, own_name)
            if any(one is function for one, _ in self.graph.targets(other, call).functions)
        ]
        number = function.parameters.index(name)
        return not calls or any(
            self._may_be(other, ref, seen, doubt)
            for other, call in calls
            for ref in (*call.argument(number - first, name), *call.argument(-1, "*"))
        )

    def _is_told(self, function: Function, parameter: str) -> bool:
        """Whether an annotation, or a default, says that a parameter is something else."""
        hint, default, _ = function.hint(parameter)
        if {hint, default} & {"int", "float", "str", "bool", "list", "dict", "tuple", "bytes"}:
            return True
        meanings = self.graph.values(function, hint) if hint else ()
        return bool(meanings) and not self._are(meanings)

    def _are(self, meanings: Iterable[Meaning]) -> bool:
        """Whether one of several things is of the family."""
        for meaning in meanings:
            of = meaning.of if isinstance(meaning, Instance) else meaning
            if isinstance(of, ClassRef):
                if self.has(of):
                    return True
            elif isinstance(of, Symbol):
                if of is not meaning and of.name in (keras_api.LAYER, keras_api.MODEL):
                    return True
            elif not isinstance(of, (External, FunctionRef, ModuleRef)):
                return True
        return False

    def _held(self, function: Function, attribute: str, seen: _Seen, doubt: bool) -> bool:
        """Whether an attribute of another class may hold an instance, by all it is given."""
        owner = self.graph.owner(function)
        if owner is None:
            return True
        chain = {item.key for item in self.graph.hierarchy.lineage(owner).chain}
        given: list[tuple[Function, Refs]] = [
            (other, store.value)
            for other, store in self.graph.stores.get(attribute, ())
            if (other.path, other.owner_name) in chain and store.base == (other.instance,)
        ]
        if not given:
            return doubt
        return any(
            self._may_be(other, ref, seen, doubt)
            for other, refs in given
            for ref in refs
            if doubt or ref not in other.parameters
        )

    def _made(self, function: Function, number: int, seen: _Seen, doubt: bool) -> bool:
        """Whether a call may return one."""
        call = function.call(number)
        targets = self.graph.targets(function, call)
        if targets.constructs:
            return any(self.has(ref) for ref in targets.constructs)
        alike = [ref.removesuffix(".__class__") for ref in call.receiver if not call.method]
        if any(
            ref not in call.receiver and self._may_be(function, ref, seen, doubt) for ref in alike
        ):
            return True  # `type(layer)(4)`
        if targets.functions:
            return any(
                self._may_be(inner, ref, seen, doubt)
                for inner, _ in targets.functions
                for ref in inner.does.returns
            ) or any(inner.is_wrapped for inner, _ in targets.functions)
        if targets.says:
            given_back = doubt and targets.says.startswith(("functools.reduce", "operator."))
            return given_back or "copy" in targets.says or "next" in targets.says
        if call.leaf in ("next", "min", "max", "iter", "list", "reversed", "sorted"):
            return True
        return doubt and (targets.keeps is None or bool(call.method))
