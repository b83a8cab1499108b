"""A document's path → the project that it belongs to, by the nearest configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from keraslint.project.files.source import Source
from keraslint.server.warm_project import Project
from keraslint.settings import FILES, ConfigError, Settings, load, nearest


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed when the server was started."""

    config: tuple[str, ...] = ()
    isolated: bool = False


class Projects:
    """Configurations are read again when their files change; a wrong one leaves the last good one.

    `complain` is told what is wrong with a configuration, once.
    """

    def __init__(
        self,
        asked: Asked,
        folders: Callable[[], Sequence[Path]],
        held: Callable[[], Iterable[Source]],
        complain: Callable[[str], None],
    ) -> None:
        self._asked = asked
        self._folders = folders
        self._held = held
        self._complain = complain
        self._known: dict[tuple[Path | None, Path | None], Project] = {}
        self._last: dict[Path, Project] = {}
        self._complaints: dict[Path, str] = {}

    def of(self, path: str) -> Project:
        """Find the project of a document; its configuration is the one that holds now."""
        start = Path(path).parent
        try:
            project = self._read(Path(path))
            self._complaints.pop(start, None)
        except ConfigError as error:
            if self._complaints.get(start) != str(error):
                self._complaints[start] = str(error)
                self._complain(str(error))
            project = self._last.get(start) or self._default(Path(path))
        self._last[start] = project
        return project

    def all(self) -> list[Project]:
        """Every project of which a document is or was open."""
        return list(dict.fromkeys(self._last.values()))

    def _read(self, path: Path) -> Project:
        """Load the configuration that holds, unless that is done already. Raises `ConfigError`."""
        folder, file = self._folder(path), self._file(path.parent)
        project = self._known.get((folder, file))
        if project is None or not project.is_current:
            settings = load(path.parent, config=self._asked.config, isolated=self._asked.isolated)
            if settings.file is None:
                settings = replace(settings, root=folder or path.parent)
            project = self._known[folder, file] = Project(settings, folder, self._held())
        return project

    def _file(self, start: Path) -> Path | None:
        given = [Path(item) for item in self._asked.config if Path(item).is_file()]
        if given:
            return given[0]
        return None if self._asked.isolated else nearest(start)

    def _folder(self, path: Path) -> Path | None:
        """The innermost workspace folder that a file is in."""
        around = [folder for folder in self._folders() if folder in path.parents]
        return max(around, key=lambda folder: len(folder.parts), default=None)

    def _default(self, path: Path) -> Project:
        folder = self._folder(path)
        return Project(Settings(root=folder or path.parent), folder, self._held())


def is_configuration(path: str) -> bool:
    """Whether a file may hold configuration, by its name."""
    return Path(path).name in FILES
