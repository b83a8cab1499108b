"""A layer's class → arguments for its constructor that might work, the likely ones first."""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Iterator
from typing import Any

from .case import parameters_of
from .parameter_kinds import BY_TYPE, IMAGE, KINDS, LAYER, NAME, NAMES, roles

Arguments = dict[str, str]
EMPTY = inspect.Parameter.empty
MOST_CHOICES = 6
OTHERS = ("8", "2", "(2, 2)", "True", "None", "0.5", '"relu"', LAYER, "(8, 8)")
INPUT_WORDS = {"in", "input", "inputs", "inp", "nin", "inplanes", "cin"}
SIZE_WORDS = {
    *("channel", "channels", "chans", "chan", "ch", "c", "dim", "dims", "dimension", "features"),
    *("feature", "filters", "size", "units", "planes", "width", "depth", "n", "num", "nc", "nb"),
}
SIZED = r"filter|unit|channel|dim|size|feature|width|heads|data_format|axis|experts"


def is_input_channels(name: str) -> bool:
    """Does this parameter's name say that it is the number of channels of the input?"""
    words = [word for word in re.split(r"[_\d]+", name.lower()) if word]
    if len(words) == 1:
        return words[0] in INPUT_WORDS | {"inchannels", "infeatures", "indim", "indims"}
    return any(w in INPUT_WORDS for w in words) and any(w in SIZE_WORDS for w in words)


def source_of(cls: Any) -> str:
    """The text of the class; empty where Python cannot tell."""
    try:
        return inspect.getsource(cls)
    except (OSError, TypeError):
        return ""


def makings(cls: Any) -> Iterator[Arguments]:
    """Arguments as expressions; `{channels}` where they follow the input's.

    The smallest first, then those that the class asks for, larger ones, and others in turn.
    """
    text = source_of(cls)
    parameters = parameters_of(cls)
    needed = [p for p in parameters if p.default is EMPTY and p.kind not in (2, 4)]
    first = {p.name: _choices(p, text)[0] for p in needed}
    small = {p.name: _choices(p, text)[0] for p in parameters if _is_large(p)}
    unset = {p.name: _choices(p, text)[0] for p in parameters if _is_unset(p)}
    variants = [{**small, **first}, first, {**unset, **small, **first}]
    variants += [{k: _doubled(v) for k, v in one.items()} for one in variants[::2]]
    variants += [{k: "4" if v == "8" else v for k, v in first.items()}]
    yield from _each_once(itertools.chain(variants, _in_turn(needed, first, small, text)))


def _each_once(variants: Iterator[Arguments]) -> Iterator[Arguments]:
    seen: set[tuple[tuple[str, str], ...]] = set()
    for variant in variants:
        key = tuple(sorted(variant.items()))
        if key not in seen:
            seen.add(key)
            yield variant


def _in_turn(
    needed: list[inspect.Parameter], first: Arguments, small: Arguments, text: str
) -> Iterator[Arguments]:
    """Other values for one needed argument at a time, then for two."""
    options = {p.name: _choices(p, text)[1:] for p in needed}
    for name, values in options.items():
        yield from ({**small, **first, name: value} for value in values)
    for one, other in itertools.combinations(options, 2):
        for pair in itertools.product(options[one][:3], options[other][:3]):
            yield {**small, **first, one: pair[0], other: pair[1]}


def _choices(parameter: inspect.Parameter, text: str) -> list[str]:
    """Values for one parameter, the likely ones first."""
    name = parameter.name.lower()
    if is_input_channels(name):
        return ["{channels}", "3"]
    if name.endswith("_shape") and _by_name(parameter, text) == IMAGE:
        return [IMAGE, "(32, 32, 3)", "(8, 8)", "(6, 8)"]
    named, usual = literals(parameter.name, text), _by_name(parameter, text)
    likely = [usual, *named] if usual in named or not named else [*named, usual]
    if _is_sequence(parameter.name, text):
        likely = [*_texts(parameter.name, text), *_pairs(likely), *likely]
    return list(dict.fromkeys([*likely, *OTHERS]))[:MOST_CHOICES]


def _pairs(values: list[str]) -> list[str]:
    return [f"({value}, {value})" for value in values if value.isdigit()]


def _texts(name: str, text: str) -> list[str]:
    """Two texts, where each item that the class walks over is used as the name of something."""
    items = re.findall(rf"\bfor (\w+) in (?:self\.)?{re.escape(name)}\b", text)
    are_names = any(
        expression_for(word) == NAME for one in items for word in (one, *roles(one, text))
    )
    return [NAMES] if are_names else []


def _by_name(parameter: inspect.Parameter, text: str) -> str:
    kind = _kind(parameter, text)
    if kind == "bool":
        return "True"
    guess = expression_for(parameter.name) or BY_TYPE.get(kind, "4")
    return LAYER if guess.isdigit() and _is_called(parameter.name, text) else guess


def expression_for(name: str) -> str:
    """The expression for a parameter of this name; empty where the name tells nothing."""
    return next((kind.first for kind in KINDS if kind.first and kind.fits(name)), "")


def _kind(parameter: inspect.Parameter, text: str) -> str:
    """The type that the annotation or the docstring names."""
    kind = parameter.annotation
    if kind is not EMPTY:
        name = kind if isinstance(kind, str) else getattr(kind, "__name__", "")
        return re.split(r"[\[ |]", name)[0]
    documented = re.search(rf"^\s*`?{re.escape(parameter.name)}`?:\s*(\w+)", text, re.MULTILINE)
    word = documented.group(1).lower() if documented else ""
    return "bool" if word.startswith("bool") else word


def literals(name: str, text: str) -> list[str]:
    """Strings that the class compares this parameter with."""
    found = re.findall(rf"\b{re.escape(name)}\s*[!=]=\s*(\"[^\"\n]+\"|'[^'\n]+')", text)
    return list(dict.fromkeys(found))


def _is_sequence(name: str, text: str) -> bool:
    """Does the class index it, walk over it or take its length?"""
    name = rf"(?:self\.)?{re.escape(name)}"
    uses = rf"(?<!\w){name}\[-?\d|\bin {name}\s*[:)\]]|\blen\({name}\)"
    told = rf"^\s*`*{name}`*\s*(?:\([^)]*\))?\s*:\s*(?:an? )?(?:list|tuple|sequence) of"
    found = rf"{uses}|\bzip\([^)]*\b{name}\b|\benumerate\({name}\)|{told}"
    return re.search(found, text, re.MULTILINE | re.IGNORECASE) is not None


def _is_called(name: str, text: str) -> bool:
    """Does the class call it, as it would a layer?"""
    return re.search(rf"(?<![\w.])(?:self\.)?{re.escape(name)}\(", text) is not None


def _is_large(parameter: inspect.Parameter) -> bool:
    """Is its default so large that a smaller value is the better guess?"""
    default = parameter.default
    if not isinstance(default, int) or isinstance(default, bool):
        return False
    if re.search(r"wavelength|seed|max_", parameter.name):
        return False
    return default > 64 or (default > 2 and re.search(r"heads|window", parameter.name) is not None)


def _is_unset(parameter: inspect.Parameter) -> bool:
    """Is it None by default, though its name asks for a size or an axis?"""
    empty = parameter.default is None or (parameter.default == 0 and "num" in parameter.name)
    return empty and re.search(SIZED, parameter.name) is not None


def _doubled(value: str) -> str:
    """Four times a size: what is divided by heads or by a fraction must leave enough."""
    return str(int(value) * 4) if value in ("4", "8", "16") else value
