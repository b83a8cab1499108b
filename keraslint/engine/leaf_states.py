"""A fact that an answer rests on, and that is no part of one file's facts → what it says now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from keraslint.cache import digest
from keraslint.engine.kept_facts import KeptFacts
from keraslint.project.files.source import Source
from keraslint.project.names.project_index import Index
from keraslint.project.names.reads.recorded_reads import Leaf


class LeafStates:
    """How each leaf is in one run; the kinds are those that the index notes."""

    def __init__(self, index: Index, facts: KeptFacts) -> None:
        outline = index.outline
        self._index = index
        self._facts = facts
        self._known: dict[Leaf, str] = {}
        self._kinds: dict[str, Callable[..., str]] = {
            "find": index.modules.find,
            "text": self._text,
            "lines": self._lines,
            "headers": lambda name, top: "\n".join(outline.deriving(name, top)),
            "requirement": lambda folder: repr(index.requirements.of_folder(Path(folder))),
            "names of one keras": lambda path: repr(index.evidence.names_of_one_keras(path)),
            "before": self._before,
            "no model saved": lambda path: str(index.evidence.saves_no_model(path)),
        }

    def knows(self, leaf: Leaf) -> bool:
        """Whether a leaf is of these kinds."""
        return leaf[0] in self._kinds

    def of(self, leaf: Leaf) -> str:
        """What a leaf says."""
        known = self._known.get(leaf)
        if known is None:
            kind, *about = leaf
            known = self._known[leaf] = self._kinds[kind](*about)
        return known

    def _before(self, path: str, line: str) -> str:
        """All that stands before a line: if it is the same, so is the line's number."""
        text = self._index.modules.text(path)
        if not isinstance(text, Source) or int(line) > len(text.starts):
            return ""
        start = text.text[: text.starts[int(line) - 1]]
        return digest([start.encode("utf-8", "surrogatepass")])

    def _text(self, path: str) -> str:
        text = self._index.modules.text(path)
        return text.digest if isinstance(text, Source) else ""

    def _lines(self, path: str, owner: str, name: str) -> str:
        """What the lines of one function say, comments aside."""
        text = self._index.modules.text(path)
        if not isinstance(text, Source):
            return ""
        return self._facts.lines(text, f"{owner}.{name}", lambda: self._slice(text, owner, name))

    def _slice(self, text: Source, owner: str, name: str) -> tuple[int, int]:
        """The lines of a function; all of them, if they cannot be told."""
        try:
            module = self._index.modules.summary(text)
        except (SyntaxError, ValueError, RecursionError):
            return 1, len(text.starts)
        holder = module.classes.get(owner)
        functions = holder.methods if holder is not None else module.functions
        return functions[name].slice if name in functions else (1, len(text.starts))
