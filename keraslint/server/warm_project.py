"""The files under one configuration, kept warm: a text goes in, what is wrong with it comes out."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from keraslint.baseline import read_baseline
from keraslint.diagnostic import Diagnostic, Span
from keraslint.engine.analysis import Found, Route, everywhere
from keraslint.engine.fix_layout import FixLayout
from keraslint.engine.kept_facts import KeptFacts
from keraslint.engine.store import Store
from keraslint.fix.apply import apply
from keraslint.project.files.discover import WIDEST, files_in
from keraslint.project.files.glob_patterns import excluded
from keraslint.project.files.requirements import told_by_files
from keraslint.project.files.source import Source, read
from keraslint.project.syntax.parse import is_python
from keraslint.rules import graded
from keraslint.server.fix_trust import Trust
from keraslint.settings import Settings

PASSES = 12


class Project:
    """What the editor holds goes before what is on the disk.

    `folder` is the workspace's; without one only the document's own package is looked at.
    """

    def __init__(self, settings: Settings, folder: Path | None, held: Iterable[Source]) -> None:
        """Read what there is. Raises `ConfigError` for settings that cannot be followed."""
        self.settings = settings
        known = settings.path(settings.baseline) if settings.baseline else None
        self._baseline = read_baseline(known) if known else None
        told_by = (settings.file, known, *told_by_files(settings.root))
        self._told_by = {str(path): state(str(path)) for path in told_by if path}
        self.trust = Trust.of(settings)
        self._layout = FixLayout(settings)
        self._folder = folder
        self._states: dict[str, tuple[int, int]] = {}
        self._told: dict[str, tuple[Source, Found]] = {}
        self._route = self._new_route(held)

    def _new_route(self, held: Iterable[Source]) -> Route:
        self._told.clear()
        texts = {str(path): read(path) for path in self._files()}
        self._states = {path: state(path) for path in texts}
        sources = {path: text for path, text in texts.items() if isinstance(text, Source)}
        sources |= {text.path: text for text in held if is_python(text.text)}
        self._facts = KeptFacts(self._store())
        self._facts.fetch_outlines(sources.values())
        return Route(tuple(sources.values()), self.settings, self._facts)

    def _store(self) -> Store | None:
        settings = self.settings
        return Store(settings.path(settings.cache_dir)) if settings.cache else None

    def _files(self) -> tuple[Path, ...]:
        if self._folder is None:
            return ()
        found = files_in(self._folder, self.settings, at_most=WIDEST) or ()
        return tuple(path for path in found if path.suffix == ".py")

    @property
    def is_current(self) -> bool:
        """Whether the files that configure it are what they were."""
        return all(state(path) == was for path, was in self._told_by.items())

    def covers(self, path: str) -> bool:
        """Whether a file is to be linted."""
        return not excluded(Path(path), self.settings)

    def told(self, text: Source) -> Found:
        """What is wrong with a text, without fixes; nothing is worked out twice for one version."""
        known = self._told.get(text.path)
        if known is None or known[0] is not text or not self.holds(text):
            if not self.holds(text):
                self._told.clear()  # the new text may change what is wrong with others
            known = self._told[text.path] = text, self.findings(text, cures=nowhere)
            self._facts.rest()
        return known[1]

    def cured(self, text: Source, at: Span) -> list[Diagnostic]:
        """What is wrong at a place, with fixes; none while the text is no Python."""
        here = [one for one in self.told(text).diagnostics if _meet(one.span, at)]
        if not self.holds(text):
            return []
        with _undisturbed():
            return [self._layout.one(self._route.cured(one), text) for one in here]

    def findings(self, text: Source, *, cures: Callable[[Span], bool]) -> Found:
        """What is wrong with a text; fixes, which would take longer, are worked out on demand."""
        with _undisturbed():
            found = self._route.file(text, cures=cures)
        if cures is everywhere:
            found = replace(
                found, diagnostics=self._layout.all(found.diagnostics, {text.path: text})
            )
        told = graded(
            sorted(found.diagnostics, key=lambda one: (one.span, one.code)), self.settings
        )
        if self._baseline is not None:
            told, _ = self._baseline.split(told, {text.path: text})
        return replace(found, diagnostics=told)

    def holds(self, text: Source) -> bool:
        """Whether the text was good enough to be taken over: whether it is Python."""
        return self._route.holds(text)

    def layer_at(self, text: Source, line: int) -> str:
        """The layer class that a line of a text begins; empty if there is none."""
        return self._route.layer_at(text, line) if self.holds(text) else ""

    def mended(self, text: Source) -> Source:
        """Apply what may be applied unasked, until nothing is left."""
        new = text
        for _ in range(PASSES):
            fixes = [one.fix for one in self._fixable(new) if self.trust.unasked(one)]
            done = apply(new, [fix for fix in fixes if fix is not None])
            if done.text == new.text or not is_python(done.text):
                break
            new = replace(new, text=done.text)
        self._told.clear()
        self.take(text)
        return new

    def _fixable(self, text: Source) -> tuple[Diagnostic, ...]:
        return self.findings(text, cures=everywhere).diagnostics

    def take(self, text: Source) -> None:
        """Take over a text; one that is no Python is passed over."""
        with contextlib.suppress(SyntaxError, ValueError, RecursionError):
            if not self._route.holds(text):
                self._route.renew(text)
                self._told.clear()

    def look_again(self, held: Iterable[Source]) -> bool:
        """Read the files that are no longer what they were; tell whether there were any."""
        held = tuple(held)
        old = self._states
        ours = {text.path for text in held}
        if old.keys() != {str(path) for path in self._files()}:
            self._route = self._new_route(held)
            return True
        changed = [path for path, was in old.items() if state(path) != was]
        self._states = old | {path: state(path) for path in changed}
        for path in changed:
            text = read(path)
            if path not in ours and isinstance(text, Source):
                self.take(text)
        return bool(changed)


def nowhere(_: Span) -> bool:
    """Want no fixes."""
    return False


def _meet(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


def state(path: str) -> tuple[int, int]:
    """What tells that a file has changed; zeros for one that is not there."""
    try:
        now = os.stat(path)  # noqa: PTH116
    except OSError:
        return 0, 0
    return now.st_mtime_ns, now.st_size


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Look for no circles in trees that are dropped one by one."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
