"""The methods of a class → arguments of `__init__` that come back in another one, or a weight.

`pool = pool if pool is not None else kernel`: what is kept of both is one value, and either name
gives it back. So it is with `pool = one_of(pool, kernel)` where both may be left out. What only
initializes a weight is saved as that weight.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping

from keraslint.project.facts.may_refer_to import dotted
from keraslint.project.facts.saving.fixed_parameters import constant_defaults
from keraslint.project.syntax.node_walk import walk

WEIGHT = ""
"""Stands for a weight where another argument is named elsewhere."""
_MAKES_WEIGHTS = frozenset({"add_weight", "add_variable", "Variable"})


def given_back(
    init: ast.FunctionDef, methods: Iterable[ast.FunctionDef], stores: Mapping[str, tuple[str, str]]
) -> dict[str, str]:
    """By argument: the other argument or the key that holds its value, or `WEIGHT`.

    `methods` are those of a class that makes weights; without them only names are looked at.
    """
    found = dict(_joined(init))
    started = _started(methods)
    for name in _parameters(init) if started else ():
        attribute, _ = stores.get(name, ("", ""))
        reads = _reads(walk(init.body), name)
        inside = reads - started
        kept = len(inside) == 1 and attribute and not _own_reads(methods, attribute) - started
        if reads and (not inside or kept):
            found[name] = WEIGHT
    return found


def _parameters(init: ast.FunctionDef) -> list[str]:
    listed = (*init.args.posonlyargs, *init.args.args[1:], *init.args.kwonlyargs)
    return [one.arg for one in listed]


def _reads(nodes: Iterable[ast.AST], name: str) -> set[ast.AST]:
    return {
        node
        for node in nodes
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    }


def _own_reads(methods: Iterable[ast.FunctionDef], attribute: str) -> set[ast.AST]:
    return {
        node
        for method in methods
        for node in walk(method.body)
        if isinstance(node, ast.Attribute)
        and node.attr == attribute
        and isinstance(node.ctx, ast.Load)
        and dotted(node.value) == "self"
    }


def makes_a_weight(callee: str) -> bool:
    """Whether a call is one that makes a weight."""
    return callee.rpartition(".")[2] in _MAKES_WEIGHTS


def _started(methods: Iterable[ast.FunctionDef]) -> set[ast.AST]:
    """Everything that stands in the initializer of a weight."""
    found: set[ast.AST] = set()
    for method in methods:
        for call in walk(method.body):
            if (
                isinstance(call, ast.Call)
                and dotted(call.func).rpartition(".")[2] in _MAKES_WEIGHTS
            ):
                values = [one.value for one in call.keywords if one.arg in ("initializer", "value")]
                is_variable = dotted(call.func).endswith("Variable")
                found.update(walk([*values, *call.args[:1]] if is_variable else values))
    return found


# -- two names for one value ---------------------------------------------------------------------


def _joined(init: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """`(a, b)`: what is kept of `a` is what is kept of `b`."""
    inner = walk(init.body)
    rest = init.args.kwarg.arg if init.args.kwarg else ""
    optional = {name for name, value in constant_defaults(init.args) if value is None}
    for statement in init.body:
        target, names = _join(statement, rest)
        if not names:
            target, names = _one_of(statement, optional)
        for name, other in (names, names[::-1]) if target and names else ():
            if all(
                one == target or not _reads(inner, one) - _reads(walk([statement]), one)
                for one in (name, other)
            ):
                yield name, other


def _join(statement: ast.stmt, rest: str) -> tuple[str, tuple[str, ...]]:
    """What a statement assigns, and the two names of which it takes one."""
    if isinstance(statement, ast.If) and len(statement.body) == 1 and not statement.orelse:
        inner, tested = statement.body[0], _tested(statement.test)
        if isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Name):
            target = dotted(inner.targets[0])
            if tested in (target, inner.value.id):
                return target, (target, inner.value.id)
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return "", ()
    value, target = statement.value, dotted(statement.targets[0])
    if isinstance(value, ast.IfExp):
        pair = (dotted(value.body), dotted(value.orelse))
        return target, pair if all(pair) and _tested(value.test) in pair else ()
    if isinstance(value, ast.BoolOp) and isinstance(value.op, ast.Or) and len(value.values) == 2:
        pair = (dotted(value.values[0]), dotted(value.values[1]))
        return target, pair if all(pair) else ()
    if isinstance(value, ast.Call) and dotted(value.func) == f"{rest}.pop" and len(value.args) == 2:
        key, other = value.args
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            pair = (key.value, dotted(other))
            return target, pair if all(pair) else ()
    return "", ()


def _one_of(statement: ast.stmt, optional: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """The same for a function that is given two arguments, and whose answer replaces one."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Call):
        return "", ()
    call, target = statement.value, dotted(statement.targets[0])
    names = tuple(dotted(one) for one in (*call.args, *(item.value for item in call.keywords)))
    is_pair = len(names) == 2 and target in names and all(name in optional for name in names)
    return (target, names) if is_pair else ("", ())


def _tested(test: ast.expr) -> str:
    """The name of which a test asks whether it is `None`."""
    if isinstance(test, ast.Compare) and isinstance(test.comparators[0], ast.Constant):
        is_none = test.comparators[0].value is None and isinstance(test.ops[0], (ast.Is, ast.IsNot))
        return dotted(test.left) if is_none else ""
    return ""
