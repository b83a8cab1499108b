"""The files of a project → what they say together: its Keras, and what it saves of models."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from keraslint.project.facts.saving_calls import Saving
from keraslint.project.files.requirements import Project
from keraslint.project.files.source import Source
from keraslint.project.names.module_loader import Modules
from keraslint.project.names.project_outline import ProjectOutline
from keraslint.project.names.text_outline import Outline

Names = Mapping[int, tuple[str, str]]
"""Names that only one Keras has, by that Keras, with the file in which each stands."""
_ByFolder = dict[str, dict[int, tuple[str, str]]]
_NOTHING = Outline(bases=())


class ProjectEvidence:
    """What the files around a file say, those of its project: whichever of them are linted.

    A project is a folder with a file about its requirements or a repository, and all below it.
    Where there is none, or it is too wide to be read, it is the package of a file.
    """

    def __init__(
        self,
        outline: ProjectOutline,
        modules: Modules,
        project_of: Callable[[Path], Project | None],
        files: Callable[[Path], tuple[Path, ...] | None],
        outlined: Callable[[Source], Outline],
    ) -> None:
        self._outline = outline
        self._modules = modules
        self._project_of = project_of
        self._files = files
        self._outlined = outlined
        self.forget()

    def forget(self) -> None:
        """Look anew: a text has changed, or even which files there are."""
        self._given: dict[str, Source] | None = None
        self._texts: dict[str, tuple[Source, ...]] = {}
        self._saved: dict[str, Saving] = {}
        self._one_keras: dict[str, tuple[_ByFolder, _ByFolder]] = {}

    def saves_no_model(self, path: str) -> bool:
        """Whether somebody saves or loads weights, and nobody a whole model.

        Where all users of a file are in sight, it is enough that they train models and save none:
        those of a module in no package are in its folder, those of an application in its project.
        """
        folder, is_package = self._around(path)
        saved = self._saving(folder)
        if Saving.WHOLE in saved:
            return not is_package and self._trains_in_vain(self._outline.top(Path(path)))
        project = self._project_of(Path(path).absolute().parent)
        is_application = project is not None and not project.is_distributed
        trains = Saving.TRAINS in saved and (is_application or not is_package)
        return Saving.WEIGHTS in saved or trains

    def _trains_in_vain(self, folder: str) -> bool:
        return self._saving(os.path.abspath(folder)) & ~Saving.WEIGHTS == Saving.TRAINS  # noqa: PTH100

    def saves_whole(self, text: Source) -> bool:
        """Whether a file saves or loads a whole model itself."""
        return Saving.WHOLE in Saving(self._outlined(text).saving)

    def names_of_one_keras(self, path: str) -> Names:
        """Names that only one Keras has: in the file itself, or else the nearest ones around it.

        A call that Keras 3 refuses says less: what the file imports from its project goes before
        one of its own, and any name before those around it.
        """
        own = self._outline_of(path)
        if own.one_keras:
            return {keras: (name, path) for keras, name in own.one_keras}
        if own.refused:
            return self._imported_names(path) or {2: (own.refused, path)}
        folder, _ = self._around(path)
        if folder not in self._one_keras:
            self._one_keras[folder] = self._names_below(folder), self._calls_below(folder)
        around = [
            held[one] for held in self._one_keras[folder] for one in _folders(path) if one in held
        ]
        return next(iter(around), {})

    def _imported_names(self, path: str) -> Names:
        """The same in what a file imports from its project: what it imports itself goes first."""
        folder, _ = self._around(path)
        seen, level = {path}, [path]
        while level:
            imported = {one for asker in level for one in self._imports(asker)} - seen
            level = sorted(one for one in imported if _is_below(os.path.abspath(one), folder))  # noqa: PTH100
            seen |= imported
            found: dict[int, tuple[str, str]] = {}
            for one in level:
                for keras, name in self._outline_of(one).one_keras:
                    found.setdefault(keras, (name, one))
            if found:
                return found
        return {}

    def _imports(self, path: str) -> Iterator[str]:
        """The files that a file imports, or something from."""
        text, folder = self._modules.text(path), os.path.dirname(path)  # noqa: PTH120
        try:
            module = self._modules.summary(text) if isinstance(text, Source) else None
        except (SyntaxError, ValueError, RecursionError):
            module = None
        if module is None:
            return
        for name in (*module.stars, *(one for leaves in module.imports.values() for one in leaves)):
            found = self._modules.find(name, folder)
            yield found or self._modules.find(name.rpartition(".")[0], folder)

    def _outline_of(self, path: str) -> Outline:
        text = self._modules.text(path)
        return self._outlined(text) if isinstance(text, Source) else _NOTHING

    def _names_below(self, folder: str) -> _ByFolder:
        """The same by folder, of all the files below one."""
        found: _ByFolder = {}
        for text in self._below(folder):
            names = self._outlined(text).one_keras
            for around in _folders(text.path, folder) if names else ():
                held = found.setdefault(around, {})
                for keras, name in names:
                    held.setdefault(keras, (name, text.path))
        return found

    def _calls_below(self, folder: str) -> _ByFolder:
        """Calls that Keras 3 refuses, by folder."""
        found: _ByFolder = {}
        for text in self._below(folder):
            call = self._outlined(text).refused
            for around in _folders(text.path, folder) if call else ():
                found.setdefault(around, {2: (call, text.path)})
        return found

    def _saving(self, folder: str) -> Saving:
        """What the files below a folder save; one that saves a whole model settles it."""
        if folder not in self._saved:
            found = Saving.NOTHING
            for text in self._below(folder):
                found |= Saving(self._outlined(text).saving)
                if Saving.WHOLE in found:
                    break
            self._saved[folder] = found
        return self._saved[folder]

    # -- which files -----------------------------------------------------------------------

    def _around(self, path: str) -> tuple[str, bool]:
        """The folder whose files are asked about a file, and whether the file is in a package."""
        name, is_package = self._modules.name(Path(path))
        in_package = is_package or "." in name
        project = self._project_of(Path(path).absolute().parent)
        folder = str(project.folder) if project is not None else ""
        if folder and folder not in self._texts:
            self._texts[folder] = self._read(folder)
        if folder and self._texts[folder]:
            return folder, in_package
        return os.path.abspath(self._outline.top(Path(path))), in_package  # noqa: PTH100

    def _read(self, folder: str) -> tuple[Source, ...]:
        """All the files of a project; none if there are too many."""
        files = self._files(Path(folder))
        texts = (self._text(str(file)) for file in files or ())
        return tuple(text for text in texts if isinstance(text, Source))

    def _text(self, path: str) -> object:
        return self._linted.get(os.path.abspath(path)) or self._modules.text(path)  # noqa: PTH100

    @property
    def _linted(self) -> Mapping[str, Source]:
        if self._given is None:
            self._given = {os.path.abspath(one.path): one for one in self._outline.given}  # noqa: PTH100
        return self._given

    def _below(self, folder: str) -> Iterable[Source]:
        """The files of a project; or the linted ones below a folder, and those of its package."""
        if folder not in self._texts:
            linted = [text for path, text in self._linted.items() if _is_below(path, folder)]
            texts = (*linted, *self._outline.near(folder))
            self._texts[folder] = tuple(sorted(texts, key=lambda one: Path(one.path).absolute()))
        return self._texts[folder]


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(f"{folder.rstrip(os.sep)}{os.sep}")


def _folders(path: str, upto: str = "") -> Iterator[str]:
    """The folders of a file, nearest first, no further than one of them."""
    for folder in map(str, Path(path).absolute().parents):
        yield folder
        if folder == upto:
            return
