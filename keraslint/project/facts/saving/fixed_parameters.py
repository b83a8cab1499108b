"""An `__init__` → the arguments that can only be what their default is: all else is refused."""

from __future__ import annotations

import ast
from collections.abc import Callable, Container, Iterator, Mapping

_SAMPLES: tuple[object, ...] = (True, 1, 2.5, "a", (1,), object())
"""Values of which one or another stands for whatever a caller may give."""
_OPERATORS: Mapping[type[ast.cmpop], Callable[[object, tuple[object, ...]], bool]] = {
    ast.Eq: lambda value, right: value == right[0],
    ast.Is: lambda value, right: value is right[0],
    ast.In: lambda value, right: value in right,
    ast.NotEq: lambda value, right: value != right[0],
    ast.IsNot: lambda value, right: value is not right[0],
    ast.NotIn: lambda value, right: value not in right,
}


def settled(node: ast.FunctionDef, rebound: Container[str]) -> frozenset[str]:
    """`if fused in (True, None): raise …` leaves nothing but the `False` of `fused=False`.

    Only what a constructor does in any case counts.
    """
    defaults = {name: value for name, value in constant_defaults(node.args) if name not in rebound}
    tests = list(_refusals(node)) if defaults else ()
    return frozenset(
        name
        for test in tests
        for name in {item.id for item in ast.walk(test) if isinstance(item, ast.Name)}
        if name in defaults and _leaves_only(defaults[name], test, name)
    )


def constant_defaults(arguments: ast.arguments) -> Iterator[tuple[str, object]]:
    """The parameters whose default is a constant, each with it."""
    plain = [*arguments.posonlyargs, *arguments.args]
    listed = zip(plain[len(plain) - len(arguments.defaults) :], arguments.defaults, strict=True)
    for argument, default in (
        *listed,
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ):
        if isinstance(default, ast.Constant):
            yield argument.arg, default.value


def _refusals(node: ast.FunctionDef) -> Iterator[ast.expr]:
    """The tests of which nothing but a raise comes when they are true."""
    for statement in node.body:
        if isinstance(statement, ast.If) and isinstance(statement.body[-1], ast.Raise):
            yield statement.test
        elif isinstance(statement, ast.Assert):
            yield ast.UnaryOp(ast.Not(), statement.test)


def _leaves_only(default: object, test: ast.expr, name: str) -> bool:
    """Whether a test is true for all but the default, which for a switch is one other value."""
    named = [one.value for one in ast.walk(test) if isinstance(one, ast.Constant)]
    others = (not default,) if isinstance(default, bool) else (*_SAMPLES, *named)
    answers = [_answer(test, name, value) for value in others if value != default]
    return all(answers) and _answer(test, name, default) is False


def _answer(test: ast.expr, name: str, value: object) -> bool | None:
    """What a test says of a value; `None` when it looks at anything else."""
    if isinstance(test, ast.Name):
        return bool(value) if test.id == name else None
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _answer(test.operand, name, value)
        return None if inner is None else not inner
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        compare, right = _OPERATORS.get(type(test.ops[0])), _constants(test.comparators[0])
        if compare and right and isinstance(test.left, ast.Name) and test.left.id == name:
            return compare(value, right)
    return None


def _constants(node: ast.expr) -> tuple[object, ...]:
    listed = node.elts if isinstance(node, (ast.Tuple, ast.List, ast.Set)) else [node]
    values = tuple(one.value for one in listed if isinstance(one, ast.Constant))
    return values if len(values) == len(listed) else ()
