"""The JSON text of a notebook → where its cells keep their source, and that text with new sources.

What is not a changed line stays the same character by character: outputs, metadata, the order of
keys, indentation, escapes, and whether a source is one string or a list of lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")
_STORED_LINE = re.compile(r"(?:[^\\]|\\[^n])*\\n|(?:[^\\]|\\[^n])+")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_SURROGATES = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_CHARACTER = re.compile(rf"{_SURROGATES}|\\u[0-9a-fA-F]{{4}}|\\.|[^\\]", re.DOTALL)
_OFTEN_ESCAPED = "<>&'="
FORMAT = 4


class NotANotebook(Exception):
    """A text is no notebook that can be read; `offset` is where that shows."""

    def __init__(self, reason: str, offset: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a source as it is stored at `start`: an element of a list, or a line of a string.

    `stored` has the quotes of an element.
    """

    start: int
    stored: str
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.stored)


@dataclass(frozen=True, kw_only=True)
class StoredCell:
    """A code cell: its number among all cells, and where in the JSON text its source is."""

    number: int
    start: int
    end: int
    pieces: tuple[Piece, ...]
    is_list: bool
    language: str

    @cached_property
    def text(self) -> str:
        """The source."""
        return "".join(piece.text for piece in self.pieces)

    def offset(self, index: int) -> int:
        """Tell where in the JSON text a character of the source stands."""
        for piece in self.pieces:
            if index < len(piece.text):
                inside = piece.stored[1:-1] if self.is_list else piece.stored
                found = [one.start() for one in _CHARACTER.finditer(inside)]
                return piece.start + found[min(index, len(found) - 1)] + (1 if self.is_list else 0)
            index -= len(piece.text)
        return max(self.end - 1, self.start)


def code_cells(raw: str) -> tuple[StoredCell, ...]:
    """Find the code cells; none if the notebook is in another language than Python.

    Raises:
        NotANotebook: it is not JSON, or not a notebook of format 4.
    """
    top = _checked(raw)
    start = {key: at for key, at, _, _ in _members(raw, _after_space(raw, 0))}["cells"]
    if not _is_python(top.get("metadata")):
        return ()
    cells = enumerate(_elements(raw, start), 1)
    found = (_code_cell(raw, number, at, value) for number, (at, _, value) in cells)
    return tuple(cell for cell in found if cell is not None)


def with_sources(raw: str, cells: tuple[StoredCell, ...], sources: Mapping[int, str]) -> str:
    """Store new sources of some cells, by number."""
    for cell in sorted(cells, key=lambda cell: -cell.start):
        source = sources.get(cell.number, cell.text)
        if source != cell.text:
            raw = raw[: cell.start] + _value(raw, cells, cell, source) + raw[cell.end :]
    return raw


def _checked(raw: str) -> dict[str, Any]:
    try:
        top = json.loads(raw)
    except json.JSONDecodeError as error:
        reason = f"not a Jupyter notebook: its JSON is not valid: {_lowered(error.msg)}"
        raise NotANotebook(reason, error.pos) from None
    except RecursionError:
        raise NotANotebook("not a Jupyter notebook: its JSON nests too deeply") from None
    if not isinstance(top, dict) or "nbformat" not in top:
        raise NotANotebook("not a Jupyter notebook: its JSON has no `nbformat`")
    if top["nbformat"] != FORMAT:
        raise NotANotebook(
            f"a Jupyter notebook of format {json.dumps(top['nbformat'])}; only format {FORMAT} is "
            "read (`jupyter nbconvert --to notebook --nbformat 4` converts it)"
        )
    if not isinstance(top.get("cells"), list):
        raise NotANotebook("not a Jupyter notebook: its JSON has no list `cells`")
    return top


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:]


def _is_python(metadata: object) -> bool:
    """What the kernel said when it ran, or else the kernel that is asked for."""
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        described = metadata.get(key) if isinstance(metadata, dict) else None
        language = described.get(name) if isinstance(described, dict) else None
        if isinstance(language, str):
            return language.lower() in ("python", "python3", "ipython")
    return True


def _code_cell(raw: str, number: int, at: int, value: object) -> StoredCell | None:
    if not isinstance(value, dict):
        raise NotANotebook(f"not a Jupyter notebook: cell {number} is no object", at)
    if value.get("cell_type") != "code":
        return None
    source = value.get("source")
    is_list = isinstance(source, list) and all(isinstance(line, str) for line in source)
    if not (is_list or isinstance(source, str)):
        reason = f"not a Jupyter notebook: the source of cell {number} is no text"
        raise NotANotebook(reason, at)
    start, end = {key: (start, end) for key, start, end, _ in _members(raw, at)}["source"]
    pieces = _listed(raw, start) if is_list else _lines(raw, start + 1, end - 1)
    return StoredCell(
        number=number,
        start=start,
        end=end,
        pieces=tuple(pieces),
        is_list=is_list,
        language=_language(value),
    )


def _language(cell: dict[str, Any]) -> str:
    """The language that VS Code has noted for a cell that is not in the notebook's."""
    metadata = cell.get("metadata")
    noted = metadata.get("vscode") if isinstance(metadata, dict) else None
    language = noted.get("languageId") if isinstance(noted, dict) else None
    return language if isinstance(language, str) else "python"


def _listed(raw: str, start: int) -> Iterator[Piece]:
    for at, end, value in _elements(raw, start):
        yield Piece(start=at, stored=raw[at:end], text=value)


def _lines(raw: str, start: int, end: int) -> Iterator[Piece]:
    for line in _STORED_LINE.finditer(raw, start, end):
        yield Piece(start=line.start(), stored=line[0], text=json.loads(f'"{line[0]}"'))


def _elements(raw: str, start: int) -> Iterator[tuple[int, int, Any]]:
    """The elements of the array that starts there, in JSON that is known to be valid."""
    at = _after_space(raw, start + 1)
    while raw[at] != "]":
        value, end = _DECODER.raw_decode(raw, at)
        yield at, end, value
        at = _after_space(raw, end)
        if raw[at] == ",":
            at = _after_space(raw, at + 1)


def _members(raw: str, start: int) -> Iterator[tuple[str, int, int, Any]]:
    """The members of the object that starts there: key, and where and what the value is."""
    at = _after_space(raw, start + 1)
    while raw[at] != "}":
        key, at = _DECODER.raw_decode(raw, at)
        at = _after_space(raw, _after_space(raw, at) + 1)
        value, end = _DECODER.raw_decode(raw, at)
        yield key, at, end, value
        at = _after_space(raw, end)
        if raw[at] == ",":
            at = _after_space(raw, at + 1)


def _after_space(raw: str, at: int) -> int:
    found = _SPACE.match(raw, at)
    return found.end() if found else at


def _value(raw: str, cells: tuple[StoredCell, ...], cell: StoredCell, source: str) -> str:
    """A new source in the form that the old one has."""
    stored = _restored(raw, cell, source)
    if not cell.is_list:
        return '"' + "".join(stored) + '"'
    first = cell.pieces[0].start if cell.pieces else _after_space(raw, cell.start + 1)
    last = cell.pieces[-1].end if cell.pieces else first
    between = _between(raw, cells, cell, raw[cell.start + 1 : first])
    return raw[cell.start : first] + between.join(stored) + raw[last : cell.end]


def _between(raw: str, cells: tuple[StoredCell, ...], cell: StoredCell, opening: str) -> str:
    """What stands between two lines in this list, or else in another one of the notebook."""
    for one in (cell, *cells):
        if one.is_list and len(one.pieces) > 1:
            return raw[one.pieces[0].end : one.pieces[1].start]
    return f",{opening or ' '}"


def _restored(raw: str, cell: StoredCell, source: str) -> list[str]:
    """A new source as pieces: the old ones at both ends as they were, between them new lines."""
    pieces = cell.pieces
    first = _kept(source, [piece.text for piece in pieces])
    start = sum(len(piece.text) for piece in pieces[:first])
    rest = source[start:]
    last = len(pieces) - _kept_at_end(rest, [piece.text for piece in pieces[first:]])
    end = len(rest) - sum(len(piece.text) for piece in pieces[last:])
    known = {piece.text: piece.stored for piece in pieces}
    lines = _LINE.findall(rest[:end])
    new = [known[line] if line in known else _dumped(raw, line, cell.is_list) for line in lines]
    kept = [piece.stored for piece in pieces]
    return [*kept[:first], *new, *kept[last:]]


def _kept(source: str, texts: Sequence[str]) -> int:
    """How many of the first texts the source begins with, up to the end of a line."""
    kept = at = 0
    for count, text in enumerate(texts, 1):
        if not source.startswith(text, at):
            break
        at += len(text)
        if text.endswith("\n") or at == len(source):
            kept = count
    return kept


def _kept_at_end(source: str, texts: Sequence[str]) -> int:
    """How many of the last texts the source ends with, from the start of a line."""
    kept, at = 0, len(source)
    for count, text in enumerate(reversed(texts), 1):
        if not source.endswith(text, 0, at):
            break
        at -= len(text)
        if at == 0 or source[at - 1] == "\n":
            kept = count
    return kept


def _dumped(raw: str, line: str, quoted: bool) -> str:
    """A new line in the notebook's own way of escaping."""
    ascii_only = raw.isascii()
    dumped = json.dumps(line, ensure_ascii=ascii_only)
    for character in _OFTEN_ESCAPED:  # as Colab does
        escape = f"\\u{ord(character):04x}"
        if escape in raw and character not in raw:
            dumped = dumped.replace(character, escape)
    return dumped if quoted else dumped[1:-1]
