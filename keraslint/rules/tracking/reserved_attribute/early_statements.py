"""An `__init__` → what it sets before its base is set up, and the edits that set it afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import libcst as cst

from keraslint.diagnostic import Edit
from keraslint.layer.assignments import Assignment, assigned_in
from keraslint.layer.method_syntax import Method, dotted, walk
from keraslint.layer.tree_edits import body_of, with_body


def early(init: Method, names: Collection[str]) -> Iterator[Assignment]:
    """What is assigned to attributes of these names above `super().__init__()`."""
    statements = body_of(init.node)
    at = _base_call(statements)
    for statement in statements[:at] if at is not None else ():
        yield from (one for one in assigned_in(statement) if one.attribute in names)


def moved(init: Method, one: Assignment) -> tuple[Edit, ...]:
    """The edits that put the statement right below the call; none where it may not be moved."""
    statements = list(body_of(init.node))
    at = _base_call(statements)
    number = next((n for n, s in enumerate(statements) if _is_alone(s, one)), None)
    if at is None or number is None or number >= at:
        return ()
    names = {node.value for node in walk(one.value) if isinstance(node, cst.Name)}
    between = [node for s in statements[number + 1 : at + 1] for node in walk(s)]
    if names & {n.value for node in between for n in _bound(node)}:
        return ()
    statement = statements.pop(number)
    assert isinstance(statement, cst.SimpleStatementLine)
    statements.insert(at, statement)
    return init.edits(with_body(init.node, statements, init.indent))


def _base_call(statements: Sequence[cst.CSTNode]) -> int | None:
    """Where the base is set up, if that is a statement of its own."""
    for number, statement in enumerate(statements):
        if isinstance(statement, cst.SimpleStatementLine):
            for node in walk(statement):
                if isinstance(node, cst.Call) and dotted(node.func).endswith(".__init__"):
                    return number
    return None


def _is_alone(statement: cst.CSTNode, one: Assignment) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return False
    (small,) = statement.body
    if isinstance(small, cst.AnnAssign):
        return small.target is one.target
    return (
        isinstance(small, cst.Assign)
        and len(small.targets) == 1
        and small.targets[0].target is one.target
    )


def _bound(node: cst.CSTNode) -> Iterator[cst.Name]:
    """The names that a node binds."""
    targets: list[cst.CSTNode] = []
    if isinstance(node, cst.Assign):
        targets = [one.target for one in node.targets]
    elif isinstance(node, (cst.AugAssign, cst.AnnAssign, cst.For, cst.NamedExpr)):
        targets = [node.target]
    for target in targets:
        yield from (inner for inner in walk(target) if isinstance(inner, cst.Name))
