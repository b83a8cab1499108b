"""No recipe is given → one that works: found in the project's text, else guessed."""

from __future__ import annotations

import inspect
import itertools
import math
import re
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..attempts import Unusable, attempt, describe, failed, tried
from .case import Case
from .constructor_arguments import arguments_of, told_channels
from .constructor_guesses import Arguments, makings
from .input_guesses import calls, told_by

MOST_FOUND = 2
MOST_MAKINGS = 150
MOST_MADE = 5
MOST_CALLS = 60
MOST_TRIED = 400
MOST_SECONDS = 8.0
MOST_DISPLEASING = 30
NOT_CALLED = "no way to call it was found"
TOO_LONG = "making one takes too long to try more: say how to make a small one"

OWN_FAULTS = (
    "You cannot add new elements of state (variables or sub-layers) to a layer",
    "you forgot to call `super().__init__()`",
    "Only input tensors may be passed as positional arguments",
)
"""What Keras says of code inside `call()` or `__init__` that is wrong for every input."""


class OwnFault(Unusable):
    """The layer fails whatever it is given; `recipe` is one that shows it."""

    def __init__(self, text: str, recipe: str) -> None:
        super().__init__(text)
        self.recipe = recipe


def search(
    job: dict[str, Any],
    cls: Any,
    space: dict[str, Any],
    stage: Callable[[str], None],
    pleases: Callable[[Case], bool] = lambda case: True,
) -> list[Case]:
    """Cases that work: up to two found ones, else the first guess that does.

    A guess that works and does not please is used where none of the next ones does better.
    """
    stage("looking for a way to make and call it")
    until = time.process_time() + min(job["timeout"] / 3, MOST_SECONDS)
    found: list[Case] = []
    for text in job["found"]:
        case = _found(cls, text, space, until, pleases)
        if case is not None and len(found) < MOST_FOUND:
            found.append(case)
    if found:
        return found
    return [_first(cls, _guessed(cls, space, until), space, until, pleases)]


def called_on_guesses(case: Case, job: dict[str, Any]) -> Case:
    """A given construction, called on inputs that are guessed."""
    until = time.process_time() + min(job["timeout"] / 3, MOST_SECONDS)
    return _first(case.cls, called(case), case.space, until)


def _found(
    cls: Any,
    text: str,
    space: dict[str, Any],
    until: float,
    pleases: Callable[[Case], bool],
) -> Case | None:
    """A found recipe that works; one that is only constructed is called on guesses."""
    case = attempt(lambda: Case(cls=cls, text=text, space=space))
    asked = attempt(lambda: case.asked())
    if failed(case) or failed(asked):
        return None
    if asked.args or asked.kwargs:
        return None if tried(case) else case
    try:
        return _first(cls, called(case), space, until, pleases)
    except Unusable:
        return None


def _guessed(cls: Any, space: dict[str, Any], until: float) -> Iterator[str]:
    """Guesses whose construction works; raises `Unusable` when none does."""
    errors: list[str] = []
    worked = False

    def works(text: str) -> Any:
        nonlocal worked
        if time.process_time() >= until:
            return None
        result = attempt(lambda: Case(cls=cls, text=text, space=space).make())
        if failed(result):
            errors.append(str(result.get("error", result)))
            return None
        worked = True
        return result

    yield from guesses(cls, works)
    if not worked:
        why = errors[0] if errors else TOO_LONG
        raise Unusable(f"no way to make it was found: {why}")


def _first(
    cls: Any,
    texts: Iterable[str],
    space: dict[str, Any],
    until: float,
    pleases: Callable[[Case], bool] = lambda case: True,
) -> Case:
    """The first text that works; raises `Unusable` with the error of the one that got furthest."""
    working: list[Case] = []
    furthest, error, blamed = -1.0, TOO_LONG, ""
    for number, text in enumerate(texts):
        if number >= MOST_TRIED or time.process_time() > until or len(working) > MOST_DISPLEASING:
            break
        case = Case(cls=cls, text=text, space=space)
        result = tried(case)
        if result is None:
            if pleases(case):
                return case
            working.append(case)
        elif _reach(result, cls) > furthest:
            furthest, error = _reach(result, cls), describe(result)
            blamed = text if furthest == math.inf else ""
    if working:
        return working[0]
    reason = f"{NOT_CALLED}: {error}"
    raise OwnFault(reason, blamed) if blamed else Unusable(reason)


def _reach(error: BaseException, cls: Any) -> float:
    """How far an error let the layer come: the last line of `call()` that ran.

    What fails whatever is given comes furthest, although another guess may fail in a later line.
    """
    file = inspect.getfile(cls)
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f.lineno or 0 for f in frames if f.filename == file and f.name == "call"]
    if lines and any(one in str(error) for one in OWN_FAULTS):
        return math.inf
    return max(lines, default=0)


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


def called(case: Case) -> Iterator[str]:
    """A construction that is known, called on guesses: such as have the channels that it tells."""
    layer = attempt(case.make)
    told = "" if failed(layer) else told_by(layer)
    if told:
        yield f"{case.text}({told})"
    channels = told_channels(arguments_of(case, case.asked()))
    numbers = [int(n) for n in re.findall(r"=\s*(\d+)", case.text)]
    likely = list(calls(case.cls, [*channels, *numbers]))
    for call, _ in sorted(likely, key=lambda one: bool(channels) and one[1] not in channels):
        yield f"{case.text}({call})"


def _made(cls: Any, arguments: Arguments, channels: int) -> str:
    given = [f"{k}={v.replace('{channels}', str(channels))}" for k, v in arguments.items()]
    return f"{cls.__name__}({', '.join(given)})"


def _numbers(arguments: Arguments) -> list[int]:
    """Sizes among the arguments, and heads times their size."""
    sizes = {k: int(v) for k, v in arguments.items() if v.isdigit() and 1 < int(v) <= 64}
    heads = [v for k, v in sizes.items() if re.search(r"heads$", k)]
    each = [v for k, v in sizes.items() if re.search(r"head_(dim|size)|dim_head", k)]
    return list(dict.fromkeys([*sizes.values(), *(h * e for h in heads[:1] for e in each[:1])]))
