"""The steps that a plan moves → all that they read, write and create, as plain sets."""

from __future__ import annotations

from dataclasses import dataclass

from keraslint.layer.init_method import InitFacts
from keraslint.layer.method_steps import Creation

ANYWHERE = 1 << 30
"""A line behind all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a plan would do, in cells: all that it reads and writes, the names that are neither
    its own nor the layer's (`free`), what it reads off those (`dots`) and off other objects
    (`through`), the cells of which it assigns an item (`items`), those to which it gives a value
    made of their own (`updates`) and that its conditions ask about (`asked`), and the local names
    that it brings along (`local`)."""

    reads: frozenset[str]
    writes: frozenset[str]
    free: frozenset[str]
    doubts: tuple[str, ...]
    items: frozenset[str]
    through: frozenset[str]
    updates: frozenset[str]
    asked: frozenset[str]
    init: InitFacts
    local: frozenset[str]
    dots: frozenset[str] = frozenset()
    runs: frozenset[tuple[str, str, int]] = frozenset()
    creations: tuple[Creation, ...] = ()
    guards: frozenset[str] = frozenset()
