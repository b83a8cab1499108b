"""The occurrences of a whole project → who mentions a name, and what a call may run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from keraslint.project.facts.module_facts import FunctionSummary, ModuleSummary
from keraslint.project.facts.occurrences.occurrence_records import (
    Call,
    ModuleOccurrences,
    Occurrences,
    Store,
)
from keraslint.project.names.definitions import (
    ClassRef,
    External,
    FunctionRef,
    Instance,
    Meaning,
    Scope,
)
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.program.flow.outside_functions import (
    CONTAINER_METHODS,
    READ_ONLY,
    Keeps,
    library,
)


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """One function of the project, with the file that it is in."""

    path: str
    does: Occurrences

    @property
    def instance(self) -> str:
        """What a method calls its instance or its class, `""` if it has none."""
        does = self.does
        return does.parameters[0] if does.owner and does.parameters and not does.is_static else ""

    @property
    def name(self) -> str:
        """What people call it."""
        if self.does.kind == "module":
            return "the file"
        return f"{self.does.owner}.{self.does.name}" if self.does.owner else self.does.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What a call may run: functions of the project, with the place of the first argument in each.

    `keeps` is what everything else that it may be leaves of its arguments; `None`: nobody knows.
    `constructs` are the classes that it may make instances of. `is_any`: only the name tells.
    """

    functions: tuple[tuple[Function, int], ...] = ()
    keeps: Keeps | None = Keeps.NOTHING
    constructs: tuple[ClassRef, ...] = ()
    says: str = ""
    is_any: bool = False


_UNKNOWN = Targets(functions=(), keeps=None)
_OF_LAYERS = frozenset(
    """build call compute_mask compute_output_shape compute_output_spec count_params get_weights
    set_weights add_weight add_loss""".split()
)
"""What Keras itself calls on any layer, and what leaves its arguments alone by that contract."""
ModuleOf = Callable[[str], "ModuleSummary | None"]


class CallGraph:
    """Looks names up over all functions of a project."""

    def __init__(
        self,
        modules: Iterable[ModuleOccurrences],
        hierarchy: Hierarchy,
        module_of: ModuleOf,
        subclasses: Callable[[ClassRef], Sequence[ClassRef]],
    ) -> None:
        self.hierarchy = hierarchy
        self.module_of = module_of
        self.functions = [Function(m.path, does) for m in modules for does in m.functions]
        self._subclasses = subclasses
        self._related: dict[tuple[str, str], tuple[ClassRef, ...]] = {}
        self._scopes: dict[Function, Scope | None] = {}
        self._targets: dict[tuple[Function, int], Targets] = {}
        self._values: dict[tuple[Function, str], tuple[Meaning, ...]] = {}

    def sort(self) -> None:
        """Put everything under the names by which it will be asked for."""
        _ = self.loads, self.stores, self.calls, self.by_name, self.methods, self.by_path

    # -- mentions --------------------------------------------------------------------------

    @cached_property
    def loads(self) -> dict[str, list[tuple[Function, str]]]:
        """By the last step of an access path: who reads it."""
        found: dict[str, list[tuple[Function, str]]] = defaultdict(list)
        for function in self.functions:
            for path in function.does.loads:
                found[path.rpartition(".")[2]].append((function, path))
        return dict(found)

    @cached_property
    def stores(self) -> dict[str, list[tuple[Function, Store]]]:
        """By the name of an attribute: who stores something there."""
        found: dict[str, list[tuple[Function, Store]]] = defaultdict(list)
        for function in self.functions:
            for store in function.does.stores:
                name = store.attribute
                found["*" if name[0] == "=" else name].append((function, store))
        return dict(found)

    @cached_property
    def calls(self) -> dict[str, list[tuple[Function, Call]]]:
        """By the last name of a callee: who calls it."""
        found: dict[str, list[tuple[Function, Call]]] = defaultdict(list)
        for function in self.functions:
            for call in function.does.calls:
                found[call.method or call.leaf].append((function, call))
        return dict(found)

    @cached_property
    def by_name(self) -> dict[str, list[Function]]:
        found: dict[str, list[Function]] = defaultdict(list)
        for function in self.functions:
            found[function.does.name].append(function)
        return dict(found)

    @cached_property
    def methods(self) -> dict[tuple[str, str, str], list[Function]]:
        """By the file, the class and the name."""
        found: dict[tuple[str, str, str], list[Function]] = defaultdict(list)
        for function in self.functions:
            if function.does.owner and function.does.kind == "function":
                found[function.path, function.does.owner, function.does.name].append(function)
        return dict(found)

    @cached_property
    def _by_place(self) -> dict[tuple[str, str, int], Function]:
        return {(one.path, one.does.name, one.does.line): one for one in self.functions}

    @cached_property
    def by_path(self) -> dict[str, list[Function]]:
        found: dict[str, list[Function]] = defaultdict(list)
        for function in self.functions:
            found[function.path].append(function)
        return dict(found)

    def function(self, ref: FunctionRef) -> Function | None:
        """The occurrences of a function that a name stands for."""
        return self._by_place.get((ref.module.path, ref.summary.name, ref.summary.line))

    # -- names -----------------------------------------------------------------------------

    def owner(self, function: Function) -> ClassRef | None:
        """The class whose method, or whose body, a function is."""
        scope = self.scope(function)
        return scope.owner if scope is not None else None

    def scope(self, function: Function) -> Scope | None:
        if function not in self._scopes:
            self._scopes[function] = self._scope(function)
        return self._scopes[function]

    def _scope(self, function: Function) -> Scope | None:
        module, does = self.module_of(function.path), function.does
        if module is None:
            return None
        owner = module.classes.get(does.owner)
        summary: FunctionSummary | None = None
        if does.kind == "function":
            functions = owner.methods if owner is not None else module.functions
            summary = functions.get(does.name)
            if summary is not None and summary.line != does.line:
                summary = None
        ref = ClassRef.of(module, owner) if owner else None
        return Scope(module=module, owner=ref, function=summary)

    def values(self, function: Function, leaf: str) -> tuple[Meaning, ...]:
        """Everything that a name may stand for where a function mentions it."""
        key = (function, leaf)
        if key not in self._values:
            scope = self.scope(function)
            self._values[key] = self.hierarchy.values(scope, leaf) if scope and leaf else ()
        return self._values[key]

    def outside(self, function: Function, leaf: str, seen: frozenset[str] = frozenset()) -> str:
        """The absolute name of something that is not of the project, `""` if it may be.

        `random.Random().shuffle` is one too, as is `logger.info` below `logger = getLogger()`.
        """
        for meaning in self.values(function, leaf):
            if isinstance(meaning, External):
                return meaning.name
        head, dot, last = leaf.rpartition(".")
        if leaf.endswith("()") and leaf[:-2] not in seen:
            name = self.outside(function, leaf[:-2], seen | {leaf})
            return f"{name}()" if name else ""
        if dot and head not in seen:
            name = self.outside(function, head, seen | {leaf})
            return f"{name}.{last}" if name else ""
        for inner in self._bound(function, leaf) if leaf not in seen else ():
            name = self.outside(function, inner, seen | {leaf})
            if name:
                return name
        return ""

    def _bound(self, function: Function, name: str) -> Iterator[str]:
        scope = self.scope(function)
        if scope is not None and scope.function is not None:
            yield from scope.function.bindings.get(name, ())
        if scope is not None:
            yield from scope.module.bindings.get(name, ())

    # -- calls -----------------------------------------------------------------------------

    def targets(self, function: Function, call: Call) -> Targets:
        """What a call may run."""
        key = (function, call.number)
        known = self._targets.get(key)
        if known is None:
            self._targets[key] = _UNKNOWN
            known = self._targets[key] = self._resolve(function, call)
        return known

    def _resolve(self, function: Function, call: Call) -> Targets:
        if call.method:
            own = self._own(function, call)
            if own is not None:
                return own
        elif not call.leaf:
            return _UNKNOWN
        if function.does.takes_class and call.leaf == function.instance:
            owner = self.owner(function)
            return self._constructed(owner) if owner is not None else _UNKNOWN
        meanings = self.values(function, call.leaf)
        found = [self._meant(one, call) for one in meanings]
        if found and not self._is_given(function, call):
            return _all_of(found)
        outside = self.outside(function, call.leaf)
        if outside:
            reads = call.method in READ_ONLY and "()" in outside
            return Targets(
                functions=(), keeps=Keeps.PART if reads else library(outside), says=outside
            )
        if call.method:
            return self.any_method(call.method)
        return _all_of([*found, _UNKNOWN])

    def _is_given(self, function: Function, call: Call) -> bool:
        """Whether a callee is an argument, of which the names tell only the default."""
        name = call.leaf.partition(".")[0]
        return name in function.does.parameters and name != function.instance

    def _own(self, function: Function, call: Call) -> Targets | None:
        """A method of the instance, wherever in its hierarchy it is."""
        above = call.receiver == ("super()",)
        if not above and call.receiver != (function.instance,):
            return None
        owner = self.owner(function)
        if owner is None:
            return _UNKNOWN
        related = [
            method
            for ref in self._relatives(owner, above=above)
            for method in self.methods.get((*ref.key, call.method), ())
            if method is not function
        ]
        if related:
            return Targets(functions=tuple((f, 0 if f.does.is_static else 1) for f in related))
        if not above and (self.values(function, call.leaf) or self.outside(function, call.leaf)):
            return None
        return Targets()  # what Keras' own classes do with it leaves it as it is

    def _relatives(self, ref: ClassRef, *, above: bool) -> Sequence[ClassRef]:
        """A class with its bases and the classes below it; `above`: its bases alone."""
        if above:
            return self.hierarchy.lineage(ref).chain[1:]
        if ref.key not in self._related:
            chain = self.hierarchy.lineage(ref).chain
            self._related[ref.key] = tuple(dict.fromkeys((*chain, *self._subclasses(ref))))
        return self._related[ref.key]

    def meant(self, function: Function, ref: str, call: Call) -> Targets | None:
        """What a function that is an argument may run, `None` if it is no function."""
        found = [
            self._meant(one, call)
            for one in self.values(function, ref)
            if isinstance(one, (FunctionRef, External))
        ]
        return _all_of(found) if found else None

    def any_method(self, name: str) -> Targets:
        """A method of a receiver of which nothing is known: any of that name, or a container's."""
        found = [f for f in self.by_name.get(name, ()) if f.does.owner]
        functions = tuple((f, 0 if f.does.is_static else 1) for f in found)
        if name in _OF_LAYERS:
            return Targets()
        if name in READ_ONLY:
            return Targets(functions=functions, keeps=Keeps.PART, is_any=True)
        if not functions or name in CONTAINER_METHODS:
            return Targets(functions=functions, keeps=None, is_any=True)
        return Targets(functions=functions, is_any=True)

    def _meant(self, meaning: Meaning, call: Call) -> Targets:
        if isinstance(meaning, FunctionRef):
            function = self.function(meaning)
            if function is None:
                return _UNKNOWN
            return Targets(functions=((function, self._offset(function, meaning, call)),))
        if isinstance(meaning, ClassRef):
            return self._constructed(meaning)
        if isinstance(meaning, Symbol):
            return Targets(functions=(), keeps=Keeps.NOTHING, says=meaning.name)
        if isinstance(meaning, External):
            return Targets(functions=(), keeps=library(meaning.name), says=meaning.name)
        if isinstance(meaning, Instance):
            return self._called(meaning)
        return _UNKNOWN

    def _offset(self, function: Function, meaning: FunctionRef, call: Call) -> int:
        """How many parameters come before the first argument."""
        does = function.does
        if not does.owner or does.is_static:
            return 0
        if does.takes_class or meaning.owner is None:
            return 1
        by_class = call.method and any(
            isinstance(one, ClassRef)
            for ref in call.receiver
            for one in self._class_named(meaning, ref)
        )
        return 0 if by_class else 1

    def _class_named(self, meaning: FunctionRef, ref: str) -> Iterator[ClassRef]:
        """`Block.configure(block)`: the class itself before the dot."""
        last = ref.rpartition(".")[2]
        chain = self.hierarchy.lineage(meaning.owner).chain if meaning.owner else ()
        yield from (item for item in chain if item.summary.name == last)

    def _constructed(self, ref: ClassRef) -> Targets:
        lineage = self.hierarchy.lineage(ref)
        found: list[tuple[Function, int]] = []
        for name in ("__init__", "__new__", "__post_init__"):
            method = self.hierarchy.method(ref, name)
            function = self.function(method) if method is not None else None
            if function is not None:
                found.append((function, 1))
        unread = bool(lineage.missing) and not found
        return Targets(
            functions=tuple(found), keeps=None if unread else Keeps.HOLD, constructs=(ref,)
        )

    def _called(self, meaning: Instance) -> Targets:
        """An object that is called: a layer runs its `call()`."""
        if isinstance(meaning.of, Symbol):
            return Targets()
        found = []
        for name in ("__call__", "call"):
            method = self.hierarchy.method(meaning.of, name)
            function = self.function(method) if method is not None else None
            if function is not None:
                found.append((function, 1))
        return Targets(functions=tuple(found)) if found else _UNKNOWN


def _all_of(found: Iterable[Targets]) -> Targets:
    """What any of several things may do."""
    parts = list(found)
    keeps: Keeps | None = Keeps.NOTHING
    for part in parts:
        keeps = None if keeps is None or part.keeps is None else max(keeps, part.keeps, key=_value)
    return Targets(
        functions=tuple(dict.fromkeys(pair for part in parts for pair in part.functions)),
        keeps=keeps,
        constructs=tuple(dict.fromkeys(ref for part in parts for ref in part.constructs)),
        says=next((part.says for part in parts if part.says), ""),
    )


def _value(keeps: Keeps) -> int:
    return keeps.value
