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
        self._one_keras: dict[str, dict[str, dict[int, tuple[str, str]]]] = {}

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
        """Names that only one Keras has: in the file itself, or else the nearest ones around it."""
        text = self._modules.text(path)
        own = self._outlined(text).one_keras if isinstance(text, Source) else ()
        if own:
            return {keras: (name, path) for keras, name in own}
        folder, _ = self._around(path)
        if folder not in self._one_keras:
            self._one_keras[folder] = self._names_below(folder)
        held = self._one_keras[folder]
        return next((held[one] for one in _folders(path) if one in held), {})

    def _names_below(self, folder: str) -> dict[str, dict[int, tuple[str, str]]]:
        """The same by folder, of all the files below one."""
        found: dict[str, dict[int, tuple[str, str]]] = {}
        for text in self._below(folder):
            names = self._outlined(text).one_keras
            for around in _folders(text.path) if names else ():
                held = found.setdefault(around, {})
                for keras, name in names:
                    held.setdefault(keras, (name, text.path))
                if around == folder:
                    break
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


def _folders(path: str) -> Iterator[str]:
    """The folders of a file, nearest first."""
    yield from map(str, Path(path).absolute().parents)
