"""A method's lines → whether one of them would get too long, as its author counts."""

from __future__ import annotations

from keraslint.layer.method_syntax import Method

WIDTH = 88


def too_wide(method: Method, text: str, more: int) -> bool:
    """Whether the line that holds all of `text`, if one does, would be too long with `more`.

    What the author's own lines reach is not too long; comments behind them do not count.
    """
    spanned = map(method.source.line, range(method.first, method.last + 1))
    lines = [line.partition("  #")[0].rstrip() for line in spanned]
    own = next((line for line in lines if text in line), "")
    return bool(own) and len(own) + more > max(WIDTH, *map(len, lines))
