"""An attribute of a layer class → the calls that make what it holds, in whichever function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import libcst as cst

from keraslint.layer.layer_class import LayerClass
from keraslint.layer.method_steps import Step
from keraslint.layer.method_syntax import alternatives, code, dotted, walk
from keraslint.layer.statement_parts import smalls
from keraslint.project.facts.container_methods import FILLING
from keraslint.project.names import keras_facts
from keraslint.project.names.definitions import FunctionRef, LayerType, Made, Scope
from keraslint.project.names.keras_api import Symbol
from keraslint.project.program.children import SEQUENTIAL, run_by
from keraslint.project.program.unbuilt_children import Unbuilt

_TELLS_SHAPE = frozenset({"input_shape", "input_dim", "batch_shape", "batch_input_shape"})
_INPUTS = frozenset({"keras.layers.Input", "keras.layers.InputLayer"})
_NOTHING = frozenset({"None", "True", "False"})


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Making:
    """A call that makes a layer, in a function, which keeps it as `cell`.

    It makes one of the `targets`; without any, it may be anything.
    """

    function: FunctionRef
    cell: str
    call: cst.BaseExpression
    targets: tuple[LayerType, ...] = ()

    @property
    def arguments(self) -> Sequence[cst.Arg]:
        return self.call.args if isinstance(self.call, cst.Call) else ()

    def is_switched_off(self) -> bool:
        """Whether a layer is made with `False` for everything that would give it weights."""
        names = [target.name if isinstance(target, Symbol) else "" for target in self.targets]
        known = [keras_facts.WEIGHTS_BY_SWITCHES.get(name, frozenset()) for name in names]
        off = {
            argument.keyword.value
            for argument in self.arguments
            if argument.keyword is not None and code(argument.value) == "False"
        }
        return bool(known) and all(switches and switches <= off for switches in known)


class Makings:
    """Follows what a class keeps to where it is made: its methods, its bases', functions."""

    def __init__(self, layer: LayerClass) -> None:
        self._layer = layer
        self._unbuilt = Unbuilt(layer.hierarchy)

    @cached_property
    def _methods(self) -> tuple[FunctionRef, ...]:
        """All that constructing and building the layer run."""
        found = (
            method
            for name in ("__init__", "build")
            for method in run_by(self._layer.hierarchy, self._layer.ref, name)
        )
        return tuple({method.key: method for method in found}.values())

    def of(self, attribute: str) -> Iterator[Making]:
        """All that may make what `self.attribute` holds."""
        cell = f"self.{attribute}"
        for method in self._methods:
            if cell in method.summary.bindings:
                yield from self._held(method, cell, frozenset())

    def wait(self, attribute: str) -> bool:
        """Whether what an attribute holds surely has weights once it is told a shape."""
        made = list(self.of(attribute))
        return bool(made) and all(map(self._waits, made))

    # -- what a cell holds -----------------------------------------------------------------

    def _held(self, function: FunctionRef, cell: str, seen: frozenset[object]) -> Iterator[Making]:
        for value in self._values(function, cell):
            yield from self._made(function, cell, value, seen | {(function.key, cell)})

    def _values(self, function: FunctionRef, cell: str) -> Iterator[cst.BaseExpression]:
        for step in self._steps(function):
            for small in _smalls(step.node):
                yield from _values(small, cell)

    def _steps(self, function: FunctionRef) -> Iterator[Step]:
        steps = self._layer.steps_of(function)
        return (inner for outer in steps for inner in outer.all())

    def _made(
        self, function: FunctionRef, cell: str, value: cst.BaseExpression, seen: frozenset[object]
    ) -> Iterator[Making]:
        """What an expression may make; of a name, what it holds."""
        for one in alternatives(value):
            name = dotted(one)
            if isinstance(one, cst.Call):
                yield from self._called(function, cell, one, seen)
            elif name in function.summary.bindings:
                if (function.key, name) not in seen:
                    yield from self._held(function, name, seen)
            elif name not in _NOTHING:
                yield Making(function=function, cell=cell, call=one)

    def _called(
        self, function: FunctionRef, cell: str, call: cst.Call, seen: frozenset[object]
    ) -> Iterator[Making]:
        scope, callees = self._scope(function), [dotted(one) for one in alternatives(call.func)]
        hierarchy = self._layer.hierarchy
        values = [value for callee in callees for value in hierarchy.values(scope, callee)]
        factories = [value for value in values if isinstance(value, FunctionRef)]
        for factory in factories:
            if factory.key not in seen:
                yield from self._returned(factory, seen | {factory.key})
        local = [value for callee in callees for value in self._given_by(function, callee)]
        for value in local:
            yield from self._made(function, "", value, seen | {(function.key, code(call.func))})
        if not factories and not local:
            each = [hierarchy.made(scope, callee) for callee in callees]
            known = [made for made in each if made is not None and not made.guessed]
            targets = Made.one_of(known).targets if len(known) == len(each) else ()
            yield Making(function=function, cell=cell, call=call, targets=targets)

    def _returned(self, factory: FunctionRef, seen: frozenset[object]) -> Iterator[Making]:
        for step in self._steps(factory):
            for small in smalls(step.node):
                if isinstance(small, cst.Return) and small.value is not None:
                    yield from self._made(factory, "", small.value, seen)

    def _given_by(self, function: FunctionRef, name: str) -> Iterator[cst.BaseExpression]:
        """What a function gives that is defined inside a function: by `def`, or a lambda."""
        for value in self._values(function, name) if "." not in name else ():
            if isinstance(value, cst.Lambda):
                yield value.body
        for step in self._steps(function):
            if isinstance(step.node, cst.FunctionDef) and step.node.name.value == name:
                for small in _smalls(step.node):
                    if isinstance(small, cst.Return) and small.value is not None:
                        yield small.value

    def _scope(self, function: FunctionRef) -> Scope:
        owner = self._layer.ref if function.owner is not None else None
        return Scope(module=function.module, owner=owner, function=function.summary)

    # -- what a `Sequential` holds ---------------------------------------------------------

    def _waits(self, making: Making) -> bool:
        if SEQUENTIAL not in making.targets:
            return any(map(self._unbuilt.needs_build, making.targets))
        inside = self._inside(making)
        return (
            not any(map(self._is_told, (making, *inside)))
            and not self._is_run(making)
            and any(map(self._waits, inside))
        )

    def _inside(self, making: Making) -> list[Making]:
        """The layers that a `Sequential` is made of, and those that are added to it.

        What is kept besides, as `self.layer`, is a child of its own.
        """
        function = making.function
        nodes = [(function, argument.value) for argument in making.arguments[:1]]
        for method in self._fillers(making):
            nodes += [(method, added) for added in self._added(method, making.cell)]
        items = [(where, item) for where, node in nodes for item in alternatives(node)]
        return [
            one
            for where, item in items
            if isinstance(item, cst.Call) or not dotted(item).startswith("self.")
            for one in self._made(where, "", item, frozenset())
        ]

    def _fillers(self, making: Making) -> Sequence[FunctionRef]:
        return self._methods if making.cell.startswith("self.") else (making.function,)

    def _added(self, function: FunctionRef, cell: str) -> Iterator[cst.BaseExpression]:
        for step in self._steps(function) if cell else ():
            for call in step.uses.calls:
                if dotted(call.func) == f"{cell}.add" and call.args:
                    yield call.args[0].value

    def _is_told(self, making: Making) -> bool:
        """Whether an `Input`, or an argument of a layer, tells it the shape at once."""
        for node in walk(making.call):
            if not isinstance(node, cst.Call):
                continue
            keywords = {a.keyword.value for a in node.args if a.keyword is not None}
            values = self._layer.hierarchy.values(self._scope(making.function), dotted(node.func))
            names = {value.name for value in values if isinstance(value, Symbol)}
            if keywords & _TELLS_SHAPE or names & _INPUTS:
                return True
        return False

    def _is_run(self, making: Making) -> bool:
        """Whether it is called or built where it is made, or filled by who knows whom."""
        cell = making.cell
        methods = self._layer.ref.summary.methods.values()
        ran = {method.summary.line for method in self._methods}
        if any(f"{cell}.add" in m.calls and m.line not in ran for m in methods):
            return True
        return bool({cell, f"{cell}.build"} & making.function.summary.calls)


def _smalls(node: cst.CSTNode) -> Iterator[cst.BaseSmallStatement]:
    """The small statements of a line, or of a function that is defined inside another."""
    inside = walk(node.body) if isinstance(node, cst.FunctionDef) else (node,)
    return (small for inner in inside for small in smalls(inner))


def _values(small: cst.BaseSmallStatement, cell: str) -> Iterator[cst.BaseExpression]:
    """What a statement assigns to a cell, or puts into the list that it holds."""
    targets: Sequence[cst.BaseExpression] = ()
    if isinstance(small, cst.Assign):
        targets = [target.target for target in small.targets]
    elif isinstance(small, (cst.AnnAssign, cst.AugAssign)):
        targets = [small.target]
    if any(dotted(target).removesuffix("[]") == cell for target in targets):
        assert isinstance(small, (cst.Assign, cst.AnnAssign, cst.AugAssign))
        yield from [small.value] if small.value is not None else ()
    call = small.value if isinstance(small, cst.Expr) else None
    if isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute) and call.args:
        owner, name = call.func.value, call.func.attr.value
        if name in FILLING and dotted(owner) == cell:
            yield call.args[-1].value
