"""The mentions of a whole project → what each of its names stands for, and what a call may run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from keraslint.project.facts.container_methods import CONTAINER_METHODS, READ_ONLY
from keraslint.project.facts.module_facts import FunctionSummary, ModuleSummary
from keraslint.project.facts.occurrences.occurrence_records import CONTAINS, EQUAL, Call
from keraslint.project.names.definitions import (
    ClassRef,
    External,
    FunctionRef,
    Instance,
    Lineage,
    Meaning,
    Scope,
)
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.names.reads.noted_facts import by_fields
from keraslint.project.names.reads.recorded_reads import Memo
from keraslint.project.program.flow.outside_functions import Keeps, library
from keraslint.project.program.mentions.noted_functions import Function
from keraslint.project.program.mentions.project_mentions import Mentions


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
    """Answers for all functions of a project; what it rests on is noted."""

    def __init__(
        self,
        mentions: Mentions,
        hierarchy: Hierarchy,
        module_of: ModuleOf,
        subclasses: Callable[[ClassRef], Sequence[ClassRef]],
    ) -> None:
        self.mentions = mentions
        self.reads = reads = mentions.reads
        self.loads, self.stores, self.calls = mentions.loads, mentions.stores, mentions.calls
        self.by_name, self.by_path = mentions.by_name, mentions.by_path
        self.hierarchy = hierarchy
        self.module_of = module_of
        self._subclasses = subclasses
        self._below: Memo[tuple[str, str], tuple[ClassRef, ...]] = Memo(
            reads, lambda _: (), is_lasting=False
        )
        self._related: Memo[tuple[str, str], tuple[ClassRef, ...]] = Memo(
            reads, lambda _: (), is_lasting=False
        )
        self._scopes: Memo[Function, Scope | None] = Memo(reads, lambda _: None, is_lasting=False)
        self._targets: Memo[tuple[Function, int], Targets] = Memo(
            reads, lambda _: _UNKNOWN, is_lasting=False
        )
        self._values: Memo[tuple[Function, str], tuple[Meaning, ...]] = Memo(
            reads, lambda _: (), is_lasting=False
        )

    def function(self, ref: FunctionRef) -> Function | None:
        """The occurrences of a function that a name stands for."""
        return self.mentions.at(ref.module.path, ref.summary.name, ref.summary.line)

    # -- names -----------------------------------------------------------------------------

    def owner(self, function: Function) -> ClassRef | None:
        """The class whose method, or whose body, a function is."""
        module = self.module_of(function.path) if function.owner_name else None
        owner = module.classes.get(function.owner_name) if module is not None else None
        return ClassRef.of(module, owner) if module is not None and owner is not None else None

    def scope(self, function: Function) -> Scope | None:
        return self._scopes.ask(function, function.path, lambda: self._scope(function))

    def _scope(self, function: Function) -> Scope | None:
        module = self.module_of(function.path)
        if module is None:
            return None
        owner = module.classes.get(function.owner_name)
        summary: FunctionSummary | None = None
        if function.kind == "function":
            functions = owner.methods if owner is not None else module.functions
            summary = by_fields(functions, function.own_name)
            if summary is not None and not function.is_at(summary.line):
                summary = None
        ref = ClassRef.of(module, owner) if owner else None
        return Scope(module=module, owner=ref, function=summary)

    def values(self, function: Function, leaf: str) -> tuple[Meaning, ...]:
        """Everything that a name may stand for where a function mentions it."""
        return self._values.ask(
            (function, leaf), function.path, lambda: self._meanings(function, leaf)
        )

    def _meanings(self, function: Function, leaf: str) -> tuple[Meaning, ...]:
        scope = self.scope(function)
        return self.hierarchy.values(scope, leaf) if scope and leaf else ()

    def is_module(self, function: Function, path: str) -> bool:
        """Whether a path starts at what the file of a function imports: `keras.layers`."""
        module = self.module_of(function.path)
        root = path.partition(".")[0]
        return root in module.imports and root not in function.parameters if module else False

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
        return self._targets.ask(
            (function, call.number), function.path, lambda: self._resolve(function, call)
        )

    def _resolve(self, function: Function, call: Call) -> Targets:
        if call.leaf in (EQUAL, CONTAINS):
            return Targets(says=call.leaf)
        if call.method:
            own = self._own(function, call)
            if own is not None:
                return own
        elif not call.leaf:
            return _UNKNOWN
        if function.takes_class and call.leaf == function.instance:
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
        return name in function.parameters and name != function.instance

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
            for method in self.mentions.methods(*ref.key, call.method)
            if method is not function
        ]
        if related:
            return Targets(functions=tuple((f, 0 if f.is_static else 1) for f in related))
        if not above and (self.values(function, call.leaf) or self.outside(function, call.leaf)):
            return None
        return Targets()  # what Keras' own classes do with it leaves it as it is

    def _relatives(self, ref: ClassRef, *, above: bool) -> Sequence[ClassRef]:
        """A class with its bases and the classes below it; `above`: its bases alone."""
        if above:
            return self.hierarchy.lineage(ref).chain[1:]
        return self._related.ask(ref.key, ref.module.path, lambda: self._relate(ref))

    def _relate(self, ref: ClassRef) -> tuple[ClassRef, ...]:
        return tuple(dict.fromkeys((*self.hierarchy.lineage(ref).chain, *self.below(ref))))

    def below(self, ref: ClassRef) -> tuple[ClassRef, ...]:
        """All classes that descend from one."""
        return self._below.ask(ref.key, ref.module.path, lambda: tuple(self._subclasses(ref)))

    def may_run(self, function: Function, name: str) -> Iterator[tuple[Function, Call]]:
        """The calls of a name that may run a function: by `super()`, those in classes below it."""
        yield from self.calls.get(name)
        owner = self.owner(function)
        for ref in self.below(owner) if owner is not None else ():
            yield from self.mentions.above.get((*ref.key, name))

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
        if name in _OF_LAYERS:
            return Targets()
        found = [f for f in self.by_name.get(name, ()) if f.owner_name]
        functions = tuple((f, 0 if f.is_static else 1) for f in found)
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
        if not function.owner_name or function.is_static:
            return 0
        if function.takes_class or meaning.owner is None:
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
            found += ((function, 1) for function in self._inherited(lineage, name))
        unread = bool(lineage.missing) and not found
        return Targets(
            functions=tuple(found), keeps=None if unread else Keeps.HOLD, constructs=(ref,)
        )

    def _inherited(self, lineage: Lineage, name: str) -> Sequence[Function]:
        """The method that instances of a class have; all of its name, if it is defined twice."""
        for item in lineage.chain:
            if name in item.summary.bindings:
                method = self.hierarchy.method(item, name)
                function = self.function(method) if method is not None else None
                return (function,) if function is not None else ()
            methods = self.mentions.methods(*item.key, name)
            if methods:
                return methods
        return ()

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
