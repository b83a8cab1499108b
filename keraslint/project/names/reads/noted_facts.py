"""What a file declares → the same, which notes each part of it that somebody looks at."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from dataclasses import replace
from typing import Any, TypeVar

from keraslint.project.facts.module_facts import (
    ClassSummary,
    FunctionSummary,
    Leaves,
    ModuleSummary,
)
from keraslint.project.names.reads.recorded_reads import Ground, Reads

_V = TypeVar("_V")


_PARTS = ("imports", "bindings", "functions", "scopes", "classes", "saving")
"""What of a module is noted part by part; all the rest of it is one."""


class NotedParts(dict[str, _V]):
    """A dictionary of facts: `("part", path, …, key)` is one of them, there or not.

    `("keys", path, …)` are the names of all of them, `("parts", path, …)` all that they say.
    """

    __slots__ = ("_grounds", "_reads", "_trail")

    def __init__(self, parts: dict[str, _V], reads: Reads, *trail: str) -> None:
        super().__init__(parts)
        self._reads = reads
        self._trail = trail
        self._grounds: dict[object, Ground] = {}

    def _note(self, key: object) -> None:
        ground = self._grounds.get(key)
        if ground is None:
            ground = self._reads.ground(("part", *self._trail, str(key)))
            self._grounds[key] = ground
        self._reads.add(ground)

    def _note_all(self, kind: str) -> None:
        self._reads.note((kind, *self._trail))

    def __getitem__(self, key: str) -> _V:
        self._note(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self._note(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self._note(key)
        return super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        self._note_all("keys")
        return super().__iter__()

    def __len__(self) -> int:
        self._note_all("keys")
        return super().__len__()

    def keys(self) -> KeysView[str]:  # type: ignore[override]
        self._note_all("keys")
        return super().keys()

    def values(self) -> ValuesView[_V]:  # type: ignore[override]
        self._note_all("parts")
        return super().values()

    def items(self) -> ItemsView[str, _V]:  # type: ignore[override]
        self._note_all("parts")
        return super().items()

    def note_held(self, attribute: str) -> None:
        """Note that somebody looks for the functions that bind an attribute of `self`."""
        self._reads.note(("held", *self._trail, attribute))

    def by_fields(self, key: str) -> Any:
        """A function that notes each of its fields; whether it is there, is noted here."""
        self._reads.note(("part", *self._trail, key, "name"))
        facts: Any = dict.get(self, key)
        return facts and NotedFunction(facts, self._reads, *self._trail, key)

    def __eq__(self, other: object) -> bool:
        self._note_all("parts")
        return super().__eq__(other)

    __hash__ = None


class NotedFunction:
    """The facts of a function, of which each field that somebody looks at is a part.

    Each of its bindings is one. In which lines it is, nobody needs to have noted.
    """

    __slots__ = ("_bindings", "_facts", "_reads", "_trail")

    def __init__(self, facts: FunctionSummary, reads: Reads, *trail: str) -> None:
        self._facts = facts
        self._reads = reads
        self._trail = trail
        self._bindings = NotedParts(facts.bindings, reads, *trail, "bindings")

    def __getattr__(self, name: str) -> Any:
        if name == "bindings":
            return self._bindings
        if name in _PLACES:
            return getattr(self._facts, name)
        if name in FunctionSummary.__dataclass_fields__:
            self._reads.note(("part", *self._trail, name))
            return getattr(self._facts, name)
        return getattr(FunctionSummary, name).__get__(self)

    def __eq__(self, other: object) -> bool:
        self._reads.note(("part", *self._trail))
        return self._facts == other

    __hash__ = None  # type: ignore[assignment]


_PLACES = frozenset({"line", "slice"})


def by_fields(functions: dict[str, FunctionSummary], name: str) -> FunctionSummary | None:
    """A function of which only those fields count that are looked at."""
    if not isinstance(functions, NotedParts):
        return functions.get(name)
    facts: FunctionSummary | None = functions.by_fields(name)
    return facts


def noted(facts: ModuleSummary, reads: Reads) -> ModuleSummary:
    """Let all that is looked at be noted; of a function, all is one part."""
    path = facts.path
    classes = {name: _class(one, reads, path) for name, one in facts.classes.items()}
    every: dict[str, Any] = {**{name: getattr(facts, name) for name in _PARTS}, "classes": classes}
    parts: dict[str, Any] = {n: NotedParts(one, reads, path, n) for n, one in every.items()}
    return replace(facts, **parts)


def binders(methods: dict[str, FunctionSummary], attribute: str) -> list[FunctionSummary]:
    """The methods that bind an attribute of `self`; what the others do is not looked at."""
    if isinstance(methods, NotedParts):
        methods.note_held(attribute)
    return [methods[name] for name in held(methods, attribute)]


def held(methods: dict[str, FunctionSummary], attribute: str) -> dict[str, Leaves]:
    """What methods bind to an attribute of `self`, by their names."""
    path = f"self.{attribute}"
    every = dict.items(methods)
    return {name: one.bindings[path] for name, one in every if path in one.bindings}


def _class(one: ClassSummary, reads: Reads, path: str) -> ClassSummary:
    trail = path, "classes", one.qualname
    return replace(
        one,
        methods=NotedParts(one.methods, reads, *trail, "methods"),
        bindings=NotedParts(one.bindings, reads, *trail, "bindings"),
    )


def said(facts: ModuleSummary, trail: tuple[str, ...]) -> Any:
    """What stands at the end of a trail, `None` if nothing: of a class, without its own parts."""
    found: Any = facts
    for step in trail:
        if isinstance(found, dict):
            found = dict.get(found, step)
        elif found is not None:
            found = getattr(found, step)
    return bare(found)


def bare(value: Any) -> Any:
    """A value without what is noted by itself."""
    if isinstance(value, ClassSummary):
        return replace(value, methods={}, bindings={})
    if isinstance(value, ModuleSummary):
        nothing: Any = {}
        return replace(value, path="", **dict.fromkeys(_PARTS, nothing))
    return value
