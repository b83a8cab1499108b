"""What stands on the left of `=` → which name holds what from now on."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from keraslint.layer.child_builds.shapes.program_writer import Writer
from keraslint.layer.child_builds.shapes.shape_values import (
    UNKNOWN,
    Group,
    Input,
    Plain,
    Sizes,
    Table,
    Unknown,
    Value,
)
from keraslint.layer.child_builds.shapes.tensor_sizes import size_at


class Targets:
    """Gives values to names, to several at once, and to items."""

    def __init__(self, writer: Writer, value: Callable[[cst.BaseExpression], Value]) -> None:
        self._writer = writer
        self._value = value

    def bind(self, target: cst.BaseExpression, value: Value) -> None:
        """Give a value to what stands on the left."""
        if isinstance(target, cst.Name):
            self._writer.hold(target.value, value)
        elif isinstance(target, (cst.Tuple, cst.List)):
            self._unpack(target, value)
        elif isinstance(target, cst.Subscript) and isinstance(target.value, cst.Name):
            self._set_item(target, target.value.value, value)

    def _unpack(self, target: cst.Tuple | cst.List, value: Value) -> None:
        if any(isinstance(element, cst.StarredElement) for element in target.elements):
            values: list[Value] = [UNKNOWN] * len(target.elements)
        else:
            values = self._items(value, len(target.elements))
        for element, item in zip(target.elements, values, strict=True):
            self.bind(element.value, item)

    @staticmethod
    def _items(value: Value, count: int) -> list[Value]:
        if isinstance(value, Group) and len(value.items) == count:
            return list(value.items)
        if isinstance(value, Input):
            return [value.part(str(place)) for place in range(count)]
        if isinstance(value, Sizes) and value.of is not None:
            parts = [size_at(value.of, n) for n in range(count)]
            sizes = [*(part.size for part in parts[:-1]), value.of.last]
            return [Plain(code=p.code, size=size) for p, size in zip(parts, sizes, strict=True)]
        listed = isinstance(value, Sizes) and not any(part.run for part in value.parts)
        if isinstance(value, Sizes) and listed and len(value.parts) == count:
            return [Plain(code=part.code, size=part.size) for part in value.parts]
        return [Unknown(value.why) if isinstance(value, Unknown) else UNKNOWN] * count

    def _set_item(self, target: cst.Subscript, name: str, value: Value) -> None:
        held = self._writer.now.names.get(name)
        index = target.slice[0].slice
        key = self._value(index.value) if isinstance(index, cst.Index) else UNKNOWN
        if isinstance(held, Table) and isinstance(key, Plain) and key.known:
            self._writer.now.names[name] = Table({**held.items, str(key.value): value})
        elif held is not None:
            self._writer.now.names[name] = UNKNOWN
