"""The names that moved code reads → those that code outside the layer may change in between."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from keraslint.diagnostic import Level, Objection, Question
from keraslint.layer.motion.safety.operands import Operands
from keraslint.project.names.definitions import (
    ClassRef,
    External,
    FunctionRef,
    Meaning,
)
from keraslint.project.program.flow.effect_queries import Effects
from keraslint.project.program.flow.noted_functions import Function

_OUTSIDE = (
    *("os.environ", "os.getenv", "os.path.exists", "os.path.isfile", "os.path.isdir"),
    *("os.listdir", "os.getcwd", "open"),
)
_MOMENT = (
    *("time", "datetime", "random", "numpy.random", "tensorflow.random", "uuid", "secrets"),
    *(
        "absl.flags.FLAGS",
        "tensorflow.compat.v1.flags.FLAGS",
        "tensorflow.executing_eagerly",
        "tensorflow.inside_function",
        "sys.argv",
    ),
)
_HOLDERS = frozenset({"contextvars.ContextVar", "threading.local"})


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
                told = _direct(meaning)
                if told:
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
            found = _below(name, _OUTSIDE) or ("" if in_layer else _below(name, _MOMENT))
            if found:
                does = f"looks at `{found}`, which may change after `__init__`"
                cause = f"`{function.own_name}()` {does}"
                yield Objection(
                    question=Question.OPERANDS,
                    level=Level.UNSEEN,
                    cause=cause,
                    path=function.path,
                    line=line,
                )

    def _mentioned(self, function: Function) -> Iterator[tuple[str, int]]:
        does = function.does
        for call in does.calls:
            yield self._graph.targets(function, call).says, call.line
        for path in does.loads:
            if path.rpartition(".")[2] in ("environ", "argv"):
                yield self._graph.outside(function, path), does.line
        if "environ" in does.names:
            yield self._graph.outside(function, "environ"), does.line


def _may_change(cause: str) -> Objection:
    return Objection(question=Question.OPERANDS, level=Level.UNSEEN, cause=cause)


def _direct(meaning: Meaning) -> str:
    name = meaning.name if isinstance(meaning, External) else ""
    return _below(name, (*_OUTSIDE, *_MOMENT)) and name


def _below(name: str, above: Collection[str]) -> str:
    """Which of several names is a name, or is above it; `""` if none."""
    return next((one for one in above if name == one or name.startswith(f"{one}.")), "")
