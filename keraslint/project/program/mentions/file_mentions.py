"""The occurrences of one file → its functions, under each name by which they may be asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Any

from keraslint.project.facts.occurrences.occurrence_records import (
    ITEM,
    ModuleOccurrences,
    Occurrences,
    Store,
)
from keraslint.project.names.reads.recorded_reads import Reads
from keraslint.project.program.mentions.noted_functions import Function

LOADS, STORES, CALLS, RAISED, BODIES = "loads", "stores", "calls", "raised", "bodies"
CALLED, TOLD, VALUES, ALIASES, MARKED = "called", "told", "values", "aliases", "marked"
IMPORTED = "imported"
ABOVE, METHODS, INSIDE = "above", "methods", "inside"
"""Under these, the path of the file is a part of the name."""
WRITES_DICT = "__dict__"
LISTENS = "listens"
TESTS_COMPUTED = "tests"
GETS_COMPUTED = "gets"
HEEDS = "heeds"
STORES_BESIDE = "beside"
_SUPER = ("super()",)
_CAPTURE = frozenset(
    """caplog capsys capfd recwarn assertLogs assertWarns assertWarnsRegex catch_warnings warns
    redirect_stdout redirect_stderr addHandler""".split()
)
"""What captures messages: fixtures of pytest, and functions of the standard library."""


@dataclass(frozen=True, slots=True)
class MentionedNames:
    """The names under which a file has anything, by kind; none of the kinds that have its path."""

    under: dict[str, tuple[str, ...]]


class FileMentions:
    """The functions of a file; what they do is read when something in it is asked for."""

    def __init__(
        self,
        path: str,
        reads: Reads,
        occurrences: Callable[[], ModuleOccurrences],
    ) -> None:
        self.path = path
        self._reads = reads
        self._occurrences = occurrences

    def get(self, kind: str, name: Any) -> Sequence[Any]:
        """All that is under a name."""
        return self._tables[kind].get(name, ())

    def items(self) -> Iterator[tuple[tuple[str, ...], Sequence[Any]]]:
        """The kind and the name of each entry, and all that is there."""
        for kind, table in self._tables.items():
            for name, entries in table.items():
                yield (kind, *(name if isinstance(name, tuple) else (name,))), entries

    @cached_property
    def _tables(self) -> dict[str, dict[Any, list[Any]]]:
        return _Sorted(self._occurrences(), self.path, self._reads).tables


def mentioned_names(does: ModuleOccurrences) -> MentionedNames:
    """Under which names a file has anything."""
    tables = _Sorted(does, does.path, Reads()).tables
    return MentionedNames(
        {k: tuple(sorted(t)) for k, t in tables.items() if k not in (ABOVE, METHODS, INSIDE)}
    )


class _Sorted:
    """The entries of a file, by kind and name.

    A text that a call is given is told of by its last part, if it is dotted or stands behind
    something else; what a name is bound to, or given back as, by what it is bound to.
    """

    def __init__(self, module: ModuleOccurrences, path: str, reads: Reads) -> None:
        self.tables: dict[str, dict[Any, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for name in module.imported:
            self._put(IMPORTED, name, path)
        if module.strange:
            self._put(IMPORTED, "", path)
        for does in module.functions:
            function = Function(path, does, reads)
            self._put(CALLED, does.name, function)
            self._put(INSIDE, path, function)
            if does.owner and does.kind == "function":
                self._put(METHODS, (path, does.owner, does.name), function)
            self._sort(function, does)

    def _put(self, kind: str, name: Any, entry: Any) -> None:
        self.tables[kind][name].append(entry)

    def _sort(self, function: Function, does: Occurrences) -> None:
        for mark in _marks(does):
            self._put(MARKED, mark, function)
        for path in sorted(does.loads):
            self._put(LOADS, _last(path), (function, path))
        for store in does.stores:
            name = store.attribute
            self._put(STORES, "*" if name[0] == "=" else name, (function, store))
        self._sort_calls(function, does)
        for refs in _values(does):
            for path in (ref.lstrip("*") for ref in refs):
                if _last(path).isidentifier():
                    self._put(VALUES, _last(path), (function, path))
        self._sort_bindings(function, does)

    def _sort_calls(self, function: Function, does: Occurrences) -> None:
        for call in does.calls:
            if call.receiver == _SUPER:
                self._put(ABOVE, (function.path, does.owner, call.method), (function, call))
                self._put(RAISED, call.method, (function, call))
            else:
                self._put(CALLS, call.method or call.leaf, (function, call))
            for given, refs in call.arguments:
                for ref in refs if given.isdigit() else ():
                    text = ref[1:] if ref[0] == "'" else ""
                    if text and (given != "0" or "." in text):
                        self._put(TOLD, _last(text), (function, call, int(given)))

    def _sort_bindings(self, function: Function, does: Occurrences) -> None:
        if does.kind == "function":
            self._sort_aliases(does.name, does.returns)
            return
        for name, refs in does.bound.items():
            self._sort_aliases(name, refs)
            if does.kind == "class":
                self._put(BODIES, name, function)

    def _sort_aliases(self, name: str, refs: Sequence[str]) -> None:
        """A name that is bound to something else, holds it, or gives it back."""
        for ref in refs:
            path = ref.lstrip("*") or "?"
            if path[0] not in "'!#?λ":
                self._put(ALIASES, _last(path), name)


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _marks(does: Occurrences) -> Iterator[str]:
    """Whether a function writes to a `__dict__`, hears messages, gets or tests computed names,
    heeds that it may be refused something, or stores an object as an attribute of something else.
    """
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
    if any(_last(path)[:1] == "=" for path in does.tests & does.loads):
        yield TESTS_COMPUTED
    if any(_last(path)[:1] == "=" for path in does.loads):
        yield GETS_COMPUTED
    if does.heeded:
        yield HEEDS
    if any(map(_is_of_another, repeat(does), does.stores)):
        yield STORES_BESIDE


def _is_of_another(does: Occurrences, store: Store) -> bool:
    """Whether a store gives an object to something that is not the method's own instance."""
    own = does.parameters[:1] if does.owner else ()
    return (
        store.attribute != ITEM
        and store.base not in (own, ("<global>",))
        and any(ref[0] not in "'!" for ref in store.value)
    )


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
