"""What the code of a whole project may do to an attribute, a global name or a class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.names.definitions import ClassRef, Instance
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.names.reads.recorded_reads import Memo, noted_property
from keraslint.project.program.flow.attached_layers import AttachedLayers
from keraslint.project.program.flow.call_graph import CallGraph, ModuleOf
from keraslint.project.program.flow.events import ANY, Event, Events, Seeded, Subject, event
from keraslint.project.program.flow.families import Family
from keraslint.project.program.flow.global_names import GlobalNames, through_globals
from keraslint.project.program.flow.plain_values import PlainValues
from keraslint.project.program.flow.side_effects import SideEffects
from keraslint.project.program.flow.spread import IS, Kept, Spread
from keraslint.project.program.flow.stores_by_name import StoresByName, is_among
from keraslint.project.program.flow.value_flow import ValueFlow
from keraslint.project.program.mentions.noted_functions import Function
from keraslint.project.program.mentions.project_mentions import Mentions

_MAKE_ARRAYS = ("numpy.", "collections.", "array.")


class Effects:
    """Answers questions about effects; what has been answered is kept."""

    def __init__(
        self,
        mentions: Mentions,
        hierarchy: Hierarchy,
        module_of: ModuleOf,
        load: Callable[[str, str], ModuleSummary | None],
        subclasses: Callable[[ClassRef], Sequence[ClassRef]],
    ) -> None:
        self.reads = reads = mentions.reads
        self.mentions = mentions
        self.graph = CallGraph(mentions, hierarchy, module_of, subclasses)
        self.flow = ValueFlow(self.graph)
        self.globals = GlobalNames(mentions, self.graph, load)
        self.side = SideEffects(self.flow, self.globals)
        self.plain = PlainValues(self.graph, self.family)
        self.by_name = StoresByName(self.graph, self.flow, self.family)
        self.attached = AttachedLayers(self.graph, self.by_name)
        self.hierarchy = hierarchy
        self._families: Memo[tuple[str, str], Family] = Memo(reads, _no_family, is_lasting=False)
        self._handed: Memo[ClassRef, bool] = Memo(reads, lambda _: False, is_lasting=False)
        self._changes: dict[tuple[object, ...], Events] = {}

    def family(self, ref: ClassRef) -> Family:
        """The classes that share instances with one."""
        return self._families.ask(ref.key, ref.module.path, lambda: self._family(ref))

    def _family(self, ref: ClassRef) -> Family:
        strangers = self._strangers if self.is_handed_around(ref) else ()
        return Family(self.graph, ref, self.graph.below(ref), strangers)

    @noted_property
    def _strangers(self) -> tuple[ClassRef, ...]:
        """Classes with a base that some code computes."""
        found = []
        for path in self.mentions.strange():
            module = self.graph.module_of(path)
            for ref in ClassRef.all(module) if module is not None else ():
                if any(self._is_computed(ref, base) for base in ref.summary.bases):
                    found.append(ref)
        return tuple(found)

    def _is_computed(self, ref: ClassRef, base: str) -> bool:
        """Whether a base is an argument, or comes from something that names do not tell."""
        module = ref.module
        if module.is_given(ref.summary.qualname, base) or base.endswith(("()", "[]")):
            return True
        name = base.partition(".")[0]
        known = name in module.imports or name in module.classes or bool(module.stars)
        return base in self.hierarchy.lineage(ref).missing and not known

    def is_handed_around(self, ref: ClassRef) -> bool:
        """Whether a class is used as a value: bound to a name, put somewhere, given to a call."""
        return self._handed.ask(ref, ref.module.path, lambda: self._is_value(ref))

    def _is_value(self, ref: ClassRef) -> bool:
        return any(
            self._is_class(function, path, ref)
            for function, path in self.mentions.values.get(ref.summary.name)
        )

    def _is_class(self, function: Function, path: str, ref: ClassRef) -> bool:
        return ref in self.graph.values(function, path)

    def made_types(self, family: Family) -> Iterator[tuple[Function, int]]:
        """Where `type(name, bases, members)` or its like may make a subclass."""
        for name in ("type", "new_class", "make_dataclass"):
            for function, call in self.graph.calls.get(name, ()):
                bases = [
                    ref.lstrip("*") for ref in (*call.argument(1), *call.argument(-1, "bases"))
                ]
                if any(family.may_be(function, ref) for ref in bases):
                    yield function, call.line

    def descriptors(self, family: Family, name: str, method: str) -> Iterator[ClassRef]:
        """The classes of what stands for an attribute in a class's body, if they have a method."""
        for item in family.classes:
            for leaf in item.summary.bindings.get(name, ()):
                for meaning in self.hierarchy.values(item.scope(None), leaf):
                    kind = meaning.of if isinstance(meaning, Instance) else None
                    if isinstance(kind, ClassRef) and self.hierarchy.method(kind, method):
                        yield kind

    # -- changes of attributes -------------------------------------------------------------

    def attribute(self, family: Family, name: str, *, whole: bool = True) -> Iterable[Event]:
        """All that may set an attribute of the family's instances, or change what it holds.

        Without `whole`, what it holds is none of the question.
        """
        key = (family.key, name, whole)
        if key not in self._changes:
            found = self._changing(family, name, whole=whole)
            self._changes[key] = Events(self.reads, found)
        return self._changes[key]

    def _changing(self, family: Family, name: str, *, whole: bool) -> Iterator[Event]:
        yield from self.sets(family.may_be, name)
        if whole and not self.plain.is_plain(family, name):
            yield from self._flowing(family, name)

    def shared(self, family: Family, name: str) -> Iterator[Event]:
        """What may change an attribute for all instances: on the class, or in what it holds."""
        yield from self.sets(lambda f, r: self._is_through_class(family, f, r), name)
        if family.is_of_class(name) and not self.plain.is_plain(family, name):
            yield from self._flowing(family, name)

    def _is_through_class(self, family: Family, function: Function, ref: str) -> bool:
        """`cls`, `type(self)`, `Block`: a class of the family, not an instance."""
        if ref == function.instance:
            return function.takes_class and family.owns(function)
        named = ref.endswith(".__class__") or any(
            isinstance(one, ClassRef) for one in self.graph.values(function, ref)
        )
        return named and family.may_be(function, ref, doubt=False)

    def sets(self, subject: Subject, name: str) -> Iterator[Event]:
        """All that may set an attribute of an object."""
        yield from self.sets_named(subject, name)
        for function, store in self.graph.stores.get(ANY, ()):
            if not any(subject(function, ref) for ref in store.base):
                continue
            names = self.by_name.texts(function, store.attribute.lstrip("="))
            if is_among(names, name):
                yield event(function, store.line, store.later, f"sets {_computed(names, name)}")
        for item in self.by_name.stores:
            if item.key in (name, ANY) and subject(item.function, item.base):
                yield event(item.function, item.line, item.later, item.does)

    def sets_named(self, subject: Subject, name: str) -> Iterator[Event]:
        """Those that say which attribute of an object they set."""
        for function, store in self.graph.stores.get(name, ()):
            if store.base == ("<global>",):
                continue
            of = next((ref for ref in store.base if subject(function, ref)), None)
            if of is not None:
                does = f"sets `{of}.{name}`, maybe {{it}}" if _is_held(of) else "sets {it}"
                yield event(function, store.line, store.later, does)
        yield from self.by_name.told(subject, name)

    def _flowing(self, family: Family, name: str) -> Iterator[Event]:
        """What may change the value that an attribute holds, wherever it gets to."""
        todo: list[Seeded] = []
        seeds: dict[Function, dict[str, int]] = defaultdict(dict)
        for function, path in self._reads_of(family, name):
            seeds[function][path] = IS
        todo += seeds.items()
        scaled = self._is_array(family, name)
        for found in self._follow(todo, {name}, copied=self._is_copied(family, name)):
            if scaled or not found.change.scales:
                yield found

    def _reads_of(self, family: Family, name: str) -> Iterator[tuple[Function, str]]:
        """Where an attribute is read, by its name or by one that is a value."""
        for function, path in self.graph.loads.get(name, ()):
            if _is_of(family, function, path.rpartition(".")[0], doubt=True):
                yield function, path
        for function, path, step in self.by_name.computed_gets:
            is_ours = _is_of(family, function, path.rpartition(".")[0], doubt=False)
            if is_ours and is_among(self.by_name.texts(function, step), name):
                yield function, path

    def _is_array(self, family: Family, name: str) -> bool:
        """Whether an attribute may hold what `*=` changes in place: something that a call made."""
        return any(
            self.makes_array(function, ref)
            for function, store in self.graph.stores.get(name, ())
            if family.owns(function) and store.base == (function.instance,)
            for ref in store.value
        )

    def makes_array(self, function: Function, ref: str) -> bool:
        """Whether a reference is the result of a call of numpy, or of one that makes a list."""
        if ref[0] != "#" or "." in ref:
            return False
        number = int(ref[1:])
        says = self.graph.targets(function, function.call(number)).says
        return says.startswith(_MAKE_ARRAYS) or self._is_list(function, number)

    def _is_copied(self, family: Family, name: str) -> bool:
        """Whether Keras makes a copy of a value wherever a layer keeps it: of lists and dicts."""
        for function, store in self.graph.stores.get(name, ()):
            if family.owns(function) and store.base == (function.instance,):
                for ref in store.value:
                    if ref[0] == "#" and not self._is_list(
                        function, int(ref[1:].partition(".")[0])
                    ):
                        return False
        return True

    def _is_list(self, function: Function, number: int) -> bool:
        return function.call(number).leaf in ("list", "dict", "set", "tuple", "sorted")

    def _follow(
        self, todo: list[Seeded], names: set[str], *, copied: bool = False
    ) -> Iterator[Event]:
        done: set[tuple[object, ...]] = set()
        while todo:
            function, seeds = todo.pop()
            key = (function, tuple(sorted(seeds.items())))
            if key in done:
                continue
            done.add(key)
            spread = self.flow.seeded(function, seeds)
            for hit in spread.hits:
                yield Event(function=function, line=hit.line, later=hit.later, change=hit.change)
            if spread.returned and (function, spread.returned) not in done:
                done.add((function, spread.returned))
                if function.own_name == "get_config":
                    yield from self._configured(function, spread.returned)
                else:
                    todo += self._callers(function, spread.returned)
            todo += self._kept(spread, done, names, copied)

    def _configured(self, function: Function, level: int) -> Iterator[Event]:
        """What is done to a configuration where it is asked for: it is handed on as plain data."""
        for other, seeds in self._callers(function, level):
            for hit in self.flow.seeded(other, seeds).hits:
                if hit.change.function is other and not hit.change.is_escape:
                    yield Event(function=other, line=hit.line, later=hit.later, change=hit.change)

    def _kept(
        self, spread: Spread, done: set[tuple[object, ...]], names: set[str], copied: bool
    ) -> Iterator[Seeded]:
        for kept in spread.kept:
            own = kept.base == kept.function.instance != ""
            if copied and own and self._is_layer(kept.function):
                continue
            key = (kept.attribute, kept.level, kept.base if own else "")
            if key not in done and kept.attribute not in names:
                done.add(key)
                yield from self._readers(kept)

    def _is_layer(self, function: Function) -> bool:
        owner = self.graph.owner(function)
        return owner is not None and self.hierarchy.lineage(owner).is_layer

    def _callers(self, function: Function, level: int) -> Iterator[Seeded]:
        """Who gets what a function returns."""
        if function.is_property:
            for other, path in self.graph.loads.get(function.own_name, ()):
                if self._may_own(other, path.rpartition(".")[0], function):
                    yield other, {path: level}
        for other, call in self.graph.may_run(function, function.own_name):
            targets = self.graph.targets(other, call)
            if not any(one is function for one, _ in targets.functions):
                continue
            if not targets.is_any or any(self._is_for(other, r, function) for r in call.receiver):
                yield other, {f"#{call.number}": level}

    def _is_for(self, other: Function, ref: str, method: Function) -> bool:
        """Whether a receiver of which only the method's name is known may be of its class.

        Every object of Keras has a configuration: what an unknown call has made may be any.
        """
        owner = self.graph.owner(method)
        made = all(one[0] == "#" for one in other.does.bound.get(ref, (ref,)))
        known = method.own_name == "get_config" and made
        return owner is None or self.family(owner).may_be(other, ref, doubt=not known)

    def _may_own(self, other: Function, base: str, method: Function) -> bool:
        owner = self.graph.owner(method)
        return owner is None or self.family(owner).may_be(other, base)

    def _readers(self, kept: Kept) -> Iterator[tuple[Function, dict[str, int]]]:
        """Who reads the attribute that got hold of a value."""
        own = kept.base == kept.function.instance != ""
        owner = self.graph.owner(kept.function) if own else None
        family = self.family(owner) if owner is not None else None
        if kept.base == "<global>" or kept.base == kept.attribute:
            module = self.graph.module_of(kept.function.path)
            yield from self.globals.mentions(kept.function.path, kept.attribute) if module else ()
        for other, path in self.graph.loads.get(kept.attribute, ()):
            if family is None or family.may_be(other, path.rpartition(".")[0]):
                yield other, {path: kept.level}

    # -- global names ----------------------------------------------------------------------

    def name(self, path: str, name: str) -> Iterable[Event]:
        """All that may give a global name of a file another value, or change what it holds."""
        key = (path, name)
        if key not in self._changes:
            self._changes[key] = Events(self.reads, self._named(path, name))
        return self._changes[key]

    def _named(self, path: str, name: str) -> Iterator[Event]:
        yield from self.bound_anew(path, name)
        yield from self.held_by(path, name)

    def bound_anew(self, path: str, name: str) -> Iterator[Event]:
        """All that may bind a name of a file to something else, be it one of Python's own."""
        for function, store in self.graph.stores.get(name, ()):
            if function.path == path and store.base == ("<global>",):
                yield event(function, store.line, store.later, f"sets the global `{name}`")
        yield from self.sets(
            lambda function, ref: self.globals.is_module(function, ref, path), name
        )
        for function in self.graph.by_path.get(path, ()):
            yield from through_globals(function, name)
        for function, call in self.graph.calls.get("reload", ()):
            if any(self.globals.is_module(function, ref, path) for ref in call.argument(0)):
                yield event(function, call.line, call.later, "loads its file again: {it}")

    def held_by(self, path: str, name: str) -> Iterator[Event]:
        """All that may change what a global name of a file holds."""
        module = self.graph.module_of(path)
        if module is None or self.plain.is_plain_global(path, name):
            return
        mentions = list(self.globals.mentions(path, name))
        if name not in module.functions and name not in module.classes:
            yield from self._follow(mentions, {name})
        elif name in module.functions:
            changes = self._follow(mentions, {name})
            yield from (one for one in changes if not one.change.is_escape)


def _is_of(family: Family, function: Function, base: str, *, doubt: bool) -> bool:
    """Whether an object is an instance of the family, for all that is known."""
    if base == function.instance:
        return family.owns(function)
    return family.may_be(function, base, doubt=doubt)


def _no_family(key: tuple[str, str]) -> Family:
    raise AssertionError(f"a family asks for itself: {key}")


def _computed(names: frozenset[str] | None, name: str) -> str:
    return "attributes by computed names" if names is None else f"`.{name}` by its name"


def _is_held(ref: str) -> bool:
    """Whether a reference is to something that another object holds, and reads as code."""
    return "." in ref and all(part.isidentifier() for part in ref.split("."))
