"""Where a creation stands in a method → the conditions that decide whether it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from keraslint.layer.method_syntax import children

_LEAVES = (cst.Return, cst.Raise, cst.Continue, cst.Break)
_OPPOSITE = {
    cst.Is: cst.IsNot(),
    cst.IsNot: cst.Is(),
    cst.Equal: cst.NotEqual(),
    cst.NotEqual: cst.Equal(),
    cst.In: cst.NotIn(),
    cst.NotIn: cst.In(),
}


@dataclass(frozen=True, slots=True)
class Conditions:
    """`tests` that `__init__` can ask as well, outermost first; `lost`: there are others."""

    tests: tuple[cst.BaseExpression, ...] = ()
    lost: bool = False


def conditions(
    around: Sequence[cst.CSTNode], inner: cst.CSTNode, is_known: Callable[[cst.CSTNode], bool]
) -> Conditions:
    """The conditions around a node; `around` are the nodes it stands in, outermost first.

    A test of which `is_known` says no is lost, unless the method does nothing but raise then.
    """
    tests: list[cst.BaseExpression] = []
    lost = False
    for node, below in zip(around, (*around[1:], inner), strict=True):
        for test, raises in (*_around(node, below), *_before(node, below)):
            if test is not None and is_known(test):
                tests.append(test)
            else:
                lost = lost or not raises
    return Conditions(tuple(tests), lost)


_Test = tuple[cst.BaseExpression | None, bool]


def _around(node: cst.CSTNode, below: cst.CSTNode) -> Iterator[_Test]:
    """What a branch asks before it comes to what is `below` it."""
    if isinstance(node, (cst.If, cst.IfExp)):
        if below is node.body:
            yield node.test, False
        elif below is node.orelse:
            yield negated(node.test), False
    elif isinstance(node, cst.BooleanOperation) and below is node.right:
        is_and = isinstance(node.operator, cst.And)
        yield node.left if is_and else negated(node.left), False
    elif isinstance(node, (cst.Try, cst.TryStar, cst.Match, cst.While)):
        yield None, False


def _before(node: cst.CSTNode, below: cst.CSTNode) -> Iterator[_Test]:
    """The statements above in the same block that may end it."""
    if not isinstance(node, cst.IndentedBlock):
        return
    for statement in node.body:
        if statement is below:
            return
        leaves = list(_leaving(statement))
        if not leaves:
            continue
        raises = all(isinstance(leaf, cst.Raise) for leaf in leaves)
        guards = isinstance(statement, cst.If) and statement.orelse is None
        if guards and isinstance(statement, cst.If) and _always_leaves(statement.body):
            yield negated(statement.test), raises
        else:
            yield None, raises


def _leaving(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if isinstance(node, _LEAVES):
        yield node
    if not isinstance(node, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
        for child in children(node):
            yield from _leaving(child)


def _always_leaves(block: cst.BaseSuite) -> bool:
    last = block.body[-1] if block.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    return isinstance(last, _LEAVES)


def negated(test: cst.BaseExpression) -> cst.BaseExpression:
    """The opposite of a test, as people write it."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return test.expression
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        opposite = _OPPOSITE.get(type(test.comparisons[0].operator))
        if opposite is not None:
            pair = test.comparisons[0].with_changes(operator=opposite)
            return test.with_changes(comparisons=[pair])
    return cst.UnaryOperation(cst.Not(), _within(test))


def joined(tests: Sequence[cst.BaseExpression]) -> cst.BaseExpression:
    """All of the tests in one."""
    first, *others = tests
    if not others:
        return first
    result = _within(first)
    for test in others:
        result = cst.BooleanOperation(result, cst.And(), _within(test))
    return result


def together(lines: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
    """Statements under the same condition, one after the other, under one `if`."""
    found: list[cst.BaseStatement] = []
    for line in lines:
        last = found[-1] if found else None
        if (
            isinstance(line, cst.If)
            and isinstance(last, cst.If)
            and line.test.deep_equals(last.test)
        ):
            body = last.body.with_changes(body=[*last.body.body, *line.body.body])
            found[-1] = last.with_changes(body=body)
        else:
            found.append(line)
    return found


def _within(test: cst.BaseExpression) -> cst.BaseExpression:
    """A test as part of another one."""
    weak = (cst.BooleanOperation, cst.IfExp, cst.Lambda, cst.NamedExpr)
    if isinstance(test, weak) and not test.lpar:
        return test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return test
