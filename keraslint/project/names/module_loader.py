"""Module names and the files that ask → summaries, read from disk when they are first needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from keraslint.project.facts import summarize
from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.files.installed_packages import NOT_READ
from keraslint.project.files.source import Source, Unreadable, read

_CLIMB = 8
_BOUNDARIES = ("pyproject.toml", ".git", "setup.py", "setup.cfg")


class Modules:
    """The modules of a project, and what they import, as text; nothing is ever imported.

    A name is looked for where Python would: in the root of the asking file's package, in `roots`
    (the `src` setting), in the folders above the file, then among the `installed` packages.
    """

    def __init__(
        self,
        roots: Sequence[Path] = (),
        texts: Mapping[str, Source] | None = None,
        installed: Sequence[Path] = (),
    ) -> None:
        self._roots = tuple(roots)
        self._installed = tuple(installed)
        self._texts = dict(texts or {})
        self._summaries: dict[str, ModuleSummary | None] = {}
        self._found: dict[tuple[str, str], ModuleSummary | None] = {}
        self._besides: dict[str, Source | Unreadable] = {}
        self._files: dict[Path, bool] = {}
        self._folders: dict[str, tuple[Path, ...]] = {}
        self._packages: dict[Path, bool] = {}

    def known(self, path: str) -> ModuleSummary | None:
        """The summary of a file, if it has been needed."""
        return self._summaries.get(path)

    def adopt(self, summary: ModuleSummary) -> None:
        """Take over a summary that another process has made."""
        self._summaries[summary.path] = summary

    def renew(self, source: Source) -> None:
        """Take over the new text of a file; the other files stay as they are known.

        Raises:
            SyntaxError, ValueError, RecursionError: as `summarize`; the old text stays.
        """
        name, is_package = self.name(Path(source.path))
        new = summarize(source.text, name, source.path, is_package=is_package)
        self._texts[source.path] = source
        self._besides.pop(source.path, None)
        self._summaries[source.path] = new
        self._files[Path(source.path)] = True
        self._found = {
            key: found
            for key, found in self._found.items()
            if found is not None and found.path != source.path
        }

    def read_besides(self) -> dict[str, Source | Unreadable]:
        """The files that were read because some name led there."""
        return dict(self._besides)

    def asked_for(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The files that were asked for besides the given texts: those that are there, or not."""
        asked = {str(path): is_there for path, is_there in self._files.items()}
        for folder, is_package in self._packages.items():
            asked[str(folder / "__init__.py")] = is_package
        there = tuple(path for path, is_there in asked.items() if is_there)
        return there, tuple(path for path, is_there in asked.items() if not is_there)

    def summary(self, source: Source) -> ModuleSummary:
        """Summarize a file that is at hand.

        Raises:
            SyntaxError, ValueError, RecursionError: as `summarize`.
        """
        known = self._summaries.get(source.path)
        if known is None:
            name, is_package = self.name(Path(source.path))
            known = summarize(source.text, name, source.path, is_package=is_package)
            self._summaries[source.path] = known
        return known

    def name(self, path: Path) -> tuple[str, bool]:
        """The dotted name under which Python would import a file, and whether it is a package."""
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
        folders = self._search(asker)
        key = (name, str(folders[0]))
        if key not in self._found:
            self._found[key] = self._look(name, folders)
        return self._found[key]

    def _look(self, name: str, folders: Sequence[Path]) -> ModuleSummary | None:
        if not name:
            return None
        relative = name.replace(".", "/")
        foreign = name.partition(".")[0] in NOT_READ
        for folder in folders if foreign else (*folders, *self._installed):
            for candidate in (folder / f"{relative}/__init__.py", folder / f"{relative}.py"):
                if self._is_file(candidate):
                    return self._at(candidate)
        return None

    def _at(self, path: Path) -> ModuleSummary | None:
        key = str(path)
        if key not in self._summaries:
            source: Source | Unreadable | None = self._texts.get(key)
            if source is None:
                source = self._besides[key] = read(path)
            try:
                self._summaries[key] = self.summary(source) if isinstance(source, Source) else None
            except (SyntaxError, ValueError, RecursionError):
                self._summaries[key] = None
        return self._summaries[key]

    def _search(self, asker: str) -> tuple[Path, ...]:
        folder = str(Path(asker).parent)
        if folder not in self._folders:
            own = Path(asker).parent
            while self._is_package(own) and own.parent != own:
                own = own.parent
            self._folders[folder] = tuple(dict.fromkeys((own, *self._roots, *_above(own))))
        return self._folders[folder]

    def _is_package(self, folder: Path) -> bool:
        if folder not in self._packages:
            init = folder / "__init__.py"
            self._packages[folder] = str(init) in self._texts or init.is_file()
        return self._packages[folder]

    def _is_file(self, path: Path) -> bool:
        if path not in self._files:
            self._files[path] = str(path) in self._texts or path.is_file()
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
