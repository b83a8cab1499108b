"""What a name can mean in a project of Keras layers, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from keraslint.project.facts.module_facts import (
    ClassSummary,
    FunctionSummary,
    Leaves,
    ModuleSummary,
)
from keraslint.project.names.keras_api import Symbol


class Kind(Enum):
    """What a class is to Keras. `UNKNOWN`: a base could not be found."""

    LAYER = "layer"
    MODEL = "model"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ClassRef:
    """A class of the project."""

    module: ModuleSummary = field(compare=False)
    summary: ClassSummary = field(compare=False)
    key: tuple[str, str] = ("", "")

    @classmethod
    def of(cls, module: ModuleSummary, summary: ClassSummary) -> ClassRef:
        return cls(module, summary, (module.path, summary.qualname))

    @classmethod
    def all(cls, module: ModuleSummary) -> tuple[ClassRef, ...]:
        """The classes that a module declares."""
        return tuple(cls.of(module, summary) for summary in module.classes.values())


@dataclass(frozen=True, slots=True)
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
        return cls(module, summary, owner, (module.path, summary.name, summary.line))


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


Meaning = Symbol | ClassRef | FunctionRef | ModuleRef | External | Instance


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a name stands: in a module, maybe in a class, maybe in a function."""

    module: ModuleSummary
    owner: ClassRef | None = None
    function: FunctionSummary | None = None


@dataclass(frozen=True, slots=True)
class Lineage:
    """The ancestry of a class: `chain` is the class and its project bases, nearest first.

    `roots` are the Keras classes it ends in, `missing` the bases that could not be found.
    """

    kind: Kind
    chain: tuple[ClassRef, ...]
    roots: tuple[Symbol, ...]
    missing: Leaves = ()

    @property
    def is_layer(self) -> bool:
        return self.kind in (Kind.LAYER, Kind.MODEL)


@dataclass(frozen=True, slots=True)
class Made:
    """What a call creates: a layer class by name, or a layer through a function (`factory`).

    It is `guessed` when only its use says so.
    """

    name: str
    target: Symbol | ClassRef
    factory: bool = False
    guessed: bool = False
