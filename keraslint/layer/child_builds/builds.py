"""What a `build()` lacks, as statements that can be added to it."""

from __future__ import annotations

from dataclasses import dataclass

from keraslint.diagnostic import Edit


@dataclass(frozen=True, slots=True, kw_only=True)
class Builds:
    """Statements for the end of `build()`, as code; `doubts` make them unsafe.

    `imports` are what they need besides, `elsewhere` the `build()` that classes of children get.
    `told` are the parameters that `build()` gets. The lines stand `at_end`, behind what bases
    build. Where nothing can be done, `why_not` says why.
    """

    statements: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    imports: tuple[Edit, ...] = ()
    elsewhere: tuple[Edit, ...] = ()
    symbolic: bool = False
    at_end: bool = False
    told: tuple[str, ...] = ()
    why_not: str = ""

    def __bool__(self) -> bool:
        return bool(self.statements or self.elsewhere)
