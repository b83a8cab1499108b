"""The sub-layers that `call()` calls → the lines that build them, and what they return."""

from __future__ import annotations

import libcst as cst

from keraslint.layer.child_builds.following.child_outputs import Outputs
from keraslint.layer.child_builds.following.own_attributes import OwnAttributes
from keraslint.layer.child_builds.shapes.program_writer import Writer
from keraslint.layer.child_builds.shapes.shape_program import Build
from keraslint.layer.child_builds.shapes.shape_values import Arguments, Group, Layer, Tensor, Value
from keraslint.layer.child_builds.shapes.tensor_sizes import tensor_of
from keraslint.layer.method_syntax import code


class ChildCalls:
    """Builds those of the children that are `wanted`."""

    def __init__(self, writer: Writer, own: OwnAttributes, outputs: Outputs) -> None:
        self._writer = writer
        self._own = own
        self._outputs = outputs
        self.wanted: frozenset[str] = frozenset()

    def call(self, child: Layer, arguments: Arguments, hint: str) -> Value:
        """Build a child that is called, and tell what it returns."""
        now = self._writer.now
        now.called[child.attribute] = None
        arguments = self._in_variables(child, arguments, hint)
        if child.attribute in self.wanted:
            self._build(child, arguments)
        value = self._outputs.output(child, arguments)
        if not isinstance(value, Tensor) or value.shape.alone:
            return value
        if any(value.shape == tensor.shape for tensor in _tensors(arguments)):
            return value
        name = hint or child.attribute
        variable = self._writer.variable(hint) if hint else self._writer.temporary(name)
        return self._writer.stored(value, variable)

    def _in_variables(self, child: Layer, arguments: Arguments, hint: str) -> Arguments:
        """Give a name to the shape of what a child is called on, where it is more than one."""
        values = [*arguments.plain, *arguments.named.values()]
        if len([value for value in values if isinstance(value, (Tensor, Group))]) != 1:
            return arguments
        first = arguments.plain[0] if arguments.plain else None
        if not isinstance(first, Tensor) or first.shape.alone or "(" not in first.shape.text:
            return arguments
        name = f"{child.attribute}_input"
        variable = self._writer.variable(hint) if hint else self._writer.temporary(name)
        return Arguments(
            plain=[self._writer.stored(first, variable), *arguments.plain[1:]],
            named=arguments.named,
        )

    def _build(self, child: Layer, arguments: Arguments) -> None:
        now = self._writer.now
        key = child.code.text
        if now.built.get(key):
            return
        wanted = self._outputs.wanted(child, arguments)
        if wanted.needless:
            return
        if self._writer.unasked and not self._outputs.is_always_there(child):
            now.lost.setdefault(child.attribute, "a condition that `build()` cannot ask")
            return
        if wanted.unbuilding is not None:
            now.unbuilding.setdefault(child.attribute, wanted.unbuilding)
        if wanted.why or wanted.unbuilding is not None:
            now.lost.setdefault(child.attribute, wanted.why)
            return
        now.doubts.update(dict.fromkeys(wanted.doubts))
        again = key in now.built or f"*{child.attribute}" in now.built
        guard = "again" if again else "loop" if self._writer.repeats(key) else ""
        self._writer.write(Build(child=child.code, shapes=wanted.shapes, guard=guard))
        now.built[key] = True

    def lose(self, node: cst.CSTNode) -> None:
        """Of the children that some code mentions, nothing can be told."""
        for attribute in self._own.mentioned(node):
            if attribute in self.wanted and not self._is_built(attribute):
                self._writer.now.called[attribute] = None
                self._writer.now.lost.setdefault(attribute, short(node))

    def _is_built(self, attribute: str) -> bool:
        return self._writer.now.built.get(f"self.{attribute}", False)


def _tensors(arguments: Arguments) -> list[Tensor]:
    values = (*arguments.plain, *arguments.named.values())
    return [tensor for value in values if (tensor := tensor_of(value)) is not None]


def short(node: cst.CSTNode) -> str:
    """Code for a message."""
    text = " ".join(code(node).split())
    return f"`{text}`" if len(text) <= 40 else f"`{text[:36]} …`"
