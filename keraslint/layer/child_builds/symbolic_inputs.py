"""What `call()` does with its inputs → whether they are several, and what else than floats."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from keraslint.layer.layer_class import LayerClass
from keraslint.layer.method_syntax import Method, dotted, walk
from keraslint.project.names.definitions import ClassRef, External, FunctionRef, Instance, Scope
from keraslint.project.names.keras_api import Symbol

_INDEXED = ("indices", "segment_ids")
_TAKING = {
    "take": 1, "take_along_axis": 1, "gather": 1, "gather_nd": 1, "batch_gather": 1, "one_hot": 0,
    "segment_sum": 1, "segment_max": 1, "segment_mean": 1, "segment_min": 1, "segment_prod": 1,
    "unsorted_segment_sum": 1, "unsorted_segment_max": 1, "unsorted_segment_mean": 1,
    "unsorted_segment_min": 1, "unsorted_segment_prod": 1,
}  # fmt: skip
"""Functions that take whole numbers, and at which place."""
_KEEPING = frozenset(
    "concatenate concat expand_dims identity reshape repeat squeeze split stack stop_gradient "
    "swapaxes tile transpose unstack".split()
) | {"take", "gather"}
"""Functions that give the numbers of their first argument in another shape."""
_OF_TENSORS = ("keras", "tensorflow", "jax", "numpy", "torch")
_OF_SPARSE = frozenset({"indices", "dense_shape"})
_WALKS = frozenset({"sum", "len", "zip", "enumerate", "list", "tuple"})


def are_several(call: Method, build: Method) -> bool:
    """Whether the first input is taken to be a list: walked, unpacked, or its shapes are."""
    inputs, shapes = _first(call), _first(build)
    nested = any(
        isinstance(node, cst.Subscript)
        and isinstance(node.value, cst.Subscript)
        and dotted(node.value.value) == shapes != ""
        and isinstance(node.value.slice[0].slice, cst.Index)
        for node in walk(build.node.body)
    )
    nodes = list(walk(call.node.body))
    return nested or _only_picked(nodes, inputs) or any(_walked(node, inputs) for node in nodes)


def _only_picked(nodes: list[cst.CSTNode], name: str) -> bool:
    """Whether only items of it are used, or slices, as those of a list can be."""
    uses = sum(isinstance(node, cst.Name) and node.value == name for node in nodes)
    picks = [
        node.slice
        for node in nodes
        if isinstance(node, cst.Subscript) and dotted(node.value) == name
    ]
    return 0 < uses == sum(len(one) == 1 for one in picks)


def _first(method: Method) -> str:
    listed = method.node.params.params[1:2]
    return listed[0].name.value if listed else ""


def _walked(node: cst.CSTNode, name: str) -> bool:
    if isinstance(node, (cst.For, cst.CompFor)):
        return dotted(node.iter) == name
    if isinstance(node, cst.Assign) and isinstance(node.targets[0].target, (cst.Tuple, cst.List)):
        return dotted(node.value) == name
    return (
        isinstance(node, cst.Call)
        and dotted(node.func) in _WALKS
        and any(dotted(argument.value) == name for argument in node.args)
    )


def no_floats(layer: LayerClass) -> str:
    """What an input must be that a tensor of floats without data is not; `""` if nothing."""
    call = layer.hierarchy.method(layer.ref, "call")
    if call is None:
        return ""
    names = frozenset(p.name for p in call.summary.parameters[1:])
    return next(_refused(layer, call, names, set()), "")


def _refused(
    layer: LayerClass, function: FunctionRef, given: frozenset[str], seen: set[object]
) -> Iterator[str]:
    """Follow the inputs by name through methods, and into the `call()` of other layers."""
    method, key = layer.parse(function), (layer.ref.key, function.key, given)
    if method is None or not given or key in seen:
        return
    seen.add(key)
    frame = _Frame(layer, function, given)
    for node in walk(method.node.body):
        if isinstance(node, cst.Assign) and frame.is_input(node.value):
            frame.held |= {name for target in node.targets for name in _names(target.target)}
        elif isinstance(node, cst.Attribute) and node.attr.value in _OF_SPARSE:
            if dotted(node.value) in frame.held:
                yield "`call()` takes a sparse tensor"
        elif isinstance(node, cst.Call):
            if frame.takes_index(node):
                yield "`call()` takes an index, whose numbers are whole"
            for owner, called in frame.called(node):
                yield from _refused(owner, called, frame.given(node, called), seen)


class _Frame:
    """One method, and the names in it that hold inputs."""

    def __init__(self, layer: LayerClass, function: FunctionRef, held: frozenset[str]) -> None:
        self.held = held
        self._layer = layer
        self._function = function

    def is_input(self, node: cst.BaseExpression) -> bool:
        """Whether it is an input, a part of one, or the same numbers in another shape."""
        if isinstance(node, cst.Name):
            return node.value in self.held
        if isinstance(node, cst.Subscript):
            return self.is_input(node.value)
        if isinstance(node, (cst.Tuple, cst.List)):
            return any(self.is_input(element.value) for element in node.elements)
        if not isinstance(node, cst.Call):
            return False
        own = self._own(node) is not None
        kept = node.args if own else node.args[:1]
        same = own or self._of_tensors(node) in _KEEPING
        return same and any(self.is_input(argument.value) for argument in kept)

    def takes_index(self, node: cst.Call) -> bool:
        """Whether an input is given to a function as whole numbers."""
        place = _TAKING.get(self._of_tensors(node), -1)
        for number, argument in enumerate(node.args if place >= 0 else ()):
            word = argument.keyword.value if argument.keyword else ""
            if (word in _INDEXED or (not word and number == place)) and self.is_input(
                argument.value
            ):
                return True
        return False

    def called(self, node: cst.Call) -> Iterator[tuple[LayerClass, FunctionRef]]:
        """The method of the layer that is called, or the `call()` of one of its children."""
        name = _of_self(node)
        own = self._own(node)
        if own is not None:
            yield self._layer, own
            return
        scope = Scope(module=self._layer.ref.module, owner=self._layer.ref)
        for meaning in self._layer.hierarchy.values(scope, f"self.{name}") if name else ():
            of = meaning.of if isinstance(meaning, Instance) else None
            inner = self._layer.hierarchy.method(of, "call") if isinstance(of, ClassRef) else None
            if isinstance(of, ClassRef) and inner is not None:
                yield self._layer.beside(of), inner

    def given(self, node: cst.Call, called: FunctionRef) -> frozenset[str]:
        """The parameters to which a call gives inputs."""
        names = [p.name for p in called.summary.parameters[1:]]
        found: set[str] = set()
        for number, argument in enumerate(node.args):
            if self.is_input(argument.value):
                placed = names[number:] if argument.star else names[number:][:1]
                found.update([argument.keyword.value] if argument.keyword else placed)
        return frozenset(found)

    def _own(self, node: cst.Call) -> FunctionRef | None:
        name = _of_self(node)
        return self._layer.hierarchy.method(self._layer.ref, name) if name else None

    def _of_tensors(self, node: cst.Call) -> str:
        """The last name of a function of Keras or of a backend that is called."""
        name = dotted(node.func)
        for meaning in self._layer.hierarchy.values(self._function.scope, name) if name else ():
            if isinstance(meaning, (Symbol, External)):
                root, _, last = meaning.name.rpartition(".")
                if root.partition(".")[0] in _OF_TENSORS:
                    return last
        return ""


def _of_self(node: cst.Call) -> str:
    """`name` of `self.name(…)`."""
    owner, _, name = dotted(node.func).rpartition(".")
    return name if owner == "self" else ""


def _names(target: cst.BaseExpression) -> Iterator[str]:
    if isinstance(target, cst.Name):
        yield target.value
    elif isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            yield from _names(element.value)
