"""The documents that an editor holds open → what is found in each, and what mends it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from keraslint.diagnostic import Diagnostic, Span
from keraslint.engine.analysis import Found
from keraslint.project.files.source import Source, Unreadable, read
from keraslint.report.closing.run_notes import notes
from keraslint.server.broken_text import standing
from keraslint.server.project_lookup import Asked, Projects
from keraslint.settings import Settings


@dataclass(slots=True, kw_only=True)
class Document:
    """A text as it is in the editor; `good` and `found` are of when it last was Python."""

    path: str
    version: int | None
    source: Source
    good: Source | None = None
    found: tuple[Diagnostic, ...] = ()
    seconds: float = 0.0


class Desk:
    """What is open, by path; `complain` is told of what is wrong, `tell` of what was assumed."""

    def __init__(
        self,
        asked: Asked,
        folders: Callable[[], Sequence[Path]],
        complain: Callable[[str], None],
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.documents: dict[str, Document] = {}
        self._tell = tell
        self._noted: set[str] = set()
        self._projects = Projects(asked, folders, self._held, complain)

    def _held(self) -> Iterable[Source]:
        return [one.source for one in self.documents.values()]

    def lay(self, path: str, version: int | None, source: Source) -> Document:
        """Put a text on the desk, new or in place of an older one."""
        document = self.documents.get(path)
        if document is None:
            document = self.documents[path] = Document(path=path, version=version, source=source)
        document.version, document.source = version, source
        return document

    def clear(self, path: str) -> None:
        """Take a text off the desk: what is on the disk counts again."""
        self.documents.pop(path, None)
        on_disk = read(path)
        for project in self._projects.all():
            if isinstance(on_disk, Source):
                project.take(on_disk)

    def look_around(self) -> bool:
        """See to files that have changed on the disk; tell whether there were any."""
        held = tuple(self._held())
        seen = [project.look_again(held) for project in self._projects.all()]
        return any(seen)

    def look(self, document: Document) -> tuple[tuple[Diagnostic, ...], tuple[Unreadable, ...]]:
        """Find what is wrong with a document now; and what keeps us from finding it."""
        start = time.thread_time()
        project = self._projects.of(document.path)
        if not project.covers(document.path):
            return (), ()
        is_first = document.good is None  # it pays for what the next ones find done
        found = project.told(document.source)
        told = found.diagnostics
        if project.holds(document.source):
            document.good, document.found = document.source, told
        elif document.good is not None:
            kept = standing(document.found, document.good, document.source)
            told = tuple(sorted((*told, *kept), key=lambda one: one.span))
        document.seconds = 0.0 if is_first else time.thread_time() - start
        self._note(found)
        return told, found.problems

    def _note(self, found: Found) -> None:
        """Tell once of what could not be found, and of what is checked for Keras 2."""
        unresolved = [one for one in found.unresolved if one.source not in self._noted]
        written = [one for one in found.written_for if one.says not in self._noted]
        self._noted |= {one.source for one in unresolved} | {one.says for one in written}
        for line in notes(unresolved, written):
            self._tell(line)

    def cured(self, document: Document, span: Span) -> list[Diagnostic]:
        """The findings that share a place with a span, with fixes; none while it is no Python."""
        project = self._projects.of(document.path)
        if not project.covers(document.path):
            return []
        return project.cured(document.source, span)

    def layer_at(self, document: Document, span: Span) -> str:
        """The layer class in whose first line a span starts; empty if there is none."""
        project = self._projects.of(document.path)
        return project.layer_at(document.source, span.start.line)

    def offered(self, document: Document, finding: Diagnostic) -> bool:
        """Whether the fix of a finding may be offered."""
        return self._projects.of(document.path).trust.offered(finding)

    def settings(self, document: Document) -> Settings:
        """The configuration that holds for a document."""
        return self._projects.of(document.path).settings

    def may_mend(self, document: Document) -> bool:
        """Whether there may be something to fix without asking: a cheap look."""
        project = self._projects.of(document.path)
        here = document.found if project.holds(document.source) else ()
        return any(project.trust.fixable(one) for one in here)

    def mended(self, document: Document) -> Source:
        """The text with all fixes that need no asking."""
        project = self._projects.of(document.path)
        return project.mended(document.source) if self.may_mend(document) else document.source
