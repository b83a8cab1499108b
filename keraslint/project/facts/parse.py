"""A text → its tree, or whether it is Python at all, or where its calls stand."""

from __future__ import annotations

import ast
import gc
import warnings
from collections.abc import Sequence

from keraslint.project.facts.may_refer_to import dotted


def parse(text: str) -> ast.Module:
    """Parse quietly and without the collector, which costs up to four times the parse."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    finally:
        if enabled:
            gc.enable()


def require_python(text: str, version: str) -> None:
    """Parse as an older Python would, as far as it is known what that one cannot.

    Raises:
        SyntaxError: the text needs a newer Python than `version`, such as `py310`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ast.parse(text, feature_version=(3, int(version.removeprefix("py3"))))


def is_python(text: str) -> bool:
    """Whether a text parses."""
    try:
        parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def fault(error: Exception) -> tuple[int, int, str]:
    """Line, column and reason of what `parse` raised."""
    if isinstance(error, SyntaxError):
        return error.lineno or 1, max(error.offset or 1, 1), f"syntax error: {error.msg}"
    if isinstance(error, RecursionError):
        return 1, 1, "nested too deeply to be parsed"
    return 1, 1, str(error)


def call_spans(text: str) -> tuple[tuple[int, int, int, int, str], ...]:
    """Where the calls of a text stand, outer before inner, and what they call.

    Lines and byte columns are `ast`'s. Calls inside f-strings are left out: before Python 3.12
    their places are wrong.
    """
    found = []
    stack: list[ast.AST] = [parse(text)]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.JoinedStr):
            continue
        if isinstance(node, ast.Call):
            end, end_column = node.end_lineno or 0, node.end_col_offset or 0
            found.append((node.lineno, node.col_offset, end, end_column, dotted(node.func)))
        stack.extend(ast.iter_child_nodes(node))
    return tuple(sorted(found, key=lambda s: (s[0], s[1], -s[2], -s[3])))


def code_shape(lines: Sequence[str]) -> str:
    """What some indented lines say, comments and positions aside; themselves if that is unclear."""
    text = "\n".join(lines)
    try:
        return ast.dump(parse(f"if 1:\n{text}" if text[:1] in (" ", "\t") else text))
    except (SyntaxError, ValueError, RecursionError):
        return text
