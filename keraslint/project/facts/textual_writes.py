"""A module's text → names that code in it changes later on, and attributes it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BOUND = re.compile(r"^([A-Za-z_]\w*)\s*(?::[^=\n]*)?=[^=]", re.MULTILINE)
_VERBS = "append|extend|insert|update|add|pop|popitem|remove|clear|setdefault|sort|reverse|discard"
# A pattern that begins with a character is looked for much faster than one that begins with where.
_CHANGED = re.compile(
    rf"[\n;:][ \t]+(?:del[ ]+)?([A-Za-z_]\w*)"
    rf"(?:\[[^\]\n]*\][ ]*(?:[-+*/|]?=(?!=)|$)|\.\w+[ ]*[-+*/|]?=(?!=)|\.(?:{_VERBS})\()",
    re.MULTILINE,
)
_BY_NAME = re.compile(
    r"""\bsetattr\(\s*(?!self\b|cls\b)[\w.]+,\s*["'](\w+)["']|\bglobals\(\)\[["'](\w+)["']\]\s*="""
)
_COMPUTED = re.compile(
    r"""\bsetattr\(\s*(?!self\b|cls\b)[\w.]+,\s*(?!["'])|\.(?<!\bself\.)__dict__\.update\("""
)
_INSIDE = re.compile(
    rf"\.(?<!\bself\.)(?<!\bcls\.)(\w+)(?:\[[^\]\n]*\][ ]*[-+*/|]?=(?!=)|\.(?:{_VERBS})\()"
)
_OF_CLASS = re.compile(rf"\bcls\.(\w+)(?:\[[^\]\n]*\][ ]*[-+*/|]?=(?!=)|\.(?:{_VERBS})\()")


def changed_later(text: str) -> Iterator[str]:
    """Names of the module whose objects are changed inside of something, and what is set by name.

    A statement at the left margin runs while the module is imported: that is before all else.
    `*` stands for the attributes of which some code computes the names.
    """
    changed = set(_CHANGED.findall(text))
    if changed:
        yield from changed.intersection(_BOUND.findall(text))
    for groups in _BY_NAME.findall(text) if "setattr(" in text or "globals()" in text else ():
        yield from filter(None, groups)
    if "cls." in text:
        yield from _OF_CLASS.findall(text)
    yield from _INSIDE.findall(text)
    if "setattr(" in text or "__dict__.update" in text:
        yield from "*" * (_COMPUTED.search(text) is not None)


_ASKED = {
    "hasattr(": r"""\bhasattr\(\s*(?!self,)[\w.\[\]]+,\s*["'](\w+)["']""",
    "getattr(": r"""\bgetattr\(\s*(?!self,)[\w.\[\]]+,\s*["'](\w+)["']\s*,""",
    "None": r"\.(?<!\bself\.)(\w+) is (?:not )?None\b",
    "if ": r"if (?<=\bif )(?:not )?(?!self\.\w+:)\w+(?:\.\w+)*\.(\w+):",
}


def asked_for(text: str) -> Iterator[str]:
    """Attributes of other objects than `self` of which some code asks whether they are there."""
    for word, pattern in _ASKED.items():
        if word in text:
            yield from re.findall(pattern, text)
