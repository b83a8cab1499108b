"""The shape of a tensor → its sizes, one by one, and new shapes that are made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from keraslint.layer.child_builds.shapes.shape_program import Expr, expr, joined
from keraslint.layer.child_builds.shapes.shape_values import (
    UNKNOWN,
    Group,
    Input,
    Part,
    Plain,
    Sizes,
    Tensor,
    Token,
    Unknown,
    Value,
)


def tensor_of(value: Value | None) -> Tensor | None:
    """A value as the one tensor that it is used as."""
    if isinstance(value, Input):
        return value.tensor
    return value if isinstance(value, Tensor) else None


def axes_of(value: Value | None) -> tuple[int, ...] | None:
    """Constant axes."""
    if isinstance(value, Plain) and value.known and isinstance(value.value, int):
        return (value.value,)
    if isinstance(value, Group):
        found = [axes_of(item) for item in value.items]
        flat = [axis for item in found if item is not None for axis in item]
        return tuple(flat) if None not in found and len(flat) == len(value.items) else None
    return None


def cut(tensor: Tensor, axes: Sequence[int], instead: str | None) -> Value:
    """Put a size in the place of some axes, or leave them out."""
    parts = without_axes(tensor, axes, instead)
    return made_of(parts, tensor) if parts is not None else UNKNOWN


def without_axes(tensor: Tensor, axes: Sequence[int], instead: str | None) -> list[Part] | None:
    here = [] if instead is None else [Part(code=expr(instead), size=instead)]
    if all(axis < 0 for axis in axes):
        return _from_the_end(tensor, sorted(axes), here)
    if any(axis < 0 for axis in axes):
        return None
    parts: list[Part] = []
    at = 0
    for axis in sorted(axes):
        parts += [size_at(tensor, n) for n in range(at, axis)]
        parts += here
        at = axis + 1
    return [*parts, Part(code=expr(tensor.shape, f"[{at}:]"), size=tensor.last, run=True)]


def _from_the_end(tensor: Tensor, axes: Sequence[int], here: Sequence[Part]) -> list[Part]:
    first = axes[0]
    parts = [Part(code=expr(tensor.shape, f"[:{first}]"), size=Token(), run=True)]
    for axis in range(first, 0):
        parts += here if axis in axes else [size_at(tensor, axis)]
    return parts


def size_at(tensor: Tensor, axis: int) -> Part:
    """The size along one axis."""
    parts = tensor.parts
    if parts and not any(part.run for part in parts) and -len(parts) <= axis < len(parts):
        return parts[axis]
    if parts and axis == -1 and not parts[-1].run:
        return parts[-1]
    if parts and axis == -1:
        whole, bound = Expr(pieces=parts[-1].code.pieces[:-1]), parts[-1].code.pieces[-1]
        if whole.pieces and isinstance(bound, str) and bound.endswith(":]"):
            return Part(code=expr(whole, "[-1]"), size=tensor.last)
    if axis == 0 and tensor.batch is not None:
        return Part(code=tensor.batch, size=Token())
    if parts and axis >= 0 and not any(part.run for part in parts[: axis + 1]):
        return parts[axis]
    if parts and axis >= 0 and parts[0].run and parts[0].code.pieces[-1] == "[:-1]":
        return Part(code=expr(Expr(pieces=parts[0].code.pieces[:-1]), f"[{axis}]"), size=Token())
    return Part(code=expr(tensor.shape, f"[{axis}]"), size=tensor.last if axis == -1 else Token())


def made_of(parts: Sequence[Part], source: Tensor | None, *, loose: bool = False) -> Tensor:
    """A tensor of the sizes that are listed."""
    doubts = source.doubts if source is not None else ()
    loose = loose or (source is not None and source.loose)
    last = parts[-1].size if parts else Token()
    batch = parts[0].code if parts and not parts[0].run else None
    if (
        batch is None
        and source is not None
        and parts
        and parts[0].code.pieces[:1] == (source.shape.pieces[:1])
    ):
        batch = source.batch
    return Tensor(
        shape=shape_of(parts),
        front=Token(),
        last=last,
        loose=loose,
        doubts=doubts,
        parts=tuple(parts),
        batch=batch,
        reduced=source.reduced if source is not None else None,
    )


def shape_of(parts: Sequence[Part]) -> Expr:
    """Sizes as the code of one shape."""
    if len(parts) == 1 and parts[0].run:
        return parts[0].code
    cut_off = _first_sizes(parts) if len(parts) > 2 else None
    if cut_off is not None:
        return cut_off
    listed = [expr("*", part.code) if part.run else part.code for part in parts]
    if len(listed) == 1:
        return expr("(", listed[0], ",)")
    return expr("(", joined(listed), ")")


def _first_sizes(parts: Sequence[Part]) -> Expr | None:
    """`x[0]`, `x[1]`, `x[2]` and no more: the beginning of one shape."""
    owner = Expr(pieces=parts[0].code.pieces[:-1])
    each = [expr(owner, f"[{axis}]").pieces if owner.pieces else () for axis in range(len(parts))]
    return expr(owner, f"[:{len(parts)}]") if [p.code.pieces for p in parts] == each else None


def with_last(tensor: Tensor, last: Part) -> Tensor:
    """The same sizes but for the last."""
    if tensor.parts and not tensor.parts[-1].run:
        parts = [*tensor.parts[:-1], last]
    else:
        parts = [Part(code=expr(tensor.shape, "[:-1]"), size=Token(), run=True), last]
    return replace(made_of(parts, tensor), rank=tensor.rank, batch=tensor.batch)


def sizes(value: Value | None) -> tuple[Part, ...] | None:
    """What a tuple of sizes holds; a size that cannot be told is `None`, as in a shape."""
    if isinstance(value, Sizes):
        return value.parts
    if not isinstance(value, Group):
        return None
    parts: list[Part] = []
    for item in value.items:
        if isinstance(item, Plain):
            parts.append(Part(code=item.code, size=item.size))
        elif isinstance(item, (Unknown, Tensor)):
            parts.append(Part(code=expr("None"), size=Token()))
        else:
            return None
    return tuple(parts)
