"""A layer that only some input shapes need → created always, used where a flag says so.

The one rewrite of such a creation that keeps what the layer computes: `__init__` creates it,
`build()` decides once and keeps the decision in a flag, `call()` asks the flag.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from keraslint.diagnostic import Edit
from keraslint.layer.init_method import Constructor
from keraslint.layer.method_steps import Step, stores_unknown
from keraslint.layer.method_syntax import Method, code, dotted
from keraslint.layer.motion.build_steps import Body
from keraslint.layer.name_uses import cell_of
from keraslint.layer.statement_parts import block_statements, only_small
from keraslint.layer.tree_edits import body_of, with_body


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """One condition on the input shape: the creations under it, and the flag to keep it in."""

    branch: Step
    creations: tuple[Step, ...]
    flag: str

    @property
    def targets(self) -> frozenset[str]:
        """The attributes that hold the layers."""
        return frozenset(cell for step in self.creations for cell in step.uses.binds)


def flaggable(body: Body, constructor: Constructor, taken: frozenset[str]) -> Iterator[Flagged]:
    """The conditions of `build()` that could become flags; `taken` are attributes in use."""
    for step in body.steps:
        if not step.is_branch or not body.flow.needs.get(step) or step in body.flow.after_return:
            continue
        creations = tuple(inner for inner in step.body if inner.makes)
        if not creations or not all(_is_plain(inner, body) for inner in creations):
            continue
        found = Flagged(branch=step, creations=creations, flag=_fresh(creations[0], taken))
        if _stands_alone(found, body) and _starts_as_none(found, constructor):
            yield found


def _is_plain(step: Step, body: Body) -> bool:
    """`self.x = Layer(…)` whose arguments do not need the shape."""
    small = only_small(step.node)
    if not isinstance(small, cst.Assign) or step.stays or step.runs:
        return False
    return (
        small.value is step.makes[0].call
        and not body.flow.data.get(step)
        and all(cell.startswith("self.") for cell in step.uses.binds)
        and not step.uses.changes
    )


def _stands_alone(found: Flagged, body: Body) -> bool:
    """Nothing else in `build()` has to do with the layers, but an `else` that says `None`."""
    for step in body.all:
        inside = found.branch in step.within()
        if step in found.creations or step is found.branch:
            continue
        if step in found.branch.orelse and step.is_whole and _says_none(step, found.targets):
            continue
        if inside and stores_unknown(step):
            return False
        if step in found.branch.orelse or set(step.writes) & found.targets:
            return False
        if not inside and set(step.reads) & found.targets:
            return False
    return not (set(found.branch.reads) & found.targets)


def _says_none(step: Step, targets: frozenset[str]) -> bool:
    small = only_small(step.node)
    return (
        isinstance(small, cst.Assign)
        and code(small.value) == "None"
        and set(step.uses.binds) <= targets
    )


def _starts_as_none(found: Flagged, constructor: Constructor) -> bool:
    values = constructor.facts.values
    return all(set(values.get(t[len("self.") :], ())) == {"None"} for t in found.targets)


def _fresh(step: Step, taken: frozenset[str]) -> str:
    target = next(iter(step.uses.binds))[len("self.") :].strip("_")
    name = f"_use_{target}"
    while name in taken:
        name += "_"
    return f"self.{name}"


def flag_edits(
    found: Flagged, body: Body, constructor: Constructor, call: Method
) -> tuple[Edit, ...] | None:
    """Write it down; `None` when `call()` asks for the layers in a way that no flag answers."""
    asks = _Asks(found.targets, found.flag)
    asked = call.node.body.visit(asks)
    if not asks.answered or asks.refused:
        return None
    off = cst.parse_statement(f"{found.flag} = False")
    moved: list[cst.BaseStatement] = []
    for step in found.creations:
        assert isinstance(step.node, cst.BaseStatement)
        moved.append(step.node)
    assert isinstance(off, cst.BaseStatement)
    node = body.method.node
    kept: list[cst.CSTNode] = []
    for statement in body_of(node):
        kept += _decided(found, body) if statement is found.branch.node else [statement]
    edits = [
        *constructor.edits([*moved, off], set(found.targets), body.method, "**kwargs"),
        *body.method.edits(with_body(node, kept, body.method.indent)),
        *call.edits(call.node.with_changes(body=asked)),
    ]
    return tuple(sorted(edits))


def _decided(found: Flagged, body: Body) -> Sequence[cst.CSTNode]:
    """The condition, kept in the flag, and what is still done under it."""
    node = found.branch.node
    assert isinstance(node, cst.If)
    decide = cst.SimpleStatementLine(
        body=[cst.Assign([cst.AssignTarget(_expression(found.flag))], node.test)],
        leading_lines=node.leading_lines,
    )
    creating = {id(step.node) for step in found.creations}
    rest = [inner for inner in block_statements(node.body) if id(inner) not in creating]
    if not rest:
        return [decide]
    block = node.body.with_changes(body=rest)
    test = _expression(found.flag)
    return [decide, node.with_changes(test=test, body=block, orelse=None, leading_lines=())]


def _expression(text: str) -> cst.Attribute:
    expression = cst.parse_expression(text)
    assert isinstance(expression, cst.Attribute)
    return expression


class _Asks(cst.CSTTransformer):
    """Lets `call()` ask the flag where it asked whether the layer is there."""

    def __init__(self, targets: frozenset[str], flag: str) -> None:
        super().__init__()
        self._targets = targets
        self._flag = _expression(flag)
        self.answered = 0
        self.refused = False

    def leave_Comparison(
        self, original_node: cst.Comparison, updated_node: cst.Comparison
    ) -> cst.BaseExpression:
        if cell_of(original_node.left) not in self._targets:
            return updated_node
        first = original_node.comparisons[0]
        if len(original_node.comparisons) != 1 or code(first.comparator) != "None":
            self.refused = True
            return updated_node
        if isinstance(first.operator, (cst.IsNot, cst.NotEqual)):
            return self._yes()
        return cst.UnaryOperation(cst.Not(), self._yes())

    def leave_If(self, original_node: cst.If, updated_node: cst.If) -> cst.If:
        return updated_node.with_changes(test=self._bare(updated_node.test))

    def leave_IfExp(self, original_node: cst.IfExp, updated_node: cst.IfExp) -> cst.IfExp:
        return updated_node.with_changes(test=self._bare(updated_node.test))

    def leave_UnaryOperation(
        self, original_node: cst.UnaryOperation, updated_node: cst.UnaryOperation
    ) -> cst.UnaryOperation:
        return updated_node.with_changes(expression=self._bare(updated_node.expression))

    def leave_BooleanOperation(
        self, original_node: cst.BooleanOperation, updated_node: cst.BooleanOperation
    ) -> cst.BooleanOperation:
        left, right = self._bare(updated_node.left), self._bare(updated_node.right)
        return updated_node.with_changes(left=left, right=right)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        if dotted(original_node.func) in ("hasattr", "getattr", "bool"):
            self.refused = self.refused or any(
                cell_of(argument.value) in {*self._targets, "self"}
                for argument in original_node.args
            )
        return updated_node

    def _bare(self, test: cst.BaseExpression) -> cst.BaseExpression:
        if isinstance(test, cst.Attribute) and dotted(test) in self._targets:
            return self._yes()
        return test

    def _yes(self) -> cst.Attribute:
        self.answered += 1
        return self._flag.deep_clone()
