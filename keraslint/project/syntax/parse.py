"""A text → its tree, or whether it is Python at all."""

from __future__ import annotations

import ast
import gc
import threading
import warnings
from collections.abc import Sequence
from functools import lru_cache

_PARSING = threading.RLock()
"""Python 3.11 keeps one count of its depth for all threads that make trees: two at once may fail
with "AST constructor recursion depth mismatch"."""


def new_module(text: str) -> ast.Module:
    """A tree that nobody else has; one thread after another."""
    with _PARSING:
        return ast.parse(text)


def new_expression(text: str) -> ast.Expression:
    """The tree of one expression; one thread after another."""
    with _PARSING:
        return ast.parse(text, mode="eval")


@lru_cache(maxsize=1)
def parse(text: str) -> ast.Module:
    """Parse quietly and without the collector, which costs up to four times the parse.

    The last tree is kept, and never changed: who looks at a text often looks twice.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return new_module(text)
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
        with _PARSING:
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


def code_shape(lines: Sequence[str]) -> str:
    """What some indented lines say, comments and positions aside; themselves if that is unclear."""
    text = "\n".join(lines)
    try:
        return ast.dump(parse(f"if 1:\n{text}" if text[:1] in (" ", "\t") else text))
    except (SyntaxError, ValueError, RecursionError):
        return text
