"""What user code reads while it is measured → files and environment variables, with digests."""

from __future__ import annotations

import hashlib
import os
import site
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Any

OURS = {"PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE", "KERAS_BACKEND"}
# What a shell sets anew with each command.
FLEETING = {"_", "PWD", "OLDPWD", "SHLVL", "COLUMNS", "LINES", "TERM", "WINDOWID"}
INSTALLED = ("stdlib", "platstdlib", "purelib", "platlib")


class Witness:
    """Notes what is read from now on; what is installed is told by the versions of packages.

    `inherited` are the variables as they were when the probe was started.
    """

    def __init__(self, ignored: list[Path], inherited: Mapping[str, str]) -> None:
        paths = sysconfig.get_paths()
        places = [*(paths[name] for name in INSTALLED), *_site_packages(), *map(str, ignored)]
        self._ignored = tuple({f"{os.path.realpath(place)}{os.sep}" for place in places if place})
        self._inherited = inherited
        self._files: set[str] = set()
        self._environment: dict[str, str | None] = {}

    def begin(self) -> None:
        """Watch files that are opened and variables that are read; there is no way back."""
        sys.addaudithook(self._note)
        kind: Any = type(os.environ)
        read = kind.__getitem__

        def noting(environment: Any, name: str) -> str:
            try:
                value: str = read(environment, name)
            except KeyError:
                self._environment.setdefault(name, None)
                raise
            self._environment.setdefault(name, digest(os.fsencode(value)))
            return value

        kind.__getitem__ = noting

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str) and not _writes(arguments):
            self._files.add(arguments[0])

    def seen(self, text_of: str) -> dict[str, Any]:
        """Files by path and variables by name, each with a digest; `text_of` is the edited file."""
        loaded = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
        paths = {os.path.realpath(path) for path in (*self._files, *loaded) if path}
        mine = sorted(p for p in paths - {os.path.realpath(text_of)} if self._counts(p))
        files = {path: digest(Path(path).read_bytes()) for path in mine}
        variables = {k: v for k, v in sorted(self._environment.items()) if self._is_theirs(k, v)}
        return {"files": files, "environment": variables}

    def _is_theirs(self, name: str, value: str | None) -> bool:
        """Is the value the user's, or was it set in here?"""
        if name in FLEETING or name in OURS:
            return False
        theirs = self._inherited.get(name)
        return value == (None if theirs is None else digest(os.fsencode(theirs)))

    def _counts(self, path: str) -> bool:
        return not path.startswith(self._ignored) and Path(path).is_file()


def _writes(arguments: tuple[Any, ...]) -> bool:
    flags = arguments[2] if len(arguments) > 2 and isinstance(arguments[2], int) else 0
    return bool(flags & (os.O_WRONLY | os.O_RDWR))


def _site_packages() -> list[str]:
    return [*site.getsitepackages(), site.getusersitepackages()]


def digest(data: bytes) -> str:
    """A short name for some bytes."""
    return hashlib.blake2b(data, digest_size=20).hexdigest()
