"""The texts of one run → classes and their ancestry, and who descends from whom."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keraslint.cache import digest
from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.facts.parse import parse
from keraslint.project.facts.saving_calls import Saving, saving_calls
from keraslint.project.files.installed_packages import site_packages
from keraslint.project.files.source import Source, Unreadable, read
from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.keras_version import keras_of
from keraslint.project.names.module_loader import Modules
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.program.outside_writes import set_attributes
from keraslint.settings import Settings

Summaries = list[tuple[str, ModuleSummary | None]]
_HEADER = re.compile(r"class\s+\w+\s*(?:\[[^\]]*\]\s*)?\(([^)]*)")  # quick: it begins with a word
_NAME = re.compile(r"\w+")
_AS = re.compile(r" as[ \t]+(\w+)")
_SKIP = frozenset({"__pycache__", "node_modules", ".git", ".venv", "venv", ".tox"})


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What was looked at besides the linted texts: other files, and whether files are there."""

    texts: tuple[tuple[str, str], ...] = ()
    there: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @classmethod
    def all(cls, parts: Iterable[LookedAt]) -> LookedAt:
        """Several of them as one."""
        texts: dict[tuple[str, str], None] = {}
        there: dict[str, None] = {}
        missing: dict[str, None] = {}
        for part in parts:
            texts.update(dict.fromkeys(part.texts))
            there.update(dict.fromkeys(part.there))
            missing.update(dict.fromkeys(part.missing))
        return cls(tuple(texts), tuple(there), tuple(missing))

    @classmethod
    def of(cls, plain: Any) -> LookedAt:
        """Read what `plain` wrote. Raises `ValueError`."""
        try:
            texts, there, missing = plain
            return cls(tuple((str(p), str(d)) for p, d in texts), tuple(there), tuple(missing))
        except (TypeError, ValueError) as error:
            raise ValueError(f"not a list of what was looked at: {error}") from None

    def plain(self) -> object:
        """The same as JSON can hold it."""
        return [self.texts, self.there, self.missing]

    def still_holds(self) -> bool:
        """Whether all of it is as it was."""
        return (
            all(os.path.isfile(path) for path in self.there)  # noqa: PTH113
            and not any(os.path.isfile(path) for path in self.missing)  # noqa: PTH113
            and all(_digest(read(path)) == was for path, was in self.texts)
        )


def _digest(text: Source | Unreadable) -> str:
    body = text.text if isinstance(text, Source) else repr(text)
    return digest([body.encode("utf-8", "surrogatepass")])


class Index:
    """What is known of the project while it is linted; files are parsed when first needed."""

    def __init__(
        self,
        texts: Sequence[Source],
        settings: Settings,
        matters: Callable[[str], bool] = lambda text: True,
    ) -> None:
        self._matters = matters
        self._texts = {text.path: text for text in texts}
        self._others: dict[str, Source] = {}
        self._is_python: set[str] = set()
        self._headers: dict[str, dict[str, None]] = {}
        self._set: dict[str, dict[str, set[str]]] | None = None
        self._near: dict[Path, tuple[str, ...]] = {}
        self._weights_alone: dict[Path, bool] = {}
        for text in texts:
            self._note_headers(text)
        roots = [settings.path(folder) for folder in settings.src]
        installed = site_packages(settings.python)
        self._modules = Modules(roots, self._texts, installed)
        self.hierarchy = Hierarchy(self._modules.load, self._set_elsewhere)

    def source(self, path: str) -> Source | None:
        """The text of a file of the project."""
        if path not in self._texts and path not in self._others:
            text = read(path)
            if isinstance(text, Source):
                self._others[path] = text
        return self._texts.get(path) or self._others.get(path)

    def holds(self, text: Source) -> bool:
        """Whether this is the text of its file, as far as is known."""
        return self._texts.get(text.path) is text

    def renew(self, text: Source) -> None:
        """Take over the new text of a file; what is known of the others stays.

        Raises:
            SyntaxError, ValueError, RecursionError: it is not Python; the old text stays.
        """
        self._modules.renew(text)
        self._texts[text.path] = text
        self._others.pop(text.path, None)
        for paths in self._headers.values():
            paths.pop(text.path, None)
        self._note_headers(text)
        self._set = None
        self._weights_alone.clear()
        self.hierarchy = Hierarchy(self._modules.load, self._set_elsewhere)

    def module(self, text: Source) -> ModuleSummary | None:
        """What a file declares, if a cheap look at its text says that it may matter.

        Raises:
            SyntaxError, ValueError, RecursionError: the text is not Python.
        """
        if self._matters(text.text):
            return self._modules.summary(text)
        if text.path not in self._is_python:
            parse(text.text)
            self._is_python.add(text.path)
        return None

    def summaries(self, texts: Sequence[Source]) -> Summaries:
        """Parse files ahead: a summary, or `None` for a file that merely is Python."""
        known: Summaries = []
        for text in texts:
            try:
                self.module(text)
            except (SyntaxError, ValueError, RecursionError):
                continue  # to be told when its turn comes
            known.append((text.path, self._modules.known(text.path)))
        return known

    def adopt(self, summaries: Summaries) -> None:
        """Take over what another process has parsed."""
        for path, summary in summaries:
            if summary is None:
                self._is_python.add(path)
            else:
                self._modules.adopt(summary)

    @property
    def looked_at(self) -> LookedAt:
        """Everything that was asked of the file system since the texts were given."""
        others = {**self._others, **self._modules.read_besides()}
        texts = tuple((path, _digest(text)) for path, text in others.items())
        there, missing = self._modules.asked_for()
        return LookedAt(texts, there, missing)

    def declared(self, text: Source) -> tuple[ClassRef, ...]:
        """All the classes that a file declares. Raises what `module` raises."""
        return ClassRef.all(self._modules.summary(text))

    def keras(self, ref: ClassRef) -> int:
        """The Keras that a class is written for, 2 or 3."""
        return keras_of(ref, self.hierarchy.lineage(ref), self._modules.load)

    def subclasses(self, ref: ClassRef) -> tuple[ClassRef, ...]:
        """All classes of the project that descend from one, near or far."""
        found: dict[tuple[str, str], ClassRef] = {}
        todo = [ref]
        while todo:
            for item in self._children(todo.pop()):
                if item.key not in found and item.key != ref.key:
                    found[item.key] = item
                    todo.append(item)
        return tuple(found.values())

    def saves_weights_alone(self, path: str) -> bool:
        """Whether the project of a file saves or loads weights, and never a whole model."""
        top = self._look_around(path)
        if top not in self._weights_alone:
            near = {path: self._others[path] for path in self._near[top] if path in self._others}
            self._weights_alone[top] = _weights_alone({**near, **self._texts}.values())
        return self._weights_alone[top]

    def _set_elsewhere(self, ref: ClassRef, attribute: str) -> bool:
        """Whether another file sets an attribute on what it has made of a class."""
        if self._set is None:
            self._set = set_attributes((path, text.text) for path, text in self._texts.items())
        paths = self._set.get(ref.summary.name, {}).get(attribute, set())
        return bool(paths - {ref.module.path})

    def _children(self, ref: ClassRef) -> Iterator[ClassRef]:
        self._look_around(ref.module.path)
        for path in self._headers.get(ref.summary.name, ()):
            text = self.source(path)
            for item in self._declared(text) if text is not None else ():
                if item.key != ref.key and ref in self.hierarchy.lineage(item).chain[1:]:
                    yield item

    def _declared(self, text: Source) -> tuple[ClassRef, ...]:
        try:
            return self.declared(text)
        except (SyntaxError, ValueError, RecursionError):
            return ()

    def _look_around(self, asker: str) -> Path:
        """Read the files of a file's own package: a subclass may be in one that is not linted."""
        top = self._package(Path(asker))
        if top in self._near:
            return top
        near: list[str] = []
        known = {str(Path(path).absolute()) for path in self._texts}
        for path in _python_files(top):
            if str(path.absolute()) not in known and str(path) not in self._others:
                text = read(path)
                if isinstance(text, Source):
                    self._others[str(path)] = text
                    self._note_headers(text)
            if str(path) in self._others:
                near.append(str(path))
        self._near[top] = tuple(near)
        return top

    def _note_headers(self, text: Source) -> None:
        """Remember which files have a class that derives from something of a name."""
        names = {n for bases in _HEADER.findall(text.text) for n in _NAME.findall(bases)}
        for alias in _AS.finditer(text.text) if names else ():
            if alias[1] in names:
                before = text.text[max(alias.start() - 80, 0) : alias.start()]
                names.update(_NAME.findall(before)[-1:])
        for name in names:
            self._headers.setdefault(name, {})[text.path] = None

    def _package(self, path: Path) -> Path:
        """The top folder of a file's package; of a single module, the folder it is in."""
        name, is_package = self._modules.name(path)
        depth = name.count(".") + (1 if is_package else 0)
        folder = path.parent
        for _ in range(max(depth - 1, 0)):
            folder = folder.parent
        return folder


def _weights_alone(texts: Iterable[Source]) -> bool:
    found = Saving.NOTHING
    for text in texts:
        found |= saving_calls(text.text)
        if Saving.WHOLE in found:
            return False
    return Saving.WEIGHTS in found


def _python_files(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return
    for entry in entries:
        if entry.suffix == ".py" and entry.is_file():
            yield entry
        elif (
            entry.name not in _SKIP
            and not entry.name.startswith(".")
            and (entry / "__init__.py").is_file()
        ):
            yield from _python_files(entry)
