"""A layer class and the children that its `build()` leaves out → the program that builds them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from keraslint.layer.child_builds.following.call_statements import Statements
from keraslint.layer.child_builds.following.child_creations import Creations
from keraslint.layer.child_builds.following.child_outputs import Outputs
from keraslint.layer.child_builds.following.own_attributes import OwnAttributes
from keraslint.layer.child_builds.shapes.program_writer import Names, State, Writer
from keraslint.layer.child_builds.shapes.shape_program import Expr, Statement, counts, expr
from keraslint.layer.child_builds.shapes.shape_values import (
    Group,
    Input,
    Tensor,
    Token,
    Unknown,
    Value,
    var,
)
from keraslint.layer.child_builds.shapes.simplified import simplified
from keraslint.layer.child_builds.shapes.told_shapes import NEEDS_SIZES
from keraslint.layer.layer_class import LayerClass
from keraslint.layer.method_syntax import Method, walk
from keraslint.layer.name_uses import uses_of
from keraslint.project.names.definitions import ClassRef
from keraslint.project.program.children import run_by

_WIDE = 80
_SEVERAL = frozenset("list tuple dict List Tuple Dict Sequence Mapping Iterable".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What building the children takes.

    `lost` are the children of which that cannot be told, with the code that is to blame.
    `unbuilding` are those whose class has no `build()`. `doubts` say where a shape may be another
    one; `structured` whether the input is a list or a dictionary of tensors.
    """

    statements: tuple[Statement, ...] = ()
    lost: Mapping[str, str] = field(default_factory=dict)
    unbuilding: Mapping[str, ClassRef] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    structured: bool = False
    called: tuple[str, ...] = ()


class CallPrograms:
    """Follows `call()` of one class; those of its children, where they tell no shape themselves.

    `mended` are classes (by key) that are given a `build()` for the one shape of their input.
    """

    def __init__(self, layer: LayerClass, mended: Collection[tuple[str, str]] = ()) -> None:
        self._layer = layer
        self._mended = mended
        self._returned: dict[tuple[str, str], tuple[Tensor, Value]] = {}
        self._open: set[tuple[str, str]] = set()

    def program(self, build: Method, wanted: Collection[str], taken: Collection[str]) -> Program:
        """The program for `build()`; `taken` are names that it uses itself."""
        return self.program_on([p.name.value for p in build.node.params.params[1:]], wanted, taken)

    def program_on(
        self, names: Sequence[str], wanted: Collection[str], taken: Collection[str]
    ) -> Program:
        """The program for a `build()` with these parameters."""
        first = Token(given=True)
        inputs = [_input(var(name), Token(given=True)) for name in names]
        if inputs:
            inputs[0] = _input(var(names[0]), first)
        given = self._given(self._layer, dict(zip(names, inputs, strict=True)))
        if given is None:
            return Program(lost=dict.fromkeys(wanted, ""))
        writer, _ = self._followed(self._layer, given, first, wanted, {*names, *taken})
        state = writer.now
        lost = {name: state.lost.get(name, "") for name in wanted if self._is_lost(name, state)}
        statements = simplified(state.out, _WIDE) if not lost else ()
        return Program(
            statements=statements,
            lost=lost,
            unbuilding={k: v for k, v in state.unbuilding.items() if isinstance(v, ClassRef)},
            doubts=tuple(dict.fromkeys((*state.doubts, *_of_sizes(statements)))),
            structured=any(value.parts for value in inputs) or self._is_told_several(),
            called=tuple(state.called),
        )

    @staticmethod
    def _is_lost(name: str, state: State) -> bool:
        return name in state.lost or name not in state.called

    def _is_told_several(self) -> bool:
        """Whether `call()` says of its first argument that it is a list or a dictionary."""
        call = self._layer.hierarchy.method(self._layer.ref, "call")
        parsed = self._layer.parse(call) if call is not None else None
        first = parsed.node.params.params[1:2] if parsed is not None else ()
        said = [node for one in first if one.annotation for node in walk(one.annotation)]
        return any(isinstance(node, cst.Name) and node.value in _SEVERAL for node in said)

    def _given(self, layer: LayerClass, shapes: Mapping[str, Input]) -> Names | None:
        """The arguments of `call()`, as far as `build()` is told their shapes."""
        call = layer.hierarchy.method(layer.ref, "call")
        parsed = layer.parse(call) if call is not None else None
        if parsed is None:
            return None
        parameters = parsed.node.params
        listed = [*parameters.posonly_params, *parameters.params][1:]
        names: Names = {}
        for parameter in (*listed, *parameters.kwonly_params):
            name = parameter.name.value
            names[name] = Unknown(f"`{name}`", optional=parameter.default is not None)
        single = len(shapes) == 1
        for place, (name, value) in enumerate(shapes.items()):
            plain = name.removesuffix("_shape")
            if plain in names:
                names[plain] = value
            elif single and listed and not place:
                names[listed[0].name.value] = value
        states = names.get("states")
        if isinstance(states, Unknown) and single:
            names |= self._states(layer, next(iter(shapes.values())))
        return names

    @staticmethod
    def _states(layer: LayerClass, inputs: Input) -> Names:
        """What a cell is given besides: `state_size` says of which sizes."""
        for method in run_by(layer.hierarchy, layer.ref, "__init__"):
            leaves = method.summary.bindings.get("self.state_size", ())
            if leaves and all("()" not in leaf and "[" not in leaf for leaf in leaves):
                shape = expr("(", inputs.shape, "[0], self.state_size)")
                return {"states": Group((Tensor(shape=shape),))}
        return {}

    def _followed(
        self,
        layer: LayerClass,
        given: Names,
        first: Token,
        wanted: Collection[str],
        taken: Collection[str],
    ) -> tuple[Writer, Value]:
        creations = Creations(layer)
        changed = {
            attribute
            for method in run_by(layer.hierarchy, layer.ref, "call")
            for attribute in method.summary.assigns
        }
        own = OwnAttributes(layer.hierarchy, layer.ref, creations, changed, first)
        outputs = Outputs(layer.hierarchy, creations, first, self._returned_by, self._mended)
        writer = Writer(taken)
        statements = Statements(writer, own, outputs, layer.parse)
        call = layer.hierarchy.method(layer.ref, "call")
        parsed = layer.parse(call) if call is not None else None
        assert parsed is not None
        value = statements.follow(parsed, frozenset(wanted), given)
        return writer, value

    def _returned_by(self, ref: ClassRef, tensor: Tensor) -> Value:
        """What `call()` of another class returns for a tensor, as far as following it tells."""
        if ref.key not in self._returned:
            if ref.key in self._open:
                return Unknown(f"`{ref.summary.name}`")
            self._open.add(ref.key)
            try:
                self._returned[ref.key] = self._alone(ref)
            finally:
                self._open.discard(ref.key)
        canon, value = self._returned[ref.key]
        return _carried(value, canon, tensor, f"`{ref.summary.name}`")

    def _alone(self, ref: ClassRef) -> tuple[Tensor, Value]:
        layer = self._layer.beside(ref)
        size = Token(given=True)
        canon = Tensor(shape=var("input_shape"), last=size, batch=expr(var("input_shape"), "[0]"))
        given = self._given(layer, {"input_shape": Input(shape=canon.shape, tensor=canon)})
        if given is None:
            return canon, Unknown(f"`{ref.summary.name}`")
        assert isinstance(canon.last, Token)
        _, value = self._followed(layer, given, canon.last, (), ("input_shape",))
        return canon, value.tensor if isinstance(value, Input) else value


def _carried(value: Value, canon: Tensor, tensor: Tensor, name: str) -> Value:
    """What a class returns for `tensor`, if `value` is what it returns for `canon`."""
    if isinstance(value, Group):
        return Group(tuple(_carried(item, canon, tensor, name) for item in value.items))
    if not isinstance(value, Tensor) or value.rank is not canon.rank:
        return Unknown(name)
    return replace(
        tensor,
        front=tensor.front if value.front is canon.front else Token(),
        last=tensor.last if value.last is canon.last else value.last,
        loose=tensor.loose or value.loose,
        doubts=tuple(dict.fromkeys((*tensor.doubts, *value.doubts))),
    )


def _of_sizes(statements: Sequence[Statement]) -> tuple[str, ...]:
    return (NEEDS_SIZES,) if counts(statements) else ()


def _input(shape: Expr, last: Token) -> Input:
    return Input(
        shape=shape, tensor=Tensor(shape=shape, front=Token(), last=last, batch=expr(shape, "[0]"))
    )


def names_of(build: Method) -> set[str]:
    """The local names that a method uses."""
    uses = uses_of(build.node.body)
    return {name for name in (*uses.reads, *uses.binds) if not name.startswith("self.")}
