"""An item or a slice of something → what it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from keraslint.layer.child_builds.following.displays import Evaluate
from keraslint.layer.child_builds.shapes.shape_program import expr
from keraslint.layer.child_builds.shapes.shape_values import (
    UNKNOWN,
    Group,
    Input,
    Layer,
    Part,
    Plain,
    Several,
    Sizes,
    Table,
    Tensor,
    Token,
    Value,
)
from keraslint.layer.child_builds.shapes.tensor_sizes import (
    cut,
    made_of,
    size_at,
    tensor_of,
    with_last,
)
from keraslint.layer.method_syntax import code

_NEW_AXIS = ("None", "tf.newaxis", "np.newaxis")


def subscript(node: cst.Subscript, value: Evaluate) -> Value:
    """What `x[…]` stands for, whatever `x` is."""
    held = value(node.value)
    indices = [element.slice for element in node.slice]
    if isinstance(held, Tensor) or (isinstance(held, Input) and _cuts(indices)):
        tensor = tensor_of(held)
        assert tensor is not None
        return _sliced(tensor, indices, value)
    if len(indices) != 1:
        return UNKNOWN
    index = indices[0]
    if isinstance(index, cst.Index):
        return _item(held, value(index.value))
    return _run_of(held, index)


def _cuts(indices: Sequence[cst.BaseSlice]) -> bool:
    return len(indices) > 1 or not isinstance(indices[0], cst.Index)


def _item(held: Value, index: Value) -> Value:
    if not isinstance(index, Plain):
        return UNKNOWN
    if isinstance(held, Input):
        return held.part(index.code.text)
    if isinstance(held, Table):
        return held.items.get(str(index.value), UNKNOWN)
    if isinstance(held, Layer):
        return Layer(
            code=expr(held.code, "[", index.code, "]"),
            targets=held.targets,
            attribute=held.attribute,
        )
    if isinstance(held, Several) and held.item is not None:
        shape = expr(held.shapes, "[", index.code, "]")
        return replace(held.item, shape=shape, parts=())
    if isinstance(held, Plain):
        text = expr(held.code, "[", index.code, "]")
        return Plain(code=text, size=text.text)
    if not isinstance(index.value, int):
        return UNKNOWN
    if isinstance(held, Group) and -len(held.items) <= index.value < len(held.items):
        return held.items[index.value]
    return _one_size(held, index.value) if isinstance(held, Sizes) else UNKNOWN


def _one_size(held: Sizes, at: int) -> Value:
    if held.of is not None:
        part = size_at(held.of, at)
        return Plain(code=part.code, size=part.size)
    if len(held.parts) == 1 and held.parts[0].run:
        part = held.parts[0]
        size = part.size if at == -1 else Token()
        return Plain(code=expr(part.code, f"[{at}]"), size=size)
    if any(part.run for part in held.parts) or not -len(held.parts) <= at < len(held.parts):
        return UNKNOWN
    return Plain(code=held.parts[at].code, size=held.parts[at].size)


def _run_of(held: Value, index: cst.BaseSlice) -> Value:
    text = code(index)
    if not isinstance(index, cst.Slice):
        return UNKNOWN
    if isinstance(held, Sizes) and len(held.parts) == 1 and held.parts[0].run:
        whole = held.parts[0]
        last = whole.size if index.upper is None and index.step is None else Token()
        return Sizes((Part(code=expr(whole.code, f"[{text}]"), size=last, run=True),))
    if isinstance(held, (Group, Sizes)):
        bounds = [_number(bound) for bound in (index.lower, index.upper)]
        if index.step is None and "?" not in bounds:
            start, end = (int(b) if b else None for b in bounds)
            if isinstance(held, Group):
                return Group(held.items[start:end])
            if not any(part.run for part in held.parts):
                return Sizes(held.parts[start:end])
    if isinstance(held, Layer) and _is_plain(index):
        return Layer(
            code=expr(held.code, f"[{text}]"), targets=held.targets, attribute=held.attribute
        )
    return UNKNOWN


def _is_plain(index: cst.Slice) -> bool:
    bounds = [bound for bound in (index.lower, index.upper, index.step) if bound is not None]
    return all(_number(bound) != "?" for bound in bounds)


def _sliced(tensor: Tensor, indices: Sequence[cst.BaseSlice], value: Evaluate) -> Value:
    """`x[:, 0, ::2, None]`."""
    if _is_dots(indices[0]):
        return _from_dots(tensor, indices[1:], value)
    parts: list[Part] = []
    at = 0
    for index in indices:
        held = index.value if isinstance(index, cst.Index) else None
        if held is not None and code(held) in _NEW_AXIS:
            parts.append(Part(code=expr("1"), size="1"))
            continue
        if held is not None:
            if not isinstance(value(held), Plain):
                return UNKNOWN
        elif isinstance(index, cst.Slice) and _is_whole(index):
            parts.append(size_at(tensor, at))
        else:
            parts.append(Part(code=expr("None"), size=Token()))
        at += 1
    if all(isinstance(index, cst.Slice) and _is_whole(index) for index in indices):
        return tensor
    loose = any(isinstance(index, cst.Slice) and not _is_whole(index) for index in indices)
    while parts and at and _is_size(parts[-1], tensor, at - 1):
        parts.pop()
        at -= 1
    parts.append(Part(code=expr(tensor.shape, f"[{at}:]"), size=tensor.last, run=True))
    return made_of(parts, tensor, loose=loose)


def _is_dots(index: cst.BaseSlice) -> bool:
    return isinstance(index, cst.Index) and isinstance(index.value, cst.Ellipsis)


def _from_dots(tensor: Tensor, after: Sequence[cst.BaseSlice], value: Evaluate) -> Value:
    """`x[..., 0]`, `x[..., None]`, `x[..., :n]`."""
    if len(after) != 1:
        return UNKNOWN
    (index,) = after
    if isinstance(index, cst.Index):
        if code(index.value) in _NEW_AXIS:
            one = Part(code=expr("1"), size="1")
            return made_of([Part(code=tensor.shape, size=tensor.last, run=True), one], tensor)
        return cut(tensor, (-1,), None)
    if isinstance(index, cst.Slice) and index.lower is None and index.step is None:
        upper = value(index.upper) if index.upper is not None else UNKNOWN
        if isinstance(upper, Plain) and not str(upper.code.text).startswith("-"):
            found = with_last(tensor, Part(code=upper.code, size=upper.size))
            return replace(found, front=tensor.front)
    return UNKNOWN


def _is_size(part: Part, tensor: Tensor, at: int) -> bool:
    return not part.run and part.code == expr(tensor.shape, f"[{at}]")


def _is_whole(index: cst.Slice) -> bool:
    return index.lower is None and index.upper is None and index.step is None


def _number(node: cst.BaseExpression | None) -> str:
    if node is None:
        return ""
    text = code(node)
    return text if text.lstrip("-").isdigit() else "?"
