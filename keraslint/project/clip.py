"""A file's text → the text of each class in it, with the place where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from keraslint.project.declared import ModuleSummary
from keraslint.project.source import Source
from keraslint.project.summary import summarize


@dataclass(frozen=True, slots=True)
class Clip:
    """The lines of one class, decorators included; `line` is the number of the first."""

    path: str
    layer: str
    line: int
    text: str

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(self.text.splitlines())


def clips(source: Source) -> Mapping[str, Clip]:
    """Cut out every class, by its qualified name.

    Raises:
        SyntaxError, ValueError, RecursionError: the text is not Python.
    """
    return clips_of(source, summarize(source.text, "", source.path))


def clips_of(source: Source, module: ModuleSummary) -> Mapping[str, Clip]:
    """Cut out every class of a module that is known already."""
    return {
        name: Clip(source.path, name, one.slice[0], span(source, one.slice))
        for name, one in module.classes.items()
    }


def span(source: Source, lines: tuple[int, int]) -> str:
    """Give the text from one line to another, both included; line ends become `\\n`."""
    first, last = lines
    return "\n".join(source.line(number) for number in range(first, last + 1))
