"""A file's or a method's text → its author's habits: the quotes, and how long a line may be."""

from __future__ import annotations

import re

from keraslint.layer.method_syntax import Method

WIDTH = 88

_STRINGS = re.compile(
    r"'''(?:\\.|[^\\])*?'''"
    r'|"""(?:\\.|[^\\])*?"""'
    r"|#[^\n]*"
    r"|(?P<single>'(?:\\.|[^'\\\n])*')"
    r'|(?P<double>"(?:\\.|[^"\\\n])*")',
    re.DOTALL,
)


def quote_in(*texts: str) -> str:
    """The quote that the first text with a preference prefers; where none has, the usual one."""
    for text in texts:
        kinds = [match.lastgroup for match in _STRINGS.finditer(text)]
        single, double = kinds.count("single"), kinds.count("double")
        if single != double:
            return "'" if single > double else '"'
    return '"'


def too_wide(method: Method, text: str, more: int) -> bool:
    """Whether the line that holds all of `text`, if one does, would be too long with `more`.

    What the author's own lines reach is not too long; comments behind them do not count.
    """
    spanned = map(method.source.line, range(method.first, method.last + 1))
    lines = [line.partition("  #")[0].rstrip() for line in spanned]
    own = next((line for line in lines if text in line), "")
    return bool(own) and len(own) + more > max(WIDTH, *map(len, lines))
