"""One file: bytes → text with positions, or the reason why not; text → the same bytes again."""

from __future__ import annotations

import codecs
import errno
import os
import re
from bisect import bisect_right
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path

from keraslint.cache import digest
from keraslint.diagnostic import Position
from keraslint.project.files.notebook import SUFFIX, NotANotebook, Notebook, notebook

TRACEBACK = "KERASLINT_TRACEBACK"
"""The environment variable that asks for the traceback of an internal error."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_BYTE_LINE_END = re.compile(rb"\r\n|\r|\n")
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")


class Trouble(Enum):
    """What is wrong with a path: the first four are in the file's bytes, the rest around it."""

    ENCODING = "encoding"
    UNKNOWN_ENCODING = "unknown-encoding"
    NULL_BYTE = "null-byte"
    NOT_A_NOTEBOOK = "not-a-notebook"
    MISSING = "missing"
    FORBIDDEN = "permission"
    DIRECTORY = "directory"
    BROKEN_LINK = "broken-link"
    EMPTY = "empty"
    CHANGED = "changed"
    OTHER = "io"
    INTERNAL = "internal"
    CACHE = "cache"


_IN_BYTES = frozenset(
    {Trouble.ENCODING, Trouble.UNKNOWN_ENCODING, Trouble.NULL_BYTE, Trouble.NOT_A_NOTEBOOK}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A path that could not be read (or written, or linted), and why."""

    path: str
    kind: Trouble
    reason: str
    position: Position | None = None

    @classmethod
    def internal(cls, path: str, error: Exception) -> Unreadable:
        """A file that a fault of our own has stopped; with the traceback, if that is asked for."""
        reason = f"{type(error).__name__}: {error}"
        if os.environ.get(TRACEBACK):
            import traceback

            reason = "".join(traceback.format_exception(error)).rstrip()
        return cls(path=path, kind=Trouble.INTERNAL, reason=reason)

    @property
    def is_finding(self) -> bool:
        """Tell whether the file is there and its text is broken: a KRL0xx finding, not a misuse."""
        return self.kind in _IN_BYTES

    @property
    def is_note(self) -> bool:
        """Tell whether nothing went wrong, but the user should know."""
        return self.kind in (Trouble.EMPTY, Trouble.CACHE)


@dataclass(frozen=True, kw_only=True)
class Source:
    """The text of one file, with its own line ends (`\\n`, `\\r\\n`, `\\r`, also mixed).

    Lines are those of Python's tokenizer: `\\f` and `\\u2028` do not end one. `newline` is the most
    frequent line end, to be used for new lines. A notebook's text is that of its Python cells.
    """

    path: str
    text: str
    encoding: str = "utf-8"
    bom: bool = False
    newline: str = "\n"
    notebook: Notebook | None = None

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Offsets at which the lines start."""
        return (0, *(end.end() for end in _LINE_END.finditer(self.text)))

    @cached_property
    def digest(self) -> str:
        """What tells this text from any other."""
        return digest([self.text.encode("utf-8", "surrogatepass")])

    def offset(self, position: Position) -> int:
        """Turn a position into an offset; a column past the line's end means the line's end."""
        start, end = self._bounds(position.line)
        return min(start + position.column - 1, end)

    def position(self, offset: int) -> Position:
        """Turn an offset into a position."""
        line = bisect_right(self.starts, offset)
        return Position(line, offset - self.starts[line - 1] + 1)

    def position_of_bytes(self, line: int, utf8_offset: int) -> Position:
        """Turn `ast`'s line and UTF-8 byte offset into a position."""
        text = self.line(line)
        if text.isascii():
            return Position(line, utf8_offset + 1)
        return Position(line, len(text.encode()[:utf8_offset].decode("utf-8", "ignore")) + 1)

    def line(self, number: int) -> str:
        """Return the text of a 1-based line, without its line end; empty past the end."""
        start, end = self._bounds(number)
        return self.text[start:end]

    def _bounds(self, line: int) -> tuple[int, int]:
        if line > len(self.starts):
            return len(self.text), len(self.text)
        start = self.starts[line - 1]
        if line == len(self.starts):
            return start, len(self.text)
        end = self.starts[line]
        return start, end - (2 if self.text[end - 2 : end] == "\r\n" else 1)

    def encode(self, text: str) -> bytes:
        """Turn a text into this file's bytes. Raises `UnicodeEncodeError`, `Scattered`."""
        if self.notebook is not None:
            text = self.notebook.stored_with(text)
        return (codecs.BOM_UTF8 if self.bom else b"") + text.encode(self.encoding)


def read(path: Path | str) -> Source | Unreadable:
    """Read one file."""
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path itself
        return unreadable(str(path), error)
    return decode(data, str(path))


def unreadable(path: str, error: Exception) -> Unreadable:
    """Say in one clause why the operating system refused a path."""
    if isinstance(error, FileNotFoundError):
        if os.path.islink(path):  # noqa: PTH114
            return Unreadable(path=path, kind=Trouble.BROKEN_LINK, reason="broken symbolic link")
        return Unreadable(path=path, kind=Trouble.MISSING, reason="no such file or directory")
    if isinstance(error, PermissionError):
        return Unreadable(path=path, kind=Trouble.FORBIDDEN, reason="permission denied")
    if isinstance(error, IsADirectoryError):
        return Unreadable(path=path, kind=Trouble.DIRECTORY, reason="is a directory, not a file")
    if isinstance(error, RuntimeError) or getattr(error, "errno", None) == errno.ELOOP:
        return Unreadable(
            path=path, kind=Trouble.BROKEN_LINK, reason="symbolic link that leads back to itself"
        )
    reason = error.strerror if isinstance(error, OSError) else None
    return Unreadable(path=path, kind=Trouble.OTHER, reason=(reason or str(error)).lower())


def decode(data: bytes, path: str) -> Source | Unreadable:
    """Decode a file's bytes as Python does (PEP 263), only if they can be restored exactly."""
    bom = data.startswith(codecs.BOM_UTF8)
    body = data[3:] if bom else data
    if (null := body.find(b"\0")) >= 0:
        return Unreadable(
            path=path,
            kind=Trouble.NULL_BYTE,
            reason="contains a null byte",
            position=_at(body, null),
        )
    cookie = _cookie(body)
    name = _codec(cookie) if cookie else "utf-8"
    if name is None or (bom and name != "utf-8"):
        fault = "contradicts the byte order mark" if name else "is no text encoding known to Python"
        line = 1 if _COOKIE.match(_BYTE_LINE_END.split(body, maxsplit=1)[0]) else 2
        reason = f"the declared encoding `{cookie}` {fault}"
        return Unreadable(
            path=path, kind=Trouble.UNKNOWN_ENCODING, reason=reason, position=Position(line, 1)
        )
    try:
        text = body.decode(name)
        faithful = name == "utf-8" or text.encode(name) == body
    except UnicodeDecodeError as error:
        return _undecodable(path, name, data, body, error.start)
    except (UnicodeError, LookupError, ValueError) as error:
        return Unreadable(
            path=path,
            kind=Trouble.ENCODING,
            reason=f"not valid {name}: {error}",
            position=Position(1, 1),
        )
    if not faithful:
        reason = f"bytes do not survive decoding and encoding as {name}"
        return Unreadable(path=path, kind=Trouble.ENCODING, reason=reason, position=Position(1, 1))
    if path.endswith(SUFFIX):
        return _of_notebook(path, text, bom)
    return Source(path=path, text=text, encoding=name, bom=bom, newline=_most_frequent_end(text))


def typed(text: str, path: str) -> Source:
    """Take a text from an editor, which has decoded it."""
    return Source(path=path, text=text, newline=_most_frequent_end(text))


def _of_notebook(path: str, raw: str, bom: bool) -> Source | Unreadable:
    try:
        book = notebook(raw)
    except NotANotebook as error:
        position = Source(path=path, text=raw).position(error.offset)
        return Unreadable(
            path=path, kind=Trouble.NOT_A_NOTEBOOK, reason=error.reason, position=position
        )
    newline = _most_frequent_end(book.text)
    return Source(
        path=path, text=book.text, encoding="utf-8", bom=bom, newline=newline, notebook=book
    )


def _undecodable(path: str, name: str, data: bytes, body: bytes, start: int) -> Unreadable:
    position = _at(body, start)
    offset = start + len(data) - len(body)
    shown = "UTF-8" if name == "utf-8" else f"`{name}`"
    reason = (
        f"not valid {shown}: byte 0x{data[offset]:02x} at offset {offset} (line {position.line})"
    )
    return Unreadable(path=path, kind=Trouble.ENCODING, reason=reason, position=position)


def _at(body: bytes, offset: int) -> Position:
    """Place a byte offset; the column counts characters as far as they are UTF-8."""
    lines = _BYTE_LINE_END.split(body[:offset])
    return Position(len(lines), len(lines[-1].decode("utf-8", "replace")) + 1)


def _cookie(body: bytes) -> str | None:
    """Find the encoding declared in the first two lines, if it is declared at all."""
    head = body[:1024]  # a longer line than this does not declare one
    if b"coding" not in head:
        return None
    for line in _BYTE_LINE_END.split(head, maxsplit=2)[:2]:
        if found := _COOKIE.match(line):
            return found[1].decode("ascii", "replace")
        if not _BLANK.match(line):
            return None
    return None


def _codec(cookie: str) -> str | None:
    """Return the normal name of a text encoding, or None if Python has none of that name."""
    try:
        info = codecs.lookup(cookie)
    except LookupError:
        return None
    if not getattr(info, "_is_text_encoding", True):  # such as rot13 and hex
        return None
    return "utf-8" if info.name == "utf-8-sig" else info.name


def _most_frequent_end(text: str) -> str:
    if "\r" not in text:
        return "\n"
    ends = _LINE_END.findall(text)
    return max(("\n", "\r\n", "\r"), key=ends.count)
