"""A list with commas in LibCST (arguments, parameters) → a longer one in the same layout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import libcst as cst

Space = cst.BaseParenthesizableWhitespace
_Item = TypeVar("_Item", cst.Arg, cst.Param)
_Comma = cst.Comma | cst.MaybeSentinel
_AFTER = {cst.Arg: "whitespace_after_arg", cst.Param: "whitespace_after_param"}


def appended(listed: Sequence[_Item], new: _Item, before: Space | None = None) -> list[_Item]:
    """The items with one more behind them, with white space as between the others.

    `before` stands before the first of them, and tells how a single one is laid out.
    """
    if not listed:
        return [new]
    *others, last = listed
    after = _AFTER[type(last)]
    between = _gap([one.comma for one in others], before or cst.SimpleWhitespace(" "))
    comma, closing, space = _moved(last.comma, getattr(last, after), between)
    return [
        *others,
        last.with_changes(comma=comma, **{after: cst.SimpleWhitespace("")}),
        new.with_changes(comma=closing, **{after: space}),
    ]


def without_comment(space: Space) -> Space:
    """White space without the comment or the blank lines in it."""
    if not isinstance(space, cst.ParenthesizedWhitespace):
        return space
    line = cst.TrailingWhitespace(newline=space.first_line.newline)
    return space.with_changes(first_line=line, empty_lines=())


def _gap(commas: Sequence[_Comma], before: Space) -> Space:
    """What stands between two of a list: as between its last two, or before its first."""
    last = commas[-1] if commas else None
    space = last.whitespace_after if isinstance(last, cst.Comma) else before
    over_lines = isinstance(space, cst.ParenthesizedWhitespace)
    return without_comment(space) if over_lines else cst.SimpleWhitespace(" ")


def _moved(closing: _Comma, after: Space, between: Space) -> tuple[cst.Comma, _Comma, Space]:
    """The comma after what was last, with the comment there, and what follows the new last."""
    old = closing.whitespace_after if isinstance(closing, cst.Comma) else after
    lines = isinstance(between, cst.ParenthesizedWhitespace)
    if lines and isinstance(old, cst.ParenthesizedWhitespace):
        between = between.with_changes(first_line=old.first_line)
        old = without_comment(old)
    comma = cst.Comma(whitespace_after=between)
    if isinstance(closing, cst.Comma):
        return comma, closing.with_changes(whitespace_after=old), after
    return comma, closing, old
