"""Verdicts → the recipes that were used, as configuration that can be kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from keraslint.diagnostic import Outcome, Verdict

HEADER = "[tool.keraslint.recipes]"
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def recipes_toml(verdicts: Iterable[tuple[str, Verdict]]) -> str:
    """Give the table for `pyproject.toml`; each verdict comes with the path of its layer's file.

    A name that two files use for different layers is told in a comment: the table has one key.
    """
    kept: dict[str, tuple[str, ...]] = {}
    lines: list[str] = []
    for path, verdict in verdicts:
        recipes = tuple(verdict.recipe.splitlines())
        if verdict.outcome is Outcome.UNKNOWN or not recipes:
            continue
        if kept.setdefault(verdict.layer, recipes) is recipes:
            lines.append(f"{_key(verdict.layer)} = {_value(recipes)}")
        elif kept[verdict.layer] != recipes:
            lines.append(f"# another one, in {_comment(path)}: {_value(recipes)}")
    return "\n".join([HEADER, *lines, ""]) if lines else "# no layer was proved or refuted\n"


def renamed(recipe: str, names: Mapping[str, str]) -> str:
    """Let a recipe construct layers under other names (of two classes that were compared)."""
    for old, new in names.items():
        recipe = re.sub(rf"(?<![\w.]){re.escape(old)}(?=\s*\()", new, recipe)
    return recipe


def _key(layer: str) -> str:
    return layer if _BARE.fullmatch(layer) else _basic(layer)


def _value(recipes: tuple[str, ...]) -> str:
    texts = [_string(recipe) for recipe in recipes]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def _string(text: str) -> str:
    """A literal string where a basic one would need escapes and the text allows it."""
    literal = "'" not in text and ('"' in text or "\\" in text) and text.isprintable()
    return f"'{text}'" if literal else _basic(text)


def _basic(text: str) -> str:
    return f'"{"".join(_escaped(sign) for sign in text)}"'


def _escaped(sign: str) -> str:
    if sign in _ESCAPES:
        return _ESCAPES[sign]
    return sign if ord(sign) >= 32 and ord(sign) != 127 else f"\\u{ord(sign):04x}"


def _comment(path: str) -> str:
    """A path that cannot end the comment it stands in."""
    return "".join(sign if sign.isprintable() else "?" for sign in path)
