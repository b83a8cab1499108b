"""The index of a project → what all its code does, worked out once for each top folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from keraslint.project.facts import look
from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.facts.occurrences.occurrence_records import ModuleOccurrences
from keraslint.project.files.source import Source
from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.project_index import Index
from keraslint.project.program.flow.effect_queries import Effects


class ProjectEffects:
    """Answers for any class; what was asked for is noted in the index's reads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._does: dict[str, ModuleOccurrences] = {}
        self._effects: dict[str, Effects] = {}
        index.ask_for_aliases(self._aliases)

    def of(self, ref: ClassRef) -> Effects:
        """What the code of the project does, with the files around a class."""
        index = self._index
        top = index.outline.top(Path(ref.module.path))
        index.reads.note(("effects", top))
        if top not in self._effects:
            found = map(self._occurrences, index.outline.texts(top))
            self._effects[top] = Effects(
                tuple(one for one in found if one is not None),
                index.hierarchy,
                self._summary,
                index.modules.load,
                index.subclasses,
            )
        return self._effects[top]

    def forget(self, path: str) -> None:
        """Take note that the text of a file has changed."""
        self._does.pop(path, None)
        self._effects.clear()

    def _aliases(self, top: str) -> Mapping[str, set[str]]:
        return self._effects[top].aliases if top in self._effects else {}

    def _occurrences(self, text: Source) -> ModuleOccurrences | None:
        if text.path not in self._does:
            try:
                self._does[text.path] = look(text.text, text.path)
            except (SyntaxError, ValueError, RecursionError):
                return None
        return self._does[text.path]

    def _summary(self, path: str) -> ModuleSummary | None:
        text = self._index.modules.text(path)
        try:
            return self._index.modules.summary(text) if isinstance(text, Source) else None
        except (SyntaxError, ValueError, RecursionError):
            return None
