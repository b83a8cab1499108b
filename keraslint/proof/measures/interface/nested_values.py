"""Nested lists and dicts → their parts by path, and what they hold in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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


def of_kind(value: Any, kind: Callable[[Any], Any]) -> Any:
    """The same sequence as another kind, and those in it; an iterator goes over it alone.

    Dicts are copied.
    """
    if isinstance(value, dict):
        return {key: of_kind(one, kind) for key, one in value.items()}
    if type(value) not in (list, tuple):
        return value
    return kind([one if kind is iter else of_kind(one, kind) for one in value])


def emptied(value: Any) -> None:
    """Take everything out of nested lists and dicts."""
    for _, one in [*parts(value)][::-1]:
        if isinstance(one, (list, dict)):
            one.clear()


def is_plain(value: Any) -> bool:
    """Is there nothing in it but numbers, texts and what holds them?"""
    if isinstance(value, dict):
        return all(map(is_plain, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(is_plain, value))
    return value is None or isinstance(value, (str, int, float))


def shown(value: Any) -> str:
    """A plain value, lists and tuples told apart, whatever Keras has made of them."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {shown(one)}' for key, one in value.items())}}}"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(map(shown, value))
        is_list, one = isinstance(value, list), "," if len(value) == 1 else ""
        return f"[{inner}]" if is_list else f"({inner}{one})"
    return repr(value)
