"""A version specifier of pip, conda or Poetry → whether it allows versions up to one, or from one.

Only the first two numbers of a version decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_PART = re.compile(r"(===?|~=|!=|<=|>=|<|>|\^|~|=)?\s*(\d+(?:\.\d+)*)(\.\*)?")
_MINORS, _PATCHES = 60, 30
_LAST = 4
Version = tuple[int, ...]


def allows(spec: str, *, upto: Version = (), since: Version = ()) -> bool:
    """Whether a version up to `upto`, or from `since` on, is allowed; no specifier allows all."""
    parts = [(one[1] or "==", _numbers(one[2]), bool(one[3])) for one in _PART.finditer(spec)]
    return any(
        (not upto or version[: len(upto)] <= upto)
        and (not since or version >= since)
        and all(_holds(version, *part) for part in parts)
        for version in _versions(parts)
    )


def _versions(parts: list[tuple[str, Version, bool]]) -> Iterator[Version]:
    """A version of each kind that there may be, and those that are named."""
    for _, version, _ in parts:
        yield (*version, 0, 0)[:3]
    for major in range(_LAST):
        for minor in range(_MINORS):
            yield from ((major, minor, patch) for patch in (0, _PATCHES))


def _numbers(text: str) -> Version:
    return tuple(int(number) for number in text.split("."))


def _holds(version: Version, operator: str, bound: Version, wild: bool) -> bool:
    if operator in ("==", "===", "="):
        near = wild or operator == "=" or len(bound) < 3  # `2.10` and what followed it are alike
        return version[: len(bound)] == bound if near else version == bound[:3]
    if operator == "!=":
        return version[: len(bound)] != bound
    if operator in ("^", "~", "~="):
        fixed = {"^": 1, "~": min(len(bound), 2), "~=": max(len(bound) - 1, 1)}[operator]
        return version >= bound and version[:fixed] == bound[:fixed]
    if operator in ("<", "<="):
        below = version[: len(bound)] <= bound if operator == "<=" else version < bound
        return below
    return version > bound if operator == ">" else version >= bound
