"""The facts of a file, as they were and as they are → whether a part that was read is another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import is_dataclass
from functools import cached_property
from typing import Any

from keraslint.engine.facts_json import written
from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.facts.occurrences.occurrence_records import (
    Call,
    ModuleOccurrences,
    Occurrences,
    Store,
)
from keraslint.project.names.reads.noted_facts import bare, held, said
from keraslint.project.names.reads.recorded_reads import Leaf, Reads
from keraslint.project.program.mentions.file_mentions import CALLED, FileMentions
from keraslint.project.program.mentions.noted_functions import Function, part_of

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
    return written(value).shape if is_dataclass(value) and not isinstance(value, type) else value


class Done:
    """What the functions of a file did, and do."""

    def __init__(self, old: ModuleOccurrences | None, new: ModuleOccurrences | None) -> None:
        self._old = _Deeds(old)
        self._new = _Deeds(new)

    def differs(self, leaf: Leaf) -> bool:
        """Whether a function does another thing; of what a file or a class runs, all counts.

        Of a function of which one part was asked for, that part alone counts.
        """
        _, path, kind, owner, name, *asked = leaf
        if not asked and kind != "function" and self._old.order != self._new.order:
            return True
        key = path, kind, owner, name
        old, new = self._old.functions(key), self._new.functions(key)
        if len(old) != len(new):
            return True
        return any(_differ(one, other, asked) for one, other in zip(old, new, strict=True))

    def renamed(self) -> Iterator[tuple[str, ...]]:
        """The kind and the name of all under which something else is to be found."""
        old, new = self._old.entries, self._new.entries
        yield from (key for key in old.keys() | new.keys() if old.get(key) != new.get(key))


class _Deeds:
    def __init__(self, facts: ModuleOccurrences | None) -> None:
        self._facts = facts
        self._calls: dict[Function, _Calls] = {}

    @cached_property
    def order(self) -> str:
        return written(self._facts).order if self._facts is not None else ""

    @cached_property
    def _mentions(self) -> FileMentions:
        facts = self._facts or ModuleOccurrences(path="", functions=())
        return FileMentions(facts.path, Reads(), lambda: facts)

    def functions(self, key: tuple[str, str, str, str]) -> list[Occurrences]:
        functions = self._mentions.get(CALLED, key[3])
        return [one.stated() for one in functions if one.key == key]

    @cached_property
    def entries(self) -> dict[tuple[str, ...], list[object]]:
        return {key: list(map(self._entry, found)) for key, found in self._mentions.items()}

    def _entry(self, entry: object) -> object:
        function = entry[0] if isinstance(entry, tuple) else entry
        if not isinstance(function, Function):
            return entry
        if function not in self._calls:
            self._calls[function] = _Calls(function.stated())
        return self._calls[function].named(entry)


def _differ(old: Occurrences, new: Occurrences, asked: Sequence[str]) -> bool:
    if not asked:
        return written(old).order != written(new).order
    then, now = _Calls(old), _Calls(new)
    question, about = asked
    found = now.numbered(then.named(about))
    if found is None:
        return True
    old_part, new_part = part_of(old, asked), part_of(new, (question, found))
    return bool(then.named(old_part) != now.named(new_part))


class _Calls:
    """The calls of one function under names that they keep when others come and go.

    A name says what is called, and how many calls of that stand before it.
    """

    def __init__(self, does: Occurrences) -> None:
        before: Counter[str] = Counter()
        self._names: dict[str, str] = {}
        for call in does.calls:
            before[call.leaf] += 1
            self._names[str(call.number)] = f"{call.leaf}@{before[call.leaf]}"
        self._numbers = {name: number for number, name in self._names.items()}

    def named(self, value: Any) -> Any:
        """What a value says, wherever in its file it says so."""
        if isinstance(value, Function):
            return value.head
        if isinstance(value, Store):
            value = value._replace(line=0)
        if isinstance(value, Call):
            value = value._replace(line=0, number=0)
        if isinstance(value, str):
            return _NUMBER.sub(lambda found: found[1] + self._names[found[2]], value)
        return tuple(map(self.named, value)) if isinstance(value, tuple) else value

    def numbered(self, name: str) -> str | None:
        """The reference of a name that `named` gave, `None` if there is no such call now."""
        found = _NAME.match(name)
        if found is None:
            return name
        number = self._numbers.get(found[2])
        return None if number is None else found[1] + number + name[found.end() :]


_NUMBER = re.compile(r"^(\**#)(\d+)")
_NAME = re.compile(r"^(\**#)(.*@\d+)")
