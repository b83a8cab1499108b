"""A condition of `call()` → the same condition in `build()`, and both arms followed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import libcst as cst

from keraslint.layer.child_builds.shapes.program_writer import State, Writer
from keraslint.layer.child_builds.shapes.shape_program import Branch, Expr, expr
from keraslint.layer.child_builds.shapes.shape_values import (
    Group,
    Input,
    Layer,
    Nothing,
    Plain,
    Several,
    Table,
    Tensor,
    Token,
    Value,
)
from keraslint.layer.method_syntax import code

Arm = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Either:
    """A condition that `build()` cannot ask: `training`, a mask, a value."""


Test = Expr | bool | Either


class Conditions:
    """Conditions of the frame in which `value` evaluates."""

    def __init__(self, value: Callable[[cst.BaseExpression], Value]) -> None:
        self._value = value

    def test(self, node: cst.BaseExpression) -> Test:
        """A condition as `build()` can ask it."""
        if isinstance(node, cst.BooleanOperation):
            return self._joined(node)
        if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
            return _opposite(self.test(node.expression))
        if isinstance(node, cst.Comparison):
            return self._comparison(node) if len(node.comparisons) == 1 else self._chain(node)
        if isinstance(node, cst.NamedExpr):
            self._value(node)
            return Either()
        value = self._value(node)
        if isinstance(value, Plain):
            return bool(value.value) if value.known else value.code
        if isinstance(value, Layer):
            return value.code
        if isinstance(value, Nothing):
            return False
        return Either()

    def _joined(self, node: cst.BooleanOperation) -> Test:
        one, other = self.test(node.left), self.test(node.right)
        is_and = isinstance(node.operator, cst.And)
        for here, there in ((one, other), (other, one)):
            if isinstance(here, bool):
                return there if here is is_and else here
        if isinstance(one, Expr) and isinstance(other, Expr):
            word = " and " if is_and else " or "
            joined = expr(one, word, other)
            return expr("(", joined, ")") if node.lpar else joined
        return Either()

    def _comparison(self, node: cst.Comparison) -> Test:
        (target,) = node.comparisons
        left, right = self._value(node.left), self._value(target.comparator)
        if isinstance(right, Nothing) and isinstance(target.operator, (cst.Is, cst.IsNot)):
            return self._is_none(left, isinstance(target.operator, cst.Is))
        if isinstance(right, Group) and all(isinstance(i, Plain) for i in right.items):
            text = ", ".join(i.code.text for i in right.items if isinstance(i, Plain))
            right = Plain(
                code=expr(f"({text},)" if len(right.items) == 1 else f"({text})"), size=Token()
            )
        if not isinstance(left, Plain) or not isinstance(right, Plain):
            return Either()
        if left.known and right.known and isinstance(target.operator, (cst.Equal, cst.NotEqual)):
            return (left.value == right.value) is isinstance(target.operator, cst.Equal)
        compared = expr(left.code, code(target.operator), right.code)
        ordered = not isinstance(target.operator, (cst.Equal, cst.NotEqual, cst.In, cst.NotIn))
        counts = ordered and (left.may_be_none or right.may_be_none)
        return replace(compared, counts=compared.counts or counts)

    def _chain(self, node: cst.Comparison) -> Test:
        """`0 < x <= 1`."""
        first = self._value(node.left)
        if not isinstance(first, Plain):
            return Either()
        pieces: list[str | Expr] = [first.code]
        for target in node.comparisons:
            value = self._value(target.comparator)
            if not isinstance(value, Plain):
                return Either()
            pieces += [code(target.operator), value.code]
        return expr(*pieces)

    @staticmethod
    def _is_none(left: Value, asked: bool) -> Test:
        if isinstance(left, Nothing):
            return asked
        if isinstance(left, (Tensor, Group, Several, Table)):
            return not asked
        if isinstance(left, Input):
            return expr(left.shape, " is None" if asked else " is not None")
        if isinstance(left, (Layer, Plain)):
            return expr(left.code, " is None" if asked else " is not None")
        return Either()


def follow_both(writer: Writer, test: Test, then: Arm, other: Arm) -> None:
    """Follow both arms of a condition."""
    if isinstance(test, bool):
        return then() if test else other()
    before = writer.now
    both = isinstance(test, Either)
    one = _arm(writer, before, then, both_run=both)
    if both:
        before.built = dict(one.built)  # what one arm builds is there in the other
    two = _arm(writer, before, other, both_run=both)
    writer.now = before
    writer.merge(one, two, both_ran=both)
    if isinstance(test, Either):  # also for the type
        before.out += [*one.out, *two.out]
    elif one.out or two.out:
        before.out.append(Branch(test=test, body=tuple(one.out), orelse=tuple(two.out)))
    return None


def _arm(writer: Writer, before: State, statements: Arm, *, both_run: bool) -> State:
    """Follow one arm; where both run, what the other one reads must not be overwritten."""
    writer.now = before.copy()
    writer.now.out = []
    with writer.keeping(before.names if both_run else {}), writer.unasking(both_run):
        statements()
    return writer.now


def _opposite(test: Test) -> Test:
    if isinstance(test, bool):
        return not test
    if isinstance(test, Either):
        return test
    text = test.text
    if " and " in text or " or " in text or " in " in text or "==" in text or " is " in text:
        return expr("not (", test, ")")
    return expr("not ", test)
