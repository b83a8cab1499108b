"""What a name can mean in a project of Keras layers, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from keraslint.project.facts.module_facts import (
    ClassSummary,
    FunctionSummary,
    Leaves,
    ModuleSummary,
    SavingSummary,
)
from keraslint.project.names.keras_api import Symbol


class Kind(Enum):
    """What a class is to Keras. `UNKNOWN`: a base could not be found.

    `ASSUMED`: it could not, but what the class does says that it is a layer.
    """

    LAYER = "layer"
    MODEL = "model"
    ASSUMED = "assumed"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRef:
    """A class of the project."""

    module: ModuleSummary = field(compare=False)
    summary: ClassSummary = field(compare=False)
    key: tuple[str, str] = ("", "")

    @classmethod
    def of(cls, module: ModuleSummary, summary: ClassSummary) -> ClassRef:
        return cls(module=module, summary=summary, key=(module.path, summary.qualname))

    @classmethod
    def all(cls, module: ModuleSummary) -> tuple[ClassRef, ...]:
        """The classes that a module declares."""
        return tuple(cls.of(module, summary) for summary in module.classes.values())

    @property
    def saving(self) -> SavingSummary:
        """What it says about saving."""
        return self.module.saving[self.summary.qualname]

    def scope(self, method: FunctionSummary | None = None) -> Scope:
        """Where the names of the class's body, or of one of its methods, stand."""
        return Scope(module=self.module, owner=self, function=method)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionRef:
    """A function of the project, or a method of `owner`."""

    module: ModuleSummary = field(compare=False)
    summary: FunctionSummary = field(compare=False)
    owner: ClassRef | None = field(default=None, compare=False)
    key: tuple[str, str, int] = ("", "", 0)

    @classmethod
    def of(
        cls, module: ModuleSummary, summary: FunctionSummary, owner: ClassRef | None = None
    ) -> FunctionRef:
        return cls(
            module=module,
            summary=summary,
            owner=owner,
            key=(module.path, summary.name, summary.line),
        )

    @property
    def scope(self) -> Scope:
        """Where the names of the function's body stand."""
        return Scope(module=self.module, owner=self.owner, function=self.summary)


@dataclass(frozen=True, slots=True)
class ModuleRef:
    """A module of the project, or one of Keras' (`name` is then canonical)."""

    name: str
    summary: ModuleSummary | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class External:
    """A name from outside the project and outside Keras, such as `math.sqrt`."""

    name: str


@dataclass(frozen=True, slots=True)
class Instance:
    """What a call of a class returns."""

    of: Symbol | ClassRef


LayerType = Symbol | ClassRef
"""A class of layers: Keras' own, or the project's."""

Meaning = Symbol | ClassRef | FunctionRef | ModuleRef | External | Instance


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where a name stands: in a module, maybe in a class, maybe in a function."""

    module: ModuleSummary
    owner: ClassRef | None = None
    function: FunctionSummary | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """The ancestry of a class: `chain` is the class and its project bases, nearest first.

    `roots` are the Keras classes it ends in, `missing` the bases that could not be found.
    """

    kind: Kind
    chain: tuple[ClassRef, ...]
    roots: tuple[Symbol, ...]
    missing: Leaves = ()

    @classmethod
    def unknown(cls, ref: ClassRef) -> Lineage:
        """What is known of a class while its ancestry is being found."""
        return cls(kind=Kind.UNKNOWN, chain=(ref,), roots=())

    @property
    def is_layer(self) -> bool:
        """Whether it is one, or is assumed to be one."""
        return self.kind in (Kind.LAYER, Kind.MODEL, Kind.ASSUMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a call creates: a layer class by name, or a layer through a function (`factory`).

    `targets` are all the classes of which it may be: `NORMS[kind]()` makes one of several.
    `since` is what says so, when its ancestry does not: then it is assumed. `unread`: what is
    called is then, to judge by its name, a class whose text is not to be had.
    """

    name: str
    targets: tuple[LayerType, ...]
    factory: bool = False
    since: str = ""
    unread: bool = False

    @classmethod
    def one_of(cls, found: Sequence[Made]) -> Made:
        """What a call makes that may make any of these."""
        return replace(
            found[0],
            targets=tuple(dict.fromkeys(target for made in found for target in made.targets)),
            factory=any(made.factory for made in found),
            since=next((made.since for made in found if made.since), ""),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """What its classes are called."""
        found = (t.summary.name if isinstance(t, ClassRef) else t.name for t in self.targets)
        return (self.name, *found)

    @property
    def guessed(self) -> bool:
        """Whether only what is done with it, or what it does, says that it is a layer."""
        return bool(self.since)

    @property
    def assumption(self) -> str:
        """What is assumed of it, in words; `""` when it is known."""
        if not self.since:
            return ""
        verb = "make" if self.factory and not self.unread else "be"
        found = "not found; " if self.unread else ""
        return f"{found}assumed to {verb} a layer, since {self.since}"
