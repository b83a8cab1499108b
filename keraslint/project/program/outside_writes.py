"""The texts of a project → which attributes they set on what they make of a class."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_MADE = re.compile(r"^[ \t]*((?:self\.)?\w+)[ \t]*=[ \t]*(?:\w+\.)*([A-Z]\w*)\(", re.MULTILINE)
_SET = re.compile(
    r"\n[ \t]*((?:self\.)?\w+)\.(\w+)(?:\[[^\]\n]*\])?[ \t]*(?:[-+%|&^@]|//?|\*\*?)?=(?!=)"
)


def set_attributes(texts: Iterable[tuple[str, str]]) -> dict[str, dict[str, set[str]]]:
    """By the name of a class: the attributes, and the paths of the files that set each."""
    found: dict[str, dict[str, set[str]]] = {}
    for path, text in texts:
        for name, attribute in _set_in(text):
            found.setdefault(name, {}).setdefault(attribute, set()).add(path)
    return found


def _set_in(text: str) -> Iterator[tuple[str, str]]:
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
