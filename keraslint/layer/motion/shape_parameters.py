"""`build()` → the same, with reads of the input shape replaced by parameters of `__init__`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import libcst as cst

from keraslint.layer.method_syntax import dotted
from keraslint.layer.name_uses import uses_of
from keraslint.layer.tree_edits import Renamed
from keraslint.project.facts.module_facts import FunctionSummary

CHANNELS = (
    "in_channels input_channels in_filters input_filters in_features input_features in_dim "
    "input_dim dim_in in_units input_units in_chs in_ch in_planes channels_in num_in_channels "
    "num_input_channels n_in_channels nb_in_channels in_channel input_channel in_size input_size"
).split()
"""Names that code gives to the size of its input's last axis."""

_CASTS = frozenset({"int", "tf.compat.dimension_value", "tensor_shape.dimension_value"})


@dataclass(frozen=True, slots=True)
class Known:
    """A `build()` in which shape reads that `__init__` can answer are answered.

    `names` are the parameters of `__init__` that answer, each with the text that it stands for.
    """

    node: cst.FunctionDef
    names: dict[str, str]


def answered(
    build: cst.FunctionDef,
    shapes: Collection[str],
    bound: Collection[str],
    init: FunctionSummary | None,
) -> Known | None:
    """Answer what can be answered; `None` when nothing can. `bound` are `build()`'s local names.

    A local name read straight off the shape is answered by a parameter of the same name, the
    last axis also by a parameter that is named after the input's channels.
    """
    if init is None:
        return None
    parameters = {p.name for p in init.parameters[1:] if p.kind in ("plain", "keyword")}
    channel = [name for name in CHANNELS if name in parameters]
    if not channel and not parameters & {*bound}:
        return None
    answer = _Answer(shapes, parameters, channel[0] if len(channel) == 1 else "")
    body = build.body.visit(answer)
    if not answer.names:
        return None
    assert isinstance(body, cst.BaseSuite)
    named = body.visit(Renamed(answer.aliases)) if answer.aliases else body
    return Known(build.with_changes(body=named), answer.names)


class _Answer(cst.CSTTransformer):
    """Replaces shape reads; a local name that a parameter answers is no longer assigned."""

    def __init__(self, shapes: Collection[str], usable: Collection[str], channel: str) -> None:
        super().__init__()
        self._shapes = set(shapes)
        self._usable = usable
        self._channel = channel
        self.names: dict[str, str] = {}
        self.aliases: dict[str, str] = {}

    def visit_Lambda(self, node: cst.Lambda) -> bool:
        return False

    def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign:
        value = original_node.value
        if not self._is_shape_read(value):
            return updated_node
        if isinstance(value, cst.Name) and len(original_node.targets) == 1:
            target = original_node.targets[0].target
            if isinstance(target, cst.Name) and target.value not in self._usable:
                self._shapes.add(target.value)
        targets = [self._target(target, value) for target in updated_node.targets]
        return updated_node.with_changes(targets=targets)

    def _target(self, target: cst.AssignTarget, value: cst.BaseExpression) -> cst.AssignTarget:
        place = target.target
        if isinstance(place, cst.Name) and not isinstance(value, cst.Name):
            return target.with_changes(target=self._hidden(place, value))
        if isinstance(place, cst.Tuple):
            elements = [
                element.with_changes(value=self._hidden(element.value, value))
                if isinstance(element.value, cst.Name)
                else element
                for element in place.elements
            ]
            return target.with_changes(target=place.with_changes(elements=elements))
        return target

    def _hidden(self, name: cst.Name, value: cst.BaseExpression) -> cst.Name:
        if name.value not in self._usable:
            if not (
                self._channel and isinstance(value, cst.Subscript) and self._is_last_axis(value)
            ):
                return name
            self.aliases[name.value] = self._channel
            return cst.Name("_")
        self.names[name.value] = cst.Module(()).code_for_node(value)
        return cst.Name("_")

    def leave_Subscript(
        self, original_node: cst.Subscript, updated_node: cst.Subscript
    ) -> cst.BaseExpression:
        if not self._channel or not self._is_last_axis(original_node):
            return updated_node
        self.names[self._channel] = cst.Module(()).code_for_node(original_node)
        return cst.Name(self._channel)

    def _is_last_axis(self, node: cst.Subscript) -> bool:
        return (
            isinstance(node.value, cst.Name)
            and node.value.value in self._shapes
            and _index(node.slice) == "-1"
        )

    def _is_shape_read(self, node: cst.BaseExpression) -> bool:
        """`shape`, `shape[i]`, `shape["x"][i]`, `int(shape[i])`: no arithmetic."""
        while True:
            if isinstance(node, cst.Subscript):
                node = node.value
            elif isinstance(node, cst.Call) and len(node.args) == 1 and dotted(node.func) in _CASTS:
                node = node.args[0].value
            else:
                return isinstance(node, cst.Name) and node.value in self._shapes


def _index(parts: Sequence[cst.SubscriptElement]) -> str:
    if len(parts) != 1 or not isinstance(parts[0].slice, cst.Index):
        return ""
    return cst.Module(()).code_for_node(parts[0].slice.value).replace(" ", "")


def answers_used(names: Collection[str], *nodes: cst.CSTNode) -> set[str]:
    """Which answering parameters some code reads."""
    reads = uses_of(*nodes).reads
    return {name for name in names if name in reads}
