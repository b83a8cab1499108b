"""Two operands → the shape of what arithmetic makes of them, and what is doubtful about it."""

from __future__ import annotations

from dataclasses import replace

from keraslint.layer.child_builds.shapes.shape_program import Expr
from keraslint.layer.child_builds.shapes.shape_values import (
    UNKNOWN,
    Group,
    Nothing,
    Plain,
    Size,
    Tensor,
    Texts,
    Token,
    Value,
    Weight,
    same_size,
)
from keraslint.layer.child_builds.shapes.tensor_sizes import tensor_of

_UNTOLD = ("a sum or a product", "one operand", "one operand")


def broadcast(one: Value, other: Value, texts: Texts = _UNTOLD) -> Value:
    """The shape of what arithmetic makes of two operands; `texts` are for a doubt."""
    left, right = tensor_of(one), tensor_of(other)
    if left is None and right is None:
        return _neither(one, other)
    if left is None or right is None:
        tensor = left or right
        assert tensor is not None
        if left is None:
            return _with_plain(tensor, one, (texts[0], texts[2], texts[1]))
        return _with_plain(tensor, other, texts)
    if left.like(right):
        return left.doubted(*right.doubts)
    return _of_two(left, right, texts)


def _neither(one: Value, other: Value) -> Value:
    weights = [value for value in (one, other) if isinstance(value, Weight)]
    return weights[0] if weights and isinstance(one, (Weight, Plain)) else UNKNOWN


def _with_plain(tensor: Tensor, other: Value, texts: Texts) -> Value:
    if isinstance(other, (Plain, Nothing)):
        return tensor
    if isinstance(other, Weight) and other.sizes is not None and len(other.sizes) <= 1:
        last = other.sizes[-1] if other.sizes else "1"
        if same_size(tensor.last, last) or last == "1":
            return tensor
    return UNKNOWN if _is_made_to_stretch(tensor) else tensor.doubted(_doubt(*texts[:2]))


def _is_made_to_stretch(tensor: Tensor) -> bool:
    """Whether a size is 1, so that the other operand's counts."""
    return tensor.last == "1" or any(part.size == "1" for part in tensor.parts)


def _of_two(left: Tensor, right: Tensor, texts: Texts) -> Tensor:
    """Where both sizes are the same one need not know which operand is the larger."""
    first, second = (right, left) if _is_less(left, right) else (left, right)
    doubts = tuple(dict.fromkeys((*first.doubts, *second.doubts)))
    fits = same_size(first.last, second.last) or second.last == "1"
    if fits and (second.shrunk is first.front or second.front is first.front):
        return replace(first, doubts=doubts)
    if same_size(first.last, second.last) or second.last == "1":
        return replace(first, front=Token(), loose=True, doubts=doubts)
    operand = texts[1] if first is left else texts[2]
    return replace(first, doubts=doubts).doubted(_doubt(texts[0], operand))


def _is_less(left: Tensor, right: Tensor) -> bool:
    """Whether the left operand is the one that is stretched, as far as one sees."""
    if left.last == "1" and right.last != "1":
        return True
    if (left.reduced is right.front) != (right.reduced is left.front):
        return left.reduced is right.front
    if _is_named(left.last) != _is_named(right.last):
        return _is_named(right.last)
    return _ones(left.shape) > _ones(right.shape)


def _is_named(size: Size) -> bool:
    return isinstance(size, str) or size.given


def _ones(shape: Expr) -> int:
    return shape.text.replace("(", ", ").replace(")", ", ").count(", 1,")


def _doubt(what: str, operand: str) -> str:
    return f"{what} is taken to have the shape of {operand}"


def folded(group: Group, texts: Texts) -> Value:
    value: Value = group.items[0] if group.items else UNKNOWN
    for item in group.items[1:]:
        value = broadcast(value, item, texts)
    return value
