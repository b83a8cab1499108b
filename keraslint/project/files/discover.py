"""Paths as typed → the Python files meant, in a fixed order, and the paths that mean nothing."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from keraslint.project.files.gitignore import Ignores, above
from keraslint.project.files.glob_patterns import Patterns, compiled, excluded
from keraslint.project.files.source import Trouble, Unreadable, unreadable
from keraslint.settings import Settings

SUFFIXES = (".py", ".ipynb")
WIDEST = 5_000
"""Files in a folder up to which all of them are read: subclasses may be anywhere."""


@dataclass(frozen=True, slots=True)
class Found:
    """The files to lint, each once, and a record for each path that gave none."""

    files: tuple[Path, ...]
    problems: tuple[Unreadable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    shown: str
    real: str
    is_link: bool = False


def discover(paths: Sequence[Path], settings: Settings) -> Found:
    """Expand folders; a file that is named is meant, whatever it is called or excluded by.

    Links to folders are not followed (as in ruff), so there are no loops; a file that is reached
    by several ways is returned once, by its own name rather than a link's.
    """
    entries: list[_Entry] = []
    problems: list[Unreadable] = []
    for path in paths:
        if settings.force_exclude and excluded(path, settings):
            continue
        found = list(_expand(path, settings))
        entries += [entry for entry in found if isinstance(entry, _Entry)]
        problems += [entry for entry in found if isinstance(entry, Unreadable)]
        if not found:
            reason = f"no Python files found under `{path}`"
            problems.append(Unreadable(path=str(path), kind=Trouble.EMPTY, reason=reason))
    return Found(_unique(entries), tuple(problems))


def files_in(folder: Path, settings: Settings, *, at_most: int) -> tuple[Path, ...] | None:
    """List the files of a folder, or `None` if there are more than so many."""
    entries = (entry for entry in _expand(folder, settings) if isinstance(entry, _Entry))
    found = list(islice(entries, at_most + 1))
    return _unique(found) if len(found) <= at_most else None


def _unique(entries: Iterable[_Entry]) -> tuple[Path, ...]:
    shown: dict[str, str] = {}
    for entry in sorted(entries, key=lambda entry: entry.is_link):
        shown.setdefault(entry.real, entry.shown)
    return tuple(Path(path) for path in sorted(shown.values()))


def _expand(path: Path, settings: Settings) -> Iterator[_Entry | Unreadable]:
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
        real = os.path.realpath(path)  # of a pipe, that is no path that could be followed
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: a loop of links
        yield unreadable(str(path), error)
        return
    if not is_folder:
        yield _Entry(shown=str(path), real=real)
        return
    ignores = above(Path(real)) if settings.respect_gitignore else None
    if ignores and ignores.ignores(real, is_folder=True):
        ignores = Ignores(in_repository=True)  # named, so meant
    patterns = compiled((*settings.exclude, *settings.extend_exclude), settings.root)
    shown = "" if str(path) == "." else f"{path}{os.sep}".replace(os.sep * 2, os.sep)
    yield from _walk(shown, real, ignores, patterns)


def _walk(
    shown: str, real: str, ignores: Ignores | None, patterns: Patterns
) -> Iterator[_Entry | Unreadable]:
    """Walk a folder; `shown` is its path as the user says it, with a slash at its end."""
    waiting = [(shown, real, ignores)]
    while waiting:
        shown, real, ignores = waiting.pop()
        try:
            with os.scandir(real) as scan:
                entries = list(scan)
        except OSError as error:
            yield unreadable(shown or ".", error)
            continue
        if ignores is not None:
            ignores = ignores.inside(real, {entry.name for entry in entries})
        for entry in entries:
            if not _is_wanted(entry, ignores, patterns):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append((f"{shown}{entry.name}{os.sep}", entry.path, ignores))
            else:
                yield from _file(shown + entry.name, entry)


def _is_wanted(entry: os.DirEntry[str], ignores: Ignores | None, patterns: Patterns) -> bool:
    is_folder = entry.is_dir(follow_symlinks=False)
    if not is_folder and not entry.name.endswith(SUFFIXES):
        return False
    if patterns.match(entry.path, entry.name):
        return False
    return not (ignores and ignores.specs and ignores.ignores(entry.path, is_folder=is_folder))


def _file(shown: str, entry: os.DirEntry[str]) -> Iterator[_Entry | Unreadable]:
    if not entry.is_symlink():
        if entry.is_file():  # not a socket or a pipe that is called so
            yield _Entry(shown=shown, real=entry.path)
        return
    try:
        real = Path(entry.path).resolve(strict=True)
    except (OSError, RuntimeError) as error:
        yield unreadable(shown, error)
        return
    if real.is_file():
        yield _Entry(shown=shown, real=str(real), is_link=True)
