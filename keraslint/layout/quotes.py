"""A file's or a method's text → the quotes that its author prefers."""

from __future__ import annotations

import re

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
