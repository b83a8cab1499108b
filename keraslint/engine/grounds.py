"""What the answers of a run rest on → two rows that are kept, and what of it is different later.

An answer names the rows, and by numbers the leaves in them that it has read. The first row tells
which texts there were; of those that are others now, the facts are compared leaf by leaf.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from keraslint.cache import digest
from keraslint.engine.facts_compared import OF_A_FILE, OF_A_FUNCTION, Declared, Done
from keraslint.engine.kept_facts import KeptFacts
from keraslint.engine.leaf_states import LeafStates
from keraslint.project.files.source import Source
from keraslint.project.names.project_index import Index
from keraslint.project.names.reads.recorded_reads import Leaf

_V = TypeVar("_V")
_GONE = ["", ""]
"""In place of the digest of a text and the key of its facts."""


class Grounds:
    """Reads and writes the rows of one run."""

    def __init__(self, index: Index, facts: KeptFacts) -> None:
        self._index = index
        self._facts = facts
        self._states = LeafStates(index, facts)
        self._now: dict[str, list[str]] = {}

    # -- what a run leaves behind ----------------------------------------------------------

    def written(self, leaves: Sequence[Leaf]) -> tuple[str, dict[str, str]]:
        """Write down what leaves rest on: a name, and the rows."""
        tops = {leaf[1]: self._texts(leaf[1]) for leaf in leaves if self._is_mention(leaf)}
        paths = {leaf[1] for leaf in leaves if leaf[0] in (*OF_A_FILE, OF_A_FUNCTION)}
        texts = self._kept(sorted(paths.union(*tops.values())))
        numbers = {path: number for number, path in enumerate(texts)}
        others = [
            [number, leaf, self._states.of(leaf)]
            for number, leaf in enumerate(leaves)
            if self._states.knows(leaf)
        ]
        first = [texts, {top: [numbers[one] for one in paths] for top, paths in tops.items()}]
        said = [json.dumps(one, separators=(",", ":")) for one in ([*first, others], leaves)]
        name = digest([one.encode("utf-8", "surrogatepass") for one in said])
        return name, {f"grounds {name}": said[0], f"leaves {name}": said[1]}

    def _kept(self, paths: Sequence[str]) -> dict[str, list[str]]:
        """The texts, with the kinds of facts of them that are kept: of what is broken, none."""
        rows = {path: self._facts.rows_of(*self._text(path)) for path in paths}
        self._facts.fetch(key for keys in rows.values() for key in keys.values())
        known = self._facts.row
        return {
            path: [
                *self._text(path),
                " ".join(kind for kind, key in keys.items() if known(key) is not None),
            ]
            for path, keys in rows.items()
        }

    def _is_mention(self, leaf: Leaf) -> bool:
        return (
            leaf[0] not in OF_A_FILE and leaf[0] != OF_A_FUNCTION and not self._states.knows(leaf)
        )

    def _texts(self, top: str) -> list[str]:
        return [text.path for text in self._index.outline.texts(top)]

    def _text(self, path: str) -> list[str]:
        """The digest of a text, and the key of its facts."""
        if path not in self._now:
            text = self._index.modules.text(path)
            self._now[path] = list(_GONE)
            if isinstance(text, Source):
                name, is_package = self._index.modules.name(Path(path))
                key = self._facts.key(text, name, is_package=is_package)
                self._now[path] = [text.digest, key]
        return self._now[path]

    # -- what is different now -------------------------------------------------------------

    def changed(self, name: str, row: str) -> frozenset[int] | None:
        """The numbers of the leaves that say something else by now, `None` if nobody knows."""
        try:
            texts, tops, others = json.loads(row)
            changed = {n for n, leaf, state in others if self._states.of(tuple(leaf)) != state}
            return frozenset(changed | self._compared(name, texts, tops))
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            return None

    def _compared(
        self, name: str, texts: dict[str, list[str]], tops: dict[str, list[int]]
    ) -> set[int]:
        paths = list(texts)
        then = {top: {paths[one] for one in numbers} for top, numbers in tops.items()}
        now = {top: set(self._texts(top)) for top in tops}
        others = {path: self._text(path) for path in texts.keys() | set[str]().union(*now.values())}
        different = {p for p, said in others.items() if texts.get(p, _GONE)[:2] != said}
        moved = sorted((top, path) for top in tops for path in then[top] ^ now[top])
        if not different and not moved:
            return set()
        said = json.dumps([name, sorted((path, others[path]) for path in different), moved])
        key = f"changed {digest([said.encode('utf-8', 'surrogatepass')])}"
        known = self._facts.row(key)
        if known is None:
            compared = _Compared(self._facts, self._index, texts, different)
            names = {top: compared.names(then[top], now[top]) for top in tops}
            leaves = enumerate(json.loads(self._facts.must(f"leaves {name}")))
            found = [n for n, leaf in leaves if compared.concerns(tuple(leaf), names)]
            known = json.dumps(found)
            self._facts.keep(key, known)
        return set(json.loads(known))


class _Compared:
    """The facts of the texts that are others now, as they were and as they are."""

    def __init__(
        self,
        facts: KeptFacts,
        index: Index,
        texts: Mapping[str, list[str]],
        different: Collection[str],
    ) -> None:
        self._facts = facts
        self._index = index
        self._texts = texts
        self._different = different
        self._declared: dict[str, Declared] = {}
        self._done: dict[tuple[str, bool, bool], Done] = {}

    def concerns(self, leaf: Leaf, names: Mapping[str, Collection[Leaf]]) -> bool:
        """Whether a leaf says something else; `names` are those of each project that do."""
        kind, about = leaf[:2]
        if kind in OF_A_FILE:
            return about in self._different and self._declaration(about).differs(leaf)
        if kind == OF_A_FUNCTION:
            return about in self._different and self._deeds(about).differs(leaf)
        return about in names and (kind, *leaf[2:]) in names[about]

    def names(self, then: Collection[str], now: Collection[str]) -> set[Leaf]:
        """Under which names something else is to be found, in the files of one project."""
        found: set[Leaf] = set()
        for path in {*then, *now}:
            was, is_there = path in then, path in now
            if path in self._different or was != is_there:
                found.update(self._deeds(path, was=was, is_there=is_there).renamed())
        return found

    def _declaration(self, path: str) -> Declared:
        if path not in self._declared:
            _, key, kept = (*self._texts.get(path, _GONE), "")[:3]
            old = self._facts.once_declared(key, path) if "facts" in kept else None
            self._declared[path] = Declared(old, self._now(path, self._index.modules.summary))
        return self._declared[path]

    def _deeds(self, path: str, *, was: bool = True, is_there: bool = True) -> Done:
        if (path, was, is_there) not in self._done:
            text, _, kept = (*self._texts.get(path, _GONE), "")[:3]
            old = self._facts.once_done(text, path) if was and "does" in kept else None
            new = self._now(path, self._facts.occurrences) if is_there else None
            self._done[path, was, is_there] = Done(old, new)
        return self._done[path, was, is_there]

    def _now(self, path: str, find: Callable[[Source], _V]) -> _V | None:
        text = self._index.modules.text(path)
        try:
            return find(text) if isinstance(text, Source) else None
        except (SyntaxError, ValueError, RecursionError):
            return None
