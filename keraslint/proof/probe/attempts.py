"""What may go wrong → its result, or the error that it ended with, as plain data."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .cases.case import Case
from .error_text import sentence
from .keras_versions.in_use import KERAS
from .variable_paths import Mismatch

SEED = 3


class Unusable(Exception):
    """The layer cannot be measured; the text says why."""


def attempt(measure: Callable[[], Any]) -> Any:
    """The result of `measure`, or `{"error": ...}`; also when it asks for the process to exit."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return measure()
    except Mismatch as error:
        return {"skipped": str(error)}
    except (Exception, SystemExit) as error:
        return {"error": describe(error)}


def tried(case: Case) -> BaseException | None:
    """Make and call the layer once; the error that ends it, None if it works."""
    KERAS.clear()
    KERAS.seed(SEED)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            args, kwargs = case.inputs()
            case.make()(*args, **kwargs)
    except (Exception, SystemExit) as error:
        return error
    return None


def describe(error: BaseException) -> str:
    """Name and first telling sentence of an error."""
    if isinstance(error, MemoryError):
        return "MemoryError: the memory limit was reached"
    if isinstance(error, SystemExit):
        return f"SystemExit: it asked to exit with code {error.code}"
    return f"{type(error).__name__}: {sentence(str(error))}".rstrip(": ")


def failed(value: Any) -> bool:
    """Did `attempt` end with an error?"""
    return isinstance(value, dict) and ("error" in value or "skipped" in value)


@contextmanager
def noted_warnings() -> Iterator[list[str]]:
    """Collect the texts of warnings, without the numbers of auto-names."""
    texts: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield texts
    for warning in caught:
        if issubclass(warning.category, (UserWarning, RuntimeWarning)):
            text = re.sub(r"_\d+\b", "", " ".join(str(warning.message).split()))
            text = text if len(text) <= 160 else f"{text[:159]}…"
            if text not in texts:
                texts.append(text)
