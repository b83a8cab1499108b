"""The texts of one run → their facts, each class's ancestry, and its subclasses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.files.discover import WIDEST, files_in
from keraslint.project.files.python_environment import environment_of
from keraslint.project.files.requirements import Requirement, Requirements
from keraslint.project.files.source import Source
from keraslint.project.names.definitions import ClassRef, FunctionRef
from keraslint.project.names.keras_version import Target, target_of, target_of_module
from keraslint.project.names.module_loader import Modules, Summarize, from_text
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.names.project_evidence import ProjectEvidence
from keraslint.project.names.project_outline import ProjectOutline
from keraslint.project.names.reads.recorded_reads import Leaf, Reads
from keraslint.project.names.text_outline import Outline, outlined
from keraslint.project.syntax.parse import parse
from keraslint.settings import Settings

Aliases = Callable[[str, str], Sequence[str]]
"""(top folder of a project, last part of a name) → the other names that it binds to that."""
_OF_ALL_FILES = frozenset({"headers", "names of one keras", "no model saved"})


class Index:
    """What is known of the project while it is linted; files are parsed when first needed.

    Whatever it hands out it notes in `reads`: nothing can be looked at that is not noted.
    """

    def __init__(
        self,
        texts: Sequence[Source],
        settings: Settings,
        matters: Callable[[str], bool] = lambda text: True,
        summarize: Summarize = from_text,
        outline: Callable[[Source], Outline] = outlined,
        check: Callable[[Source], object] = lambda text: parse(text.text),
    ) -> None:
        self.reads = Reads()
        self._matters = matters
        self._check = check
        self._texts = {text.path: text for text in texts}
        self._is_python: set[str] = set()
        self.requirements = Requirements(settings.root)
        self._aliases: Aliases = lambda top, name: ()
        roots = [settings.path(folder) for folder in settings.src]
        environment = environment_of(settings)
        installed = environment.folders if environment is not None else ()
        self.modules = Modules(roots, self._texts, installed, summarize, self.reads)
        self.outline = ProjectOutline(self._texts, self.modules, outline)
        self.evidence = ProjectEvidence(
            self.outline,
            self.modules,
            self.requirements.project,
            lambda folder: files_in(folder, settings, at_most=WIDEST),
            outline,
        )
        self.hierarchy = Hierarchy(self.modules.load, self.reads)

    def source(self, path: str) -> Source | None:
        """The text of a file of the project."""
        self.reads.note(("text", path))
        text = self.modules.text(path)
        return text if isinstance(text, Source) else None

    def method_source(self, ref: FunctionRef) -> Source | None:
        """The text in which a function stands, to read its lines and no others."""
        owner = ref.owner.summary.qualname if ref.owner is not None else ""
        self.reads.note(("lines", ref.module.path, owner, ref.summary.name))
        text = self.modules.text(ref.module.path)
        return text if isinstance(text, Source) else None

    def holds(self, text: Source) -> bool:
        """Whether this is the text of its file, as far as is known."""
        return self._texts.get(text.path) is text

    def renew(self, text: Source) -> None:
        """Take over the new text of a file; what is known of the others stays.

        Raises:
            SyntaxError, ValueError, RecursionError: it is not Python; the old text stays.
        """
        is_new = text.path not in self._texts
        self.modules.renew(text)
        self._texts[text.path] = text
        self.outline.forget(files=is_new)
        self.evidence.forget()
        self.reads.forget(self._changing(text.path, files=is_new))

    def _changing(self, path: str, *, files: bool) -> Iterator[Leaf]:
        """What may be different after a text has changed; `files`: it was not there before."""
        for leaf in self.reads.all:
            kind, about = leaf[:2]
            if about == path or kind in _OF_ALL_FILES or (files and kind == "find"):
                yield leaf

    def module(self, text: Source) -> ModuleSummary | None:
        """What a file declares, if a cheap look at its text says that it may matter.

        Raises:
            SyntaxError, ValueError, RecursionError: the text is not Python.
        """
        if self._matters(text.text):
            return self.modules.summary(text)
        if text.path not in self._is_python:
            self._check(text)
            self._is_python.add(text.path)
        return None

    def declared(self, text: Source) -> tuple[ClassRef, ...]:
        """All the classes that a file declares. Raises what `module` raises."""
        return ClassRef.all(self.modules.summary(text))

    def target(self, ref: ClassRef) -> Target:
        """The Keras that a class is written for, and what says so."""
        lineage, load = self.hierarchy.lineage(ref), self.modules.load
        return target_of(ref, lineage, load, self._required, self._by_names)

    def target_of_module(self, module: ModuleSummary) -> Target:
        """The Keras that a module is written for, apart from its classes."""
        return target_of_module(module, self._required, self._by_names)

    def _required(self, path: str) -> Requirement | None:
        folder = Path(path).absolute().parent
        self.reads.note(("requirement", str(folder)))
        return self.requirements.of_folder(folder)

    def _by_names(self, path: str) -> Mapping[int, tuple[str, str]]:
        self.reads.note(("names of one keras", path))
        return self.evidence.names_of_one_keras(path)

    def subclasses(self, ref: ClassRef, top: str = "") -> tuple[ClassRef, ...]:
        """All classes of the project that descend from one, near or far.

        They are looked for in what is linted, in the class's own package, and in that at `top`.
        """
        found: dict[tuple[str, str], ClassRef] = {}
        todo = [ref]
        while todo:
            for item in self._children(todo.pop(), top):
                if item.key not in found and item.key != ref.key:
                    found[item.key] = item
                    todo.append(item)
        return tuple(found.values())

    def ask_for_aliases(self, aliases: Aliases) -> None:
        """Ask for the other names that classes have, by the last part of their own."""
        self._aliases = aliases

    def saves_no_model(self, path: str) -> bool:
        """Whether the project of a file saves or loads weights, and never a whole model."""
        self.reads.note(("no model saved", path))
        return self.evidence.saves_no_model(path)

    def saves_itself(self, path: str) -> bool:
        """Whether a file saves or loads a whole model."""
        text = self.modules.text(path)
        return isinstance(text, Source) and self.evidence.saves_whole(text)

    def _children(self, ref: ClassRef, top: str) -> Iterator[ClassRef]:
        tops = {self.outline.top(Path(ref.module.path)), top} - {""}
        found = {path for one in tops for path in self._deriving(ref.summary.name, one)}
        for path in sorted(found):
            text = self.modules.text(path)
            for item in self._declared(text) if isinstance(text, Source) else ():
                if item.key != ref.key and self.hierarchy.may_descend(item, ref):
                    yield item

    def _deriving(self, name: str, top: str) -> Iterator[str]:
        """The files with a class that derives from something of a name, or of another for it."""
        for one in self._names_of(name, top):
            self.reads.note(("headers", one, top))
            yield from self.outline.deriving(one, top)

    def _names_of(self, name: str, top: str) -> set[str]:
        """The names that the project has for a class."""
        found, todo = {name}, [name]
        while todo:
            new = set(self._aliases(top, todo.pop())) - found
            found |= new
            todo += new
        return found

    def _declared(self, text: Source) -> tuple[ClassRef, ...]:
        try:
            return self.declared(text)
        except (SyntaxError, ValueError, RecursionError):
            return ()
