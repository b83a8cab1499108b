"""The index of a project → what all its code does, worked out once for each top folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.facts.occurrences.occurrence_records import ModuleOccurrences
from keraslint.project.files.source import Source
from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.project_index import Index
from keraslint.project.program.flow.effect_queries import Effects
from keraslint.project.program.mentions.file_mentions import FileMentions, MentionedNames
from keraslint.project.program.mentions.project_mentions import Mentions


class ProjectEffects:
    """Answers for any class; what was asked for is noted in the index's reads."""

    def __init__(
        self,
        index: Index,
        occurrences: Callable[[Source], ModuleOccurrences],
        names: Callable[[Source], MentionedNames],
    ) -> None:
        self._index = index
        self._look = occurrences
        self._names = names
        self._files: dict[str, tuple[Source, tuple[MentionedNames, FileMentions]]] = {}
        self._effects: dict[str, Effects] = {}
        self._of_texts: dict[tuple[str, ...], Effects] = {}
        index.ask_for_aliases(self._aliases)

    def of(self, ref: ClassRef) -> Effects:
        """What the code of the project does, with the files around a class."""
        return self.below(self._index.outline.top(Path(ref.module.path)))

    def prepare(self, paths: Iterable[str]) -> None:
        """Have the occurrences of the projects of some files in order."""
        for top in {self._index.outline.top(Path(path)) for path in paths}:
            self.below(top)

    def below(self, top: str) -> Effects:
        """What the code of one project does: whoever asks for a part of it is noted there."""
        if top not in self._effects:
            texts = self._index.outline.texts(top)
            same = tuple(text.path for text in texts)
            if same not in self._of_texts:
                self._of_texts[same] = self._look_at(texts, top)
            self._effects[top] = self._of_texts[same]
        return self._effects[top]

    def _look_at(self, texts: Iterable[Source], top: str) -> Effects:
        index = self._index
        found = map(self._file, texts)
        return Effects(
            Mentions((one for one in found if one is not None), index.reads, top),
            index.hierarchy,
            self._summary,
            index.modules.load,
            partial(index.subclasses, top=top),
        )

    def forget(self) -> None:
        """Take note that a text has changed."""
        self._effects.clear()
        self._of_texts.clear()

    def _aliases(self, top: str, name: str) -> Sequence[str]:
        return self.below(top).mentions.aliases.get(name)

    def _file(self, text: Source) -> tuple[MentionedNames, FileMentions] | None:
        """The mentions of a text; those of one that has not changed stay."""
        known = self._files.get(text.path)
        if known is None or known[0] is not text:
            try:
                names = self._names(text)
            except (SyntaxError, ValueError, RecursionError):
                return None
            look = partial(self._look, text)
            known = text, (names, FileMentions(text.path, self._index.reads, look))
            self._files[text.path] = known
        return known[1]

    def _summary(self, path: str) -> ModuleSummary | None:
        text = self._index.modules.text(path)
        try:
            return self._index.modules.summary(text) if isinstance(text, Source) else None
        except (SyntaxError, ValueError, RecursionError):
            return None
