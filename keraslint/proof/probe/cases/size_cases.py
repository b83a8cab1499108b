"""The inputs of a case → the same with other sizes, kinds and keys, each input for itself too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ..coverage.held_parts import past_each_other, past_limits
from .case import Change
from .constructor_arguments import told_channels, with_channels
from .deciding_names import divides, divisors, sizes_of_layers
from .other_values import whole
from .parameter_kinds import kind_of
from .recipe_inputs import Input, is_list_of_inputs
from .wish import Alternatives, Wish

MOST_INPUTS, MOST_SIZES, MOST_KEYS, MOST_LIMITS = 3, 5, 3, 3
LARGEST = 1000
CUTS = r"\b(?:int|round|ceil|floor)\("
FAR, ROUNDED_UP = 32, 0.6
UNEVEN = 4
"""An even quotient and a half is rounded down: this many times 2, less 1, is rounded up."""
Arguments = dict[str, Any]


def lone_inputs(inputs: list[Input], arguments: Arguments) -> Iterator[Wish]:
    """Of several inputs, one of other channels, another length, or other numbers than the others.

    Not other channels where the constructor is told them: it is not known of which input.
    """
    numbers = [i for i, one in enumerate(inputs) if one.kind == "floats" and len(one.shape) > 1]
    for index in numbers[:MOST_INPUTS] if len(numbers) > 1 else ():
        given = inputs[index]
        old = given.shape[-1]
        wider = [
            Change(label=f"{new} channels in input {index}", channels=(old, new), alone=index)
            for new in (old + 2, 2 * old)
        ]
        if not told_channels(arguments):
            yield Wish(alternatives=tuple(wider), decides=True)
        if len(given.shape) > 2:
            yield Wish(alternatives=(Change(label=f"input {index} longer", longer=2, alone=index),))
        kinds = {"ints": "whole numbers", "bools": "truth values"}
        other = [
            Change(label=f"{numbers} in input {index}", kind=kind, alone=index)
            for kind, numbers in kinds.items()
        ]
        yield Wish(alternatives=tuple(other))


def sizes_in_text(inputs: list[Input], arguments: Arguments, text: str) -> Iterator[Wish]:
    """Channels below and above what they are divided by, and as many as a sub-layer gives."""
    floats = [one for one in inputs if one.kind == "floats" and len(one.shape) > 1]
    if not floats:
        return
    old = floats[0].shape[-1]
    limits = [v for k, v in arguments.items() if whole(v) and 1 < v <= 64 and divides(k, text)]
    around = [news for one in [*limits, *divisors(text)] for news in _across(one, old)]
    sizes = [*((size,) for size in sizes_of_layers(text)[:2]), *around, *_cut(arguments, old, text)]
    for news in [one for one in dict.fromkeys(sizes) if one[0] not in (0, old)][:MOST_SIZES]:
        changes = [with_channels(arguments, old, new) for new in news]
        yield Wish(alternatives=tuple(filter(None, changes)), decides=True)


def held_sizes(
    arguments: Arguments, channels: int, text: str, others: Iterable[Alternatives]
) -> Iterator[Wish]:
    """Channels beyond what `max` and `min` hold a part of them to.

    By themselves, and with each argument changed that such sizes rest on: which of them is held
    to a limit makes no difference below it.
    """
    for news in list(dict.fromkeys(past_limits(arguments, channels, text)))[:MOST_LIMITS]:
        found = [with_channels(arguments, channels, new) for new in news if new != channels]
        changes = tuple(filter(None, found))
        if changes:
            yield Wish(alternatives=changes, decides=True)
            for options in others:
                if divides(options[0].arguments[0][0], text):
                    both = tuple(one.along_with(other) for one in changes for other in options)
                    yield Wish(alternatives=both, decides=True)


def held_arguments(arguments: Arguments, text: str) -> Iterator[Wish]:
    """An argument beyond the other one that `max` or `min` holds it to."""
    past = dict.fromkeys(past_each_other(arguments, text))
    changes = [Change(label=f"{name}={new}", arguments=((name, new),)) for name, new in past]
    yield from (Wish(alternatives=(change,), decides=True) for change in changes[:MOST_LIMITS])


def _cut(arguments: Arguments, channels: int, text: str) -> Iterator[tuple[int, ...]]:
    """Channels whose product with a fraction is nearly the next whole number, if one is cut off."""
    if not re.search(CUTS, text):
        return
    for value in {v for v in arguments.values() if isinstance(v, float) and v % 1}:
        nearly = [n for n in range(channels + 1, channels + FAR) if (n * value) % 1 > ROUNDED_UP]
        yield from ((n,) for n in nearly[:1])


def _across(limit: int, channels: int) -> Iterator[tuple[int, ...]]:
    """Channels on the other side of a divisor, and a number nearly the next multiple of it.

    There, the quotients that are cut off and those that are rounded are other ones.
    """
    uneven = UNEVEN * limit - 1
    if channels >= limit:
        yield (limit - 1,)
    if channels < limit:
        yield (uneven, uneven + 1)
    elif channels % limit != limit - 1:
        yield (uneven,)


def beyond_limits(inputs: list[Input], arguments: Arguments) -> Iterator[Wish]:
    """A greatest length below that of the input, which may be numbers of words."""
    first = next((one for one in inputs if one.kind in ("floats", "ints")), None)
    if first is None or len(first.shape) < (3 if first.kind == "floats" else 2):
        return
    for name, value in arguments.items():
        kind = kind_of(name)
        if whole(value) and (name.startswith("max_") or (kind is not None and kind.length)):
            less = first.shape[1] - 1
            if less > 0 and value != less:
                yield Wish(
                    alternatives=(Change(label=f"{name}={less}", arguments=((name, less),)),),
                    decides=True,
                )


def other_kinds(inputs: list[Input], asked: Any) -> Iterator[Wish]:
    """One step or pixel; whole numbers or truth values in the place of real ones; fewer keys.

    Lists of more inputs, and of fewer.
    """
    if any(len(one.shape) > 2 for one in inputs):
        yield Wish(alternatives=(Change(label="one step", narrow=True),))
    if any(len(one.shape) == 4 and one.kind == "floats" for one in inputs):
        wider = [Change(label=f"inputs wider by {more}", wider=more) for more in (1, 2)]
        yield Wish(alternatives=tuple(wider))
    for count in dict.fromkeys(len(one) for one in _lists_in(asked)):
        for other in (2 * count + 1, count + 1, count - 1):
            if other:
                yield Wish(
                    alternatives=(Change(label=f"{other} inputs in a list", items=other),),
                    decides=True,
                )
    for key in list(_keys_in(asked))[:MOST_KEYS]:
        yield Wish(
            alternatives=(Change(label=f"without the key `{key}`", keys=(key,)),), decides=True
        )
    if any(one.kind == "floats" for one in inputs):
        whole_numbers = Change(label="whole numbers", kind="ints")
        yield Wish(alternatives=(whole_numbers, Change(label="truth values", kind="bools")))


def beyond_numbers(inputs: list[Input], arguments: Arguments) -> Iterator[Wish]:
    """Whole numbers of the inputs beyond those of the constructor, and up to them."""
    sizes = sorted({v for v in arguments.values() if whole(v) and 1 < v <= LARGEST})
    if sizes and any(one.kind == "ints" for one in inputs):
        for limit in dict.fromkeys((2 * sizes[-1], sizes[-1])):
            yield Wish(alternatives=(Change(label=f"numbers below {limit}", below=limit),))


def _lists_in(asked: tuple[Any, ...]) -> Iterator[Any]:
    """The lists of inputs in the arguments of a call."""
    yield from filter(is_list_of_inputs, asked[0])


def _keys_in(value: Any) -> Iterator[str]:
    """The keys of dicts in the arguments of a call that hold more than one thing."""
    if isinstance(value, tuple):
        args, kwargs = value
        for one in (*args, *kwargs.values()):
            if isinstance(one, dict) and len(one) > 1:
                yield from map(str, one)
