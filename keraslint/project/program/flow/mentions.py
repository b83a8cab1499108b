"""The occurrences of a whole project → who mentions a name, by that name, each look-up noted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from keraslint.project.facts.occurrences.occurrence_records import (
    Call,
    ModuleOccurrences,
    Occurrences,
    Store,
)
from keraslint.project.names.reads.recorded_reads import Ground, Reads
from keraslint.project.program.flow.noted_functions import Function

_K = TypeVar("_K")
_V = TypeVar("_V")
Told = tuple[Function, Call, int]
_SUPER = ("super()",)
_CAPTURE = frozenset(
    """caplog capsys capfd recwarn assertLogs assertWarns assertWarnsRegex catch_warnings warns
    redirect_stdout redirect_stderr addHandler""".split()
)
"""What captures messages: fixtures of pytest, and functions of the standard library."""


class Named(Generic[_K, _V]):
    """What is under a name; that somebody has looked, and maybe found nothing, is noted."""

    def __init__(self, reads: Reads, kind: str, top: str) -> None:
        self.kind = kind
        self._reads = reads
        self._about = kind, top
        self._grounds: dict[_K, Ground] = {}
        self.found: dict[_K, list[_V]] = defaultdict(list)

    def get(self, name: _K, default: Sequence[_V] = ()) -> Sequence[_V]:
        """All that is under a name."""
        ground = self._grounds.get(name)
        if ground is None:
            key = name if isinstance(name, tuple) else (name,)
            ground = self._grounds[name] = self._reads.ground((*self._about, *key))
        self._reads.add(ground)
        return self.found.get(name, default)


class Mentions:
    """Every function of a project, under each name by which it may be asked for.

    `is_class` says of a name whether a class of the project may have it.

    `calls` are all but those through `super()`, which are in `above` by their class, and in
    `raised` by their name. `told` are the texts that calls are given behind something else, or
    dotted, by their last part; `values` references to what may be a class, where they are values;
    `aliases` the names that something is bound to, or given back by; `bodies` are classes, by the
    names that their bodies bind. `marked` are those that few have: who writes to a `__dict__`, or
    listens to messages.
    """

    def __init__(
        self,
        modules: Iterable[ModuleOccurrences],
        reads: Reads,
        top: str,
        is_class: Callable[[str], bool] | None = None,
    ) -> None:
        modules = tuple(modules)
        self.reads = reads
        self.loads: Named[str, tuple[Function, str]] = Named(reads, "loads", top)
        self.stores: Named[str, tuple[Function, Store]] = Named(reads, "stores", top)
        self.calls: Named[str, tuple[Function, Call]] = Named(reads, "calls", top)
        self.above: Named[tuple[str, str, str], tuple[Function, Call]] = Named(reads, "above", top)
        self.raised: Named[str, tuple[Function, Call]] = Named(reads, "raised", top)
        self.bodies: Named[str, Function] = Named(reads, "bodies", top)
        self.by_name: Named[str, Function] = Named(reads, "called", top)
        self.by_path: Named[str, Function] = Named(reads, "inside", top)
        self.told: Named[str, Told] = Named(reads, "told", top)
        self.values: Named[str, tuple[Function, str]] = Named(reads, "values", top)
        self.aliases: Named[str, str] = Named(reads, "aliases", top)
        self.marked: Named[str, Function] = Named(reads, "marked", top)
        self.imported: Named[str, str] = Named(reads, "imported", top)
        self._methods: Named[tuple[str, str, str], Function] = Named(reads, "methods", top)
        self._places: dict[tuple[str, str, int], Function] = {}
        for module in modules:
            self._sort(module)
        if is_class is None:
            is_class = {
                d.name for m in modules for d in m.functions if d.kind == "class"
            }.__contains__
        self._sort_values(is_class)

    @property
    def tables(self) -> tuple[Named[Any, Any], ...]:
        """All that is asked for by a name."""
        return (
            *(self.loads, self.stores, self.calls, self.above, self.raised, self.bodies),
            *(self.by_name, self.by_path, self.told),
            *(self.values, self.aliases, self.marked, self.imported, self._methods),
        )

    def methods(self, path: str, owner: str, name: str) -> Sequence[Function]:
        """By the file, the class and the name."""
        return self._methods.get((path, owner, name))

    def all_calls(self, name: str) -> Iterator[tuple[Function, Call]]:
        """Every call of a name, also through `super()`."""
        yield from self.calls.get(name)
        yield from self.raised.get(name)

    def at(self, path: str, name: str, line: int) -> Function | None:
        """The function of a name at a line, which the facts of the file have told."""
        return self._places.get((path, name, line))

    def strange(self) -> Sequence[str]:
        """The files with a class of which a base is neither imported nor of the file."""
        return self.imported.get("")

    # -- sorting ---------------------------------------------------------------------------

    def _sort(self, module: ModuleOccurrences) -> None:
        for name in module.imported:
            self.imported.found[name].append(module.path)
        if module.strange:
            self.imported.found[""].append(module.path)
        for does in module.functions:
            function = Function(module.path, does, self.reads)
            self.by_name.found[does.name].append(function)
            self.by_path.found[module.path].append(function)
            self._places[module.path, does.name, does.line] = function
            if does.owner and does.kind == "function":
                self._methods.found[module.path, does.owner, does.name].append(function)
            self._sort_function(function, does)

    def _sort_function(self, function: Function, does: Occurrences) -> None:
        loads, stores, calls = self.loads.found, self.stores.found, self.calls.found
        for mark in _marks(does):
            self.marked.found[mark].append(function)
        for path in sorted(does.loads):
            loads[path.rpartition(".")[2]].append((function, path))
        for store in does.stores:
            name = store.attribute
            stores["*" if name[0] == "=" else name].append((function, store))
        for call in does.calls:
            if call.receiver == _SUPER:
                entry = function, call
                self.above.found[function.path, does.owner, call.method].append(entry)
                self.raised.found[call.method].append(entry)
            else:
                calls[call.method or call.leaf].append((function, call))
            self._sort_texts(function, call)
        if does.kind == "function":
            self._sort_aliases(does.name, does.returns)
            return
        for name, refs in does.bound.items():
            self._sort_aliases(name, refs)
            if does.kind == "class":
                self.bodies.found[name].append(function)

    def _sort_aliases(self, name: str, refs: Sequence[str]) -> None:
        """A name that is bound to something else, holds it, or gives it back."""
        for ref in refs:
            path = ref.lstrip("*") or "?"
            if path[0] not in "'!#?λ":
                self.aliases.found[path.rpartition(".")[2]].append(name)

    def _sort_texts(self, function: Function, call: Call) -> None:
        for given, refs in call.arguments:
            for ref in refs if given.isdigit() else ():
                text = ref[1:] if ref[0] == "'" else ""
                if text and (given != "0" or "." in text):
                    told = function, call, int(given)
                    self.told.found[text.rpartition(".")[2]].append(told)

    def _sort_values(self, is_class: Callable[[str], bool]) -> None:
        for functions in self.by_path.found.values():
            for function in functions:
                for refs in _values(function.stated()):
                    for ref in refs:
                        path = ref.lstrip("*")
                        if is_class(path.rpartition(".")[2]):
                            self.values.found[path.rpartition(".")[2]].append((function, path))


WRITES_DICT = "__dict__"
LISTENS = "listens"
TESTS_COMPUTED = "tests"
HEEDS = "heeds"


def _marks(does: Occurrences) -> Iterator[str]:
    """Whether a function writes to a `__dict__`, hears messages, tests computed names, or heeds
    that it may be refused something."""
    refs = (
        *(ref for change in does.changes for ref in change.refs),
        *(ref for call in does.calls for _, given in call.arguments for ref in given),
        *(ref for call in does.calls for ref in call.receiver),
    )
    if any(ref.endswith(".__dict__") for ref in refs) or any(c.leaf == "exec" for c in does.calls):
        yield WRITES_DICT
    called = {call.method or call.leaf for call in does.calls}
    if not _CAPTURE.isdisjoint(does.parameters) or not _CAPTURE.isdisjoint(called):
        yield LISTENS
    if any(path.rpartition(".")[2][:1] == "=" for path in does.tests & does.loads):
        yield TESTS_COMPUTED
    if does.heeded:
        yield HEEDS


def _values(does: Occurrences) -> Iterator[Sequence[str]]:
    """Every reference that stands for itself, and is neither called nor only read from."""
    yield from does.bound.values()
    for store in does.stores:
        yield store.value
    for call in does.calls:
        if call.leaf not in ("isinstance", "issubclass"):
            for _, refs in call.arguments:
                yield refs
    yield does.returns
