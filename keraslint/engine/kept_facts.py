"""Texts → facts, worked out once for each content and kept under a digest of it.

The place of a file is no part of the digest: a moved or copied file, and another branch, are known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from keraslint.cache import digest
from keraslint.engine.code_version import code, stamp
from keraslint.engine.facts_json import read_back, written
from keraslint.engine.store import Store
from keraslint.project.facts import summarize
from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.files.source import Source
from keraslint.project.names.text_outline import Outline, outlined
from keraslint.project.syntax.parse import code_shape

Row = tuple[str, str]


class KeptFacts:
    """Facts that are kept between runs; `fresh` are the rows that are new in this one."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self.keeping = store is not None
        self._rows: dict[str, str] = {}
        self._outlines: dict[str, tuple[Source, Outline]] = {}
        self.fresh: dict[str, str] = {}
        self.version = self._version()

    def _version(self) -> str:
        """The version of our own code, which is read only if a file of it has been touched."""
        if self._store is None:
            return ""
        key = f"code {stamp()}"
        known = self._store.get(key)
        if known is None:
            known = self.fresh[key] = code()
        return known

    # -- facts -----------------------------------------------------------------------------

    def summary(self, source: Source, name: str, is_package: bool) -> ModuleSummary:
        """What a file declares.

        Raises:
            SyntaxError, ValueError, RecursionError: as `summarize`.
        """
        key = self._key(source, name, is_package=is_package)
        kept = self._row(f"facts {key}")
        if kept is not None:
            try:
                facts: ModuleSummary = read_back(ModuleSummary, kept)
                return replace(facts, path=source.path)
            except ValueError:
                pass
        return self._worked_out(source, name, key, is_package=is_package)

    def shape(self, source: Source, name: str, is_package: bool) -> str:
        """A digest of what a file declares, wherever in its text; `""` if it is no Python."""
        key = self._key(source, name, is_package=is_package)
        kept = self._row(f"shape {key}")
        if kept is None:
            try:
                self._worked_out(source, name, key, is_package=is_package)
            except (SyntaxError, ValueError, RecursionError):
                self._keep(f"shape {key}", "")
            kept = self._row(f"shape {key}") or ""
        return kept

    def lines(self, source: Source, function: str, span: Callable[[], tuple[int, int]]) -> str:
        """A digest of what the lines of a function say, comments aside; `span` says which."""
        key = f"lines {self.version} {source.digest} {function}"
        kept = self._row(key)
        if kept is None:
            first, last = span()
            shape = code_shape([source.line(number) for number in range(first, last + 1)])
            kept = digest([shape.encode("utf-8", "surrogatepass")])
            self._keep(key, kept)
        return kept

    def outline(self, source: Source) -> Outline:
        """What a cheap look at a text says."""
        known = self._outlines.get(source.path)
        if known is None or known[0] is not source:
            known = self._outlines[source.path] = source, self._outline(source)
        return known[1]

    def _outline(self, source: Source) -> Outline:
        key = f"outline {self.version} {source.digest}"
        kept = self._row(key)
        if kept is not None:
            try:
                known: Outline = read_back(Outline, kept)
                return known
            except ValueError:
                pass
        found = outlined(source)
        if self.keeping:
            self._keep(key, written(found).text)
        return found

    def rest(self) -> None:
        """Keep what is new, once: of what is typed from now on, nothing is kept."""
        if self._store is not None:
            self._store.keep(self.fresh)
            self._store.close()
        self._store, self.keeping = None, False
        self._rows.clear()
        self.fresh.clear()

    def _worked_out(
        self, source: Source, name: str, key: str, *, is_package: bool
    ) -> ModuleSummary:
        facts = summarize(source.text, name, source.path, is_package=is_package)
        if self.keeping:
            said = written(replace(facts, path=""))
            self._keep(f"facts {key}", said.text)
            self._keep(f"shape {key}", said.shape)
        return facts

    def _key(self, source: Source, name: str, *, is_package: bool) -> str:
        """Digest all that facts depend on: text, module name, and the version of our code."""
        who = f"{name} {is_package}".encode("utf-8", "surrogatepass")
        return digest([self.version.encode(), source.digest.encode(), who])

    # -- rows ------------------------------------------------------------------------------

    def fetch(self, keys: Iterable[str]) -> None:
        """Read rows ahead, many at once."""
        wanted = [key for key in keys if key not in self._rows]
        if self._store is not None and wanted:
            self._rows.update(self._store.many(wanted))

    def adopt(self, rows: Mapping[str, str]) -> None:
        """Take over what another process has worked out."""
        self._rows.update(rows)
        self.fresh.update(rows)

    def fetch_outlines(self, sources: Iterable[Source]) -> None:
        """Read the outlines of many texts."""
        self.fetch(f"outline {self.version} {source.digest}" for source in sources)

    def fetch_shapes(self, modules: Sequence[tuple[Source, str, bool]]) -> None:
        """Read the shapes of many modules."""
        keys = (self._key(source, name, is_package=flag) for source, name, flag in modules)
        self.fetch(f"shape {key}" for key in keys)

    def known(self, source: Source, name: str, is_package: bool) -> bool:
        """Whether the facts of a module need not be worked out."""
        return self._row(f"facts {self._key(source, name, is_package=is_package)}") is not None

    def _row(self, key: str) -> str | None:
        if key not in self._rows and self._store is not None:
            found = self._store.get(key)
            if found is not None:
                self._rows[key] = found
        return self._rows.get(key)

    def _keep(self, key: str, text: str) -> None:
        self._rows[key] = self.fresh[key] = text
