"""A fact that an answer rests on → a digest of what it says now, wherever in its file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from keraslint.cache import digest
from keraslint.engine.kept_facts import KeptFacts
from keraslint.project.files.source import Source
from keraslint.project.names.project_index import Index
from keraslint.project.names.recorded_reads import Leaf


class LeafStates:
    """How each leaf is in one run; the kinds are those that the index notes."""

    def __init__(self, index: Index, facts: KeptFacts) -> None:
        outline = index.outline
        self._index = index
        self._facts = facts
        self._known: dict[Leaf, str] = {}
        self._kinds: dict[str, Callable[..., str]] = {
            "module": self._module,
            "find": index.modules.find,
            "text": self._text,
            "lines": self._lines,
            "headers": lambda name, top: "\n".join(outline.deriving(name, top)),
            "set": lambda name, attribute: "\n".join(sorted(outline.setters(name, attribute))),
            "requirement": lambda folder: repr(index.requirements.of_folder(Path(folder))),
            "names of one keras": lambda path: repr(outline.names_of_one_keras(path)),
            "effects": self._effects,
            "before": self._before,
            "weights alone": lambda top: str(outline.saves_weights_alone(top)),
        }

    def of(self, leaves: Iterable[Leaf]) -> str:
        """One digest for the states of some leaves."""
        known = self._known
        states = [known[leaf] if leaf in known else self._state(leaf) for leaf in leaves]
        return digest(["\0".join(states).encode("utf-8", "surrogatepass")])

    def fetch(self, leaves: Iterable[Leaf]) -> None:
        """Read ahead what many leaves will need."""
        modules = []
        for leaf in leaves:
            if leaf[0] == "module":
                text = self._index.modules.text(leaf[1])
                if isinstance(text, Source):
                    modules.append(self._named(text))
        self._facts.fetch_shapes(modules)

    def forget(self) -> None:
        """Find out anew, after a text has changed."""
        self._known.clear()

    def _state(self, leaf: Leaf) -> str:
        kind, *about = leaf
        state = self._known[leaf] = self._kinds[kind](*about)
        return state

    def _module(self, path: str) -> str:
        text = self._index.modules.text(path)
        if not isinstance(text, Source):
            return ""
        return self._facts.shape(text, *self._index.modules.name(Path(path)))

    def _effects(self, top: str) -> str:
        """What all code around a class declares and does, and what of it comes before what."""
        texts = self._index.outline.texts(top)
        self._facts.fetch_shapes([self._named(text) for text in texts])
        said = [f"{one.path} {self._module(one.path)} {self._facts.deeds(one)}" for one in texts]
        return digest([line.encode("utf-8", "surrogatepass") for line in said])

    def _before(self, path: str, line: str) -> str:
        """All that stands before a line: if it is the same, so is the line's number."""
        text = self._index.modules.text(path)
        if not isinstance(text, Source) or int(line) > len(text.starts):
            return ""
        start = text.text[: text.starts[int(line) - 1]]
        return digest([start.encode("utf-8", "surrogatepass")])

    def _named(self, text: Source) -> tuple[Source, str, bool]:
        name, is_package = self._index.modules.name(Path(text.path))
        return text, name, is_package

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
