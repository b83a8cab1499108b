"""A cheap look at every file of a project → what they all say together of a name."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from pathlib import Path

from keraslint.project.facts.saving_calls import Saving
from keraslint.project.files.source import Source
from keraslint.project.names.module_loader import Modules
from keraslint.project.names.text_outline import Outline

Headers = dict[str, list[str]]
_CLASS = re.compile(r"class[ \t]+(\w+)")
_WORD = re.compile(r"\w+")
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import\b[ \t]*(?:\([^)]*\)|[^\n]*)|import\b[^\n]*)",
    re.MULTILINE,
)
_SKIP = frozenset({"__pycache__", "node_modules", ".git", ".venv", "venv", ".tox"})


class ProjectOutline:
    """The files that are linted, and those around a class that are not.

    `top` is the top folder of a package: a subclass may be in a file of it that is not linted.
    """

    def __init__(
        self,
        texts: Mapping[str, Source],
        modules: Modules,
        outline: Callable[[Source], Outline],
    ) -> None:
        self._texts = texts
        self._modules = modules
        self._outline = outline
        self.forget(files=True)

    def forget(self, *, files: bool) -> None:
        """Look anew: a text has changed, or even which files there are."""
        if files:
            self._given: set[str] | None = None
            self._near: dict[str, tuple[Source, ...]] = {}
            self._near_headers: dict[str, Headers] = {}
        self._headers: Headers | None = None
        self._saves_none: dict[str, bool] = {}
        self._saved: dict[str, Saving] | None = None
        self._one_keras: dict[str, dict[str, dict[int, tuple[str, str]]]] = {}
        self._concerned: dict[str, tuple[Source, ...]] = {}

    @property
    def given(self) -> Collection[Source]:
        """The files that are linted."""
        return self._texts.values()

    def deriving(self, name: str, top: str) -> Sequence[str]:
        """The files with a class that derives from something of a name."""
        if self._headers is None:
            self._headers = self._headers_of(self._texts.values())
        if top not in self._near_headers:
            self._near_headers[top] = self._headers_of(self._not_given(top))
        return sorted({*self._headers.get(name, ()), *self._near_headers[top].get(name, ())})

    def texts(self, top: str) -> tuple[Source, ...]:
        """The files that are linted, and those around them that import one or a class of one."""
        if top not in self._concerned:
            given = self._texts.values()
            names = {name for text in given for name in _CLASS.findall(text.text)}
            names |= {self._modules.name(Path(path))[0].rpartition(".")[2] for path in self._texts}
            near = [one for one in self._not_given(top) if not names.isdisjoint(_imported(one))]
            self._concerned[top] = (*given, *near)
        return self._concerned[top]

    def saves_no_model(self, top: str) -> bool:
        """Whether somebody saves or loads weights, and nobody a whole model.

        The files of a folder that is no package have no other users than each other: they save
        none as well, where they train models and save nothing.
        """
        if top not in self._saves_none:
            near = self._saving(self._not_given(top))
            given = self._saved_below()
            alone = (near | given[""]) & ~Saving.TRAINS == Saving.WEIGHTS
            inside = near | given.get(os.path.abspath(top), Saving.NOTHING)  # noqa: PTH100
            in_vain = Saving.TRAINS in inside and Saving.WHOLE not in inside
            is_package = Path(top, "__init__.py").is_file()
            self._saves_none[top] = alone or (in_vain and not is_package)
        return self._saves_none[top]

    def _saved_below(self) -> Mapping[str, Saving]:
        """What the files that are linted save, by each folder around them; `""` is all of them."""
        if self._saved is None:
            self._saved = {"": Saving.NOTHING}
            for path, text in self._texts.items():
                found = Saving(self._outline(text).saving)
                for folder in ("", *_folders(path)) if found else ():
                    self._saved[folder] = self._saved.get(folder, found) | found
        return self._saved

    def _saving(self, texts: Iterable[Source]) -> Saving:
        return reduce(or_, (Saving(self._outline(text).saving) for text in texts), Saving.NOTHING)

    def saves_whole(self, text: Source) -> bool:
        """Whether a file saves or loads a whole model itself."""
        return Saving.WHOLE in Saving(self._outline(text).saving)

    def names_of_one_keras(self, path: str) -> Mapping[int, tuple[str, str]]:
        """Names that only one Keras has, by that Keras, with the file in which each stands.

        In the file itself, or else in those of its package, the nearest first: whichever of them
        are linted, the answer is the same.
        """
        if path in self._texts:
            own = self._outline(self._texts[path]).one_keras
            if own:
                return {keras: (name, path) for keras, name in own}
        top = self.top(Path(path))
        if top not in self._one_keras:
            self._one_keras[top] = self._names_below(top)
        held = self._one_keras[top]
        return next((held[folder] for folder in _folders(path) if folder in held), {})

    def _names_below(self, top: str) -> dict[str, dict[int, tuple[str, str]]]:
        """The same by folder, of all the files of a package."""
        found: dict[str, dict[int, tuple[str, str]]] = {}
        inside = os.path.abspath(top)  # noqa: PTH100
        for text in self._of_package(top):
            names = self._outline(text).one_keras
            for folder in _folders(text.path) if names else ():
                held = found.setdefault(folder, {})
                for keras, name in names:
                    held.setdefault(keras, (name, text.path))
                if folder == inside:
                    break
        return found

    def _of_package(self, top: str) -> list[Source]:
        """All the files of a package, linted or not, in one order."""
        inside = Path(top).absolute()
        folders = {os.path.dirname(path) for path in self._texts}  # noqa: PTH120
        held = {one for one in folders if self._is_in(Path(one, "__init__.py"), inside)}
        given = [t for path, t in self._texts.items() if os.path.dirname(path) in held]  # noqa: PTH120
        return sorted((*given, *self._not_given(top)), key=lambda one: Path(one.path).absolute())

    def _is_in(self, path: Path, top: Path) -> bool:
        return Path(self.top(path)).absolute() == top

    def top(self, path: Path) -> str:
        """The top folder of a file's package; of a single module, the folder it is in."""
        name, is_package = self._modules.name(path)
        depth = name.count(".") + (1 if is_package else 0)
        folder = path.parent
        for _ in range(max(depth - 1, 0)):
            folder = folder.parent
        return str(folder)

    def _headers_of(self, texts: Iterable[Source]) -> Headers:
        found: Headers = {}
        for text in texts:
            for name in self._outline(text).bases:
                found.setdefault(name, []).append(text.path)
        return found

    def _not_given(self, top: str) -> tuple[Source, ...]:
        if top not in self._near:
            self._near[top] = tuple(self._read_around(top))
        return self._near[top]

    def _read_around(self, top: str) -> Iterator[Source]:
        if self._given is None:
            self._given = {os.path.abspath(path) for path in self._texts}  # noqa: PTH100
        for path in _python_files(top):
            if os.path.abspath(path) not in self._given:  # noqa: PTH100
                text = self._modules.text(path)
                if isinstance(text, Source):
                    yield text


def _folders(path: str) -> Iterator[str]:
    """The folders of a file, nearest first."""
    yield from map(str, Path(path).absolute().parents)


def _python_files(folder: str) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    inside = "" if folder == "." else f"{folder}/"
    for entry in entries:
        path = f"{inside}{entry.name}"
        if entry.name.endswith(".py") and entry.is_file():
            yield path
        elif (
            entry.name not in _SKIP
            and not entry.name.startswith(".")
            and os.path.isfile(f"{path}/__init__.py")  # noqa: PTH113
        ):
            yield from _python_files(path)


def _imported(text: Source) -> Iterator[str]:
    """The words that stand in the imports of a file."""
    for line in _IMPORT.findall(text.text):
        yield from _WORD.findall(line)
