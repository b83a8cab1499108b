"""A constructor argument of a case → other values for it that may work, the likely ones first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .constructor_guesses import expression_for, literals
from .deciding_names import is_used_as_layer
from .parameter_kinds import kind_of

MOST_CHOICES = 3
LARGE = 256
"""A number beyond it is changed by a factor: one more would make no difference."""
SIZES = r"\b[A-Z]\w+\(\s*(?:\w+\s*=\s*)?(?:self\.)?_?{name}\b"
"""The first argument of a layer is a size more often than not."""
COMPARED = (
    r"\b(?:self\.)?_?{name}\b\s*(?:[<>]=?|[=!]=)\s*(\d{{1,3}}(?:\.\d+)?)\b(?!\.)",
    r"(?<![\w.])(\d{{1,3}}(?:\.\d+)?)\s*(?:[<>]=?|[=!]=)\s*(?:self\.)?_?{name}\b",
)


def other_values(name: str, value: Any, text: str) -> Iterator[Any]:
    """Values to try in turn: the first that works is enough."""
    kind = kind_of(name, text)
    known = () if kind is None else kind.others
    if name.endswith("seed"):
        if value is None or whole(value):
            yield (value or 0) + 7
    elif isinstance(value, bool):
        yield not value
    elif whole(value):
        yield from _other_numbers(name, value)
    elif isinstance(value, float) and re.search(r"eps", name):
        yield float(f"{value * 10:.3g}")
    elif isinstance(value, float):
        yield from (0.5, 0.25) if value == 0.0 else (0.0, value / 2)
    elif known and not is_choice(name, text) and not isinstance(value, (tuple, list, dict)):
        yield from [one for one in known if one != value][:2]
    elif value is None:
        yield from _for_none(name, text)
    elif isinstance(value, (tuple, list)) and value:
        if len(value) > 1 and all(isinstance(one, float) for one in value):
            yield (*value[:-1], _uneven(*value[-2:]), value[-1])
        yield (*value, value[-1])
        yield tuple(value[:-1])


def uneven_sides(name: str, value: Any, text: str) -> Iterator[Any]:
    """Sides of different lengths where all were one number: else any may stand for another."""
    word = re.escape(name)
    doubled = rf"[(\[]\s*(?:self\.)?{word}\s*,\s*(?:self\.)?{word}\s*,?\s*[)\]]"
    repeated = rf"[(\[]\s*(?:self\.)?{word}\s*,?\s*[)\]]\s*\*\s*2\b"
    if whole(value) and re.search(f"{doubled}|{repeated}", text):
        value = (value, value)
    if not isinstance(value, (tuple, list)) or len(value) != 2 or value[0] != value[1]:
        return
    side = value[0]
    for sides in ((side, 2 * side), (side, side + 1)) if whole(side) and side > 0 else ():
        yield list(sides) if isinstance(value, list) else sides


def _uneven(low: float, high: float) -> float:
    """A number between two, so that what rounds it and what cuts it off differ."""
    return round(low + (high - low) * 0.4731, 5)


def is_choice(name: str, text: str) -> bool:
    """Is it one of a few names, each of which may be a branch of its own?"""
    kind = kind_of(name, text)
    made = kind is not None and (kind.quiet or "tanh" in kind.others)
    return not made


def whole(value: Any) -> bool:
    """A whole number, and no truth value."""
    return isinstance(value, int) and not isinstance(value, bool)


def _other_numbers(name: str, value: int) -> Iterator[Any]:
    if is_rate(name):
        yield 0.5
    elif "heads" in name:
        yield from (value * 2, value + 1, 1)
    elif value > LARGE:
        yield from (value // 2, value * 2)
    else:
        yield from (value + 1, value * 2, value + 2) if value > 0 else (1,)


def is_rate(name: str) -> bool:
    """Is it a part of the numbers that is dropped?"""
    kind = kind_of(name)
    return kind is not None and kind.first == "0.1"


def _for_none(name: str, text: str) -> Iterator[Any]:
    """What may stand for None, going by the name; nothing where only a layer would do."""
    yield from _named(name, text)
    expression = expression_for(name)
    if expression and ("(" not in expression or expression.startswith("(")):
        yield eval(expression, {})
    elif not expression and re.search(SIZES.format(name=re.escape(name)), text):
        yield 4
    elif not expression and _may_be_none(name, text) and not is_used_as_layer(name, text):
        yield from (0.01, 2)


def choices(name: str, value: Any, text: str) -> tuple[Any, ...]:
    """Other values that take other branches: names that the class knows, numbers it looks for."""
    told = value is None or isinstance(value, str)
    none = (None,) if value is not None and _may_be_none(name, text) else ()
    if told and is_choice(name, text):
        named, kind = _named(name, text), kind_of(name)
        others = () if kind is None else kind.others
        known = (*named, *others, *none, *(("other",) if named else ()))
        return tuple(dict.fromkeys(one for one in known if one != value))[:MOST_CHOICES]
    if none and not isinstance(value, bool):
        return none
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        limits = _limits(name, text)
        most = MOST_CHOICES + 2 * (len(limits) - 1)
        return tuple(_around(value, limits))[:most] if limits else ()
    return ()


def _limits(name: str, text: str) -> list[float]:
    """The numbers that the class compares the argument with, on either side of it."""
    word = re.escape(name)
    found = [one for pattern in COMPARED for one in re.findall(pattern.format(name=word), text)]
    return [float(one) for one in dict.fromkeys(found)]


def _around(value: float, limits: list[float]) -> Iterator[float]:
    """The limits themselves, then above and below each: every link of a comparison holds or not."""
    if isinstance(value, int):
        numbers = [int(n) + step for step in (0, 1, -1) for n in limits if n % 1 == 0]
        asked = [n for n in dict.fromkeys(numbers) if n > 1 or n in limits]
        yield from (n for n in asked if n != value and n - 1 != value)
    else:
        positive = [n for n in limits if n > 0]
        near = dict.fromkeys(n + step for step in (0.0, 0.5) for n in positive)
        yield from (n for n in near if n != value)


def _may_be_none(name: str, text: str) -> bool:
    word = rf"\b(?:self\.)?_?{re.escape(name)}\b"
    truth = rf"\b(?:if|not|and)\s+{word}\s*(?::|\band\b|\bor\b|\belse\b)"
    asked = rf"{word}\s+is\s+(not\s+)?None\b|{truth}|{word}\s+or\b"
    return re.search(asked, text) is not None


def _named(name: str, text: str) -> list[str]:
    """Strings that the class compares the argument with, or looks for it among."""
    among = rf"\b{re.escape(name)}\s+(?:not\s+)?in\s*[\[({{]([^\])}}]*)"
    keyed = rf"{{([^{{}}]*)}}\[\s*(?:self\.)?{re.escape(name)}\s*\]"
    groups = [*re.findall(among, text), *re.findall(keyed, text)]
    inside = [one for group in groups for one in re.findall(r"[\"']([^\"'\n]+)[\"']", group)]
    return list(dict.fromkeys([*(one[1:-1] for one in literals(name, text)), *inside]))
