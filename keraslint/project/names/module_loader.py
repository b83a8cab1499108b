"""Module names and the files that ask → summaries, read from disk when they are first needed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from keraslint.project.facts import summarize
from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.files.installed_packages import NOT_READ
from keraslint.project.files.source import Source, Unreadable, read
from keraslint.project.names.reads.noted_facts import noted
from keraslint.project.names.reads.recorded_reads import Reads

_CLIMB = 8
_BOUNDARIES = ("pyproject.toml", ".git", "setup.py", "setup.cfg")
Summarize = Callable[[Source, str, bool], ModuleSummary]
"""(text, module name, whether it is a package) → facts; raises as `summarize`."""


def from_text(source: Source, name: str, is_package: bool) -> ModuleSummary:
    """Work out the facts of a text, which nobody has kept."""
    return summarize(source.text, name, source.path, is_package=is_package)


class Modules:
    """The modules of a project, and what they import, as text; nothing is ever imported.

    A name is looked for where Python would: in the root of the asking file's package, in `roots`
    (the `src` setting), in the folders above the file, then among the `installed` packages.
    What is handed out is noted in `reads`: `("find", name, folder)` says where a name leads for
    the files of a folder, `("module", path)` what a file declares.
    """

    def __init__(
        self,
        roots: Sequence[Path] = (),
        texts: Mapping[str, Source] | None = None,
        installed: Sequence[Path] = (),
        summarize: Summarize = from_text,
        reads: Reads | None = None,
    ) -> None:
        self._roots = tuple(roots)
        self._installed = tuple(installed)
        self._summarize = summarize
        self._reads = reads or Reads()
        self._texts = dict(texts or {})
        self._given = {os.path.abspath(path): path for path in self._texts}  # noqa: PTH100
        self._summaries: dict[str, ModuleSummary | None] = {}
        self._found: dict[tuple[str, str], str] = {}
        self._broken: set[str] = set()
        self._besides: dict[str, Source | Unreadable] = {}
        self._files: dict[str, bool] = {}
        self._folders: dict[str, tuple[Path, ...]] = {}
        self._packages: dict[Path, bool] = {}
        self._names: dict[str, tuple[str, bool]] = {}

    def adopt(self, summary: ModuleSummary) -> None:
        """Take over a summary that another process has made."""
        self._summaries[summary.path] = noted(summary, self._reads)

    def renew(self, source: Source) -> None:
        """Take over the new text of a file; the other files stay as they are known.

        Raises:
            SyntaxError, ValueError, RecursionError: as `summarize`; the old text stays.
        """
        new = self._summarize(source, *self.name(Path(source.path)))
        self._texts[source.path] = source
        self._given[os.path.abspath(source.path)] = source.path  # noqa: PTH100
        self._besides.pop(source.path, None)
        self._summaries[source.path] = noted(new, self._reads)
        self._broken.discard(source.path)
        if not self._files.get(source.path):
            self._forget_the_file_system()
            self._files[source.path] = True

    def _forget_the_file_system(self) -> None:
        for known in (self._found, self._files, self._folders, self._packages, self._names):
            known.clear()

    def summary(self, source: Source) -> ModuleSummary:
        """Summarize a file that is at hand.

        Raises:
            SyntaxError, ValueError, RecursionError: as `summarize`.
        """
        self._reads.note(("module", source.path))
        known = self._summaries.get(source.path)
        if known is None:
            known = noted(self._summarize(source, *self.name(Path(source.path))), self._reads)
            self._summaries[source.path] = known
        return known

    def name(self, path: Path) -> tuple[str, bool]:
        """The dotted name under which Python would import a file, and whether it is a package."""
        key = str(path)
        if key not in self._names:
            self._names[key] = self._name(path)
        return self._names[key]

    def _name(self, path: Path) -> tuple[str, bool]:
        parts = [] if path.name == "__init__.py" else [path.stem]
        folder = path.parent
        while self._is_package(folder):
            parts.append(folder.name or folder.resolve().name)
            if folder.parent == folder:
                break
            folder = folder.parent
        return ".".join(reversed(parts)), path.name == "__init__.py"

    def load(self, name: str, asker: str) -> ModuleSummary | None:
        """Find a module by absolute name for the file that asks (see `hierarchy.Load`)."""
        folder = os.path.dirname(asker)  # noqa: PTH120
        self._reads.note(("find", name, folder))
        path = self.find(name, folder)
        return self._at(path) if path else None

    def find(self, name: str, folder: str) -> str:
        """The file to which an absolute name leads for the files of a folder; `""` for none."""
        folders = self._search(folder)
        key = (name, str(folders[0]))
        if key not in self._found:
            self._found[key] = self._look(name, folders)
        return self._found[key]

    def _look(self, name: str, folders: Sequence[Path]) -> str:
        if not name:
            return ""
        relative = name.replace(".", "/")
        foreign = name.partition(".")[0] in NOT_READ
        for folder in folders if foreign else (*folders, *self._installed):
            inside = "" if str(folder) == "." else f"{folder}/"
            for candidate in (f"{inside}{relative}/__init__.py", f"{inside}{relative}.py"):
                if self._is_file(candidate):
                    return self._given.get(os.path.abspath(candidate), candidate)  # noqa: PTH100
        return ""

    def _at(self, path: str) -> ModuleSummary | None:
        source = self.text(path)
        if isinstance(source, Source) and path not in self._broken:
            try:
                return self.summary(source)
            except (SyntaxError, ValueError, RecursionError):
                self._broken.add(path)
        self._reads.note(("module", path))
        return None

    def text(self, path: str) -> Source | Unreadable:
        """The text of a file, given or on the disk."""
        source: Source | Unreadable | None = self._texts.get(path) or self._besides.get(path)
        if source is None:
            source = self._besides[path] = read(path)
        return source

    def _search(self, folder: str) -> tuple[Path, ...]:
        """Where to look for modules, for the files of a folder."""
        if folder not in self._folders:
            own = Path(folder)
            while self._is_package(own) and own.parent != own:
                own = own.parent
            self._folders[folder] = tuple(dict.fromkeys((own, *self._roots, *_above(own))))
        return self._folders[folder]

    def _is_package(self, folder: Path) -> bool:
        if folder not in self._packages:
            init = folder / "__init__.py"
            self._packages[folder] = str(init) in self._texts or init.is_file()
        return self._packages[folder]

    def _is_file(self, path: str) -> bool:
        if path not in self._files:
            self._files[path] = path in self._texts or os.path.isfile(path)  # noqa: PTH113
        return self._files[path]


def _above(folder: Path) -> list[Path]:
    """The folders above one, up to the project's own top."""
    found: list[Path] = []
    for _ in range(_CLIMB):
        if any((folder / name).exists() for name in _BOUNDARIES):
            break
        shown, folder = folder, folder.parent if folder.name else folder.resolve().parent
        if folder == shown:
            break
        found.append(folder)
    return found
