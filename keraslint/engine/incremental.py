"""Texts → what is wrong with them: what has changed is looked at, the rest is remembered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from keraslint.cache import digest
from keraslint.diagnostic import Diagnostic
from keraslint.engine.analysis import Found, Route, Text, may_build
from keraslint.engine.diagnostics_json import Noted, packed, unpacked
from keraslint.engine.facts_compared import OF_A_FUNCTION
from keraslint.engine.forked_pool import forked, workers
from keraslint.engine.grounds import Grounds
from keraslint.engine.kept_facts import KeptFacts
from keraslint.engine.store import Store
from keraslint.project.files.python_environment import environment_of
from keraslint.project.files.source import Source, Trouble, Unreadable
from keraslint.project.names.reads.recorded_reads import Leaf
from keraslint.settings import Settings

READ_FROM = 1_000_000
"""Characters from which on a second process that reads them saves more than it costs."""
LOOK_FROM = 800
"""The same for files to look at, by `_effort`: half a second."""
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class _Part:
    """What one process has found, and the rows that are to be kept."""

    found: Found
    rows: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What an earlier run has said of a text, and on what that rests."""

    diagnostics: tuple[Diagnostic, ...]
    grounds: str
    leaves: str | list[int]
    noted: Noted


class Run:
    """One run over some texts."""

    def __init__(self, texts: Sequence[Text], settings: Settings, store: Store | None) -> None:
        self._texts = texts
        self._settings = settings
        self._store = store
        self._facts = KeptFacts(store)
        self._sources = [text for text in texts if isinstance(text, Source)]
        self._route = Route(self._sources, settings, self._facts)
        self._grounds = Grounds(self._route.index, self._facts)
        self._asked = _asked(settings, self._facts.version)

    def found(self) -> Found:
        """Find what is wrong with all the texts."""
        complaint = ""
        known = self._remembered() if self._store is not None else {}
        rest = [text for text in self._texts if text.path not in known]
        parts = self._look(rest)
        if self._store is not None:
            for part in parts:
                self._facts.fresh.update(part.rows)
            self._store.keep(self._facts.fresh)
            self._store.close()
            complaint = self._store.complaint
        problems = [one for part in parts for one in part.found.problems]
        if complaint:
            folder = self._settings.cache_dir
            problems.append(Unreadable(path=folder, kind=Trouble.CACHE, reason=complaint))
        answers = known.values()
        return Found(
            diagnostics=(
                *(one for answer in answers for one in answer.diagnostics),
                *(one for part in parts for one in part.found.diagnostics),
            ),
            problems=tuple(problems),
            unresolved=(
                *(one for answer in answers for one in answer.noted[0]),
                *(one for part in parts for one in part.found.unresolved),
            ),
            written_for=(
                *(one for answer in answers for one in answer.noted[1]),
                *(one for part in parts for one in part.found.written_for),
            ),
        )

    # -- what is known ---------------------------------------------------------------------

    def _remembered(self) -> dict[str, _Answer]:
        """By path: what earlier runs have said, if all on which it rests is as it was."""
        assert self._store is not None
        keys = {self._key(source): source.path for source in self._sources}
        answers = {keys[key]: _read(text) for key, text in self._store.many(keys).items()}
        read = {path: answer for path, answer in answers.items() if answer is not None}
        used = Counter(answer.grounds for answer in read.values())
        names = [name for name, _ in used.most_common(_GROUNDS)]
        rows = self._store.many(f"grounds {name}" for name in names)
        if rows:
            self._facts.fetch_outlines(self._sources)
        changed = {n: self._grounds.changed(n, rows.get(f"grounds {n}", "")) for n in names}
        return {p: a for p, a in read.items() if _holds(a, changed.get(a.grounds))}

    def _key(self, source: Source) -> str:
        path = source.path.encode("utf-8", "surrogateescape")
        return "answer " + digest([self._asked, path, source.digest.encode()])

    # -- what is not -----------------------------------------------------------------------

    def _look(self, texts: Sequence[Text]) -> list[_Part]:
        """Lint files, in several processes if there is much to do."""
        sources = [text for text in texts if isinstance(text, Source)]
        gather = partial(self._route.gathered, deeds=any(map(may_build, sources)))
        readers = workers() if sum(map(_length, sources)) >= READ_FROM else 1
        for gathered in forked(gather, _shared(sources, readers, _length)):
            self._route.adopt(gathered)
        if len(texts) == 1 or sum(map(_effort, texts)) < LOOK_FROM:
            return [self._lint(texts)]
        self._route.prepare(sources)
        return forked(self._lint, _shared(texts, workers(), _effort))

    def _lint(self, texts: Sequence[Text]) -> _Part:
        before = set(self._facts.fresh)
        looked = [(text, *self._route.recorded(text)) for text in texts]
        if self._store is not None:
            self._keep(looked)
        found = [one for _, one, _ in looked]
        together = Found(
            diagnostics=tuple(one for part in found for one in part.diagnostics),
            problems=tuple(one for part in found for one in part.problems),
            unresolved=tuple(one for part in found for one in part.unresolved),
            written_for=tuple(one for part in found for one in part.written_for),
        )
        rows = {key: row for key, row in self._facts.fresh.items() if key not in before}
        return _Part(together, rows)

    def _keep(self, looked: Iterable[tuple[Text, Found, Iterable[Leaf]]]) -> None:
        """Keep answers, with what each of them rests on."""
        leaves: dict[Leaf, int] = {}
        numbers: dict[Source, list[int]] = {}
        kept: list[tuple[Source, Found]] = []
        for text, found, read in looked:
            if not isinstance(text, Source) or found.problems:
                continue
            kept.append((text, found))
            rests = [leaf for leaf in read if leaf[1] != text.path or leaf[0] not in _OWN]
            rests += sorted(set(_blamed(found.diagnostics, text.path)))
            numbers[text] = [leaves.setdefault(leaf, len(leaves)) for leaf in rests]
        if not kept:
            return
        name, rows = self._grounds.written(tuple(leaves))
        self._facts.fresh.update(rows)
        for text, found in kept:
            noted = found.unresolved, found.written_for
            body = packed(found.diagnostics, [name, _told(numbers[text])], noted)
            self._facts.fresh[self._key(text)] = body


_OWN = frozenset({"lines", "text", "part", "parts", "keys", "held", OF_A_FUNCTION})
"""What an answer need not rest on besides its text, which is a part of the key."""
_GROUNDS = 16
"""Of more runs, what their answers rest on is not looked at any more: they are worked out anew."""


def _told(numbers: Sequence[int]) -> str | list[int]:
    """Numbers as JSON: one by one, or as the bits of a larger one."""
    if len(numbers) * 6 < max(numbers, default=0) // 4:
        return sorted(numbers)
    return f"{sum(1 << number for number in set(numbers)):x}"


def _numbers(told: str | list[int]) -> frozenset[int]:
    if isinstance(told, str):
        bits = f"{int(told, 16):b}"[::-1]
        return frozenset(number for number, bit in enumerate(bits) if bit == "1")
    return frozenset(told)


def _holds(answer: _Answer, changed: frozenset[int] | None) -> bool:
    return changed is not None and (not changed or changed.isdisjoint(_numbers(answer.leaves)))


def _blamed(found: Iterable[Diagnostic], own: str) -> Iterator[Leaf]:
    """The lines of other files that a fix names."""
    for one in found:
        for objection in one.fix.objections if one.fix is not None else ():
            if objection.path not in ("", own):
                yield "before", objection.path, str(objection.line)


def _read(text: str) -> _Answer | None:
    try:
        diagnostics, (grounds, leaves), noted = unpacked(text)
        return _Answer(diagnostics=diagnostics, grounds=grounds, leaves=leaves, noted=noted)
    except (ValueError, TypeError):
        return None


def _asked(settings: Settings, version: str) -> bytes:
    """Everything that answers depend on besides texts."""
    asked = (
        *(version, Path.cwd(), settings.root, settings.src, settings.keras),
        environment_of(settings),
        settings.target_version,
        *(settings.select, settings.extend_select, settings.ignore, settings.flags),
        sorted(settings.ignores),
        *(settings.ignore_noqa, settings.any_use),
    )
    return repr(asked).encode("utf-8", "surrogatepass")


def _length(text: Source) -> int:
    return len(text.text)


def _effort(text: Text) -> int:
    """How much there is to do in a file, roughly: LibCST reads layers that build, few others."""
    if isinstance(text, Unreadable):
        return 1
    return 1 + _length(text) // (100 if may_build(text) else 2000)


def _shared(items: Sequence[_Item], parts: int, cost: Callable[[_Item], int]) -> list[list[_Item]]:
    """Deal items out so that each part costs about the same."""
    shares: list[list[_Item]] = [[] for _ in range(parts)]
    totals = [0] * parts
    for item in sorted(items, key=cost, reverse=True):
        least = totals.index(min(totals))
        shares[least].append(item)
        totals[least] += cost(item)
    return [share for share in shares if share]
