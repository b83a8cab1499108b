"""A given case → further cases worth trying: other sizes, other arguments, other branches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from itertools import combinations
from typing import Any

from ..coverage.class_source import sources_of, tells_rank
from .case import Case, Change
from .constructor_arguments import arguments_of, with_channels
from .constructor_guesses import expression_for, is_input_channels
from .deciding_names import decides, is_used_as_layer
from .further_arguments import given_besides
from .other_values import choices, is_rate, other_values, uneven_sides, whole
from .parameter_kinds import is_quiet, may_be_channels
from .recipe_inputs import Input, leaves
from .size_cases import (
    beyond_limits,
    beyond_numbers,
    held_arguments,
    held_sizes,
    lone_inputs,
    other_kinds,
    sizes_in_text,
)
from .wish import Alternatives, Wish, apart, together

MOST_EQUAL = 3
MOST_CHOICES = 8
MOST_PAIRS = 6
LARGEST = 64
SMALL = 16
LESS = 0.58
"""Times a part that is round, a part that is not."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is known besides the case: what it returned, and what the other version reads like.

    `varied` tells whether channels were varied by then; `outputs` are shapes and dtypes; `also` is
    a text of names that only the version after may know.
    """

    varied: Callable[[], bool]
    outputs: list[Any]
    also: str


def derived(case: Case, told: Told) -> Iterator[Wish]:
    """Changes to try, the most telling first."""
    asked = case.asked()
    inputs = leaves((asked.args, asked.kwargs))
    arguments = arguments_of(case, asked)
    channels = next((i.shape[-1] for i in inputs if i.kind == "floats" and len(i.shape) > 1), None)
    equal, odd = _other_channels(arguments, channels) if channels is not None else ([], [])
    yield from (Wish(alternatives=alternatives, decides=True) for alternatives in equal)
    text = sources_of(case.cls)
    others = list(_other_arguments(arguments, text))
    switches = [change for change in others if _switches(change)]
    deciding = [change for change in switches if decides(_name(change), text)]
    yield from (Wish(alternatives=change, decides=True) for change in deciding)
    yield together([halved(change) for change in switches if change not in deciding])
    quiet = [change for change in others if change not in switches and _is_quiet(change)]
    yield together(quiet)
    is_equal = channels in arguments.values()
    odd = odd if is_equal or not told.varied() else []
    yield _sized(odd[:1], list(_other_sizes(inputs)))
    yield from (Wish(alternatives=alternatives) for alternatives in odd[1:])
    for name, value in asked.kwargs.items():
        if leaves(value):
            yield Wish(
                alternatives=(Change(label=f"without `{name}`", without=(name,)),), decides=True
            )
    rest = [change for change in others if change not in switches and change not in quiet]
    unset = [change for change in rest if arguments[_name(change)] is None]
    sizes = [change for change in rest if change not in unset]
    unset = [_or_channels(change, channels) for change in unset]
    yield apart([change for change in sizes if arguments[_name(change)] != channels])
    yield from (
        Wish(alternatives=change) for change in sizes if arguments[_name(change)] == channels
    )
    yield from (Wish(alternatives=change, decides=decides(_name(change), text)) for change in unset)
    deciding = [change for change in sizes if decides(_name(change), text)]
    yield from _equal_and(equal, deciding, arguments)
    yield from choice_wishes(arguments, f"{text}\n{told.also}")
    yield from _pairs(arguments, [*switches, *_chosen(arguments, f"{text}\n{told.also}")], text)
    yield from _lengths(others, arguments)
    yield from _sides(arguments, text)
    yield from lone_inputs(inputs, arguments)
    yield from sizes_in_text(inputs, arguments, text)
    yield from held_sizes(arguments, channels or 0, text, others) if channels else ()
    yield from held_arguments(arguments, text)
    yield from beyond_limits(inputs, arguments)
    yield from beyond_numbers(inputs, arguments)
    yield from _layers(arguments, channels, text)
    yield from given_besides(case, asked, inputs, told.outputs)
    yield from _beyond(inputs, arguments, text)
    yield from other_kinds(inputs, (asked.args, asked.kwargs))


def _equal_and(
    equal: list[Alternatives], sizes: list[Alternatives], arguments: dict[str, Any]
) -> Iterator[Wish]:
    """Channels equal to an argument, and another size that conditions ask for, as strides."""
    for change in (alternatives[0] for alternatives in equal[:1]):
        new = change.channels and change.channels[1]
        others = [one[0] for one in sizes if arguments[_name(one)] != new]
        yield from (
            Wish(alternatives=(change.along_with(o),), decides=True) for o in others[:MOST_EQUAL]
        )


def _pairs(arguments: dict[str, Any], deciding: list[Alternatives], text: str) -> Iterator[Wish]:
    """All arguments that may decide a condition changed at once, then two at a time.

    What one of them does may depend on another one.
    """
    told = [one[0] for one in deciding if _is_sequence(one) or decides(_name(one), text)]
    first = {change.arguments[0][0]: change for change in reversed(told)}
    if len(first) > 2:
        yield Wish(alternatives=(reduce(Change.along_with, first.values()),), decides=True)
    both = [one.along_with(other) for one, other in combinations(told, 2) if _differ(one, other)]
    yield from (Wish(alternatives=(one,), decides=True) for one in both[:MOST_PAIRS])


def _differ(one: Change, other: Change) -> bool:
    return one.arguments[0][0] != other.arguments[0][0]


def _chosen(arguments: dict[str, Any], text: str) -> list[Alternatives]:
    return [wish.alternatives for wish in choice_wishes(arguments, text)]


def _lengths(others: list[Alternatives], arguments: dict[str, Any]) -> Iterator[Wish]:
    """Sequences that are longer or shorter, each looked at as closely as a recipe's case."""
    for change in others:
        if isinstance(arguments[_name(change)], (tuple, list)):
            yield from (Wish(alternatives=(one,), decides=True, closely=True) for one in change[:2])


def _sides(arguments: dict[str, Any], text: str) -> Iterator[Wish]:
    """Two sides of different lengths, with any input that they fit."""
    for name, value in arguments.items():
        sides = [_argument(name, one, value) for one in uneven_sides(name, value, text)]
        if sides:
            yield Wish(alternatives=tuple(sides), decides=True)


def _or_channels(alternatives: Alternatives, channels: int | None) -> Alternatives:
    """Where a number may work, that of the channels may as well."""
    name, value = alternatives[0].arguments[0]
    if channels is None or not whole(value):
        return alternatives
    return (*alternatives, _argument(name, channels, None))


def _is_quiet(alternatives: Alternatives) -> bool:
    """Does the change show in configurations, losses and training more than in branches?"""
    return is_quiet(_name(alternatives))


def argument_choices(arguments: dict[str, Any], text: str) -> Iterator[Alternatives]:
    """Other values for each argument of the constructor, the likely ones first."""
    yield from _other_arguments(arguments, text)
    yield from _chosen(arguments, text)


def choice_wishes(arguments: dict[str, Any], text: str) -> Iterator[Wish]:
    """Each name or number that the class asks an argument for."""
    roomier = _roomier(arguments)
    wishes = [
        Wish(alternatives=tuple(_or_roomier(_argument(name, one, value), roomier)), decides=True)
        for name, value in arguments.items()
        for one in choices(name, value, text)
    ]
    yield from wishes[:MOST_CHOICES]


def _or_roomier(change: Change, roomier: Change) -> Iterator[Change]:
    """A choice, and the same with more room: what it divides may be too small for it."""
    yield change
    if roomier.arguments and isinstance(change.arguments[0][1], str):
        yield change.along_with(roomier)


def _roomier(arguments: dict[str, Any]) -> Change:
    """Four times the sizes that are small."""
    small = {name: v for name, v in arguments.items() if whole(v) and 1 < v <= SMALL}
    larger = tuple((name, 4 * value) for name, value in small.items())
    label = ", ".join(f"{name}={value}" for name, value in larger)
    return Change(label=label, arguments=larger)


def _layers(arguments: dict[str, Any], channels: int | None, text: str) -> Iterator[Wish]:
    """A layer where none is given and one is asked for; and one that was built before."""
    for name, value in arguments.items():
        asked = expression_for(name).startswith("layers.") or is_used_as_layer(name, text)
        if value is None and asked:
            own = f'layers.Dense({channels or 8}, activation="tanh")'
            layers = (own, "layers.Dense(8)", 'layers.Activation("tanh")')
            yield Wish(alternatives=tuple(_made(name, one) for one in layers), decides=True)
            built = f"(lambda one: one.build((None, {channels or 8})) or one)({own})"
            yield Wish(alternatives=(_made(name, built),), decides=True)


def _made(name: str, expression: str) -> Change:
    return Change(label=f"{name}={expression}", made=((name, expression),))


def _beyond(inputs: list[Input], arguments: dict[str, Any], text: str) -> Iterator[Wish]:
    """Inputs of another rank, and beyond the sizes that the class asks for."""
    if not inputs or len(inputs[0].shape) < 2:
        return
    rank = len(inputs[0].shape)
    if re.search(r"len\([\w.\[\]]*shape\)|\brank\b|\bndims?\b", text):
        for other in (2, 3, 4):
            if other != rank:
                yield Wish(alternatives=(_of_rank(other),), decides=True)
    elif inputs[0].kind == "floats" and not tells_rank(text):
        yield Wish(alternatives=tuple(_of_rank(one) for one in (rank + 1, rank - 1) if one > 1))
    sizes = [int(size) for size in re.findall(r"[^\w\s]\s*[<>]=?\s*(\d+)\b", text)]
    largest = max((size for size in sizes if 2 < size <= LARGEST), default=0)
    batch, channels = inputs[0].shape[0], inputs[0].shape[-1]
    if largest and batch <= largest:
        yield Wish(
            alternatives=(Change(label=f"batch size {largest + 1}", batch=(batch, largest + 1)),)
        )
    if largest and len(inputs[0].shape) > 2 and inputs[0].shape[1] <= largest:
        more = largest + 1 - inputs[0].shape[1]
        yield Wish(
            alternatives=(Change(label=f"inputs longer by {more}", longer=more),), decides=True
        )
    if largest and inputs[0].kind == "floats" and channels < largest:
        change = with_channels(arguments, channels, largest)
        yield Wish(alternatives=(change,) if change else (), decides=True)


def _of_rank(rank: int) -> Change:
    return Change(label=f"rank {rank}", rank=rank)


def _name(alternatives: Alternatives) -> str:
    return alternatives[0].arguments[0][0]


def _other_sizes(inputs: list[Input]) -> Iterator[Alternatives]:
    if inputs and inputs[0].shape:
        batch = inputs[0].shape[0]
        yield (Change(label=f"batch size {batch + 1}", batch=(batch, batch + 1)),)
    yield from _longer(inputs)


def _sized(channels: list[Alternatives], others: list[Alternatives]) -> Wish:
    """All sizes of the input in one case; if that fails, the channels apart from the others."""
    if not channels:
        return together(others)
    everything = together([*channels, *others])
    apart = tuple(Wish(alternatives=alternatives) for alternatives in channels)
    return Wish(alternatives=everything.alternatives, otherwise=(together(others), *apart))


def halved(alternatives: Alternatives) -> Alternatives:
    """Half of a number before none of it: what is nothing may hide what else differs."""
    _, value = alternatives[0].arguments[0]
    return alternatives[::-1] if value == 0.0 and not isinstance(value, bool) else alternatives


def _switches(alternatives: Alternatives) -> bool:
    """Does the change switch something on or off? Such arguments may decide conditions.

    A sequence of another length does: its first choice is longer, and the other one shorter.
    """
    if len(alternatives) > 1 and _is_sequence(alternatives):
        return True
    name, value = alternatives[0].arguments[0]
    if is_rate(name):
        return False
    return isinstance(value, bool) or (isinstance(value, float) and value in (0.0, 0.5))


def _is_sequence(alternatives: Alternatives) -> bool:
    """Is it of another length? What goes through it has other turns then."""
    return isinstance(alternatives[0].arguments[0][1], tuple)


def _other_channels(
    arguments: dict[str, Any], old: int
) -> tuple[list[Alternatives], list[Alternatives]]:
    """Channels equal to constructor arguments (the branch of an identity), and others."""
    named = {k: v for k, v in arguments.items() if whole(v) and 0 < v <= 256 and v != old}
    wanted = list(dict.fromkeys(sorted(named.values(), key=lambda v: _unlikely(named, v))))
    likely = [value for value in wanted if not _unlikely(named, value)][:MOST_EQUAL]
    equal = [with_channels(arguments, old, new) for new in likely or wanted[:1]]
    news = [n for n in (old + 2, old * 2, old + 1, old * 3) if n not in wanted]
    changes = [c for c in (with_channels(arguments, old, n) for n in news) if c]
    odd = [tuple(changes[:3])] if changes else []
    if len(changes) > 1 and not wanted:
        odd.append(tuple(changes[3:0:-1]))
    return [(change,) for change in equal if change], odd


def _unlikely(named: dict[str, Any], value: int) -> bool:
    """Does no parameter with this value sound like a number of channels?"""
    names = [name for name, other in named.items() if other == value]
    return not any(map(may_be_channels, names))


def _longer(inputs: list[Input]) -> Iterator[Alternatives]:
    if any(len(i.shape) > (2 if i.kind == "floats" else 1) for i in inputs):
        evenly = [Change(label=f"inputs longer by {more}", longer=more) for more in (1, 2, 4)]
        planes = any(len(i.shape) == 4 and i.kind == "floats" for i in inputs)
        unevenly = [replace(change, uneven=True) for change in evenly] if planes else []
        yield (*unevenly, *evenly)


def _other_arguments(arguments: dict[str, Any], text: str) -> Iterator[Alternatives]:
    for name, value in arguments.items():
        if name in ("name", "dtype", "trainable", "self"):
            continue
        if whole(value) and is_input_channels(name):
            continue
        options = tuple(other_values(name, value, text))
        if options:
            yield tuple(_argument(name, option, value) for option in options)
        if isinstance(value, (tuple, list)) and options and all(map(whole, value)):
            yield (_argument(name, tuple(size + 1 for size in value), value),)
        if isinstance(value, (tuple, list)) and options and all(map(_is_part, value)):
            yield (_argument(name, tuple(round(part * LESS, 4) for part in value), value),)


def _is_part(value: Any) -> bool:
    return isinstance(value, float) and value % 1 != 0


def _argument(name: str, option: Any, value: Any) -> Change:
    doubles = whole(value) and option == 2 * value
    return Change(label=f"{name}={option!r}", arguments=((name, option),), doubles=doubles)
