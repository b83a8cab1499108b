"""A global name of a file → who defines it, and who mentions it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from keraslint.project.facts.container_methods import READ_ONLY
from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.facts.occurrences.occurrence_records import THIS_FILE
from keraslint.project.names.definitions import Meaning, ModuleRef
from keraslint.project.program.flow.call_graph import CallGraph
from keraslint.project.program.flow.events import Event, event
from keraslint.project.program.flow.spread import IS
from keraslint.project.program.mentions.noted_functions import Function
from keraslint.project.program.mentions.project_mentions import Mentions

_IMPORTS = frozenset({"importlib.import_module", "importlib.reload", "__import__"})


class GlobalNames:
    """Follows names through imports, under whatever name they are there."""

    def __init__(
        self,
        mentions: Mentions,
        graph: CallGraph,
        load: Callable[[str, str], ModuleSummary | None],
    ) -> None:
        self._mentions = mentions
        self.graph = graph
        self.load = load

    def homes(self, module: ModuleSummary, name: str) -> tuple[tuple[str, str], ...]:
        """The files that define a name, each with the name that it has there."""
        return tuple(dict.fromkeys(self._homes(module, name, set())))

    def _homes(
        self, module: ModuleSummary, name: str, seen: set[tuple[str, str]]
    ) -> Iterator[tuple[str, str]]:
        if (module.path, name) in seen:
            return
        seen.add((module.path, name))
        here = name in module.bindings or name in module.functions or name in module.classes
        if here:
            yield module.path, name
        for target in module.imports.get(name, ()):
            parent, _, last = target.rpartition(".")
            above = self.load(parent, module.path) if parent else None
            if above is not None:
                yield from self._homes(above, last, seen)
        for star in module.stars if not here and name not in module.imports else ():
            above = self.load(star, module.path)
            if above is not None:
                yield from self._homes(above, name, seen)

    def mentions(self, path: str, name: str) -> Iterator[tuple[Function, dict[str, int]]]:
        """Every function that mentions a global name, by the names that it has there."""
        imported = self._mentions.imported
        for file in dict.fromkeys((path, *imported.get(name), *imported.get("*"))):
            module = self.graph.module_of(file)
            if module is None:
                continue
            local = [name] if file == path else []
            if file != path:
                local = [
                    one
                    for one, targets in module.imports.items()
                    if any(t.rpartition(".")[2] == name for t in targets)
                    and (path, name) in self.homes(module, one)
                ]
                if not local and module.stars and (path, name) in self.homes(module, name):
                    local = [name]
            for function in self.graph.by_path.get(file) if local else ():
                seeds = {one: IS for one in local if _is_global(function, one)}
                if seeds:
                    yield function, seeds
        for function, load in self.graph.loads.get(name, ()):
            if self.is_module(function, load.rpartition(".")[0], path):
                yield function, {load: IS}

    def is_module(self, function: Function, ref: str, path: str) -> bool:
        if ref[0] in "'*!λ" or ref.partition(".")[0] == function.instance != "":
            return False
        if ref == "?":
            return False
        for one in self._sources(function, ref):
            if one == THIS_FILE and function.path == path:
                return True
            if self._is_any_module(function, one):
                return True
        for meaning in self._meanings(function, ref):
            summary = meaning.summary if isinstance(meaning, ModuleRef) else None
            if summary is not None and summary.path == path:
                return True
        return False

    def _is_any_module(self, function: Function, ref: str) -> bool:
        """`sys.modules[name]`, `importlib.import_module(name)`."""
        if ref.endswith(".modules.[]"):
            return self.graph.outside(function, ref.removesuffix(".[]")) == "sys.modules"
        if ref[0] != "#" or "." in ref:
            return False
        return self.graph.targets(function, function.call(int(ref[1:]))).says in _IMPORTS

    def _meanings(self, function: Function, ref: str) -> Iterator[Meaning]:
        for one in self._sources(function, ref):
            if one[0] not in "#<":
                yield from self.graph.values(function, one)

    def _sources(self, function: Function, ref: str) -> Iterator[str]:
        """All that a name may be bound to, with itself."""
        seen, todo = set(), [ref]
        while todo:
            one = todo.pop()
            if one in seen or one[0] in "'*!λ?":
                continue
            seen.add(one)
            todo += function.bound(one) or ()
            yield one


def _is_global(function: Function, name: str) -> bool:
    """Whether a name is not the function's own."""
    if function.kind != "function":
        return True
    does = function.does
    names = [one.lstrip("*") for one in function.parameters]
    return name in does.rebound or (name not in does.bound and name not in names)


def through_globals(function: Function, name: str) -> Iterator[Event]:
    """`globals()["WIDTH"] = 3`, `globals().update(options)`."""
    numbers = {f"#{call.number}" for call in function.does.calls if call.leaf == "globals"}
    if not numbers:
        return
    for change in function.does.changes:
        if numbers & set(change.refs) and change.key in ("", name):
            yield event(function, change.line, change.later, "writes to `globals()`")
    for call in function.does.calls:
        if numbers & set(call.receiver) and call.method not in READ_ONLY:
            yield event(function, call.line, call.later, "writes to `globals()`")
