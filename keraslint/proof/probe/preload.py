"""Installed modules that one measurement has imported → imported once, for all that follow."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import sys
import threading
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from .read_log import ReadLog, files_of, is_installed, loaded_early
from .runtime_setup import installed_bytecode

PATIENCE = 60.0
IN_ADVANCE: set[str] = set()
"""Top-level names of what was imported before this process was forked."""
Seen = dict[str, dict[str, Any]]


class Preload:
    """Imports for processes that are yet to be forked, and notes what importing has looked at.

    `inherited` are the variables as they were when the probe was started.
    """

    def __init__(self, inherited: Mapping[str, str]) -> None:
        self._looked_at: Seen = {"files": {}, "environment": {}}
        self._inherited = inherited
        self._tried: set[str] = set()

    def add_to(self, answer: dict[str, Any]) -> dict[str, list[str]]:
        """Add to an answer what it rests on, too; take out what `learn` is to be told."""
        for kind, entries in self._looked_at.items():
            answer["looked_at"][kind].update(entries)
        told: dict[str, list[str]] = answer.pop("imports")
        return told

    def learn(self, imported: Sequence[str], own: Collection[str]) -> None:
        """Import what a measurement has imported, if a rehearsal finds that to be harmless.

        `own` are the top-level names of modules that are not installed: those of the project.
        """
        fresh = [name for name in imported if name not in sys.modules and name not in self._tried]
        if not fresh:
            return
        self._tried.update(fresh)
        tops = dict.fromkeys(map(_top, fresh))
        if not self._import(fresh, own) and len(tops) > 1:
            for top in tops:
                self._import([name for name in fresh if _top(name) == top], own)
        loaded_early.cache_clear()
        loaded_early()
        gc.collect()
        gc.freeze()

    def _import(self, names: Sequence[str], own: Collection[str]) -> bool:
        """Import modules if that is harmless; tell whether it was."""
        ignored = [Path(folder) for folder in [sys.pycache_prefix] if folder]
        seen = rehearsed(names, own, ReadLog(ignored, self._inherited))
        if seen is None:
            return False
        before = set(sys.modules)
        for name in names:
            _imported(name)
        IN_ADVANCE.update(_top(name) for name in sys.modules.keys() - before)
        for kind, entries in seen.items():
            self._looked_at[kind].update(entries)
        return True


def imports(module: str) -> dict[str, list[str]]:
    """The installed modules that were imported since the fork, and the project's top-level names.

    `module` is the name of the one that is measured, which may be installed itself.
    """
    new = _files(loaded_early())
    own = {_top(module), *(_top(name) for name, file in new if not is_installed(file))}
    return {"imported": [name for name, _ in new if _top(name) not in own], "own": sorted(own)}


def rehearsed(names: Iterable[str], own: Collection[str], read_log: ReadLog) -> Seen | None:
    """Import modules in a process of its own; what that looks at, or None where it does harm.

    It does where it starts a thread, which no fork would have; where it takes long; or where it
    imports what is not installed, or what goes by a name of the project's own.
    """
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            os.close(ours)
            with os.fdopen(theirs, "w", encoding="utf-8") as channel:
                channel.write(json.dumps(_rehearse(names, own, read_log)))
        finally:
            os._exit(0)  # whatever happened: this process is not to go on serving
    os.close(theirs)
    try:
        return _heard(ours)
    finally:
        os.close(ours)
        for end in (os.killpg, os.kill):
            try:
                end(pid, 9)
            except (ProcessLookupError, PermissionError):
                continue
        os.waitpid(pid, 0)


def _heard(channel: int) -> Seen | None:
    """What the rehearsal says until it closes the channel."""
    said = b""
    while select.select([channel], [], [], PATIENCE)[0]:
        data = os.read(channel, 2**16)
        if not data:
            break
        said += data
    try:
        seen: Seen | None = json.loads(said)
    except ValueError:
        return None
    return seen


def _rehearse(names: Iterable[str], own: Collection[str], read_log: ReadLog) -> Seen | None:
    before, threads = set(sys.modules), _threads()
    read_log.begin()
    for name in names:
        _imported(name)
    new = _files(before)
    harmless = all(is_installed(file) and _top(name) not in own for name, file in new)
    return read_log.seen("") if harmless and _threads() == threads else None


def _files(before: Container[str]) -> list[tuple[str, str]]:
    """Names and files of the modules that were imported since."""
    new = [(name, module) for name, module in list(sys.modules.items()) if name not in before]
    return [(name, file) for name, module in new for file in files_of([module])]


def _imported(name: str) -> None:
    """Import a module; one that cannot be imported now will say so to those who need it."""
    with contextlib.suppress(Exception, SystemExit), installed_bytecode():
        importlib.import_module(name)


def _threads() -> int:
    """Threads of this process, those of C++ included where that can be told."""
    try:
        return sum(1 for _ in Path("/proc/self/task").iterdir())
    except OSError:
        return threading.active_count()


def forget_shadowed(module: str, places: Iterable[str]) -> None:
    """Forget what was imported in advance where the project has a module of that name.

    `module` is the one that is measured, `places` are the folders that it imports from.
    """
    own = [place for place in places if not is_installed(f"{place}{os.sep}")]
    shadowed = {top for top in IN_ADVANCE if any(_is_module(top, place) for place in own)}
    for top in {*shadowed, _top(module)} & IN_ADVANCE:
        for name in [name for name in sys.modules if _top(name) == top]:
            del sys.modules[name]


def _is_module(name: str, place: str) -> bool:
    spec = PathFinder.find_spec(name, [place])
    return spec is not None and spec.loader is not None


def _top(name: str) -> str:
    return name.partition(".")[0]
