"""A class's `call()` → the `self.child.build(…)` that its `build()` lacks, where provable."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import libcst as cst

from keraslint.layer.method_steps import Step
from keraslint.layer.method_syntax import dotted, walk
from keraslint.layer.name_uses import cell_of
from keraslint.project.names import keras_api
from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy

_PLAIN_ARGUMENTS = frozenset({"training", "mask"})


class ChildBuilds:
    """Follows the first argument of `call()` from child to child, as far as every path does.

    `shape` is the name of `build()`'s one parameter. A child is built on what its first call
    receives, which is what Keras itself would build it on. `waiting` are children that surely take
    one shape, whatever their class.
    """

    def __init__(
        self,
        hierarchy: Hierarchy,
        layers: Mapping[str, Symbol | ClassRef],
        shape: str,
        waiting: Collection[str] = (),
    ) -> None:
        self._hierarchy = hierarchy
        self._layers = layers
        self._waiting = waiting
        self._shape = shape
        self._shapes: dict[str, str] = {}
        self._seen: set[str] = set()
        self.builds: dict[str, str] = {}

    def follow(self, call: cst.FunctionDef, steps: Sequence[Step]) -> Mapping[str, str]:
        """The shape, as code, on which each child is first called: `{"self.d": "input_shape"}`."""
        parameters = [*call.params.posonly_params, *call.params.params]
        if len(parameters) < 2:
            return {}
        first = parameters[1].name.value
        if any(isinstance(node, (cst.NamedExpr, cst.Nonlocal)) for node in walk(call.body)):
            return {}  # a name may change in the middle of an expression, or in another function
        self._shapes = {first: self._shape}
        for step in steps:
            if isinstance(step.node, cst.SimpleStatementLine):
                for small in step.node.body:
                    self._small(small)
            else:
                self._forget(step)
                if any({"return", "raise"} & inner.uses.exits for inner in step.all()):
                    break  # what follows does not always run
        return self.builds

    def _small(self, node: cst.BaseSmallStatement) -> None:
        if isinstance(node, cst.Assign):
            shape = self._visit(node.value)
            for target in node.targets:
                self._bind(target.target, shape)
        elif isinstance(node, cst.AnnAssign) and node.value is not None:
            self._bind(node.target, self._visit(node.value))
        elif isinstance(node, (cst.Return, cst.Expr)) and node.value is not None:
            self._visit(node.value)
        elif isinstance(node, cst.AugAssign):
            self._visit(node.value)
            self._bind(node.target, "")

    def _bind(self, target: cst.CSTNode, shape: str) -> None:
        if isinstance(target, cst.Name):
            self._shapes[target.value] = shape
        elif isinstance(target, (cst.Tuple, cst.List)):
            for element in target.elements:
                self._bind(element.value, "")

    def _forget(self, step: Step) -> None:
        """After a condition or a loop, what it writes is unknown, and what it calls was called."""
        for inner in step.all():
            for cell in inner.uses.writes:
                self._shapes[cell] = ""
            for call in inner.uses.calls:
                self._seen.add(cell_of(call.func))

    def _visit(self, node: cst.BaseExpression) -> str:
        """Note every child that an expression surely calls; return the expression's shape."""
        if isinstance(node, cst.Name):
            return self._shapes.get(node.value, "")
        if isinstance(node, cst.Call):
            return self._call(node)
        for part in _always(node):
            self._visit(part)
        return ""

    def _call(self, node: cst.Call) -> str:
        if isinstance(node.func, cst.Attribute):
            self._visit(node.func.value)
        shapes = [self._visit(argument.value) for argument in node.args]
        child = dotted(node.func)
        if not child.startswith("self.") or child not in self._layers:
            return ""
        shape = shapes[0] if shapes and _one_tensor(node) else ""
        if child not in self._seen:
            self._seen.add(child)
            if shape and (child in self._waiting or self._takes_one_shape(self._layers[child])):
                self.builds[child] = shape
        return self._output(child, shape)

    def _output(self, child: str, shape: str) -> str:
        """The shape of what a child returns; only Keras' own layers surely tell it."""
        return (
            f"{child}.compute_output_shape({shape})"
            if shape and isinstance(self._layers[child], Symbol)
            else ""
        )

    def _takes_one_shape(self, target: Symbol | ClassRef) -> bool:
        if isinstance(target, Symbol):
            known = keras_api.layer_class(target.name)
            return target.kind == "layer" and known is not None and known.defines_build
        lineage = self._hierarchy.lineage(target)
        build = self._hierarchy.method(target, "build")
        if lineage.missing or build is None:
            return False
        parameters = build.summary.parameters[1:]
        return len(parameters) == 1 and parameters[0].kind == "plain"


def _one_tensor(node: cst.Call) -> bool:
    """One positional argument, and nothing else that could be a tensor."""
    first, *rest = node.args
    if first.keyword is not None or first.star:
        return False
    return all(a.keyword is not None and a.keyword.value in _PLAIN_ARGUMENTS for a in rest)


def _always(node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    """The parts of an expression that are evaluated whenever it is."""
    if isinstance(node, (cst.Lambda, cst.BaseComp)):
        return
    if isinstance(node, cst.IfExp):
        yield node.test
        return
    if isinstance(node, cst.BooleanOperation):
        yield node.left
        return
    for child in node.children:
        if isinstance(child, cst.BaseExpression):
            yield child
        else:
            yield from _always(child)
