"""The files of a run → the configuration files beside them that do not hold for it, as notes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from keraslint.project.files.source import Trouble, Unreadable
from keraslint.settings import ConfigError, Settings, in_folder, shown

MOST = 3


def nested_configurations(
    paths: Iterable[str], settings: Settings, start: Path | None
) -> list[Unreadable]:
    """Tell of configurations below `start`, where the search for one began, as it goes up only."""
    if start is None:
        return []
    folders = {Path(path).absolute().parent for path in paths if path != "-"}
    below = {folder for one in folders for folder in (one, *one.parents) if start in folder.parents}
    files = [file for folder in sorted(below) if (file := _file(folder)) is not None]
    if not files:
        return []
    named = ", ".join(f"`{shown(file)}`" for file in files[:MOST])
    more = f" and {len(files) - MOST} more" if len(files) > MOST else ""
    does = "does" if len(files) == 1 else "do"
    instead = f"`{shown(settings.file)}` does" if settings.file else "the defaults do"
    reason = f"{named}{more} {does} not hold for this run, {instead}: lint that folder by itself"
    return [Unreadable(path=str(files[0]), kind=Trouble.EMPTY, reason=reason)]


def _file(folder: Path) -> Path | None:
    try:
        return in_folder(folder)
    except ConfigError:
        return None
