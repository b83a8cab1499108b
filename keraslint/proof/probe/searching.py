"""No recipe is given → one that works: found in the project's text, else guessed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

import keras

from .bench import SEED, Unusable, attempt, failed
from .case import Case
from .guess import guesses

MOST_FOUND = 2
MOST_TRIED = 400


def search(
    job: dict[str, Any], cls: Any, space: dict[str, Any], stage: Callable[[str], None]
) -> list[Case]:
    """Cases that work: up to two found ones, else the first guess that does."""
    stage("looking for a way to make and call it")
    until = time.monotonic() + job["timeout"] / 3
    found: list[Case] = []
    for text in job["found"]:
        case = _found(cls, text, space, until)
        if case is not None and len(found) < MOST_FOUND:
            found.append(case)
    if found:
        return found
    return [_first(cls, guesses(cls), space, until)]


def called_on_guesses(case: Case, job: dict[str, Any]) -> Case:
    """A given construction, called on inputs that are guessed."""
    until = time.monotonic() + job["timeout"] / 3
    return _first(case.cls, guesses(case.cls, case.text), case.space, until)


def _found(cls: Any, text: str, space: dict[str, Any], until: float) -> Case | None:
    """A found recipe that works; one that is only constructed is called on guesses."""
    case = attempt(lambda: Case(cls, text, space))
    asked = attempt(lambda: case.asked())
    if failed(case) or failed(asked):
        return None
    if asked.args or asked.kwargs:
        return None if failed(_tried(case)) else case
    try:
        return _first(cls, guesses(cls, text), space, until)
    except Unusable:
        return None


def _first(cls: Any, texts: Iterable[str], space: dict[str, Any], until: float) -> Case:
    """The first text that works; raises `Unusable` with the most frequent error."""
    errors: dict[str, int] = {}
    for number, text in enumerate(texts):
        if number >= MOST_TRIED or time.monotonic() > until:
            break
        case = Case(cls, text, space)
        result = _tried(case)
        if not failed(result):
            return case
        error = str(result.get("error", result))
        errors[error] = errors.get(error, 0) + 1
    most = max(errors, key=lambda error: errors[error]) if errors else "nothing to try"
    raise Unusable(f"no way to make and call it was found: {most}")


def _tried(case: Case) -> Any:
    """Make and call the layer once."""

    def make_and_call() -> bool:
        keras.utils.clear_session(free_memory=False)
        keras.utils.set_random_seed(SEED)
        args, kwargs = case.inputs()
        case.make()(*args, **kwargs)
        return True

    return attempt(make_and_call)
