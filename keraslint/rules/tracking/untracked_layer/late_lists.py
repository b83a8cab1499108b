"""A layer class → the layers that go into a list after Keras has looked for the layers in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from keraslint.layer.assignments import assignments
from keraslint.layer.layer_class import LayerClass
from keraslint.layer.method_syntax import Method, dotted, walk
from keraslint.rules.tracking.untracked_layer.list_facts import adds


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A layer goes into a list that `attribute` holds by then: `node` is what puts it there."""

    method: Method
    node: cst.Call
    attribute: str


def late_layers(layer: LayerClass) -> Iterator[Late]:
    """Find each once, in the order of the text."""
    found = [layer.method(name) for name in layer.ref.summary.methods]
    methods = [method for method in found if method is not None]
    empty = {name for method in methods for name in _given_new_lists(method)}
    copied = {name for method in methods for name in _copied(method)}
    for method in methods:
        for late in (*_in_items(method, empty), *_in_names(method)):
            if late.attribute not in copied and _is_layer(layer, method, late.node):
                yield late


def _given_new_lists(method: Method) -> Iterator[str]:
    """`self.blocks.append([])`, `self.blocks[name] = []`: Keras does not follow such a list."""
    for name, value in _puts(method):
        if isinstance(value, (cst.List, cst.Dict)):
            yield name


def _in_items(method: Method, empty: set[str]) -> Iterator[Late]:
    """`self.blocks[-1].append(Dense(3))`."""
    for node in walk(method.node.body):
        owner = _added_to(node)
        attribute = owner.removeprefix("self.").removesuffix("[]")
        if owner == f"self.{attribute}[]" and attribute in empty and isinstance(node, cst.Call):
            yield Late(method=method, node=node, attribute=attribute)


def _in_names(method: Method) -> Iterator[Late]:
    """`self.blocks.append(inner)`, and then `inner.append(Dense(3))`."""
    held: dict[str, str] = {}
    for node in walk(method.node.body):
        for name in _new_lists(node):
            held.pop(name, None)
        for attribute, value in _put(node):
            if isinstance(value, cst.Name):
                held[value.value] = attribute
        owner = _added_to(node)
        if owner in held and isinstance(node, cst.Call):
            yield Late(method=method, node=node, attribute=held[owner])


def _puts(method: Method) -> Iterator[tuple[str, cst.BaseExpression]]:
    for node in walk(method.node.body):
        yield from _put(node)


def _put(node: cst.CSTNode) -> Iterator[tuple[str, cst.BaseExpression]]:
    """What becomes an item of an attribute of the layer."""
    if isinstance(node, cst.Call) and len(node.args) == 1:
        owner, _, verb = dotted(node.func).rpartition(".")
        if verb == "append" and owner.startswith("self.") and "." not in owner[len("self.") :]:
            yield owner.removeprefix("self."), node.args[0].value
    elif isinstance(node, cst.Assign):
        for one in node.targets:
            target = dotted(one.target)
            if target.startswith("self.") and target.endswith("[]"):
                yield target.removeprefix("self.").removesuffix("[]"), node.value


def _new_lists(node: cst.CSTNode) -> Iterator[str]:
    """The names that an assignment binds anew."""
    for one in node.targets if isinstance(node, cst.Assign) else ():
        if isinstance(one.target, cst.Name):
            yield one.target.value


def _added_to(node: cst.CSTNode) -> str:
    call = dotted(node.func) if isinstance(node, cst.Call) else ""
    return call.rpartition(".")[0] if adds(call) else ""


def _copied(method: Method) -> Iterator[str]:
    """The attributes whose layers another attribute of the layer gets as well."""
    for one in assignments(method):
        for node in walk(one.value):
            name = dotted(node) if isinstance(node, cst.Attribute) else ""
            if name.startswith("self.") and name != f"self.{one.attribute}":
                yield name.removeprefix("self.")


def _is_layer(layer: LayerClass, method: Method, call: cst.Call) -> bool:
    """Whether a layer with weights is added that the class makes, and keeps nowhere else."""
    summary = layer.ref.summary.methods[method.node.name.value]
    value = call.args[-1].value if call.args else None
    if isinstance(value, cst.Name):
        names = [(c, given) for c, given in summary.given.items() if value.value in given]
        if any(c == "setattr" or (c.startswith("self.") and "[]" not in c) for c, _ in names):
            return False
        leaves = summary.bindings.get(value.value, ())
    else:
        leaves = (f"{dotted(value.func)}()",) if isinstance(value, cst.Call) else ()
    makes = (leaf.removesuffix("()") for leaf in leaves if leaf.endswith("()"))
    made = [layer.hierarchy.made(layer.ref.scope(summary), callee) for callee in makes]
    return any(m is not None and not m.guessed and layer.hierarchy.makes_weights(m) for m in made)
