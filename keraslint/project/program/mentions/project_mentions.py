"""The mentions of all files → who mentions a name, by that name, each look-up noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from keraslint.project.facts.occurrences.occurrence_records import Call, Store
from keraslint.project.names.reads.recorded_reads import Ground, Reads
from keraslint.project.program.mentions import file_mentions as kinds
from keraslint.project.program.mentions.file_mentions import FileMentions, MentionedNames
from keraslint.project.program.mentions.noted_functions import Function

_K = TypeVar("_K")
_V = TypeVar("_V")
Told = tuple[Function, Call, int]


class Named(Generic[_K, _V]):
    """What is under a name; that somebody has looked, and maybe found nothing, is noted."""

    def __init__(
        self, reads: Reads, kind: str, top: str, find: Callable[[str, _K], Sequence[_V]]
    ) -> None:
        self._kind = kind
        self._reads = reads
        self._about = kind, top
        self._find = find
        self._known: dict[_K, tuple[Sequence[_V], Ground]] = {}

    def get(self, name: _K, default: Sequence[_V] = ()) -> Sequence[_V]:
        """All that is under a name."""
        known = self._known.get(name)
        if known is None:
            key = name if isinstance(name, tuple) else (name,)
            ground = self._reads.ground((*self._about, *key))
            known = self._known[name] = self._find(self._kind, name), ground
        self._reads.add(known[1])
        return known[0] or default


class Mentions:
    """Every function of a project, under each name by which it may be asked for.

    `calls` are all but those through `super()`, which are in `above` by their class, and in
    `raised` by their name. `told` are the texts that calls are given behind something else, or
    dotted, by their last part; `values` references that are values; `aliases` the names that
    something is bound to, or given back by; `bodies` are classes, by the names that their bodies
    bind. `marked` are those that few have: who writes to a `__dict__`, or listens to messages.
    A file is read when one of its names is asked for, most are never.
    """

    def __init__(
        self, files: Iterable[tuple[MentionedNames, FileMentions]], reads: Reads, top: str
    ) -> None:
        self.reads = reads
        self._top = top
        self._names = tuple(files)
        self._files = {file.path: file for _, file in self._names}
        self._under: dict[str, dict[str, list[FileMentions]]] = {}
        self.loads: Named[str, tuple[Function, str]] = self._named(kinds.LOADS)
        self.stores: Named[str, tuple[Function, Store]] = self._named(kinds.STORES)
        self.calls: Named[str, tuple[Function, Call]] = self._named(kinds.CALLS)
        self.raised: Named[str, tuple[Function, Call]] = self._named(kinds.RAISED)
        self.bodies: Named[str, Function] = self._named(kinds.BODIES)
        self.by_name: Named[str, Function] = self._named(kinds.CALLED)
        self.told: Named[str, Told] = self._named(kinds.TOLD)
        self.values: Named[str, tuple[Function, str]] = self._named(kinds.VALUES)
        self.aliases: Named[str, str] = self._named(kinds.ALIASES)
        self.marked: Named[str, Function] = self._named(kinds.MARKED)
        self.imported: Named[str, str] = Named(reads, kinds.IMPORTED, top, self._paths)
        self.by_path: Named[str, Function] = Named(
            reads, kinds.INSIDE, top, lambda kind, path: self._of_file(kind, path, path)
        )
        self.above: Named[tuple[str, str, str], tuple[Function, Call]] = Named(
            reads, kinds.ABOVE, top, lambda kind, name: self._of_file(kind, name[0], name)
        )
        self._methods: Named[tuple[str, str, str], Function] = Named(
            reads, kinds.METHODS, top, lambda kind, name: self._of_file(kind, name[0], name)
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
        functions: Sequence[Function] = self._of_file(kinds.CALLED, path, name)
        return next((one for one in reversed(functions) if one.stated().line == line), None)

    def strange(self) -> Sequence[str]:
        """The files with a class of which a base is neither imported nor of the file."""
        return self.imported.get("")

    # -- files -----------------------------------------------------------------------------

    def _named(self, kind: str) -> Named[str, Any]:
        return Named(self.reads, kind, self._top, self._entries)

    def _entries(self, kind: str, name: str) -> Sequence[Any]:
        return [entry for file in self._with(kind, name) for entry in file.get(kind, name)]

    def _paths(self, kind: str, name: str) -> Sequence[str]:
        return [file.path for file in self._with(kind, name)]

    def _of_file(self, kind: str, path: str, name: Any) -> Sequence[Any]:
        file = self._files.get(path)
        return file.get(kind, name) if file is not None else ()

    def _with(self, kind: str, name: str) -> Sequence[FileMentions]:
        """The files that have something under a name."""
        under = self._under.get(kind)
        if under is None:
            under = self._under[kind] = {}
            for names, file in self._names:
                for one in names.under.get(kind, ()):
                    under.setdefault(one, []).append(file)
        return under.get(name, ())
