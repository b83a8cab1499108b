"""What user code reads while it is measured → files and environment variables, with digests."""

from __future__ import annotations

import hashlib
import os
import site
import sys
import sysconfig
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

OURS = {"PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE", "KERAS_BACKEND"}
# What a shell sets anew with each command.
FLEETING = {"_", "PWD", "OLDPWD", "SHLVL", "COLUMNS", "LINES", "TERM", "WINDOWID"}
# What the system tells of itself: it changes while one looks.
OF_THE_SYSTEM = ("/proc/", "/sys/")
WRITTEN = "written meanwhile"
"""In place of a digest: nobody knows which of its texts was read, and no file has this one."""
_CLOCKS_DIFFER = 0.01
"""Seconds by which the time of a file may be behind."""
INSTALLED = ("stdlib", "platstdlib", "purelib", "platlib")


class ReadLog:
    """Notes what is read from now on; what is installed is told by the versions of packages.

    `inherited` are the variables as they were when the probe was started. A file that is written
    from now on has no digest.
    """

    def __init__(self, ignored: list[Path], inherited: Mapping[str, str]) -> None:
        self._ignored = (*_installed(), *OF_THE_SYSTEM, *_as_prefixes(map(str, ignored)))
        self._inherited = inherited
        self._since = time.time() - _CLOCKS_DIFFER
        self._files: set[str] = set()
        self._environment: dict[str, str | None] = {}

    def begin(self) -> None:
        """Watch files that are opened and variables that are read; there is no way back."""
        sys.addaudithook(self._note)
        kind: Any = type(os.environ)
        read = kind.__getitem__

        def noting(environment: Any, name: Any) -> Any:
            try:
                value = read(environment, name)
            except KeyError:
                self._environment.setdefault(os.fsdecode(name), None)
                raise
            self._environment.setdefault(os.fsdecode(name), digest(os.fsencode(value)))
            return value

        kind.__getitem__ = noting
        self._watch_unaudited()

    def _watch_unaudited(self) -> None:
        """What Python's audit does not tell: files that are looked for, or read by libraries."""
        look = os.stat

        def stat(path: Any, *args: Any, **kwargs: Any) -> os.stat_result:
            self._read(path)
            return look(path, *args, **kwargs)

        os.stat = stat
        for module, name in (("h5py", "File"), ("tensorflow.python.lib.io.file_io", "FileIO")):
            kind = getattr(sys.modules.get(module), name, None)
            if kind is not None:
                _tell(kind, self._read)
        sys.meta_path.append(_Missing(self._read))

    def _read(self, path: Any) -> None:
        if isinstance(path, (str, bytes, os.PathLike)):
            self._files.add(os.fsdecode(path))

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], (str, bytes)) and not _writes(arguments):
            self._read(arguments[0])

    def seen(self, text_of: str) -> dict[str, Any]:
        """Files by path and variables by name, each with a digest; `text_of` is the edited file."""
        early = loaded_early()
        new = [module for name, module in list(sys.modules.items()) if name not in early]
        told = [path for path in (*self._files, *files_of(new)) if path]
        paths = {_real(path) for path in told}
        paths |= {os.path.abspath(path) for path in told if Path(path).is_symlink()}  # noqa: PTH100
        paths.update(*early.values())
        mine = sorted(p for p in paths - {os.path.realpath(text_of)} if self._counts(p))
        files = {path: _content(path, self._since) for path in mine}
        variables = {k: v for k, v in sorted(self._environment.items()) if self._is_theirs(k, v)}
        return {"files": files, "environment": variables}

    def _is_theirs(self, name: str, value: str | None) -> bool:
        """Is the value the user's, or was it set in here?"""
        if name in FLEETING or name in OURS:
            return False
        theirs = self._inherited.get(name)
        return value == (None if theirs is None else digest(os.fsencode(theirs)))

    def _counts(self, path: str) -> bool:
        return not path.startswith(self._ignored) and not Path(path).is_dir()


class _Missing:
    """Asked last for modules: what it is asked for is not there, as of now."""

    def __init__(self, note: Callable[[Any], None]) -> None:
        self._note = note

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Note the files that would have been the module."""
        for folder in [entry for entry in path or sys.path if isinstance(entry, str)]:
            place = f"{folder}{os.sep}{name.rpartition('.')[2]}"
            self._note(f"{place}.py")
            self._note(f"{place}{os.sep}__init__.py")


def _tell(kind: Any, note: Callable[[Any], None]) -> None:
    """Have a class note the file that each of its objects opens."""
    make = kind.__init__

    def noting(self: Any, name: Any, *args: Any, **kwargs: Any) -> None:
        note(name)
        make(self, name, *args, **kwargs)

    kind.__init__ = noting


def _content(path: str, since: float) -> str | None:
    """The digest of a file; None where there is none."""
    file = Path(path)
    try:
        return WRITTEN if file.stat().st_mtime >= since else digest(file.read_bytes())
    except OSError:
        return None


@cache
def loaded_early() -> dict[str, tuple[str, ...]]:
    """Modules that are loaded when this is asked first, and those of their files that may change.

    Asked once before forks are made, it spares each of them to look at all modules of TensorFlow.
    """
    return {
        name: tuple(os.path.realpath(file) for file in files_of([m]) if not is_installed(file))
        for name, m in list(sys.modules.items())
    }


def files_of(modules: Iterable[ModuleType]) -> Iterator[str]:
    """The files that modules were loaded from; built-in ones have none."""
    files = (getattr(module, "__file__", None) for module in modules)
    return (file for file in files if file)


def is_installed(file: str) -> bool:
    """Is this a file of Python's own or of an installed package?"""
    return _real(file).startswith(_installed())


@cache
def _installed() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    places = [*(paths[name] for name in INSTALLED), *site.getsitepackages()]
    return _as_prefixes([*places, site.getusersitepackages()])


def _as_prefixes(places: Iterable[str]) -> tuple[str, ...]:
    return tuple({f"{os.path.realpath(place)}{os.sep}" for place in places if place})


def _real(path: str) -> str:
    """The path without symbolic links; those of a folder are looked up once."""
    if Path(path).is_symlink():
        return os.path.realpath(path)
    folder, _, name = path.rpartition(os.sep)
    return f"{_folder(folder or os.curdir)}{os.sep}{name}"


@cache
def _folder(path: str) -> str:
    return os.path.realpath(path)


def _writes(arguments: tuple[Any, ...]) -> bool:
    flags = arguments[2] if len(arguments) > 2 and isinstance(arguments[2], int) else 0
    return bool(flags & (os.O_WRONLY | os.O_RDWR))


def digest(data: bytes) -> str:
    """A short name for some bytes."""
    return hashlib.blake2b(data, digest_size=20).hexdigest()
