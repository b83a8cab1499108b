"""A cheap look at every file of a project → what they all say together of a name."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

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
            self._near_headers[top] = self._headers_of(self.near(top))
        return sorted({*self._headers.get(name, ()), *self._near_headers[top].get(name, ())})

    def texts(self, top: str) -> tuple[Source, ...]:
        """The files that are linted, and those around them that import one or a class of one."""
        if top not in self._concerned:
            given = self._texts.values()
            names = {name for text in given for name in _CLASS.findall(text.text)}
            names |= {self._modules.name(Path(path))[0].rpartition(".")[2] for path in self._texts}
            near = [one for one in self.near(top) if not names.isdisjoint(_imported(one))]
            self._concerned[top] = (*given, *near)
        return self._concerned[top]

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

    def near(self, top: str) -> tuple[Source, ...]:
        """The files of a package, or of a folder of modules, that are not linted."""
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
