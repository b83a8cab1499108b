"""Names that are values: stores, tests and calls that go by a text."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator, Sequence

from keraslint.project.facts.container_methods import READ_ONLY
from keraslint.project.facts.occurrences.occurrence_records import Call
from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.reads.recorded_reads import Memo, noted_property
from keraslint.project.program.flow.call_graph import CallGraph
from keraslint.project.program.flow.events import ANY, ByName, Event, Subject, event
from keraslint.project.program.flow.families import Family
from keraslint.project.program.flow.spread import IS
from keraslint.project.program.flow.value_flow import ValueFlow
from keraslint.project.program.mentions.file_mentions import (
    GETS_COMPUTED,
    TESTS_COMPUTED,
    WRITES_DICT,
)
from keraslint.project.program.mentions.noted_functions import Function


def is_among(names: frozenset[str] | None, name: str) -> bool:
    """Whether a name is one of several texts, of which nobody may know any."""
    return names is None or any(fnmatch.fnmatchcase(name, one) for one in names)


class StoresByName:
    """Looks for what `setattr`, `getattr`, `__dict__` and their like may be about."""

    def __init__(
        self,
        graph: CallGraph,
        flow: ValueFlow,
        family: Callable[[ClassRef], Family],
    ) -> None:
        self.graph = graph
        self.flow = flow
        self._family = family
        self.reads = graph.reads
        self._callers: Memo[Function, tuple[tuple[Function, Call], ...]] = Memo(
            graph.reads, lambda _: (), is_lasting=False
        )

    def texts(self, function: Function, name: str) -> frozenset[str] | None:
        """The texts that a reference may stand for, with `*` in them, `None` when nobody knows."""
        found = self.constants(function, name)
        if "!" in found or "?" in found:
            return None
        texts = {ref[1:] for ref in found if ref[0] == "'"}
        return frozenset(texts | {ref[2:] for ref in found if ref[:2] == "!~"})

    def constants(self, function: Function, name: str) -> frozenset[str]:
        """The constants that a reference may stand for, and `?` for all that nobody knows."""
        return frozenset(ref if ref[0] in "'!" else "?" for _, ref in self.origins(function, name))

    def origins(self, function: Function, name: str) -> tuple[tuple[Function, str], ...]:
        """Where the values of a reference come from: through names, arguments and attributes.

        Each once, in an order that is the same in every run.
        """
        found: dict[tuple[Function, str], None] = {}
        seen: set[tuple[Function, str]] = set()
        todo = [(function, name)]
        while todo:
            where, ref = todo.pop()
            ref = ref.lstrip("*") or "?"
            if (where, ref) in seen:
                continue
            seen.add((where, ref))
            given = tuple(self._meant(where, ref)) if ref[0] not in "'!" else ()
            todo += given
            if not given:
                found[where, ref] = None
        return tuple(found)

    def _meant(self, function: Function, ref: str) -> Iterator[tuple[Function, str]]:
        """What a name is bound to, an argument is given, or an attribute is set to."""
        path = ref.removesuffix(".[]")
        root, _, rest = path.partition(".")
        if not rest and root not in function.parameters:
            yield from ((function, one) for one in sorted(function.bound(root) or ()))
        elif not rest and root != function.instance:
            number = function.parameters.index(root)
            for other, call in self.calling(function):
                first = 1 if function.owner_name and not function.is_static else 0
                for one in sorted(call.argument(number - first, root)):
                    yield other, one
        elif root == function.instance != "" and "." not in rest:
            owner = self.graph.owner(function)
            family = self._family(owner) if owner is not None else None
            for other, store in self.graph.stores.get(rest, ()):
                if family is not None and family.owns(other) and store.base == (other.instance,):
                    yield from ((other, one) for one in sorted(store.value))

    def calling(self, function: Function) -> tuple[tuple[Function, Call], ...]:
        """Who calls a function, or makes an instance by it."""
        return self._callers.ask(function, function.path, lambda: tuple(self._calls_of(function)))

    def _calls_of(self, function: Function) -> Iterator[tuple[Function, Call]]:
        names = {function.own_name}
        if function.own_name == "__init__":
            names.add(function.owner_name.rpartition(".")[2])
            owner = self.graph.owner(function)
            below = self.graph.below(owner) if owner is not None else ()
            names |= {ref.summary.name for ref in below}
        for name in sorted(names):
            for other, call in self.graph.may_run(function, name.rpartition(".")[2]):
                again = other.own_name == "from_config" and call.argument(-1, "*")
                targets = self.graph.targets(other, call)
                if not (again or targets.is_any) and any(
                    one is function for one, _ in targets.functions
                ):
                    yield other, call

    @noted_property
    def computed_tests(self) -> tuple[tuple[Function, str, str], ...]:
        """Every `getattr(x, name, None)` and `hasattr(x, name)`, with the name that is a value."""
        return tuple(
            (function, path, path.rpartition(".")[2][1:])
            for function in self.graph.mentions.marked.get(TESTS_COMPUTED)
            for path in sorted(function.does.loads & function.does.tests)
            if path.rpartition(".")[2][:1] == "="
        )

    @noted_property
    def computed_gets(self) -> tuple[tuple[Function, str, str], ...]:
        """Every `getattr(x, name)`, with the name that is a value."""
        return tuple(
            (function, path, path.rpartition(".")[2][1:])
            for function in self.graph.mentions.marked.get(GETS_COMPUTED)
            for path in sorted(function.does.loads)
            if path.rpartition(".")[2][:1] == "="
        )

    def told(self, subject: Subject, name: str) -> Iterator[Event]:
        """A text that equals the name, given to a function of which nothing is known."""
        for function, call, place in self.graph.mentions.told.get(name):
            targets = self.graph.targets(function, call)
            if targets.keeps is not None or targets.functions or targets.constructs:
                continue
            if call.leaf in function.does.inner:
                continue
            before = [ref for n in range(place) for ref in call.argument(n)]
            if not place or any(subject(function, ref) for ref in before):
                does = f"gives its name to `{call.leaf or 'a function'}()`, which may set it"
                yield event(function, call.line, call.later, does)

    @noted_property
    def stores(self) -> tuple[ByName, ...]:
        """Every store into a `__dict__`, and every call that may store into one."""
        return tuple(
            item
            for function in self.graph.mentions.marked.get(WRITES_DICT)
            for item in self._stored_by_name(function)
        )

    def _stored_by_name(self, function: Function) -> Iterator[ByName]:
        for change in function.does.changes:
            for ref in change.refs:
                if ref.endswith(".__dict__"):
                    base, key = ref.removesuffix(".__dict__"), change.key or ANY
                    yield ByName(
                        function=function,
                        base=base,
                        key=key,
                        line=change.line,
                        later=change.later,
                        does="writes to its `__dict__`",
                    )
        for call in function.does.calls:
            if call.leaf == "exec":
                yield from self._executed(function, call)
            given = [ref for _, refs in call.arguments for ref in refs if ref.endswith(".__dict__")]
            mine = [ref for ref in call.receiver if ref.endswith(".__dict__")]
            if mine and call.method in READ_ONLY:
                mine = []
            if given and not self._may_write(function, call.number, given):
                given = []
            for ref in (*mine, *given):
                base = ref.removesuffix(".__dict__").lstrip("*")
                yield ByName(
                    function=function,
                    base=base,
                    key=ANY,
                    line=call.line,
                    later=call.later,
                    does="writes to its `__dict__`",
                )

    def _executed(self, function: Function, call: Call) -> Iterator[ByName]:
        """Code that is a text may set whatever has a name in it."""
        given = [ref for _, refs in call.arguments[1:] for ref in refs]
        for ref in given or [function.instance or "?"]:
            yield ByName(
                function=function,
                base=ref.lstrip("*"),
                key=ANY,
                line=call.line,
                later=call.later,
                does="runs a text that may set {it}",
            )

    def _may_write(self, function: Function, number: int, given: Sequence[str]) -> bool:
        spread = self.flow.seeded(function, dict.fromkeys((ref.lstrip("*") for ref in given), IS))
        call = next(c for c in function.does.calls if c.number == number)
        return any(hit.line == call.line for hit in spread.hits)
