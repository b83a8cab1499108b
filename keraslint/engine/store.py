"""Keys → texts that earlier runs have kept in one database; what is wrong with it is a miss.

Texts are JSON and never pickles: the database may come with a repository that one does not trust.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

FILE = "engine.db"
LARGEST = 256 * 1024 * 1024
"""Bytes from which on the rows that have not been needed for longest are dropped."""
_VERSION = 1
_DAY = 86_400
_AT_ONCE = 500
_PATIENCE = 2.0
"""Seconds to wait for another run that is writing; then nothing is kept."""
_TABLE = (
    "CREATE TABLE IF NOT EXISTS kept"
    " (key TEXT PRIMARY KEY, body TEXT, seal BLOB, day INTEGER) WITHOUT ROWID"
)
_T = TypeVar("_T")
_EXPECTED = (
    "locked",
    "busy",
    "readonly",
    "read-only",
    "unable to open",
    "permission",
    "not permitted",
)
"""Another run is writing, or nobody may write here: that is no news."""
_Row = tuple[object, object, object, object]
_Work = Callable[[sqlite3.Connection], _T]
_SUFFIXES = ("", "-wal", "-shm", "-journal")


class Store:
    """A database in a folder; several runs may read and write it at once, and die when they like.

    Each row is sealed: a damaged one is none. A database that SQLite cannot read is made anew, one
    that cannot be written is only read; `complaint` then says so in a clause.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / FILE
        self._pid = 0
        self._connection: sqlite3.Connection | None = None
        self._stale: set[str] = set()
        self.complaint = ""

    def many(self, keys: Iterable[str]) -> dict[str, str]:
        """The texts of those keys that are kept."""
        wanted = list(dict.fromkeys(keys))
        found: dict[str, str] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            rows: list[_Row] | None = self._tried(partial(_select, part))
            found.update(self._whole(rows or ()))
        return found

    def get(self, key: str) -> str | None:
        """The text of one key."""
        return self.many([key]).get(key)

    def keep(self, texts: Mapping[str, str]) -> None:
        """Keep texts, all or none of them."""
        today = _today()
        rows = [(key, body, _seal(key, body), today) for key, body in texts.items()]
        stale = [(today, key) for key in self._stale - texts.keys()]
        if rows or stale:
            self._tried(lambda to: self._write(to, rows, stale), writing=True)

    def close(self) -> None:
        """Let go of the database."""
        if self._connection is not None and self._pid == os.getpid():
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None

    def _write(
        self,
        to: sqlite3.Connection,
        rows: Sequence[tuple[str, str, bytes, int]],
        stale: Sequence[tuple[int, str]],
    ) -> None:
        with to:
            to.execute("BEGIN IMMEDIATE")
            to.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", rows)
            to.executemany("UPDATE kept SET day = ? WHERE key = ?", stale)
        self._stale.clear()
        if self._file.stat().st_size > LARGEST:
            self._prune(to)

    def _prune(self, to: sqlite3.Connection) -> None:
        """Drop the older half, by the day on which it was last needed."""
        with to:
            to.execute("BEGIN IMMEDIATE")
            days = [day for (day,) in to.execute("SELECT day FROM kept ORDER BY day")]
            older = days[len(days) // 2]
            to.execute("DELETE FROM kept WHERE day < ?", (older,))
            if to.execute("SELECT count(*) FROM kept").fetchone()[0] == len(days):
                to.execute("DELETE FROM kept")
        to.execute("VACUUM")

    def _whole(self, rows: Iterable[_Row]) -> Iterator[tuple[str, str]]:
        today = _today()
        for key, body, seal, day in rows:
            if isinstance(key, str) and isinstance(body, str) and seal == _seal(key, body):
                if day != today:
                    self._stale.add(key)
                yield key, body

    # -- the database ----------------------------------------------------------------------

    def _tried(
        self, work: Callable[[sqlite3.Connection], _T], *, writing: bool = False
    ) -> _T | None:
        """Do something with the database; after a damage, once more with a new one."""
        for attempt in range(2):
            try:
                connection = self._open(writing=writing)
                return work(connection) if connection is not None else None
            except (sqlite3.OperationalError, OSError) as error:
                self._failed(error)
                return None
            except (sqlite3.Error, UnicodeDecodeError) as error:
                self.close()
                if attempt or not writing:
                    return None
                self._start_anew(error)
        return None

    def _failed(self, error: Exception) -> None:
        """Another run is busy, or there is no room: the next run will try again."""
        reason = error.strerror if isinstance(error, OSError) else str(error)
        if reason and not any(one in reason.lower() for one in _EXPECTED):
            self.complaint = f"`{self._file}`: nothing is remembered: {reason.lower()}"

    def _open(self, *, writing: bool) -> sqlite3.Connection | None:
        """Open the database, in this process; without writing, only if it is there."""
        if self._connection is not None and self._pid == os.getpid():
            return self._connection
        self._connection, self._pid = None, os.getpid()
        if not writing and not self._file.exists():
            return None
        if writing:
            _prepare(self._folder)
        self._connection = self._connect()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        writable = os.access(self._folder, os.W_OK) and os.access(self._file, os.W_OK)
        if self._file.exists() and not writable:
            address = f"file:{_quoted(self._file)}?mode=ro&immutable=1"
            return sqlite3.connect(address, uri=True, isolation_level=None)
        to = sqlite3.connect(self._file, timeout=_PATIENCE, isolation_level=None)
        to.execute("PRAGMA journal_mode = WAL")
        to.execute("PRAGMA synchronous = OFF")  # a cache that a power cut damages is made anew
        if to.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
            to.execute("DROP TABLE IF EXISTS kept")
            to.execute(f"PRAGMA user_version = {_VERSION}")
        to.execute(_TABLE)
        return to

    def _start_anew(self, error: Exception) -> None:
        self.complaint = f"`{self._file}` was damaged, and is made anew: {error}"
        for suffix in _SUFFIXES:
            with contextlib.suppress(OSError):
                self._file.with_name(FILE + suffix).unlink()


def _select(keys: Sequence[str], to: sqlite3.Connection) -> list[_Row]:
    marks = ",".join("?" * len(keys))
    query = f"SELECT key, body, seal, day FROM kept WHERE key IN ({marks})"
    return to.execute(query, keys).fetchall()


def _prepare(folder: Path) -> None:
    """Make the folder, which git and backups are told to ignore."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (
        (".gitignore", "# made by keraslint\n*\n"),
        ("CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n"),
    ):
        if not (folder / name).exists():
            (folder / name).write_text(text, "utf-8")


def _seal(key: str, body: str) -> bytes:
    state = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8)
    state.update(body.encode("utf-8", "surrogatepass"))
    return state.digest()


def _quoted(path: Path) -> str:
    return str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _today() -> int:
    return int(time.time()) // _DAY
