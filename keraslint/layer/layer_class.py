"""One layer class → `LayerClass`: its ancestry, its methods, what its `build()` creates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from keraslint.diagnostic import Edit, Objection, Span
from keraslint.project.facts.module_facts import comes_by_tensorflow
from keraslint.project.names.definitions import ClassRef, FunctionRef
from keraslint.project.names.keras_version import Target
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.program.flow.effect_queries import Effects

if TYPE_CHECKING:
    from keraslint.layer.method_steps import Step
    from keraslint.layer.method_syntax import Method

_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class Construction:
    """One layer created while `build()` runs.

    `needs` says what only the call of `build()` can give it (empty: nothing); `answers` the
    parameters of `__init__` that give it as well, when they all do. `method` is where it is
    written, `inner` whether it is an argument of another creation. `assumed` is the use that says
    that it is a layer, when nothing else does. One that is `stateless` surely has neither weights
    nor a seed.
    """

    span: Span
    callee: str
    layer: str
    method: str
    needs: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    inner: bool = False
    factory: bool = False
    assumed: str = ""
    stateless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hoist:
    """A rewrite of one class that moves `moves` to `__init__`; `doubts` make it unsafe.

    `unseen` are those of the doubts that running this one layer could not clear. It also `builds`
    the children that `build()` leaves out, maybe by a `symbolic` call.
    """

    edits: tuple[Edit, ...]
    moves: frozenset[Span]
    doubts: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    builds: bool = False
    symbolic: bool = False
    objections: tuple[Objection, ...] = ()


@dataclass(frozen=True, slots=True)
class Hoists:
    """The rewrites to choose from, most trusted first, and why the rest stays."""

    choices: tuple[Hoist, ...] = ()
    blocked: tuple[tuple[Span, str], ...] = ()

    def choice(self, span: Span) -> Hoist | None:
        """The most trusted rewrite that moves the creation at `span`."""
        return next((hoist for hoist in self.choices if span in hoist.moves), None)

    def why_not(self, span: Span) -> str:
        """Why no rewrite moves the creation at `span`, `""` if one does."""
        if self.choice(span) is not None:
            return ""
        return dict(self.blocked).get(span, "")


class Reads(Protocol):
    """How the parts of a class are read; each costs something, and is asked for at most once."""

    def constructions(self) -> tuple[Construction, ...]: ...

    def hoists(self) -> Hoists: ...

    def method(self, name: str) -> Method | None: ...

    def steps(self, name: str) -> Sequence[Step]: ...

    def steps_of(self, function: FunctionRef) -> Sequence[Step]: ...

    def subclasses(self) -> Sequence[ClassRef]: ...

    def parse(self, method: FunctionRef) -> Method | None: ...

    def beside(self, ref: ClassRef) -> LayerClass: ...

    def effects(self) -> Effects: ...


@dataclass(frozen=True, kw_only=True)
class LayerClass:
    """What rules look at: everything is read when it is first asked for.

    `target` is the Keras that the class is written for.
    """

    ref: ClassRef
    hierarchy: Hierarchy
    target: Target
    reads: Reads
    _made: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, make: Callable[[LayerClass], _Made]) -> _Made:
        """What a function makes of this class, made when it is first asked for."""
        if make not in self._made:
            self._made[make] = make(self)
        made: _Made = self._made[make]
        return made

    @property
    def name(self) -> str:
        return self.ref.summary.qualname

    @property
    def path(self) -> str:
        return self.ref.module.path

    @property
    def kind(self) -> str:
        """`layer`, `model`, or `assumed` to be a layer."""
        return self.hierarchy.lineage(self.ref).kind.value

    @property
    def keras(self) -> int:
        """The Keras that the class is written for, 2 or 3."""
        return self.target.keras

    @property
    def surely_keras_3(self) -> bool:
        """Whether what fails on Keras 3 fails here: `tensorflow.keras` may well be Keras 2."""
        sure = self.target.sure or not comes_by_tensorflow(self.ref.module)
        return self.keras == 3 and sure

    @cached_property
    def constructions(self) -> tuple[Construction, ...]:
        """The layers that running `build()` creates, where this class says so."""
        return self.reads.constructions()

    @cached_property
    def hoists(self) -> Hoists:
        """The moves to `__init__`; they cost more than all the facts together."""
        return self.reads.hoists()

    @cached_property
    def subclasses(self) -> Sequence[ClassRef]:
        """The classes of the project that descend from this one."""
        return self.reads.subclasses()

    @property
    def effects(self) -> Effects:
        """What the code of the project does."""
        return self.reads.effects()

    def method(self, name: str) -> Method | None:
        """A method that is written in this class, parsed."""
        return self.reads.method(name)

    def steps(self, name: str) -> Sequence[Step]:
        """The same method in steps; nothing when it is not written in this class."""
        return self.reads.steps(name)

    def steps_of(self, function: FunctionRef) -> Sequence[Step]:
        """Any function of the project in steps, as a layer of this class runs it."""
        return self.reads.steps_of(function)

    def parse(self, method: FunctionRef) -> Method | None:
        """Any method of the project, parsed."""
        return self.reads.parse(method)

    def beside(self, ref: ClassRef) -> LayerClass:
        """Another layer class of the project."""
        return self.reads.beside(ref)

    def unwritable(self, *names: str) -> str:
        """Why methods of these names can be read and not rewritten, `""` when they can."""
        for name in names:
            method = self.ref.summary.methods.get(name)
            if method is not None and method.instance != "self":
                return f"`{name}` calls its instance `{method.instance}`"
        return ""
