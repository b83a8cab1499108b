"""The facts of a file, as they were and as they are → whether a part that was read is another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from keraslint.engine.facts_json import written
from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.facts.occurrences.occurrence_records import Call, ModuleOccurrences, Store
from keraslint.project.names.reads.noted_facts import bare, held, said
from keraslint.project.names.reads.recorded_reads import Leaf, Reads
from keraslint.project.program.flow.mentions import Function, Mentions

OF_A_FILE = frozenset({"module", "part", "keys", "parts", "held"})
"""Kinds of leaves that say what one file declares; the path comes second."""
OF_A_FUNCTION = "does"


class Declared:
    """What a file declared, and what it does: `None` if it is no Python, or not there."""

    def __init__(self, old: ModuleSummary | None, new: ModuleSummary | None) -> None:
        self._old = old
        self._new = new

    def differs(self, leaf: Leaf) -> bool:
        """Whether a part is another, wherever in its file."""
        if self._old is None or self._new is None:
            return self._old is not self._new
        return _part(self._old, leaf) != _part(self._new, leaf)


def _part(facts: ModuleSummary, leaf: Leaf) -> object:
    kind, _, *trail = leaf
    if kind == "module":
        return written(bare(facts)).shape
    if kind == "held":
        methods = said(facts, tuple(trail[:-1]))
        return held(methods, trail[-1]) if methods is not None else None
    found = said(facts, tuple(trail))
    if kind == "part" or found is None:
        return _plain(found)
    return list(found) if kind == "keys" else [(k, _plain(bare(v))) for k, v in found.items()]


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, tuple) else written(value).shape


class Done:
    """What the functions of a file did, and do."""

    def __init__(self, old: ModuleOccurrences | None, new: ModuleOccurrences | None) -> None:
        self._old = _Deeds(old)
        self._new = _Deeds(new)

    def differs(self, leaf: Leaf) -> bool:
        """Whether a function does another thing; of what a file or a class runs, all counts."""
        _, path, kind, owner, name = leaf
        key = path, kind, owner, name
        if kind != "function" and self._old.order != self._new.order:
            return True
        return self._old.function(key) != self._new.function(key)

    def renamed(self) -> Iterator[tuple[str, ...]]:
        """The kind and the name of all under which something else is to be found."""
        old, new = self._old.entries, self._new.entries
        yield from (key for key in old.keys() | new.keys() if old.get(key) != new.get(key))


class _Deeds:
    def __init__(self, facts: ModuleOccurrences | None) -> None:
        self._facts = facts

    @cached_property
    def order(self) -> str:
        return written(self._facts).order if self._facts is not None else ""

    @cached_property
    def _mentions(self) -> Mentions:
        facts = [self._facts] if self._facts is not None else []
        return Mentions(facts, Reads(), "", is_class=bool)

    def function(self, key: tuple[str, str, str, str]) -> list[str]:
        functions = self._mentions.by_name.get(key[3])
        return [written(one.stated()).order for one in functions if one.key == key]

    @cached_property
    def entries(self) -> dict[tuple[str, ...], list[object]]:
        found: dict[tuple[str, ...], list[object]] = {}
        for table in self._mentions.tables:
            for name, entries in table.found.items():
                key = name if isinstance(name, tuple) else (name,)
                found[(table.kind, *key)] = [_entry(one) for one in entries]
        return found


def _entry(value: object) -> object:
    """What an entry says, wherever in its file, and whatever other calls are around it.

    The number of a call tells nothing without the function that makes it, which is noted.
    """
    if isinstance(value, Function):
        return value.head
    if isinstance(value, Store):
        value = value._replace(line=0)
    if isinstance(value, Call):
        value = value._replace(line=0, number=0)
    if isinstance(value, str):
        return _NUMBER.sub(r"\1#", value)
    return tuple(map(_entry, value)) if isinstance(value, tuple) else value


_NUMBER = re.compile(r"^(\**)#\d+")
