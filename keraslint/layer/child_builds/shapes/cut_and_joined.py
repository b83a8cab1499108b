"""Several tensors, or one that is cut → the shape of what is put together, or of the pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from keraslint.layer.child_builds.shapes.shape_program import Expr, expr
from keraslint.layer.child_builds.shapes.shape_values import (
    UNKNOWN,
    Arguments,
    Group,
    Part,
    Plain,
    Several,
    Tensor,
    Token,
    Value,
    Weight,
)
from keraslint.layer.child_builds.shapes.tensor_sizes import (
    axes_of,
    cut,
    made_of,
    size_at,
    tensor_of,
    with_last,
    without_axes,
)


def concatenate(arguments: Arguments) -> Value:
    first = arguments.get(0, "xs", "values", "arrays", "inputs", "tensors")
    axis = arguments.get(1, "axis")
    axes = (-1,) if axis is None and "axis" not in arguments.named else axes_of(axis)
    return concatenated(first, axes)


def concatenated(value: Value | None, axes: tuple[int, ...] | None) -> Value:
    """Tensors side by side along one axis."""
    if axes is None or len(axes) != 1:
        return UNKNOWN
    if isinstance(value, Several) and axes == (-1,):
        return _side_by_side(value)
    if not isinstance(value, Group):
        return UNKNOWN
    tensors = [tensor_of(item) for item in value.items]
    found = [tensor for tensor in tensors if tensor is not None]
    if not found or len(found) != len(tensors):
        return UNKNOWN
    doubts = tuple(dict.fromkeys(d for tensor in found for d in tensor.doubts))
    if axes != (-1,):
        return _stacked_along(found, axes[0], doubts)
    total = Part(code=_sum([size_at(tensor, -1).code for tensor in found]), size=Token())
    loose = any(tensor.loose for tensor in found)
    return replace(with_last(found[0], total), front=found[0].front, loose=loose, doubts=doubts)


def _stacked_along(found: Sequence[Tensor], axis: int, doubts: tuple[str, ...]) -> Value:
    """Along another axis than the last; what they add up to there need not be known."""
    parts = without_axes(found[0], [axis], "None")
    if parts is None:
        return UNKNOWN
    last = next((t.last for t in found if isinstance(t.last, str)), found[0].last)
    tensor = made_of(parts, None, loose=True)
    return replace(tensor, last=last, doubts=doubts)


def _sum(sizes: Sequence[Expr]) -> Expr:
    if len(sizes) > 1 and all(size == sizes[0] for size in sizes):
        return expr(f"{len(sizes)} * ", sizes[0])
    added = list[Expr | str]()
    for size in sizes:
        added += [" + ", size] if added else [size]
    return expr(*added)


def _side_by_side(value: Several) -> Value:
    total = expr("sum(shape[-1] for shape in ", value.shapes, ")")
    shape = expr("(*", value.shapes, "[0][:-1], ", total, ")")
    item = value.item
    front = item.front if item is not None else Token()
    doubts = item.doubts if item is not None else ()
    return Tensor(
        shape=shape, front=front, last=Token(), loose=item is None or item.loose, doubts=doubts
    )


def split(arguments: Arguments) -> Value:
    tensor = tensor_of(arguments.get(0, "x", "value", "ary"))
    count = arguments.get(1, "indices_or_sections", "num_or_size_splits")
    axes = axes_of(arguments.get(2, "axis"))
    if tensor is None or not isinstance(count, Plain) or not isinstance(count.value, int):
        return UNKNOWN
    if axes == (-1,):
        each = expr(size_at(tensor, -1).code, f" // {count.value}")
        part = replace(with_last(tensor, Part(code=each, size=Token())), front=tensor.front)
    else:
        parts = without_axes(tensor, axes or (0,), "None")
        if parts is None:
            return UNKNOWN
        part = made_of(parts, tensor, loose=True)
    return Group((part,) * count.value)


def unstack(arguments: Arguments) -> Value:
    tensor = tensor_of(arguments.get(0, "x", "value"))
    axes = (0,) if "axis" not in arguments.named else axes_of(arguments.named["axis"])
    if tensor is None or axes is None:
        return UNKNOWN
    count = size_at(tensor, axes[0]).code.text
    part = cut(tensor, axes, None)
    return Group((part,) * int(count)) if count.isdigit() else UNKNOWN


def tile(arguments: Arguments) -> Value:
    """What is repeated once stays; one of something becomes as many as it is repeated."""
    given, times = arguments.get(0, "x", "input"), arguments.get(1, "repeats", "multiples")
    if not isinstance(given, Weight) or given.sizes is None or not isinstance(times, Group):
        return UNKNOWN
    if len(times.items) != len(given.sizes):
        return UNKNOWN
    parts: list[Part] = []
    for size, count in zip(given.sizes, times.items, strict=True):
        once = isinstance(count, Plain) and count.value == 1
        if once and isinstance(size, str):
            parts.append(Part(code=expr(size), size=size))
        elif isinstance(count, Plain) and size == "1":
            parts.append(Part(code=count.code, size=count.size))
        else:
            return UNKNOWN
    return made_of(parts, None)


def stack(arguments: Arguments) -> Value:
    group, axis = arguments.get(0, "x", "values", "arrays"), arguments.get(1, "axis")
    if not isinstance(group, Group) or not group.items:
        return UNKNOWN
    first = tensor_of(group.items[0])
    axes = (0,) if axis is None else axes_of(axis)
    if first is None or axes is None or len(axes) != 1:
        return UNKNOWN
    count = Part(code=expr(str(len(group.items))), size=str(len(group.items)))
    if axes == (-1,):
        return made_of([Part(code=first.shape, size=first.last, run=True), count], first)
    if axes[0] < 0:
        return UNKNOWN
    before = [size_at(first, n) for n in range(axes[0])]
    behind = Part(
        code=expr(first.shape, f"[{axes[0]}:]" if axes[0] else ""), size=first.last, run=True
    )
    return made_of([*before, count, behind], first)
