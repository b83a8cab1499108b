"""Paths → diagnostics: find the files, read them, and lint them or remember what they gave."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from keraslint import __version__
from keraslint.baseline import read_baseline
from keraslint.cache import Cache, digest
from keraslint.diagnostic import Diagnostic, Span
from keraslint.engine.analysis import Found, Route
from keraslint.engine.diagnostics_json import packed, unpacked
from keraslint.project.files.discover import discover
from keraslint.project.files.source import Source, Unreadable, decode, read
from keraslint.project.names.project_index import LookedAt
from keraslint.rules import graded
from keraslint.settings import Settings

Stdin = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class LintResult:
    """Everything one run has found; `files` counts what was looked at.

    `known` are the findings that the baseline holds, and that are not told again.
    """

    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source] = field(default_factory=dict)
    problems: tuple[Unreadable, ...] = ()
    files: int = 0
    known: tuple[Diagnostic, ...] = ()


def lint(paths: Sequence[Path], settings: Settings, *, stdin: Stdin | None = None) -> LintResult:
    """Lint files and folders, or one text from standard input under the name of its file.

    Raises:
        ConfigError: a selected rule does not exist, or the baseline cannot be read.
    """
    texts, problems = read_all(paths, settings, stdin)
    return lint_texts(texts, settings, problems)


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
) -> LintResult:
    """Lint texts that are at hand.

    Raises:
        ConfigError: a selected rule does not exist, or the baseline cannot be read.
    """
    texts = tuple(texts)
    sources = {text.path: text for text in texts if isinstance(text, Source)}
    collecting = gc.isenabled()
    gc.disable()  # trees are dropped one by one; looking for circles in them takes half the time
    try:
        found = _remembered(texts, settings) if settings.cache else None
        if found is None:
            found = Route(tuple(sources.values()), settings).run(texts)
            if settings.cache and not found.problems:
                _remember(texts, settings, found)
    finally:
        if collecting:
            gc.enable()
    diagnostics = graded(sorted(found.diagnostics, key=_place), settings)
    known: tuple[Diagnostic, ...] = ()
    if settings.baseline is not None:
        baseline = read_baseline(settings.path(settings.baseline))
        diagnostics, known = baseline.split(diagnostics, sources)
    return LintResult(diagnostics, sources, (*problems, *found.problems), len(texts), known)


def _place(diagnostic: Diagnostic) -> tuple[str, Span, str]:
    return diagnostic.path, diagnostic.span, diagnostic.code


def _remembered(texts: Sequence[Source | Unreadable], settings: Settings) -> Found | None:
    """What the same texts gave before, if all that was looked at besides is as it was."""
    text = _cache(settings).get(_key(texts, settings))
    if text is None:
        return None
    try:
        diagnostics, looked_at = unpacked(text)
        return Found(diagnostics) if LookedAt.of(looked_at).still_holds() else None
    except ValueError:
        return None


def _remember(texts: Sequence[Source | Unreadable], settings: Settings, found: Found) -> None:
    text = packed(found.diagnostics, found.looked_at.plain())
    _cache(settings).put(_key(texts, settings), text)


def _cache(settings: Settings) -> Cache:
    return Cache(settings.path(settings.cache_dir))


def _key(texts: Sequence[Source | Unreadable], settings: Settings) -> str:
    """Digest everything that linting may look at, but for what `LookedAt` tells."""
    asked = (
        *(__version__, sys.version, Path.cwd(), settings.root, settings.src, settings.keras),
        settings.python,
        settings.target_version,
        *(settings.select, settings.extend_select, settings.ignore, settings.flags),
        sorted(settings.ignores),
        settings.ignore_noqa,
    )
    parts = [repr(asked).encode()]
    for text in texts:
        body = text.text if isinstance(text, Source) else repr(text)
        parts += [
            text.path.encode("utf-8", "surrogateescape"),
            body.encode("utf-8", "surrogatepass"),
        ]
    return digest(parts)
