"""What a child is called on → its shape as code, and what is doubtful about it."""

from __future__ import annotations

from collections.abc import Sequence

from keraslint.layer.child_builds.shapes.shape_program import Expr, expr, joined
from keraslint.layer.child_builds.shapes.shape_values import (
    Group,
    Input,
    Plain,
    Several,
    Tensor,
    Unknown,
    Value,
)
from keraslint.layer.child_builds.shapes.tensor_sizes import tensor_of

NEEDS_SIZES = "`build()` needs sizes of the input that may be `None`"


def told(value: Value | None) -> tuple[Expr | None, str]:
    """The shape, or the shapes, of a value as code; or why they cannot be told."""
    if isinstance(value, (Tensor, Input)):
        return value.shape, ""
    if isinstance(value, Several):
        return value.shapes, ""
    if isinstance(value, Group):
        found = [told(item) for item in value.items]
        if not found or any(shape is None for shape, _ in found):
            return None, next((why for _, why in found if why), "")
        return expr("[", joined(shape for shape, _ in found if shape is not None), "]"), ""
    return None, value.why if isinstance(value, Unknown) else ""


def doubts_of(value: Value | None) -> Sequence[str]:
    if isinstance(value, Tensor):
        return value.doubts
    if isinstance(value, Several):
        return value.item.doubts if value.item is not None else ()
    if isinstance(value, Group):
        return [doubt for item in value.items for doubt in doubts_of(item)]
    return ()


def ends_in_another(value: Value | None) -> bool:
    """Whether the last size is another one of an input's, which `build()` may not be told."""
    tensor = tensor_of(value)
    if tensor is None or not tensor.parts or tensor.parts[-1].run:
        return False
    last = tensor.parts[-1]
    return Plain(code=last.code, size=last.size).may_be_none


def is_loose(value: Value | None) -> bool:
    if isinstance(value, Tensor):
        return value.loose
    if isinstance(value, Several):
        return value.item is None or value.item.loose
    return isinstance(value, Group) and any(is_loose(item) for item in value.items)
