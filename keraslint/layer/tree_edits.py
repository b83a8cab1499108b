"""Verbs for fixes on LibCST: split a body in two, append, drop, negate, put a name for another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import libcst as cst

from keraslint.layer.method_steps import Step
from keraslint.layer.method_syntax import code
from keraslint.layer.motion.local_replacements import Fetch
from keraslint.layer.motion.move_plan import Plan
from keraslint.layer.statement_parts import block_statements, only_small

_Node = TypeVar("_Node", bound=cst.CSTNode)


@dataclass(slots=True, kw_only=True)
class Split:
    """Cuts `build()` in two along a plan.

    `twin` gives the step to take a moved statement from (the same step, unless some of its
    reads were answered); `indent` is one level of the file's indentation.
    """

    plan: Plan
    twin: Callable[[Step], Step]
    indent: str

    def moved(self, steps: Sequence[Step]) -> list[cst.BaseStatement]:
        """The statements that go to `__init__`."""
        found: list[cst.BaseStatement] = []
        beside = True
        for step in steps:
            before = len(found)
            if step.is_whole:
                if step in self.plan.moved or step in self.plan.copied:
                    line = _statements(self.twin(step).node)
                    if isinstance(line[0], cst.FunctionDef):
                        line = [_parted(line[0])]
                    alone = (
                        not beside
                        and bool(found)
                        and isinstance(found[-1], cst.SimpleStatementLine)
                    )
                    found += _closed_up(line) if alone else line
            elif step.is_branch:
                found += self._moved_branch(step)
            else:
                body = self.moved(step.body)
                if body:
                    node = self.twin(step).node
                    assert isinstance(node, cst.For)
                    found.append(node.with_changes(body=self._block(node.body, body)))
            beside = len(found) > before
        return _joined(found)

    def _moved_branch(self, step: Step) -> list[cst.BaseStatement]:
        node = self.twin(step).node
        assert isinstance(node, cst.If)
        return self._branch(node, step, self.moved(step.body), self.moved(step.orelse))

    def kept(self, steps: Sequence[Step], nodes: Sequence[cst.CSTNode]) -> list[cst.CSTNode]:
        """What remains of a block; `nodes` are all its statements, docstrings included."""
        by_node = {id(step.node): step for step in steps}
        found: list[cst.CSTNode] = []
        gap, beside, alone = False, False, False
        for node in nodes:
            step = by_node.get(id(node))
            left = [node] if step is None else self._kept_step(step)
            gap = gap or _starts_with_blank(node)
            alone = alone or not left
            if left:
                if alone and found and _is_bare_call(found[-1]) and _is_bare_call(left[0]):
                    left[0], gap = without_first_blank([left[0]])[0], False
                found += [_parted(left[0]) if gap and found and not beside else left[0], *left[1:]]
                beside = gap and left[0] is node and not _starts_with_blank(node)
                gap = alone = False
        return found

    def _kept_step(self, step: Step) -> list[cst.CSTNode]:
        if step.is_whole:
            if step not in self.plan.moved:
                return [step.node]
            return self._fetched(step)
        if not any(inner in self.plan.moved for inner in step.all()):
            return [step.node]
        if isinstance(step.node, cst.If):
            return self._kept_branch(step, step.node)
        assert isinstance(step.node, cst.For)
        return self._kept_loop(step, step.node)

    def _fetched(self, step: Step) -> list[cst.CSTNode]:
        fetch = self.plan.fetched.get(step)
        if fetch is None or fetch.loop is not None:
            return []
        return [_assignment(fetch.name, fetch.expression)]

    def _kept_branch(self, step: Step, node: cst.If) -> list[cst.CSTNode]:
        body = self.kept(step.body, block_statements(node.body))
        orelse: list[cst.CSTNode] = []
        if isinstance(node.orelse, cst.If):
            orelse = self._kept_step(step.orelse[0])
        elif node.orelse is not None:
            orelse = self.kept(step.orelse, block_statements(node.orelse.body))
        bare = node.with_changes(leading_lines=_blank_only(node.leading_lines))
        return list(self._branch(bare, step, body, orelse))

    def _kept_loop(self, step: Step, node: cst.For) -> list[cst.CSTNode]:
        body = self.kept(step.body, block_statements(node.body))
        if not any(_does_something(item) for item in body):
            return []
        changed = node.with_changes(
            body=self._block(node.body, body), leading_lines=_blank_only(node.leading_lines)
        )
        beside = [f for f in self.plan.fetched.values() if f.loop is step]
        return [_loop_beside(changed, beside[0])] if beside else [changed]

    def _branch(
        self,
        node: cst.If,
        step: Step,
        body: Sequence[cst.CSTNode],
        orelse: Sequence[cst.CSTNode],
    ) -> list[cst.BaseStatement]:
        """An `if` with new arms; without arms nothing, with only an `else` its negation."""
        empty = not any(_does_something(item) for item in body)
        other = _first_branch(orelse) if isinstance(node.orelse, cst.If) else None
        if not any(_does_something(item) for item in orelse):
            if empty:
                return []
            return [node.with_changes(body=self._block(node.body, body), orelse=None)]
        if other is not None:
            arm: cst.If | cst.Else = other
            if empty:
                body = [_pass()]
        elif empty and isinstance(node.orelse, cst.Else):
            test = negated(node.test)
            block = self._block(node.orelse.body, orelse)
            space = cst.SimpleWhitespace(" ")
            return [
                node.with_changes(test=test, body=block, orelse=None, whitespace_before_test=space)
            ]
        else:
            if empty:
                body = [_pass()]
            old = node.orelse if isinstance(node.orelse, cst.Else) else cst.Else(body=node.body)
            arm = old.with_changes(body=self._block(old.body, orelse))
        return [node.with_changes(body=self._block(node.body, body), orelse=arm)]

    def _block(self, like: cst.BaseSuite, body: Sequence[cst.CSTNode]) -> cst.IndentedBlock:
        statements = [s for node in body for s in _statements(node)]
        if isinstance(like, cst.IndentedBlock):
            return like.with_changes(body=without_first_blank(statements), footer=())
        return cst.IndentedBlock(body=statements, indent=self.indent)


def _statements(node: cst.CSTNode) -> list[cst.BaseStatement]:
    if isinstance(node, cst.SimpleStatementSuite):
        return [cst.SimpleStatementLine(body=node.body)]
    if isinstance(node, cst.BaseSmallStatement):
        return [cst.SimpleStatementLine(body=[node])]
    assert isinstance(node, cst.BaseStatement)
    return [node]


def _joined(statements: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
    """One `if` in place of two that follow each other and ask the same."""
    found: list[cst.BaseStatement] = []
    for one in statements:
        last = found[-1] if found else None
        if isinstance(last, cst.If) and isinstance(one, cst.If) and _asks_the_same(last, one):
            body = [*block_statements(last.body), *block_statements(one.body)]
            block = last.body.with_changes(body=[s for node in body for s in _statements(node)])
            found[-1] = last.with_changes(body=block)
        else:
            found.append(one)
    return found


def _asks_the_same(one: cst.If, other: cst.If) -> bool:
    """Whether the second is true whenever the first is, and neither has an `else` or a remark."""
    from keraslint.layer.name_uses import uses_of

    plain = one.orelse is None is other.orelse and isinstance(one.body, cst.IndentedBlock)
    remarks = any(line.comment is not None for line in other.leading_lines)
    if not plain or remarks or not one.test.deep_equals(other.test):
        return False
    return not set(uses_of(one.body).writes) & set(uses_of(one.test).reads)


def _is_bare_call(node: cst.CSTNode) -> bool:
    """`self.dense.build(input_shape)`, in a line without a remark above."""
    small = only_small(node)
    lines: Sequence[cst.EmptyLine] = getattr(node, "leading_lines", ())
    remark = any(line.comment is not None for line in lines)
    return isinstance(small, cst.Expr) and isinstance(small.value, cst.Call) and not remark


def _starts_with_blank(node: cst.CSTNode) -> bool:
    lines: Sequence[cst.EmptyLine] = getattr(node, "leading_lines", ())
    return bool(lines) and lines[0].comment is None


def _parted(node: _Node) -> _Node:
    """With the blank line above it that opened its paragraph."""
    lines = getattr(node, "leading_lines", None)
    if lines is None or _starts_with_blank(node):
        return node
    return node.with_changes(leading_lines=[cst.EmptyLine(indent=False), *lines])


def _closed_up(statements: list[cst.BaseStatement]) -> list[cst.BaseStatement]:
    """Without the blank lines that parted the first from a statement that is not there."""
    lines = getattr(statements[0], "leading_lines", ())
    commented = any(line.comment is not None for line in lines)
    return statements if commented else without_first_blank(statements)


def _first_branch(nodes: Sequence[cst.CSTNode]) -> cst.If | None:
    return nodes[0] if nodes and isinstance(nodes[0], cst.If) else None


def _does_something(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.SimpleStatementLine):
        return not all(isinstance(small, cst.Pass) for small in node.body)
    return True


def _pass() -> cst.SimpleStatementLine:
    return cst.SimpleStatementLine(body=[cst.Pass()])


def _assignment(name: str, expression: str) -> cst.SimpleStatementLine:
    target = cst.AssignTarget(cst.Name(name))
    value = cst.parse_expression(expression)
    return cst.SimpleStatementLine(body=[cst.Assign(targets=[target], value=value)])


def _loop_beside(node: cst.For, fetch: Fetch) -> cst.For:
    """Let a loop run over the layers that were made in its moved half, beside its own items."""
    items = cst.parse_expression(fetch.expression)
    name = cst.Name(fetch.name)
    if fetch.exact and not _reads_any(node.body, node.target):
        return node.with_changes(target=name, iter=items)
    pair = cst.Tuple([cst.Element(_bare(node.target)), cst.Element(name)], lpar=(), rpar=())
    call = cst.Call(cst.Name("zip"), [cst.Arg(_bare(node.iter)), cst.Arg(items)])
    return node.with_changes(target=pair, iter=call)


def _bare(node: cst.BaseExpression) -> cst.BaseExpression:
    if isinstance(node, cst.Tuple) and not node.lpar:
        return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return node


def _reads_any(body: cst.CSTNode, target: cst.CSTNode) -> bool:
    from keraslint.layer.name_uses import uses_of

    names = set(uses_of(target).reads)
    return bool(names & set(uses_of(body).reads))


def _blank_only(lines: Sequence[cst.EmptyLine]) -> list[cst.EmptyLine]:
    return [line for line in lines if line.comment is None][:1]


def without_first_blank(statements: Sequence[_Node]) -> list[_Node]:
    """Drop the blank lines above a block's first statement."""
    if not statements:
        return []
    first = statements[0]
    lines = list(getattr(first, "leading_lines", ()))
    while lines and lines[0].comment is None:
        lines.pop(0)
    return [first.with_changes(leading_lines=lines), *statements[1:]]


def body_of(function: cst.FunctionDef) -> Sequence[cst.CSTNode]:
    """The statements of a function."""
    return block_statements(function.body)


def with_body(
    function: cst.FunctionDef, statements: Sequence[cst.CSTNode], indent: str
) -> cst.FunctionDef:
    """A function with other statements; its docstring and comments are the caller's business."""
    flat = [s for node in statements for s in _statements(node)]
    body = function.body
    if isinstance(body, cst.IndentedBlock):
        if flat and body.body and flat[0] is not body.body[0]:
            flat = without_first_blank(flat)
        return function.with_changes(body=body.with_changes(body=flat))
    return function.with_changes(body=cst.IndentedBlock(body=flat, indent=indent))


_OPPOSITE: Mapping[type[cst.BaseCompOp], type[cst.BaseCompOp]] = {
    cst.Equal: cst.NotEqual,
    cst.NotEqual: cst.Equal,
    cst.Is: cst.IsNot,
    cst.IsNot: cst.Is,
    cst.In: cst.NotIn,
    cst.NotIn: cst.In,
}


def negated(test: cst.BaseExpression) -> cst.BaseExpression:
    """The opposite of a condition, written as a person would."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return test.expression
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        opposite = _OPPOSITE.get(type(test.comparisons[0].operator))
        if opposite is not None:
            changed = test.comparisons[0].with_changes(operator=opposite())
            return test.with_changes(comparisons=[changed])
    if isinstance(test, (cst.Name, cst.Attribute, cst.Call, cst.Subscript)) or test.lpar:
        return cst.UnaryOperation(operator=cst.Not(), expression=test)
    wrapped = test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return cst.UnaryOperation(operator=cst.Not(), expression=wrapped)


class Renamed(cst.CSTTransformer):
    """Puts an expression for a local name, wherever the name is read."""

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__()
        self._names = names

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        expression = self._names.get(original_node.value)
        return updated_node if expression is None else cst.parse_expression(expression)

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        return updated_node.with_changes(attr=original_node.attr)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return updated_node.with_changes(keyword=original_node.keyword)


def without_placeholders(
    statements: Sequence[cst.CSTNode], attributes: set[str]
) -> list[cst.CSTNode]:
    """Drop `self.x = None` for attributes that are now assigned for good further down.

    One with a comment of its own stays: the comment may say more than the line. So does one above
    `super().__init__()`, where a base may look at it.
    """
    kept: list[cst.CSTNode] = []
    first = next((n for n, node in enumerate(statements) if "__init__" in code(node)), 0)
    kept += statements[:first]
    for node in statements[first:]:
        targets = _placeholder_targets(node)
        wanted = [target for target in targets if code(target.target) not in attributes]
        if not targets or len(wanted) == len(targets) or _has_comment(node):
            kept.append(node)
        elif wanted:
            assert isinstance(node, cst.SimpleStatementLine)
            kept.append(node.with_changes(body=[node.body[0].with_changes(targets=wanted)]))
    return kept


def _placeholder_targets(node: cst.CSTNode) -> Sequence[cst.AssignTarget]:
    small = only_small(node)
    if isinstance(small, cst.AnnAssign) and small.value is not None:
        return (cst.AssignTarget(small.target),) if code(small.value) == "None" else ()
    if not isinstance(small, cst.Assign) or code(small.value) != "None":
        return ()
    return small.targets


def _has_comment(node: cst.CSTNode) -> bool:
    assert isinstance(node, cst.SimpleStatementLine)
    above = any(line.comment is not None for line in node.leading_lines)
    return above or node.trailing_whitespace.comment is not None
