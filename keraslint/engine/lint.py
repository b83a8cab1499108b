"""Paths → diagnostics: find the files, read them, and lint them or remember what they gave."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from keraslint.baseline import read_baseline
from keraslint.diagnostic import Diagnostic, Unresolved, WrittenFor
from keraslint.engine.fix_layout import FixLayout
from keraslint.engine.incremental import Run
from keraslint.engine.store import Store
from keraslint.project.files.discover import discover
from keraslint.project.files.source import Source, Unreadable, decode, read
from keraslint.rules import graded, offered
from keraslint.settings import Settings

Stdin = tuple[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class LintResult:
    """Everything one run has found; `files` counts what was looked at.

    `known` are the findings that the baseline holds, and that are not told again; `unresolved` the
    classes of which a base was not found.
    """

    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source] = field(default_factory=dict)
    problems: tuple[Unreadable, ...] = ()
    files: int = 0
    known: tuple[Diagnostic, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    written_for: tuple[WrittenFor, ...] = ()


def lint(
    paths: Sequence[Path], settings: Settings, *, stdin: Stdin | None = None, edits: bool = True
) -> LintResult:
    """Lint files and folders, or one text from standard input under the name of its file.

    Without `edits`, those of the fixes may be laid out otherwise than their file: nobody sees them.

    Raises:
        ConfigError: a selected rule does not exist, or the baseline cannot be read.
    """
    texts, problems = read_all(paths, settings, stdin)
    return lint_texts(texts, settings, problems, edits=edits)


def read_all(
    paths: Sequence[Path], settings: Settings, stdin: Stdin | None
) -> tuple[list[Source | Unreadable], tuple[Unreadable, ...]]:
    """Read what is to be linted; the second part tells of paths that hold no file."""
    if stdin is not None:
        return [decode(stdin[1], stdin[0])], ()
    found = discover(paths, settings)
    return [read(path) for path in found.files], found.problems


def lint_texts(
    texts: Iterable[Source | Unreadable],
    settings: Settings,
    problems: Sequence[Unreadable] = (),
    *,
    edits: bool = True,
) -> LintResult:
    """Lint texts that are at hand; `edits` as for `lint`.

    Raises:
        ConfigError: a selected rule does not exist, or the baseline cannot be read.
    """
    texts = tuple(texts)
    sources = {text.path: text for text in texts if isinstance(text, Source)}
    collecting = gc.isenabled()
    gc.disable()  # trees are dropped one by one; looking for circles in them takes half the time
    try:
        store = Store(settings.path(settings.cache_dir)) if settings.cache else None
        found = Run(texts, settings, store).found()
    finally:
        if collecting:
            gc.freeze()  # all that is there by now is old: nobody need look through it at once
            gc.unfreeze()
            gc.enable()
    diagnostics = graded(offered(sorted(found.diagnostics, key=_place), settings), settings)
    if edits:
        diagnostics = FixLayout(settings).all(diagnostics, sources)
    known: tuple[Diagnostic, ...] = ()
    if settings.baseline is not None:
        baseline = read_baseline(settings.path(settings.baseline))
        diagnostics, known = baseline.split(diagnostics, sources)
    return LintResult(
        diagnostics=diagnostics,
        sources=sources,
        problems=(*problems, *found.problems),
        files=len(texts),
        known=known,
        unresolved=tuple(sorted(found.unresolved)),
        written_for=tuple(sorted(found.written_for)),
    )


def every_finding(
    texts: Iterable[Source | Unreadable], settings: Settings
) -> tuple[Diagnostic, ...]:
    """All that the rules know of texts, whatever is turned off, silenced, or harmless as used."""
    every = replace(settings.unfiltered, any_use=True, cache=False)
    return lint_texts(texts, every, edits=False).diagnostics


def _place(diagnostic: Diagnostic) -> tuple[object, ...]:
    start, end = diagnostic.span.start, diagnostic.span.end  # numbers: spans take long to compare
    place = start.line, start.column, end.line, end.column
    return diagnostic.path, place, diagnostic.code
