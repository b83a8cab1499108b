"""A file's text → which attributes it sets on what it makes of a class."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MADE = re.compile(r"^[ \t]*((?:self\.)?\w+)[ \t]*=[ \t]*(?:\w+\.)*([A-Z]\w*)\(", re.MULTILINE)
_SET = re.compile(
    r"\n[ \t]*((?:self\.)?\w+)\.(\w+)(?:\[[^\]\n]*\])?[ \t]*(?:[-+%|&^@]|//?|\*\*?)?=(?!=)"
)


def set_in(text: str) -> Iterator[tuple[str, str]]:
    """`block = Block(4)`, and then `block.units = 8`."""
    changed = [pair for pair in _SET.findall(f"\n{text}") if pair[0] != "self"]
    if not changed:
        return
    made: dict[str, set[str]] = {}
    for owner, name in _MADE.findall(text):
        made.setdefault(owner, set()).add(name)
    for owner, attribute in changed:
        for name in made.get(owner, ()):
            yield name, attribute
