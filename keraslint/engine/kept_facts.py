"""Texts → facts, worked out once for each content and kept under a digest of it.

The place of a file is no part of the digest: a moved or copied file, and another branch, are known.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from keraslint.cache import digest
from keraslint.engine.code_version import code, stamp
from keraslint.engine.facts_json import read_back, written
from keraslint.engine.store import Store
from keraslint.project.facts import both, look, summarize
from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.facts.occurrences.occurrence_records import ModuleOccurrences
from keraslint.project.files.source import Source
from keraslint.project.names.text_outline import Outline, outlined
from keraslint.project.program.mentions.file_mentions import MentionedNames, mentioned_names
from keraslint.project.syntax.parse import code_shape, parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What one process has worked out of some texts, by their paths, and the rows to keep."""

    summaries: dict[str, ModuleSummary] = field(default_factory=dict)
    occurrences: dict[str, ModuleOccurrences] = field(default_factory=dict)
    outlines: dict[str, Outline] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)


class KeptFacts:
    """Facts that are kept between runs; `fresh` are the rows that are new in this one."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self.keeping = store is not None
        self._rows: dict[str, str] = {}
        self._outlines: dict[str, tuple[Source, Outline]] = {}
        self._occurrences: dict[str, tuple[Source, ModuleOccurrences]] = {}
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
        key = self.key(source, name, is_package=is_package)
        kept = self.row(f"facts {key}")
        if kept is not None:
            try:
                facts: ModuleSummary = read_back(ModuleSummary, kept)
                return replace(facts, path=source.path)
            except ValueError:
                pass
        return self._worked_out(source, name, key, is_package=is_package)

    def occurrences(self, source: Source) -> ModuleOccurrences:
        """What the functions of a file do.

        Raises:
            SyntaxError, ValueError, RecursionError: as `look`.
        """
        known = self._occurrences.get(source.path)
        if known is None or known[0] is not source:
            found = self._kept_occurrences(source) or self._seen(source, look(source.text, ""))
            known = source, replace(found, path=source.path)
            self._occurrences[source.path] = known
        return known[1]

    def _kept_occurrences(self, source: Source) -> ModuleOccurrences | None:
        kept = self.row(f"does {self.version} {source.digest}")
        try:
            return read_back(ModuleOccurrences, kept) if kept is not None else None
        except ValueError:
            return None

    def _seen(self, source: Source, found: ModuleOccurrences) -> ModuleOccurrences:
        if self.keeping:
            said = written(replace(found, path=""))
            self.keep(f"does {self.version} {source.digest}", said.text)
            self.keep(self._names_key(source), written(mentioned_names(found)).text)
        return found

    def names(self, source: Source) -> MentionedNames:
        """Under which names what the functions of a file do is to be found.

        Raises:
            SyntaxError, ValueError, RecursionError: as `look`.
        """
        kept = self.row(self._names_key(source))
        if kept is not None:
            with contextlib.suppress(ValueError):
                known: MentionedNames = read_back(MentionedNames, kept)
                return known
        return mentioned_names(self.occurrences(source))

    def _names_key(self, source: Source) -> str:
        return f"names {self.version} {source.digest}"

    def once_declared(self, key: str, path: str) -> ModuleSummary:
        """What a file declared, by the key that `key` gave then.

        Raises:
            ValueError: it is no longer kept.
        """
        facts: ModuleSummary = read_back(ModuleSummary, self.must(f"facts {key}"))
        return replace(facts, path=path)

    def once_done(self, text: str, path: str) -> ModuleOccurrences:
        """What the functions of a file did, by the digest of its text.

        Raises:
            ValueError: it is no longer kept.
        """
        facts: ModuleOccurrences = read_back(
            ModuleOccurrences, self.must(f"does {self.version} {text}")
        )
        return replace(facts, path=path)

    def rows_of(self, text: str, key: str) -> dict[str, str]:
        """Where the facts of a text are kept, by their kind."""
        return {"facts": f"facts {key}", "does": f"does {self.version} {text}"}

    def must(self, key: str) -> str:
        """A row that is kept.

        Raises:
            ValueError: there is none.
        """
        row = self.row(key)
        if row is None:
            raise ValueError(f"there is no row {key}")
        return row

    def check(self, source: Source) -> None:
        """See whether a text is Python. Raises what `parse` raises."""
        if source.path not in self._occurrences:
            parse(source.text)

    def lines(self, source: Source, function: str, span: Callable[[], tuple[int, int]]) -> str:
        """A digest of what the lines of a function say, comments aside; `span` says which."""
        key = f"lines {self.version} {source.digest} {function}"
        kept = self.row(key)
        if kept is None:
            first, last = span()
            shape = code_shape([source.line(number) for number in range(first, last + 1)])
            kept = digest([shape.encode("utf-8", "surrogatepass")])
            self.keep(key, kept)
        return kept

    def outline(self, source: Source) -> Outline:
        """What a cheap look at a text says."""
        known = self._outlines.get(source.path)
        if known is None or known[0] is not source:
            known = self._outlines[source.path] = source, self._outline(source)
        return known[1]

    def _outline(self, source: Source) -> Outline:
        key = f"outline {self.version} {source.digest}"
        kept = self.row(key)
        if kept is not None:
            try:
                known: Outline = read_back(Outline, kept)
                return known
            except ValueError:
                pass
        found = outlined(source)
        if self.keeping:
            self.keep(key, written(found).text)
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
        return self._declared(summarize(source.text, name, source.path, is_package=is_package), key)

    def _declared(self, facts: ModuleSummary, key: str) -> ModuleSummary:
        if self.keeping:
            said = written(replace(facts, path=""))
            self.keep(f"facts {key}", said.text)
        return facts

    def key(self, source: Source, name: str, *, is_package: bool) -> str:
        """Digest all that facts depend on: text, module name, and the version of our code."""
        who = f"{name} {is_package}".encode("utf-8", "surrogatepass")
        return digest([self.version.encode(), source.digest.encode(), who])

    # -- rows ------------------------------------------------------------------------------

    def fetch(self, keys: Iterable[str]) -> None:
        """Read rows ahead, many at once."""
        wanted = [key for key in keys if key not in self._rows]
        if self._store is not None and wanted:
            self._rows.update(self._store.many(wanted))

    def gather(
        self,
        sources: Iterable[Source],
        module: Callable[[Source], tuple[str, bool] | None],
        *,
        deeds: bool,
    ) -> Gathered:
        """Work out all facts of some texts; `module` names those that may matter.

        Without `deeds`, what functions do is left for later: it may never be asked.
        """
        before = set(self.fresh)
        found = Gathered()
        for source in sources:
            found.outlines[source.path] = self.outline(source)
            try:
                self._gather(source, module(source), found, deeds=deeds)
            except (SyntaxError, ValueError, RecursionError):
                continue
        found.rows.update({key: row for key, row in self.fresh.items() if key not in before})
        return found

    def _gather(
        self, source: Source, named: tuple[str, bool] | None, found: Gathered, *, deeds: bool
    ) -> None:
        path = source.path
        if named is not None and deeds and not self.known(source, *named):
            name, is_package = named
            facts, does = both(source.text, name, path, is_package=is_package)
            key = self.key(source, name, is_package=is_package)
            found.summaries[path] = self._declared(facts, key)
            found.occurrences[path] = self._seen(source, does)
            return
        if named is not None:
            found.summaries[path] = self.summary(source, *named)
        if deeds:
            found.occurrences[path] = self.occurrences(source)

    def adopt(self, gathered: Gathered, sources: Iterable[Source]) -> None:
        """Take over what another process has worked out."""
        for source in sources:
            path = source.path
            if path in gathered.occurrences:
                self._occurrences[path] = source, gathered.occurrences[path]
            if path in gathered.outlines:
                self._outlines[path] = source, gathered.outlines[path]
        self._rows.update(gathered.rows)
        self.fresh.update(gathered.rows)

    def fetch_outlines(self, sources: Iterable[Source]) -> None:
        """Read the outlines of many texts."""
        self.fetch(f"outline {self.version} {source.digest}" for source in sources)

    def known(self, source: Source, name: str, is_package: bool) -> bool:
        """Whether the facts of a module need not be worked out."""
        return self.row(f"facts {self.key(source, name, is_package=is_package)}") is not None

    def row(self, key: str) -> str | None:
        """A row that is kept, `None` if there is none."""
        if key not in self._rows and self._store is not None:
            found = self._store.get(key)
            if found is not None:
                self._rows[key] = found
        return self._rows.get(key)

    def keep(self, key: str, text: str) -> None:
        """Keep a row when the run ends."""
        self._rows[key] = self.fresh[key] = text
