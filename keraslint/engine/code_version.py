"""The code of this package → a digest that changes when anything in it does."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import keraslint
from keraslint.cache import digest

_OURS = str(Path(keraslint.__file__).parent)
_SUFFIXES = (".py", ".json", ".so", ".pyd")


@cache
def stamp() -> str:
    """What tells that a file of the package has been touched: cheap, and different elsewhere."""
    parts = [sys.version, _OURS]
    for entry in _files(_OURS):
        known = entry.stat()
        parts.append(f"{entry.path} {known.st_mtime_ns} {known.st_size}")
    return digest(part.encode("utf-8", "surrogateescape") for part in parts)


@cache
def code() -> str:
    """A digest of the package's files and of the Python that runs them; the same everywhere."""
    parts = [repr((keraslint.__version__, sys.version_info[:3])).encode()]
    for entry in _files(_OURS):
        parts += [entry.path[len(_OURS) :].encode(), Path(entry.path).read_bytes()]
    return digest(parts)


def _files(folder: str) -> Iterator[os.DirEntry[str]]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _files(entry.path) if entry.name != "__pycache__" else ()
        elif entry.name.endswith(_SUFFIXES):
            yield entry
