"""A layer's class → recipes that might work, as text, by what its constructor takes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any

from .constructor_guesses import Arguments, makings
from .input_guesses import calls, told_by

MOST_MAKINGS = 150
MOST_MADE = 5
MOST_CALLS = 60


def guesses(cls: Any, works: Callable[[str], Any]) -> Iterator[str]:
    """Recipes for the layer; `works` makes one, and gives nothing where that fails."""
    made = 0
    for number, arguments in enumerate(makings(cls)):
        if number >= MOST_MAKINGS or made >= MOST_MADE:
            return
        layer = works(_made(cls, arguments, 8))
        if layer is not None:
            made += 1
            told = told_by(layer)
            if told:
                yield f"{_made(cls, arguments, 8)}({told})"
            likely = calls(cls, _numbers(arguments))
            for call, count in likely if made == 1 else itertools.islice(likely, MOST_CALLS):
                yield f"{_made(cls, arguments, count)}({call})"


def called(cls: Any, made: str) -> Iterator[str]:
    """A construction that is known, called on guesses."""
    for call, _ in calls(cls, [int(n) for n in re.findall(r"=\s*(\d+)", made)]):
        yield f"{made}({call})"


def _made(cls: Any, arguments: Arguments, channels: int) -> str:
    given = [f"{k}={v.replace('{channels}', str(channels))}" for k, v in arguments.items()]
    return f"{cls.__name__}({', '.join(given)})"


def _numbers(arguments: Arguments) -> list[int]:
    """Sizes among the arguments, and heads times their size."""
    sizes = {k: int(v) for k, v in arguments.items() if v.isdigit() and 1 < int(v) <= 64}
    heads = [v for k, v in sizes.items() if re.search(r"heads$", k)]
    each = [v for k, v in sizes.items() if re.search(r"head_(dim|size)|dim_head", k)]
    return list(dict.fromkeys([*sizes.values(), *(h * e for h in heads[:1] for e in each[:1])]))
