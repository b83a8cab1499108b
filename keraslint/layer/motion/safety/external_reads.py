"""The names that moved code reads → those that code outside the layer may change in between."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from keraslint.diagnostic import Level, Objection, Question
from keraslint.layer.motion.safety.operands import Operands
from keraslint.project.names.definitions import (
    ClassRef,
    External,
    FunctionRef,
    Meaning,
)
from keraslint.project.program.flow.effect_queries import Effects
from keraslint.project.program.flow.side_effects import MESSAGES
from keraslint.project.program.mentions.noted_functions import Function
from keraslint.project.program.steady_names import is_steady

_HOLDERS = frozenset({"contextvars.ContextVar", "threading.local"})
_DRAWN = ("random.", "numpy.random.")
"""Where layers may draw numbers when they are made: Keras' own do."""


class ExternalReads:
    """What the code of one class looks at beyond the layer and its own arguments."""

    def __init__(self, effects: Effects, ref: ClassRef, operands: Operands) -> None:
        self._graph = effects.graph
        self._side = effects.side
        self._ref = ref
        self._operands = operands
        self._scope = ref.scope(ref.summary.methods.get("build"))

    def names(self, names: Collection[str]) -> Iterator[Objection]:
        """Every reason why what these names stand for may be another thing in `build()`."""
        ends = _longest(names)
        for name in sorted(names):
            owner, _, attribute = name.rpartition(".")
            if not owner:
                yield from self._of_the_moment(name)
                yield from self._operands.name(self._ref.module, name)
                if self._is_enclosed(name):
                    yield _may_change(f"`{name}` belongs to the function around the class")
            elif owner != "self":
                yield from self._attribute(owner, attribute)
            for meaning in self._graph.hierarchy.values(self._scope, name):
                told = _outside((meaning,))
                if name in ends and not _is_known(told):
                    yield _may_change(f"reads `{told}`, which may change after `__init__`")
                yield from self._inside(meaning)

    def _is_enclosed(self, name: str) -> bool:
        """Whether a function around the class holds a name, which may get another value."""
        module = self._ref.module
        return any(
            function.has(name) and not any(True for _ in module.defined_in(function, name))
            for _, function in module.around(self._ref.summary.qualname)
        )

    def _attribute(self, owner: str, attribute: str) -> Iterator[Objection]:
        """`Block.units`, `settings.WIDTH` or `CONFIG.units`."""
        yield from self._operands.dotted(self._scope, owner, attribute)

    def _of_the_moment(self, name: str) -> Iterator[Objection]:
        """A global name that holds another value in each thread, or each context."""
        for leaf in self._ref.module.bindings.get(name, ()):
            made = self._graph.hierarchy.values(self._scope, leaf.removesuffix("()"))
            if any(isinstance(one, External) and one.name in _HOLDERS for one in made):
                yield _may_change(f"reads `{name}`, which other code may change")

    def _inside(self, meaning: Meaning) -> Iterator[Objection]:
        """What a function, or the constructor of a class, looks at.

        Layers may read Keras' settings and draw numbers when they are made: Keras' own do.
        """
        method: Meaning | None = meaning
        if isinstance(meaning, ClassRef):
            method = self._graph.hierarchy.method(meaning, "__init__")
        function = self._graph.function(method) if isinstance(method, FunctionRef) else None
        for one in self._side.reached(function) if function is not None else ():
            yield from self._outside_of(one, in_layer=isinstance(meaning, ClassRef))
            yield from self._operands.globals_of(one)
            owner = self._graph.owner(one)
            for path in self._side.of_class(one) if owner is not None else ():
                assert owner is not None
                yield from self._operands.of_class(owner, path.rpartition(".")[2])

    def _outside_of(self, function: Function, *, in_layer: bool) -> Iterator[Objection]:
        for name, line in self._mentioned(function):
            if not (_is_known(name) or (in_layer and name.startswith(_DRAWN))):
                does = f"looks at `{name}`, which may change after `__init__`"
                cause = f"`{function.own_name}()` {does}"
                yield Objection(
                    question=Question.OPERANDS,
                    level=Level.UNSEEN,
                    cause=cause,
                    path=function.path,
                    line=line,
                )

    def _mentioned(self, function: Function) -> Iterator[tuple[str, int]]:
        """What a function calls, or reads and makes use of, that is not of the project."""
        does = function.does
        for call in does.calls:
            yield self._graph.targets(function, call).says, call.line
        used = does.loads | {ref for one in does.calls for _, refs in one.arguments for ref in refs}
        for path in _longest(used):
            if path.partition(".")[0] in does.names:
                yield _outside(self._graph.values(function, path)), does.line


def _longest(paths: Collection[str]) -> list[str]:
    """Access paths without those that lead to another one: a module, to what is in it."""
    ways = {path[:at] for path in paths for at, sign in enumerate(path) if sign == "."}
    return sorted(set(paths) - ways)


def _outside(meanings: Sequence[Meaning]) -> str:
    return next((one.name for one in meanings if isinstance(one, External)), "")


def _may_change(cause: str) -> Objection:
    return Objection(question=Question.OPERANDS, level=Level.UNSEEN, cause=cause)


def _is_known(name: str) -> bool:
    """Whether a name of another library says all that there is to see, or says it to people."""
    return not name or name.startswith(("keras.", *MESSAGES)) or is_steady(name)
