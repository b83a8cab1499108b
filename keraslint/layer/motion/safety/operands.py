"""What moved code reads → whether it is the same at the end of `__init__` and in `build()`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

from keraslint.diagnostic import Level, Objection, Question
from keraslint.layer.motion.safety.phase_stable import SETTLED, STEADY
from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.names.definitions import (
    ClassRef,
    FunctionRef,
    Instance,
    ModuleRef,
    Scope,
)
from keraslint.project.program.flow.effect_queries import Effects
from keraslint.project.program.flow.events import Event
from keraslint.project.program.flow.families import Family
from keraslint.project.program.flow.outside_functions import Keeps
from keraslint.project.program.flow.spread import IS
from keraslint.project.program.mentions.noted_functions import Function

_SHOWN = 3


class Operands:
    """Asks of the attributes and names that one class's moved code reads who may change them.

    `last` is the last line of `build()` that moves, `runs` the methods that move along.
    """

    def __init__(
        self, effects: Effects, family: Family, last: int, runs: Collection[Function]
    ) -> None:
        self._effects = effects
        self._graph = effects.graph
        self._family = family
        self._last = last
        self._runs = runs
        self._seen: set[str] = set()

    # -- attributes ------------------------------------------------------------------------

    def attribute(self, name: str) -> Iterator[Objection]:
        """Every reason why an attribute of the layer may be another one in `build()`."""
        if name in self._seen:
            return
        self._seen.add(name)
        if name in STEADY:
            yield from self._set_beside(name)
            return
        for method in self._methods(name):
            yield from self.method(method)
        events = self._effects.attribute(self._family, name)
        yield from self._some(filter(self.counts, events), f"`self.{name}`")
        shared = self._effects.shared(self._family, name)
        by_others = (one for one in shared if one.function.kind != "class")
        yield from self._some(by_others, f"`self.{name}`, which all instances share")
        yield from self._given(name)
        yield from self._shared(name)
        yield from self._computed(name)

    def _set_beside(self, name: str) -> Iterator[Objection]:
        """Where Keras' own attribute is set, which it holds itself."""
        for event in self._effects.sets(self._family.may_be, name):
            if self.counts(event):
                yield self._told(event, f"`self.{name}`")

    def _computed(self, name: str) -> Iterator[Objection]:
        """A descriptor of the class gives whatever its `__get__()` finds at that time."""
        for kind in self._effects.descriptors(self._family, name, "__get__"):
            yield self._found(f"self.{name}", kind, "__get__")

    def _found(self, what: str, kind: ClassRef, by: str) -> Objection:
        return Objection(
            question=Question.OPERANDS,
            level=Level.UNSEEN,
            cause=f"`{what}` is what `{kind.summary.name}.{by}()` finds",
            path=kind.module.path,
            line=kind.summary.line,
        )

    def _methods(self, name: str) -> Iterator[Function]:
        for method in self._family.methods:
            if method.own_name == name:
                yield method

    def method(self, method: Function) -> Iterator[Objection]:
        """The same for all that a method or property of the layer reads."""
        key = f"{method.path}:{method.does.line}"
        if key in self._seen:
            return
        self._seen.add(key)
        for path in sorted(method.does.loads):
            root, _, rest = path.partition(".")
            if root in (method.instance, "super()") and rest:
                name = rest.partition(".")[0]
                stored = any(s.attribute == name and s.base == (root,) for s in method.does.stores)
                if not (stored and f"{root}.{name}" in method.does.tests):  # worked out once
                    yield from self.attribute(name)
        yield from self.globals_of(method)

    def globals_of(self, function: Function) -> Iterator[Objection]:
        """The same for the global names that a function reads, and for what modules hold."""
        scope = self._graph.scope(function)
        if scope is None:
            return
        for name in sorted(function.does.names):
            yield from self.name(scope.module, name)
        for path in sorted(function.does.loads):
            owner, _, attribute = path.rpartition(".")
            if owner.partition(".")[0] in function.does.names:
                yield from self.dotted(scope, owner, attribute)

    def counts(self, event: Event) -> bool:
        """Whether a change may come between the end of `__init__` and the moved code."""
        function, family = event.function, self._family
        if not family.owns(function) or function.kind != "function" or event.later:
            return function.kind != "class" or not family.owns(function)
        if family.is_early(function):
            return True
        if function in family.phases.build and function not in self._runs:
            own = (
                function.own_name == "build" and function.owner_name == family.ref.summary.qualname
            )
            return not own or event.line <= self._last
        return False

    def _some(self, events: Iterable[Event], what: str) -> Iterator[Objection]:
        """The first of them: one is enough for a fix not to be safe, and nobody reads a hundred."""
        for event in islice(events, _SHOWN):
            yield self._told(event, what)

    def _told(self, event: Event, what: str) -> Objection:
        change = event.change
        does = change.does.replace("{it}", what)
        if change.function is event.function:
            cause = f"{event.function.told} {does}"
        else:
            cause = f"{event.function.told} runs {change.function.told}, which {does}"
        if what not in cause:
            cause = f"{cause}, maybe {what}" if "computed" in cause else f"{cause}: {what}"
        return Objection(
            question=Question.OPERANDS,
            level=Level.UNSEEN,
            cause=cause,
            path=change.function.path,
            line=change.line,
        )

    # -- what the constructor was given ----------------------------------------------------

    def _given(self, name: str) -> Iterator[Objection]:
        """An object that a caller gives and goes on changing; of lists Keras keeps a copy."""
        for number, parameter in self._parameters(name):
            for function, call in self._family.constructions:
                for ref in call.argument(number, parameter):
                    changed = self._changed_outside(function, ref, call.line)
                    yield from self._some(changed, f"what `self.{name}` was given")

    def _shared(self, name: str) -> Iterator[Objection]:
        """A global object that the attribute is, or looks through, as `ChainMap` does."""
        for function, store in self._graph.stores.get(name, ()):
            if not self._family.owns(function) or store.base != (function.instance,):
                continue
            scope = self._graph.scope(function)
            for ref in self._seen_through(function, store.value) if scope is not None else ():
                root = ref.partition(".")[0]
                if scope is None or root not in function.does.names:
                    continue
                for path, home in self._effects.globals.homes(scope.module, root):
                    for event in self._effects.held_by(path, home):
                        if event.function.path != path or event.function.kind == "function":
                            yield self._told(event, f"`{root}`")

    def _seen_through(self, function: Function, refs: Sequence[str]) -> Iterator[str]:
        """References, and what they hold without a copy of it."""
        for ref in (one.lstrip("*") for one in refs):
            if ref[0] != "#":
                yield ref
            elif "." not in ref and self._is_object(function, int(ref[1:])):
                call = function.call(int(ref[1:]))
                if self._graph.targets(function, call).keeps in (Keeps.HOLD, Keeps.PART):
                    yield from (one for _, given in call.arguments for one in given)

    def _parameters(self, name: str) -> Iterator[tuple[int, str]]:
        """The parameters of the constructor that an attribute keeps as they came, or in a list."""
        for function in self._family.methods:
            if function.own_name != "__init__" or not self._family.is_own_constructor(function):
                continue
            for number, parameter in enumerate(function.parameters[1:]):
                if parameter[0] != "*" and self._keeps(function, number + 1, name):
                    yield number, parameter

    def _keeps(self, function: Function, number: int, name: str) -> bool:
        """Whether an attribute of the layer holds the very object that a parameter is."""
        listed = f"*{function.parameters[number]}"
        return any(
            kept.attribute == name and kept.base == function.instance and kept.level & IS
            for kept in self._effects.flow.parameter(function, number, IS).kept
        ) or any(
            listed in store.value
            for function_, store in self._graph.stores.get(name, ())
            if function_ is function and store.base == (function.instance,)
        )

    def _changed_outside(self, function: Function, ref: str, line: int) -> Iterator[Event]:
        seeds, objects, todo = {ref: 1}, False, [ref]
        while todo:
            one = todo.pop()
            for inner in function.does.bound.get(one, ()):
                if inner not in seeds and inner[0] not in "*'!?λ":
                    seeds[inner] = 1
                    todo.append(inner)
            for inner in self._seen_through(function, (one,)):
                if inner not in seeds and inner[0] not in "*'!?λ":
                    seeds[inner] = 1
                    todo.append(inner)
            objects = objects or (
                one[0] == "#" and self._is_object(function, int(one[1:].partition(".")[0]))
            )
        arrays = any(self._effects.makes_array(function, one) for one in seeds)
        made = min((line for one in seeds for line in _made_at(function, one)), default=0)
        for hit in self._effects.flow.seeded(function, seeds).hits if objects else ():
            if hit.change.scales and not arrays:
                continue
            if hit.line > line or hit.later or _comes_round(function, made, (line, hit.line)):
                yield Event(function=function, line=hit.line, later=hit.later, change=hit.change)

    def _is_object(self, function: Function, number: int) -> bool:
        """Whether a call makes something that Keras does not copy when it is assigned."""
        return function.call(number).leaf not in (
            "list",
            "dict",
            "set",
            "tuple",
            "sorted",
            "int",
            "float",
            "str",
            "bool",
        )

    # -- objects that the layer holds ------------------------------------------------------

    def field(self, attribute: str, name: str) -> Iterator[Objection]:
        """Every reason why `self.attribute.name` may be another one in `build()`."""
        if name in SETTLED or attribute in STEADY:
            return
        objects = self._objects(attribute, name)
        if objects is None:
            return
        for method in objects.methods:
            if method.own_name == name:
                for path in sorted(method.does.loads):
                    root, _, rest = path.partition(".")
                    if root == method.instance and rest:
                        yield from self._fields(objects, attribute, rest.partition(".")[0])
        yield from self._fields(objects, attribute, name)
        for kind in dict.fromkeys((*objects.below, *self._given_objects(attribute))):
            init = self._graph.hierarchy.method(kind, "__init__")
            has = init is not None and name in init.summary.definite
            for by in ("__getattribute__",) if has else ("__getattribute__", "__getattr__"):
                if self._graph.hierarchy.method(kind, by) is not None:
                    yield self._found(f"self.{attribute}.{name}", kind, by)

    def _given_objects(self, attribute: str) -> Iterator[ClassRef]:
        """The classes of what callers give for an attribute of the layer."""
        for function, store in self._graph.stores.get(attribute, ()):
            if self._family.owns(function) and store.base == (function.instance,):
                for ref in sorted(store.value):
                    for other, origin in self._effects.by_name.origins(function, ref):
                        yield from self._classes(other, origin)

    def _fields(self, objects: Family, attribute: str, name: str) -> Iterator[Objection]:
        def counts(event: Event) -> bool:
            constructs = objects.owns(event.function) and not (
                event.later or objects.is_early(event.function)
            )
            return not constructs and event.function.kind != "class"

        events = self._effects.attribute(objects, name)
        yield from self._some(filter(counts, events), f"`self.{attribute}.{name}`")

    def _objects(self, attribute: str, name: str) -> Family | None:
        """The classes of which the layer's attribute may hold an instance."""
        classes: dict[ClassRef, None] = {}
        known = True
        for function, store in self._graph.stores.get(attribute, ()):
            if self._family.owns(function) and store.base == (function.instance,):
                for ref in sorted(store.value):
                    found = self._classes(function, ref)
                    classes.update(dict.fromkeys(found))
                    known = known and bool(found)
        if not known or not classes:
            classes = dict.fromkeys(self._with_field(name))
        if not classes:
            classes = {self._family.ref: None}
        key = tuple(ref.key for ref in classes)
        return Family.of_all(self._graph, tuple(classes), ("objects", key))

    def _classes(self, function: Function, ref: str) -> list[ClassRef]:
        if any(function.hint(ref)):
            meanings = self._graph.values(function, function.hint(ref)[0])
            return [one for one in meanings if isinstance(one, ClassRef)]
        if ref[0] == "#" and "." not in ref:
            call = function.call(int(ref[1:]))
            return list(self._graph.targets(function, call).constructs)
        return []

    def _with_field(self, name: str) -> Iterator[ClassRef]:
        """The classes that set or declare an attribute of a name."""
        for function, store in self._graph.stores.get(name, ()):
            owner = self._graph.owner(function)
            if owner is not None and store.base == (function.instance,):
                yield owner
        for function in self._graph.by_name.get(name, ()):
            owner = self._graph.owner(function)
            if owner is not None:
                yield owner

    # -- names -----------------------------------------------------------------------------

    def name(self, module: ModuleSummary, name: str) -> Iterator[Objection]:
        """Every reason why a name from around the class may get another value."""
        key = f"{module.path}::{name}"
        if key in self._seen:
            return
        self._seen.add(key)
        homes = self._effects.globals.homes(module, name)
        changes = [(path, self._effects.name(path, home)) for path, home in homes]
        if not homes:  # one of Python's own
            changes = [(module.path, self._effects.bound_anew(module.path, name))]
        for path, found in changes:
            events = (
                event
                for event in found
                if event.later or event.function.kind == "function" or event.function.path != path
            )
            yield from self._some(events, f"`{name}`")

    def dotted(self, scope: Scope, owner: str, attribute: str) -> Iterator[Objection]:
        """`Block.units`, `settings.WIDTH` or `CONFIG.units`."""
        for meaning in self._graph.hierarchy.values(scope, owner):
            of = meaning.of if isinstance(meaning, Instance) else meaning
            if isinstance(of, ClassRef):
                yield from self.of_class(of, attribute)
            elif isinstance(of, ModuleRef) and of.summary is not None:
                yield from self.name(of.summary, attribute)
                known = attribute in of.summary.bindings or attribute in of.summary.imports
                known = known or bool(of.summary.stars)
                if not known and not self._graph.hierarchy.values(scope, f"{owner}.{attribute}"):
                    getter = of.summary.functions.get("__getattr__")
                    finds = "is what `__getattr__()` of the module finds"
                    cause = f"`{owner}.{attribute}` {finds if getter else 'is not defined there'}"
                    yield Objection(
                        question=Question.OPERANDS,
                        level=Level.UNSEEN,
                        cause=cause,
                        path=of.summary.path,
                        line=getter.line if getter else 1,
                    )

    def of_class(self, ref: ClassRef, name: str) -> Iterator[Objection]:
        """Every reason why an attribute of another class may get another value."""
        family = self._effects.family(ref)
        events = self._effects.attribute(family, name)
        inside = (event for event in events if event.function.kind == "function")
        yield from self._some(inside, f"`{ref.summary.name}.{name}`")

    def function(self, ref: FunctionRef) -> Function | None:
        return self._graph.function(ref)


def _made_at(function: Function, ref: str) -> Iterator[int]:
    """The line of the call of which a reference is the result."""
    if ref[0] == "#" and "." not in ref:
        yield from (c.line for c in function.does.calls if c.number == int(ref[1:]))


def _comes_round(function: Function, made: int, lines: tuple[int, int]) -> bool:
    """Whether a loop runs both lines again on something that was made before it."""
    return any(
        all(first <= line <= last for line in lines) and not first <= made <= last
        for first, last in function.does.loops
    )
