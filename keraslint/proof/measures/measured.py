"""What one measure is: what it observes, how two observations are judged, what it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .case_pair import About, Judge, Pair

if TYPE_CHECKING:
    from ..probe.trial import Trial

GLANCE, LIGHT, SAVED, FULL = -1, 0, 1, 2
"""How far to look into a case: one call; its outputs; what saving keeps as well; everything."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said(Generic[T]):
    """What one version says; `error` is what observing it ended with, or why it was left out.

    `value` is None where nothing was observed.
    """

    value: T | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """The name under which a version says something of this type."""

    name: str

    def of(self, case: Mapping[str, Any]) -> Said[T]:
        """What a case of one version says under this name."""
        value = case["facts"].get(self.name)
        if isinstance(value, dict) and ("error" in value or "skipped" in value):
            return Said(None, str(value.get("error") or value.get("skipped")))
        return Said(value)

    def both(self, pair: Pair) -> tuple[Said[T], Said[T]]:
        """What the versions before and after say."""
        return self.of(pair.before), self.of(pair.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrays:
    """The name under which arrays are kept, so that those of two versions can be compared.

    They agree where they differ by no more than `tolerance`, as a part of the largest number.
    `overflows`: where there was no finite number before, one after is none the worse.
    """

    name: str
    tolerance: float = 1e-4
    overflows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What is looked at in the child, and in which cases; None where the layer has no such thing.

    Keras and numpy are there in the child alone: `observe` imports them where it needs them.
    `retried`: where a recipe's case has not shown it, the cases that derive from it are asked too.
    """

    fact: Fact[Any]
    observe: Callable[[Trial], Any]
    depth: int = FULL
    retried: bool = False
    arrays: tuple[Arrays, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One measure: `about` says under what promise it falls, `meaning` what it means to people."""

    name: str
    about: About
    meaning: str
    judges: tuple[Judge, ...]
    observations: tuple[Observation, ...] = ()
