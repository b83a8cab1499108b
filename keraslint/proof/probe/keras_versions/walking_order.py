"""Layers that are hashed by identity → sets of them that are walked in the order asked for."""

from __future__ import annotations

import sys
from itertools import count
from typing import Any

HIGHEST = 2**48 - 1
"""All bits are set: taken away from it, hashes stand in the opposite order in any table."""


class WalkingOrder:
    """A set has its layers in the order in which they were put in, or `backwards`.

    In truth it depends on where in memory they are: for two runs of the same text that can be the
    same by chance, or because one process is the other one's copy. `is_asked` says whether any code
    but that of Keras and TensorFlow has put a layer into a set, or taken it as a key.
    """

    def __init__(self, *, backwards: bool) -> None:
        self.is_asked = False
        self._backwards = backwards
        self._numbers: dict[int, int] = {}
        self._next = count()

    def install(self, layer: Any) -> None:
        """Let all layers that have no hash of their own be hashed so; `layer` is Keras' class."""
        own = {_top(layer.__module__), "tensorflow"}

        def numbered(one: object) -> int:
            asker = sys._getframe(1).f_globals.get("__name__", "")
            self.is_asked = self.is_asked or _top(asker) not in own
            return self._hash(one)

        if layer.__hash__ is object.__hash__:
            layer.__hash__ = numbered

    def _hash(self, layer: object) -> int:
        number = self._numbers.get(id(layer))
        if number is None:
            number = self._numbers[id(layer)] = next(self._next)
        return HIGHEST - number if self._backwards else number


def _top(module: str) -> str:
    return module.partition(".")[0]
