"""Nodes of one text → where they stand, in characters."""

from __future__ import annotations

import ast
import re

from keraslint.diagnostic import Position, Span

_LINE = re.compile(r"\r\n|\r|\n")


class Places:
    """Turns `ast`'s lines and UTF-8 columns into spans."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: list[str] | None = None

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> Span:
        """Where a node stands."""
        end_line, end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return Span(self._at(node.lineno, node.col_offset), self._at(end_line, end))

    def name(self, node: ast.FunctionDef | ast.ClassDef, name: str) -> Span:
        """Where the name of a definition stands."""
        start = self._line(node.lineno).find(name, node.col_offset)
        column = max(start, 0) + 1
        return Span.of(node.lineno, column, node.lineno, column + len(name))

    def _at(self, line: int, offset: int) -> Position:
        text = self._line(line)
        if not text.isascii():
            offset = len(text.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "ignore"))
        return Position(line, offset + 1)

    def _line(self, number: int) -> str:
        if self._lines is None:
            self._lines = _LINE.split(self._text)
        return self._lines[number - 1]
