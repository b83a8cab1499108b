"""A file's text → the text of each class in it, with the place where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from keraslint.diagnostic import Span
from keraslint.project.facts import summarize
from keraslint.project.facts.module_facts import ClassSummary, ModuleSummary
from keraslint.project.files.notebook.cell_positions import Places
from keraslint.project.files.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """The lines of one class, decorators included; `line` is the number of the first.

    In a notebook that is its line in the cell; so many lines of the joined text are `before` it.
    """

    path: str
    layer: str
    line: int
    text: str
    before: int = 0

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(self.text.splitlines())

    @property
    def numbers(self) -> range:
        """The numbers of its lines in the text that is linted."""
        first = self.before + self.line
        return range(first, first + len(self.lines))


def clips(source: Source) -> Mapping[str, Clip]:
    """Cut out every class, by its qualified name.

    Raises:
        SyntaxError, ValueError, RecursionError: the text is not Python.
    """
    return clips_of(source, summarize(source.text, "", source.path))


def clips_of(source: Source, module: ModuleSummary) -> Mapping[str, Clip]:
    """Cut out every class of a module that is known already; of a notebook, from its cell."""
    places = Places(source) if source.notebook is not None else None
    return {name: _clip(source, places, one) for name, one in module.classes.items()}


def _clip(source: Source, places: Places | None, one: ClassSummary) -> Clip:
    first, last = one.slice
    before = 0
    if places is not None:
        within = Span.of(first, 1, last, 1)
        source, within = places.texts[places.cell(within.start)], places.in_cell(within)
        before = first - within.start.line
        first, last = within.start.line, within.end.line
    text = span(source, (first, last))
    return Clip(path=source.path, layer=one.qualname, line=first, text=text, before=before)


def span(source: Source, lines: tuple[int, int]) -> str:
    """Give the text from one line to another, both included; line ends become `\\n`."""
    first, last = lines
    return "\n".join(source.line(number) for number in range(first, last + 1))
