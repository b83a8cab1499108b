"""`--watch`: a request → an answer, and another whenever a file or the configuration changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from keraslint.commands import Answer
from keraslint.commands.check import answer
from keraslint.commands.request import Request, settings_of
from keraslint.project.files.discover import discover
from keraslint.settings import ConfigError, Settings

INTERVAL = 0.5
"""Seconds between two looks: a walk and one `stat` per file, no dependency, any file system."""

Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class _State:
    """All that an answer depends on, as far as the file system tells cheaply."""

    settings: Settings | str
    files: tuple[tuple[str, Stamp | None], ...] = ()


def watched(
    request: Request, pause: Callable[[float], None] = time.sleep
) -> Iterator[tuple[Answer, int]]:
    """Answer at once and after each change, with the number of files that are watched.

    Raises `ConfigError` for a request that cannot be followed to begin with.
    """
    settings = settings_of(request)
    gone = [path for path in request.paths if not Path(path).exists()]
    if gone and not discover([Path(path) for path in request.paths], settings).files:
        raise ConfigError(*(f"`{path}`: no such file or folder to watch" for path in gone))
    before: _State | None = None
    while True:
        now = _state(request)
        if now != before:
            yield _answer(request), len(now.files)
            writes = isinstance(now.settings, Settings) and now.settings.fix
            before = _state(request) if writes else now  # what was written is no news
        pause(INTERVAL)


def _answer(request: Request) -> Answer:
    """A configuration that cannot be followed may be mended while one watches."""
    try:
        return answer(request, standard_input=bytes)
    except ConfigError as error:
        return Answer(err="".join(f"error: {line}\n" for line in error.messages), failed=True)


def _state(request: Request) -> _State:
    try:
        settings = settings_of(request)
    except ConfigError as error:
        return _State(str(error))
    found = discover([Path(path) for path in request.paths or (".",)], settings)
    files = [*found.files, *filter(None, [settings.file]), *_named(settings)]
    missing = tuple((problem.path, None) for problem in found.problems)
    return _State(settings, (*((str(file), _stamp(file)) for file in files), *missing))


def _named(settings: Settings) -> list[Path]:
    return [settings.path(settings.baseline)] if settings.baseline else []


def _stamp(file: Path) -> Stamp | None:
    """Tell one version of a file from the next; a file that is being replaced is gone."""
    try:
        known = file.stat()
    except OSError:
        return None
    return known.st_mtime_ns, known.st_size, known.st_ino
