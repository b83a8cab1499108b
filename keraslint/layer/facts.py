"""One layer class → `LayerClass`: what its `build()` creates, and the move that would mend it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from keraslint.diagnostic import Edit, Span


@dataclass(frozen=True, slots=True)
class Construction:
    """One layer created while `build()` runs.

    `needs` says what only the call of `build()` can give it (empty: nothing); `answers` the
    parameters of `__init__` that give it as well, when they all do. `method` is where it is
    written, `inner` whether it is an argument of another creation.
    """

    span: Span
    callee: str
    layer: str
    method: str
    needs: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    inner: bool = False
    factory: bool = False


@dataclass(frozen=True, slots=True)
class Hoist:
    """A rewrite of one class that moves `moves` to `__init__`; `doubts` make it unsafe.

    `unseen` are those of the doubts that running this one layer could not clear.
    """

    edits: tuple[Edit, ...]
    moves: frozenset[Span]
    doubts: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hoists:
    """The rewrites to choose from, most trusted first, and why the rest stays."""

    choices: tuple[Hoist, ...] = ()
    blocked: tuple[tuple[Span, str], ...] = ()

    def choice(self, span: Span) -> Hoist | None:
        """The most trusted rewrite that moves the creation at `span`."""
        return next((hoist for hoist in self.choices if span in hoist.moves), None)

    def why_not(self, span: Span) -> str:
        """Why no rewrite moves the creation at `span`."""
        return dict(self.blocked).get(span, "")


@dataclass(frozen=True)
class LayerClass:
    """What rules look at: facts as plain data, rewrites only when asked for."""

    name: str
    path: str
    kind: str
    constructions: tuple[Construction, ...]
    rewrites: Callable[[], Hoists]

    @cached_property
    def hoists(self) -> Hoists:
        """The rewrites of this class; costs more than all the facts together."""
        return self.rewrites()
