"""A digest → the text that was computed from all that it digests, kept between runs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

KEPT = 32
"""Entries kept in a folder: a few selections of rules times a few states of the tree."""


def digest(parts: Iterable[bytes]) -> str:
    """Digest byte strings; their lengths count, so that no two lists are confused."""
    state = blake2b(digest_size=20)
    for part in parts:
        state.update(len(part).to_bytes(8, "big"))
        state.update(part)
    return state.hexdigest()


_MARKS = {
    ".gitignore": "# made by keraslint\n*\n",
    "CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n",
}
"""What tells git and backups that a folder may go."""


def is_ours(folder: Path) -> bool:
    """Whether a folder bears our marks, so that it may be removed."""
    try:
        return all((folder / name).read_text("utf-8") == text for name, text in _MARKS.items())
    except (OSError, ValueError):
        return False


class Cache:
    """A folder of entries, each written whole or not at all; what is wrong with it is a miss.

    Entries are JSON and never pickles: the folder may come with a repository that one does not
    trust.
    """

    def __init__(self, folder: Path, kept: int = KEPT) -> None:
        self._folder = folder
        self._kept = kept

    def get(self, key: str) -> str | None:
        """The text of an entry, if there is one that can be read."""
        try:
            return (self._folder / f"{key}.json").read_text("utf-8")
        except (OSError, ValueError):
            return None

    def put(self, key: str, text: str) -> None:
        """Keep a text; a folder that cannot be written keeps nothing."""
        temporary = self._folder / f".{key}.{os.getpid()}"
        with contextlib.suppress(OSError):
            self._prepare()
            temporary.write_text(text, "utf-8")
            temporary.replace(self._folder / f"{key}.json")
            self._prune()
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)

    def _prepare(self) -> None:
        """Make the folder, which git and backups are told to ignore."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for name, text in _MARKS.items():
            if not (self._folder / name).exists():
                (self._folder / name).write_text(text, "utf-8")

    def _prune(self) -> None:
        entries = sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
        for path in entries[: -self._kept]:
            path.unlink(missing_ok=True)
