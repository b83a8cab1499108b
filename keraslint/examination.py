"""What an examination of one layer says, as plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from keraslint.diagnostic import Line, WeightSeen


class Condition(Enum):
    """How one part of a layer's life is."""

    WORKS = "works"
    BROKEN = "broken"
    NOT_APPLICABLE = "not applicable"
    NEVER_RAN = "never ran"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One health of a layer; `line` is to blame (0: none known), `code` the rule that says why."""

    health: str
    condition: Condition
    detail: str = ""
    line: Line = 0
    code: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """All healths of one layer; `reason` says why it was not examined, if it was not.

    `never` are places of the class that no case has run. `abstract` layers have no `call()`.
    """

    layer: str
    path: str
    line: Line
    signs: tuple[Sign, ...] = ()
    reason: str = ""
    abstract: bool = False
    recipe: str = ""
    never: tuple[str, ...] = ()
    weights: tuple[WeightSeen, ...] = ()
    seconds: float = 0.0
    environment: str = ""

    @property
    def broken(self) -> tuple[Sign, ...]:
        return self.of(Condition.BROKEN)

    def of(self, condition: Condition) -> tuple[Sign, ...]:
        """The healths that are so."""
        return tuple(sign for sign in self.signs if sign.condition is condition)
