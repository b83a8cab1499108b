"""New texts of files, as soon as they are settled → the files, and what could not be written."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

from keraslint.project.files.atomic_write import write_atomically
from keraslint.project.files.source import Source, Trouble, Unreadable


class WrittenFiles:
    """What the files of a run hold; a file that somebody else changes meanwhile is left alone."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources = {source.path: source for source in sources}
        self._holds = {path: source.encode(source.text) for path, source in self._sources.items()}
        self._lock = threading.Lock()
        self.refused: dict[str, Unreadable] = {}
        self.written: set[str] = set()

    def put(self, path: str, text: str) -> None:
        """Write a file whose text is another one than it holds."""
        with self._lock:
            if path in self.refused:
                return
            problem = self._put(path, text)
            if problem is not None:
                self.refused[path] = problem

    def _put(self, path: str, text: str) -> Unreadable | None:
        try:
            data = self._sources[path].encode(text)
        except UnicodeEncodeError as error:
            return Unreadable(
                path=path, kind=Trouble.OTHER, reason=f"the fix cannot be encoded: {error}"
            )
        if data == self._holds[path]:
            return None
        problem = write_atomically(Path(path), data, was=self._holds[path])
        if problem is None:
            self._holds[path] = data
            self.written.add(path)
        return problem
