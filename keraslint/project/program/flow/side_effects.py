"""A function of the project → what it does that others could see, with all that it runs."""

from __future__ import annotations

from collections.abc import Iterator

from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.facts.occurrences.occurrence_records import Store
from keraslint.project.names.reads.recorded_reads import Memo
from keraslint.project.program.flow.call_graph import Targets
from keraslint.project.program.flow.global_names import GlobalNames
from keraslint.project.program.flow.spread import IS, Change
from keraslint.project.program.flow.value_flow import ValueFlow
from keraslint.project.program.mentions.file_mentions import LISTENS
from keraslint.project.program.mentions.noted_functions import Function

_BUILDS = frozenset({"self.build", "self.call", "self.__call__", "self"})

MESSAGES = ("print", "logging.", "absl.logging.", "warnings.warn")
"""What writes messages."""


class SideEffects:
    """Knows which functions only compute; each is looked at once."""

    def __init__(self, flow: ValueFlow, globals_: GlobalNames) -> None:
        self._flow = flow
        self._globals = globals_
        self._graph = flow.graph
        reads = self._graph.reads
        self._own: Memo[Function, tuple[Change, ...]] = Memo(reads, lambda _: (), is_lasting=False)
        self._reached: Memo[Function, tuple[Function, ...]] = Memo(
            reads, lambda _: (), is_lasting=False
        )

    def of(self, function: Function) -> Iterator[Change]:
        """Every change of something that is not new, and every call of which nothing is known."""
        for one in self.reached(function):
            yield from self._changes_of(one)

    def _changes_of(self, function: Function) -> tuple[Change, ...]:
        return self._own.ask(function, function.path, lambda: tuple(self._changes(function)))

    def changes_its_arguments(self, function: Function) -> Change | None:
        """What a function does to something that it is given."""
        first = 1 if function.instance and function.own_name == "__init__" else 0
        for number in range(first, len(function.parameters)):
            if function.parameters[number][0] != "*":
                spread = self._flow.parameter(function, number, IS)
                for hit in spread.hits:
                    return hit.change
        return None

    def builds_itself(self, function: Function) -> Change | None:
        """Where a constructor builds the layer that it makes, or gives it weights."""
        for one in self.reached(function):
            for call in one.does.calls:
                if one.instance and call.leaf == f"{one.instance}.add_weight":
                    return Change(function=one, line=call.line, does="makes its weights at once")
                if one.instance and call.leaf.replace(f"{one.instance}.", "self.", 1) in _BUILDS:
                    return Change(function=one, line=call.line, does="builds the layer")
                if one.instance and call.leaf == one.instance:
                    return Change(function=one, line=call.line, does="builds the layer")
        return None

    def reached(self, function: Function) -> tuple[Function, ...]:
        """A function, and all of the project that it may run."""
        return self._reached.ask(function, function.path, lambda: self._reach(function))

    def _reach(self, function: Function) -> tuple[Function, ...]:
        found, todo = {function: None}, [function]
        while todo:
            current = todo.pop()
            for call in current.does.calls:
                for inner, _ in self._graph.targets(current, call).functions:
                    known = bool(self._graph.values(current, call.leaf))
                    own = call.receiver in (("super()",), (current.instance,))
                    if inner not in found and (known or own):
                        found[inner] = None
                        todo.append(inner)
        return tuple(found)

    def _changes(self, function: Function) -> Iterator[Change]:
        module = self._graph.module_of(function.path)
        for store in function.does.stores:
            if self._is_shared(function, store):
                yield Change(
                    function=function,
                    line=store.line,
                    does=f"sets `{store.base[0]}.{store.attribute}`"
                    if store.base[0] != "<global>"
                    else f"sets the global `{store.attribute}`",
                )
        seeds = dict.fromkeys(self._mentioned(function, module), IS) if module is not None else {}
        seeds.update(dict.fromkeys(self.of_class(function), IS))
        for name, level in sorted(seeds.items()):
            for hit in self._flow.seeded(function, {name: level}).hits:
                told = hit.change.does.replace("{it}", f"`{name}`")
                yield Change(function=function, line=hit.line, does=told)
        yield from self._unknown(function)

    def _is_shared(self, function: Function, store: Store) -> bool:
        """Whether a store is to a global name, a module or a class."""
        for ref in store.base:
            root = ref.lstrip("*").partition(".")[0]
            if ref == "<global>" or ref.endswith("__class__"):
                return True
            if root == function.instance:
                if function.takes_class:
                    return True
            elif root in function.does.names:
                return True
        return False

    def _mentioned(self, function: Function, module: ModuleSummary) -> Iterator[str]:
        """The global names that a function mentions and that some value is bound to."""
        for name in function.does.names:
            for path, home in self._globals.homes(module, name):
                other = self._graph.module_of(path)
                if other is not None and home in other.bindings:
                    yield name
        for path in function.does.loads:
            root, _, attribute = path.partition(".")
            if (
                root in function.does.names
                and "." not in attribute
                and self._is_held(function, path)
            ):
                yield path

    def _is_held(self, function: Function, path: str) -> bool:
        """Whether a path is a value that a module or a class of the project holds."""
        owner, _, attribute = path.rpartition(".")
        for meaning in self._graph.values(function, owner):
            summary = getattr(meaning, "summary", None)
            if summary is not None and attribute in getattr(summary, "bindings", ()):
                return True
        return False

    def of_class(self, function: Function) -> Iterator[str]:
        """Attributes that the class holds for all its instances: `self._ids`, `cls._ids`."""
        owner = self._graph.owner(function)
        if owner is None or not function.instance:
            return
        chain = self._graph.hierarchy.lineage(owner).chain
        held = {name for item in chain for name in item.summary.bindings}
        assigned = {
            name
            for item in chain
            for method in item.summary.methods.values()
            for name in method.definite
        }
        for path in function.does.loads:
            root, _, rest = path.partition(".")
            name = rest.removeprefix("__class__.").partition(".")[0]
            if root == function.instance and name in held - assigned and rest.endswith(name):
                yield path

    def _is_of_keras(
        self, function: Function, ref: str, seen: frozenset[tuple[Function, str]] = frozenset()
    ) -> bool:
        """Whether a name surely stands for what a function of Keras has returned."""
        does = function.does
        if (function, ref) in seen or not ref:
            return bool(ref)
        seen |= {(function, ref)}
        if ref[0] != "#":
            bound = does.bound.get(ref, ()) if ref not in does.parameters else ()
            return bool(bound) and all(self._is_of_keras(function, one, seen) for one in bound)
        call = next((one for one in does.calls if f"#{one.number}" == ref), None)
        targets = self._graph.targets(function, call) if call is not None else Targets()
        inner = [one for one, _ in targets.functions]
        returned = [(one, back) for one in inner for back in one.does.returns or ("?",)]
        return targets.says.startswith("keras.") or (
            bool(returned)
            and not any(one.is_wrapped for one in inner)
            and all(self._is_of_keras(one, back, seen) for one, back in returned)
        )

    @property
    def _is_heard(self) -> bool:
        """Whether any code of the project captures what is written."""
        return bool(self._graph.mentions.marked.get(LISTENS))

    def _unknown(self, function: Function) -> Iterator[Change]:
        for call in function.does.calls:
            targets = self._graph.targets(function, call)
            known = targets.keeps is not None or targets.functions or targets.constructs
            tells = targets.says.startswith(MESSAGES) and targets.says != "logging.getLogger"
            if tells and self._is_heard:
                does = f"writes a message with `{call.leaf}()`"
                yield Change(function=function, line=call.line, does=does)
            called = not call.method and not self._is_of_keras(function, call.leaf)
            if not known and (called or targets.says):
                told = targets.says or call.leaf or "a function"
                does = f"calls `{told}()`, of which nothing is known"
                yield Change(function=function, line=call.line, does=does)
