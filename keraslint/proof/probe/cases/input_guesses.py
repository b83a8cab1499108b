"""A layer's class → inputs that it might be called with, as expressions, the likely ones first."""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Iterator
from textwrap import dedent
from typing import Any

from ..attempts import attempt, failed
from ..coverage.dict_inputs import dict_of, keys_needed, keys_read
from .constructor_guesses import EMPTY, source_of
from .recipe_inputs import is_cell

CHANNELS = (8, 4, 16, 3, 12)
CONTROL = {"training", "mask", "attention_mask", "return_attention_scores", "use_causal_mask"}
IDS = r"token|_ids?$|indices|positions"
KINDS = {
    2: "floats(2, {c})",
    3: "floats(2, 6, {c})",
    4: "floats(2, 8, 8, {c})",
    5: "floats(2, 4, 4, 4, {c})",
    0: "ints(2, 6, below=4)",
    1: "ints(2, below=4)",
}
OTHER_SIZES = (
    "floats(2, 4, {c})",
    "floats(4, {c})",
    "floats(2, 16, {c})",
    "floats(2, 16, 16, {c})",
    "floats(2, 32, 32, {c})",
    "floats(2, 2, 2, 2, {c})",
    "floats(2, 2, 8, 8, {c})",
)
LARGER = {KINDS[4]: "floats(2, 16, 16, {c})", KINDS[5]: "floats(2, 8, 8, 8, {c})"}
ONE_STEP = "floats(2, 1, {c})"
# A vector for each example; a table of positions, longer than the input; numbers that go with any
# shape; larger planes.
OTHER_FURTHER = (
    KINDS[2],
    *("floats(1, 32, {c})", "floats(1)", "(floats(1), floats(1))", "floats(2, 12, {c})"),
    *("floats(2, 16, 16, {c})", "floats(2, 8, 8, 8, {c})"),
)
HINTS: tuple[tuple[str, tuple[int, ...]], ...] = (
    (r"token|_ids?$|indices|embedding", (0, 3, 2, 4, 5, 1)),
    (r"3d|volume|video", (5, 4, 3, 2, 0)),
    (r"graph|(^|_)(nodes?|gcn|gat|gnn)", (3, 2, 4, 0, 5)),
    (r"1d|attention|transformer|encoder|decoder|sequence|text|rnn|lstm|gru|time", (3, 2, 4, 0, 5)),
    (r"2d|conv|image|patch|pixel|resnet|unet|se_?block|squeeze|spatial|stem|fpn", (4, 3, 2, 5, 0)),
)
PYRAMID = '{{"P3": floats(2, 16, 16, {c}), "P4": floats(2, 8, 8, {c}), "P5": floats(2, 4, 4, {c})}}'


def calls(cls: Any, numbers: list[int]) -> Iterator[tuple[str, int]]:
    """Arguments of a call as text, and the number of channels in them.

    `numbers` are integers of the construction, which channels may have to equal.
    """
    parameters = attempt(lambda: inspect.signature(cls.call).parameters)
    training = None if failed(parameters) else parameters.get("training")
    asks = training is not None and training.default is EMPTY
    for call, count in _calls(cls, numbers):
        yield (f"{call}, training=False" if asks else call), count


def _calls(cls: Any, numbers: list[int]) -> Iterator[tuple[str, int]]:
    try:
        parameters = list(inspect.signature(cls.call).parameters.values())[1:]
    except (TypeError, ValueError):
        return
    text = source_of(cls)
    needed = [p.name for p in parameters if p.default is EMPTY and p.kind in (0, 1, 3)]
    names = [name for name in needed if name not in CONTROL] or [p.name for p in parameters[:1]]
    masks = [p.name for p in parameters if "mask" in p.name and p.name not in names]
    kinds = _likely_kinds(cls, names[0] if names else "", text)
    channels = list(dict.fromkeys([*CHANNELS[:2], *numbers, *CHANNELS[2:]]))[:9]
    yield from _dicts(cls, text, kinds, channels[:2])
    if re.search(r"pyramid|fpn", f"{cls.__name__}{names}".lower()):
        yield from ((PYRAMID.format(c=c), c) for c in channels[:2])
    parts = _told_parts(names[0], text) if len(names) == 1 else []
    for kind, count in itertools.product(kinds if parts else (), channels[:4]):
        yield from ((text, count) for text in _parted(parts, kind, count))
    yield from _plain(names, channels[:4], kinds)
    yield from _masked(names, masks, channels[:2], kinds)
    if names[1:]:
        for other, count, kind in itertools.product(OTHER_FURTHER, channels[:4], kinds[:3]):
            yield _call([*names, *masks], kind, count, further=other), count
    yield from _plain(names, channels[4:], kinds)
    yield from _masked(names, masks, channels[2:5], kinds)
    for count, kind in itertools.product(channels[:3], kinds):
        yield _call(names, kind, count, several=True), count
        if kind == KINDS[3]:  # beside nodes, which of them are joined
            yield _call(names, kind, count, several=True, second="floats(2, 6, 6)"), count
    yield from ((_call(names, ONE_STEP, count, several=True), count) for count in channels[:3])
    for count, kind in itertools.product(channels[:5], OTHER_SIZES):
        yield _call(names, kind, count), count


def _dicts(cls: Any, text: str, kinds: list[str], channels: list[int]) -> Iterator[tuple[str, int]]:
    """Dicts with the keys that the class reads of its input: all of them, then those it needs."""
    read = [names(dedent(text), cls.__name__) for names in (keys_read, keys_needed)]
    for keys, count in itertools.product([one for one in read if one], channels):
        yield from ((dict_of(keys, kind.format(c=count)), count) for kind in kinds)


def told_by(layer: Any) -> str:
    """The arguments of a call as a functional model, or a recurrent cell, tells them; or empty."""
    if is_cell(layer):
        return f"{KINDS[2].format(c=CHANNELS[0])}, states()"
    told = attempt(lambda: _as_told(layer.input))
    return "" if failed(told) else str(told)


def _as_told(inputs: Any) -> str:
    """Nested inputs as an expression: a batch of two, and eight where a size is open."""
    if isinstance(inputs, dict):
        return "{" + ", ".join(f"{key!r}: {_as_told(one)}" for key, one in inputs.items()) + "}"
    if isinstance(inputs, (list, tuple)):
        return "[" + ", ".join(map(_as_told, inputs)) + "]"
    shape = (2, *(8 if size is None else size for size in inputs.shape[1:]))
    if "int" in str(inputs.dtype):
        return f"ints({', '.join(map(str, shape))}, below=4)"
    return f"{'bools' if 'bool' in str(inputs.dtype) else 'floats'}{shape}"


def _plain(names: list[str], channels: list[int], kinds: list[str]) -> Iterator[tuple[str, int]]:
    for count, kind in itertools.product(channels, kinds):
        if not kind.startswith("ints") or count == channels[0] or names[1:]:
            yield _call(names, kind, count), count


def _masked(
    names: list[str], masks: list[str], channels: list[int], kinds: list[str]
) -> Iterator[tuple[str, int]]:
    for count, kind in itertools.product(channels, kinds[:3] if masks else ()):
        yield _call([*names, *masks], kind, count), count
        yield _call([*names, *masks], kind, count).replace("(2, 6, 6)", "(2, 6)"), count


def _likely_kinds(cls: Any, first: str, text: str) -> list[str]:
    named = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", f"{first} {cls.__name__}").lower()
    ranks = next((ranks for pattern, ranks in HINTS if re.search(pattern, named)), (3, 4, 2, 0, 5))
    told = _told_rank(first, text)
    if told in KINDS:
        ranks = (told, *(rank for rank in ranks if rank != told))
    return [KINDS[rank] for rank in ranks]


def _told_rank(first: str, text: str) -> int:
    """The rank that the class unpacks its first input's shape into; -1 when it does not."""
    shape = rf"(?:(?:\w+\.)*shape\({re.escape(first)}\)|{re.escape(first)}\.shape|input\w*_shape)"
    found = re.search(rf"^\s*((?:\w+\s*,\s*){{1,4}}\w+)\s*=\s*{shape}\s*$", text, re.MULTILINE)
    return found.group(1).count(",") + 1 if found else -1


def _told_parts(first: str, text: str) -> list[str]:
    """The names into which the class takes its one argument apart; none where it does not."""
    found = re.search(rf"^\s*((?:\w+\s*,\s*)+\w+)\s*=\s*{re.escape(first)}\s*$", text, re.MULTILINE)
    return re.findall(r"\w+", found.group(1)) if found else []


def _parted(names: list[str], kind: str, count: int) -> Iterator[str]:
    """Lists of arrays, of which the names may tell something: alike, or those that follow larger.

    They may be a vector for each example. A mask may be of the steps of one input, or of pairs of
    steps; a query of one step.
    """
    shape = kind.format(c=count)
    others = (kind, *([LARGER[kind]] if kind in LARGER else []), KINDS[2])
    for other in (one.format(c=count) for one in dict.fromkeys(others)):
        rest = ", ".join(_further(name, shape, other, count) for name in names[1:])
        yield f"[{shape}, {rest}]"
        if "bools(2, 6)" in rest:
            yield f"[{shape}, {rest}]".replace("bools(2, 6)", "bools(2, 6, 6)")
        if kind == KINDS[3]:
            yield f"[{ONE_STEP.format(c=count)}, {rest}]"


def _call(
    names: list[str],
    kind: str,
    count: int,
    *,
    several: bool = False,
    second: str = "",
    further: str = "",
) -> str:
    """The arguments of a call; `several` puts a list of two arrays in the place of the first.

    `second` is the other one of these, where it is not alike.
    `further` is an array for the arguments after the first whose names tell nothing.
    """
    shape = kind.format(c=count)
    first = f"[{shape}, {second or shape}]" if several else shape
    other = further.format(c=count) or shape
    rest = [f"{name}={_further(name, shape, other, count)}" for name in names[1:]]
    return ", ".join([first, *rest])


def further_of(name: str, shape: tuple[int, ...], kind: str) -> list[str]:
    """Expressions for an argument that may be left out, beside an input of this shape."""
    batch, length = shape[0], shape[1] if len(shape) > 1 else 1
    if "mask" in name:
        made = [f"bools({batch}, {length})", f"bools({batch}, {length}, {length})"]
        return made[::-1] if "att" in name else made
    if re.search(IDS, name):
        return [f"ints({batch}, {length}, below=4)"]
    return [f"ints{shape}" if kind == "ints" else f"floats{shape}"]


def _further(name: str, shape: str, other: str, count: int) -> str:
    """An input beside the first: `other`, unless its name says what it is."""
    if "mask" in name:
        matrix = re.search(r"att", name) and "(2, 6, " in shape
        return "bools(2, 6, 6)" if matrix else "bools(2, 6)"
    if re.search(IDS, name):
        return "ints(2, 6, below=4)"
    if re.search(r"len(gth)?s?$", name):
        return "ints(2, 1, below=4)"
    if re.search(r"update_index|start_index", name):
        return "0"
    return KINDS[3].format(c=count) if other.startswith("ints") else other
