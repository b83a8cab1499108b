"""The index of a project → what all its code does, worked out once for each top folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from keraslint.project.facts import look
from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.facts.occurrences.occurrence_records import ModuleOccurrences
from keraslint.project.files.source import Source
from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.project_index import Index
from keraslint.project.program.flow.effect_queries import Effects


def from_text(source: Source) -> ModuleOccurrences:
    """Look at a text which nobody has kept."""
    return look(source.text, source.path)


class ProjectEffects:
    """Answers for any class; what was asked for is noted in the index's reads."""

    def __init__(
        self, index: Index, occurrences: Callable[[Source], ModuleOccurrences] = from_text
    ) -> None:
        self._index = index
        self._look = occurrences
        self._effects: dict[str, Effects] = {}
        index.ask_for_aliases(self._aliases)

    def of(self, ref: ClassRef) -> Effects:
        """What the code of the project does, with the files around a class."""
        index = self._index
        top = index.outline.top(Path(ref.module.path))
        index.reads.note(("effects", top))
        return self._below(top)

    def prepare(self, paths: Iterable[str]) -> None:
        """Have the occurrences of the projects of some files in order."""
        for top in {self._index.outline.top(Path(path)) for path in paths}:
            self._below(top).graph.sort()

    def _below(self, top: str) -> Effects:
        if top not in self._effects:
            index = self._index
            found = map(self._occurrences, index.outline.texts(top))
            self._effects[top] = Effects(
                tuple(one for one in found if one is not None),
                index.hierarchy,
                self._summary,
                index.modules.load,
                index.subclasses,
            )
        return self._effects[top]

    def forget(self) -> None:
        """Take note that a text has changed."""
        self._effects.clear()

    def _aliases(self, top: str) -> Mapping[str, set[str]]:
        return self._effects[top].aliases if top in self._effects else {}

    def _occurrences(self, text: Source) -> ModuleOccurrences | None:
        try:
            return self._look(text)
        except (SyntaxError, ValueError, RecursionError):
            return None

    def _summary(self, path: str) -> ModuleSummary | None:
        text = self._index.modules.text(path)
        try:
            return self._index.modules.summary(text) if isinstance(text, Source) else None
        except (SyntaxError, ValueError, RecursionError):
            return None
