"""Module names and the files that ask → summaries, read from disk when they are first needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from keraslint.project.declared import ModuleSummary
from keraslint.project.source import Source, read
from keraslint.project.summary import summarize

_CLIMB = 8
_BOUNDARIES = ("pyproject.toml", ".git", "setup.py", "setup.cfg")


class Modules:
    """The modules of a project, and what they import, as text; nothing is ever imported.

    A name is looked for where Python would: in the root of the asking file's package, in `roots`
    (the `src` setting, then installed packages), then in the folders above the file.
    """

    def __init__(
        self, roots: Sequence[Path] = (), texts: Mapping[str, Source] | None = None
    ) -> None:
        self._roots = tuple(roots)
        self._texts = dict(texts or {})
        self._summaries: dict[str, ModuleSummary | None] = {}
        self._found: dict[tuple[str, str], ModuleSummary | None] = {}
        self._files: dict[Path, bool] = {}
        self._folders: dict[str, tuple[Path, ...]] = {}
        self._packages: dict[Path, bool] = {}

    @property
    def read(self) -> tuple[str, ...]:
        """The paths of all files that were summarized."""
        return tuple(path for path, summary in self._summaries.items() if summary is not None)

    def add(self, source: Source) -> None:
        """Let this text stand for its file."""
        self._texts[source.path] = source
        self._summaries.pop(source.path, None)

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
        for folder in folders:
            for candidate in (folder / f"{relative}/__init__.py", folder / f"{relative}.py"):
                if self._is_file(candidate):
                    return self._at(candidate)
        return None

    def _at(self, path: Path) -> ModuleSummary | None:
        key = str(path)
        if key not in self._summaries:
            source = self._texts.get(key) or read(path)
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
            self._packages[folder] = (folder / "__init__.py").is_file()
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
