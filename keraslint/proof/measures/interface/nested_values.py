"""Nested lists and dicts → their parts by path, and what they hold in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def parts(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """All that is in nested arguments, containers too, by the way to it."""
    if path:
        yield path, value
    if isinstance(value, dict):
        for key, one in value.items():
            yield from parts(one, f"{path}/{key}" if path else str(key))
    elif isinstance(value, (list, tuple)):
        for index, one in enumerate(value):
            yield from parts(one, f"{path}/{index}")


def text_of(container: Any) -> str:
    """What is in a container, without values that differ from one process to the next."""
    if isinstance(container, dict):
        return str({key: text_of(one) for key, one in container.items()})
    if isinstance(container, (list, tuple)):
        return str([text_of(one) for one in container])
    return repr(container) if isinstance(container, (str, int, float)) else type(container).__name__
