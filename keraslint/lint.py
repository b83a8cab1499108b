"""The route, on one screen: paths → diagnostics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from keraslint.config import Settings, selected
from keraslint.diagnostic import Diagnostic, Position, Span
from keraslint.project.candidates import may_create
from keraslint.project.declared import keras_version
from keraslint.project.discover import discover
from keraslint.project.index import Index
from keraslint.project.meaning import ClassRef
from keraslint.project.patterns import silenced
from keraslint.project.source import Source, Trouble, Unreadable, decode, read
from keraslint.project.suppress import unsuppressed
from keraslint.rules import Cure, registry

if TYPE_CHECKING:
    from keraslint.layer.reader import LayerReader

Stdin = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class LintResult:
    """Everything one run has found; `files` counts what was looked at."""

    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source] = field(default_factory=dict)
    problems: tuple[Unreadable, ...] = ()
    files: int = 0


def lint(paths: Sequence[Path], settings: Settings, *, stdin: Stdin | None = None) -> LintResult:
    """Lint files and folders, or one text from standard input under the name of its file.

    Raises:
        ConfigError: a selected rule does not exist.
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
    """Lint texts that are at hand."""
    texts = tuple(texts)
    route = Route([text for text in texts if isinstance(text, Source)], settings)
    diagnostics: list[Diagnostic] = []
    trouble = list(problems)
    for text in texts:
        try:
            diagnostics += route.file(text)
        except Unlintable as error:
            trouble.append(error.problem)
        except Exception as error:  # our own fault: one file is lost, the others are not
            reason = f"{type(error).__name__}: {error}"
            trouble.append(Unreadable(text.path, Trouble.INTERNAL, reason))
    sources = {text.path: text for text in texts if isinstance(text, Source)}
    return LintResult(tuple(sorted(diagnostics, key=_place)), sources, tuple(trouble), len(texts))


def _place(diagnostic: Diagnostic) -> tuple[str, Span, str]:
    return diagnostic.path, diagnostic.span, diagnostic.code


class Unlintable(Exception):
    """A path of which nothing can be said but that it could not be read."""

    def __init__(self, problem: Unreadable) -> None:
        super().__init__(problem.reason)
        self.problem = problem


class Route:
    """The way of each file of one run: index → candidate classes → facts → rules."""

    def __init__(self, texts: Sequence[Source], settings: Settings) -> None:
        wanted = selected(settings, registry())
        self._rules = {rule.code: rule for rule in registry() if rule.code in wanted}
        self._settings = settings
        self._index = Index(texts, settings)

    def file(self, text: Source | Unreadable) -> tuple[Diagnostic, ...]:
        """Everything that is wrong with one file, suppressions heeded.

        Raises:
            Unlintable: the file could not be read.
        """
        if isinstance(text, Unreadable):
            if not text.is_finding:
                raise Unlintable(text)
            at = text.position or Position(1, 1)
            span = Span(at, Position(at.line, at.column + 1))
            found: Sequence[Diagnostic] = self._said("KRL003", text.reason, text.path, span)
        else:
            found = unsuppressed(self._source(text), text)
        ignored = silenced(text.path, self._settings, registry())
        return tuple(item for item in found if item.code not in ignored)

    def _source(self, text: Source) -> list[Diagnostic]:
        try:
            classes = self._index.classes(text)
        except (SyntaxError, ValueError, RecursionError) as error:
            return self._said("KRL002", _message(error), text.path, _where(error))
        hierarchy = self._index.hierarchy
        wanted = [ref for ref in classes if may_create(hierarchy, ref)]
        return [found for ref in wanted for found in self._class(ref)]

    def _class(self, ref: ClassRef) -> Iterator[Diagnostic]:
        layer = self._reader.read(ref)
        if layer is None:
            return
        for rule in self._rules.values():
            for finding in rule.check(layer) if rule.check is not None else ():
                cured = rule.cure(layer, finding) if rule.cure is not None else Cure()
                yield Diagnostic(
                    rule.code,
                    rule.name,
                    finding.message,
                    layer.path,
                    finding.span,
                    cured.fix,
                    cured.why_not,
                    layer.name,
                )

    @cached_property
    def _reader(self) -> LayerReader:
        from keraslint.layer.reader import LayerReader  # LibCST, only when a class needs it

        index, settings = self._index, self._settings
        return LayerReader(
            index.hierarchy,
            index.source,
            index.subclasses,
            lambda ref: settings.keras or keras_version(ref.module),
        )

    def _said(self, code: str, message: str, path: str, span: Span) -> list[Diagnostic]:
        rule = self._rules.get(code)
        return [Diagnostic(code, rule.name, message, path, span)] if rule is not None else []


def _message(error: Exception) -> str:
    if isinstance(error, SyntaxError):
        return error.msg
    if isinstance(error, RecursionError):
        return "nested too deeply to be parsed"
    return str(error)


def _where(error: Exception) -> Span:
    line, column = 1, 1
    if isinstance(error, SyntaxError):
        line, column = error.lineno or 1, max(error.offset or 1, 1)
    return Span.of(line, column, line, column + 1)
