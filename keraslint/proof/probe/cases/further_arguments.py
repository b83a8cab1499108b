"""A case → the same with arguments of the call that its recipe leaves out."""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import permutations
from typing import Any

from .case import Call, Case, Change
from .constructor_arguments import arguments_of
from .input_guesses import further_of
from .other_values import whole
from .recipe_inputs import Input
from .wish import Wish, together

KEPT = r"cache|past|memor(y|ies)$|(^|_)kv(_|$)|key_values?$"
MOST_SPLITS = 4


def given_besides(
    case: Case, asked: Call, inputs: list[Input], outputs: Collection[Any] = ()
) -> Iterator[Wish]:
    """Arguments of the call that the recipe leaves out: switches turned, arrays given.

    A switch may turn the layer round, so that it takes what it returned. An array may be a state,
    which has the shape of what is returned, or of one step of it.
    """
    if not inputs:
        return
    parameters = list(inspect.signature(case.cls.call).parameters.values())[1:]
    left_out = [p for p in parameters[len(asked.args) :] if p.name not in asked.kwargs]
    switches = [p for p in left_out if isinstance(p.default, bool) and p.name != "training"]
    first = next(iter(outputs), ((), ""))
    fed = tuple(first[0]) if first[1].startswith("float") else ()
    states = [fed, (fed[0], fed[-1])] if len(fed) > 1 else []
    turned = [_with(p.name, repr(not p.default)) for p in switches]
    yield together([(one, replace(one, fed=fed)) if fed else (one,) for one in turned])
    numbers = [_with(p.name, repr(p.default + 1)) for p in left_out if whole(p.default)]
    yield from (Wish(alternatives=(one,), decides=True) for one in numbers)
    for parameter in left_out:
        if parameter.default is None and parameter.name != "training":
            yield from _given(parameter.name, inputs[0], states, arguments_of(case, asked))


def _given(
    name: str, first: Input, states: list[tuple[int, ...]], arguments: dict[str, Any]
) -> Iterator[Wish]:
    """What may be given where there was nothing; the same with more channels, and longer."""
    arrays = further_of(name, first.shape, first.kind)
    is_real = arrays[0].startswith("floats")
    others = [f"floats{shape}" for shape in states if is_real]
    kept = _kept(first.shape, arguments) if re.search(KEPT, name) else ()
    given = [_with(name, array) for array in dict.fromkeys([*kept, *arrays, *others])]
    yield Wish(alternatives=tuple(given), decides=True)
    if is_real and len(first.shape) > 1:
        *sizes, channels = first.shape
        wider = f"floats{(*sizes, channels + 2)}"
        yield Wish(alternatives=(_with(name, wider),), decides=True)
        if len(sizes) > 1:
            longer = f"floats{(sizes[0], *(n + 2 for n in sizes[1:]), channels)}"
            yield Wish(alternatives=(_with(name, longer),))


def _kept(shape: tuple[int, ...], arguments: dict[str, Any]) -> Iterator[str]:
    """Keys and values of earlier steps, split into heads as the constructor's numbers have it."""
    if len(shape) != 3:
        return
    batch, length, channels = shape
    told = [
        v for name, v in arguments.items() if whole(v) and v > 0 and re.search("head|dim", name)
    ]
    splits = [*permutations(dict.fromkeys(told), 2), *((n, channels // n) for n in told)]
    for heads, size in list(dict.fromkeys(splits))[:MOST_SPLITS]:
        yield f"floats{(batch, 2, length, heads, size)}"
        for one in (batch, length, heads, size), (batch, heads, length, size):
            yield f"floats{one}"
            yield f"(floats{one}, floats{one})"


def _with(name: str, expression: str) -> Change:
    return Change(label=f"with `{name}`", given=((name, expression),))
