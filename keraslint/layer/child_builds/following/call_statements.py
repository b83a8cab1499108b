"""The statements of `call()` → the program of shapes, with the children that they build."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from keraslint.layer.child_builds.following.call_conditions import Test, follow_both
from keraslint.layer.child_builds.following.call_expressions import Expressions
from keraslint.layer.child_builds.following.call_loops import Iterated, iterated
from keraslint.layer.child_builds.following.call_nodes import (
    growing_lists,
    inner,
    is_counted,
    is_empty_list,
    leaves,
    may_leave,
    may_overwrite,
    only_raises,
    orelse,
)
from keraslint.layer.child_builds.following.call_targets import Targets
from keraslint.layer.child_builds.following.call_turns import Turns, Unfollowed
from keraslint.layer.child_builds.following.child_outputs import Outputs
from keraslint.layer.child_builds.following.own_attributes import OwnAttributes
from keraslint.layer.child_builds.following.passed_arguments import passed
from keraslint.layer.child_builds.shapes.program_writer import HIDDEN, Names, Writer, joined_tensor
from keraslint.layer.child_builds.shapes.shape_program import Change, expr
from keraslint.layer.child_builds.shapes.shape_values import (
    UNKNOWN,
    Arguments,
    Bound,
    Closure,
    Group,
    Nothing,
    Plain,
    Several,
    Table,
    Unknown,
    Value,
    var,
)
from keraslint.layer.child_builds.shapes.tensor_sizes import tensor_of
from keraslint.layer.method_syntax import Method
from keraslint.layer.name_uses import uses_of
from keraslint.project.names.definitions import FunctionRef, Scope

Parse = Callable[[FunctionRef], "Method | None"]


@dataclass(slots=True, kw_only=True)
class Frame:
    """One run of one function: where it may end, and with what."""

    returned: list[Value] = field(default_factory=list)
    growing: frozenset[str] = frozenset()
    result: str = ""


class Statements:
    """Follows `call()` and the methods that it runs."""

    def __init__(self, writer: Writer, own: OwnAttributes, outputs: Outputs, parse: Parse) -> None:
        self._writer = writer
        self._own = own
        self._parse = parse
        self._expressions = Expressions(writer, own, outputs, self._run, self._comprehension)
        self._turns = Turns(writer, self._give_up)
        self._targets = Targets(writer, self._expressions.value)
        self._frame = Frame()
        self._running: list[tuple[str, str, int]] = []

    def follow(self, method: Method, wanted: frozenset[str], arguments: Names) -> Value:
        """Follow `call()`; return what it returns."""
        self._expressions.children.wanted = wanted
        self._writer.now.names = dict(arguments)
        return self._body(method.node)

    def _body(self, node: cst.FunctionDef) -> Value:
        body = node.body
        statements = body.body if isinstance(body, cst.IndentedBlock) else [body]
        self._frame = Frame(growing=growing_lists(node))
        self._block(statements)
        return self._result(self._frame)

    def _result(self, frame: Frame) -> Value:
        if not frame.returned:
            return Nothing()
        first, *more = frame.returned
        if all(value == first for value in more):
            return first
        tensors = [tensor_of(value) for value in frame.returned]
        found = [tensor for tensor in tensors if tensor is not None]
        if len(found) < len(tensors) or not frame.result:
            return UNKNOWN
        joined = found[0]
        for tensor in found[1:]:
            joined = joined_tensor(joined, tensor)
        return replace(joined, shape=var(frame.result), parts=())

    # -- blocks ----------------------------------------------------------------------------

    def _block(self, statements: Sequence[cst.CSTNode]) -> bool:
        """Follow statements; say whether they surely leave the function."""
        for place, node in enumerate(statements):
            if isinstance(node, cst.If):
                return self._branch(node, statements[place + 1 :])
            if isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
                if any(self._small(small) for small in node.body):
                    return True
            elif isinstance(node, cst.For) and node.orelse is None and node.asynchronous is None:
                self._loop(node)
            elif isinstance(node, cst.FunctionDef):
                self._writer.now.names[node.name.value] = Closure(node, self._writer.now.names)
            elif isinstance(node, cst.With):
                self._inside(node)
                if self._block(inner(node.body)):
                    return True
            else:
                self._give_up(node)
        return False

    def _inside(self, node: cst.With) -> None:
        for item in node.items:
            if item.asname is not None and isinstance(item.asname.name, cst.Name):
                self._writer.now.names[item.asname.name.value] = UNKNOWN

    def _give_up(self, node: cst.CSTNode) -> None:
        """Nothing is known after a statement of which nothing is understood."""
        self._expressions.children.lose(node)
        for name in uses_of(node).writes:
            if not name.startswith("self."):
                self._writer.now.names[name] = UNKNOWN

    def _branch(self, node: cst.If, rest: Sequence[cst.CSTNode]) -> bool:
        """Follow both arms, and what comes behind; an arm that ends has nothing behind it."""
        then, other = inner(node.body), orelse(node)
        test = self._expressions.test(node.test)
        if isinstance(test, bool):
            return self._block([*(then if test else other), *rest])
        if only_raises(then):
            return self._block([*other, *rest])
        if only_raises(other) and other:
            return self._block([*then, *rest])
        if any(leaves(arm) for arm in (then, other)) or may_leave((*then, *other)):
            return self._parted(test, [*then, *rest], [*other, *rest])
        follow_both(self._writer, test, lambda: self._ran(then), lambda: self._ran(other))
        return self._block(rest)

    def _ran(self, statements: Sequence[cst.CSTNode]) -> None:
        self._block(statements)

    def _parted(
        self, test: Test, then: Sequence[cst.CSTNode], other: Sequence[cst.CSTNode]
    ) -> bool:
        """Two ways to the end of the function."""
        ended: list[bool] = []
        frame = self._frame
        frame.result = frame.result or self._writer.temporary("returned")
        follow_both(
            self._writer,
            test,
            lambda: ended.append(self._block(then)),
            lambda: ended.append(self._block(other)),
        )
        return all(ended)

    # -- simple statements -------------------------------------------------------------------

    def _small(self, node: cst.BaseSmallStatement) -> bool:
        if isinstance(node, cst.Return):
            self._return(node)
            return True
        if isinstance(node, cst.Raise):
            return True
        if isinstance(node, (cst.Break, cst.Continue)):
            raise Unfollowed
        if isinstance(node, cst.Assign):
            self._assign([target.target for target in node.targets], node.value)
        elif isinstance(node, cst.AnnAssign) and node.value is not None:
            self._assign([node.target], node.value)
        elif isinstance(node, cst.AugAssign):
            self._augmented(node)
        elif isinstance(node, cst.Expr):
            self._expression(node.value)
        return False

    def _return(self, node: cst.Return) -> None:
        value = self._expressions.value(node.value) if node.value is not None else Nothing()
        tensor = tensor_of(value)
        if tensor is not None and self._frame.result:
            self._writer.assign(self._frame.result, tensor.shape)
        self._frame.returned.append(value)

    def _assign(self, targets: Sequence[cst.BaseExpression], node: cst.BaseExpression) -> None:
        (first, *more) = targets
        name = first.value if isinstance(first, cst.Name) and not more else ""
        if name and is_empty_list(node):
            return self._new_list(name)
        value = self._expressions.value(node, name if may_overwrite(node, name) else "")
        for target in targets:
            self._targets.bind(target, value)
        return None

    def _new_list(self, name: str) -> None:
        if name not in self._frame.growing:
            self._writer.now.names[name] = Group(())
            return
        variable = self._writer.variable(name, many=True)
        self._writer.assign(variable, expr("[]"))
        self._writer.now.names[name] = Several(var(variable))

    def _augmented(self, node: cst.AugAssign) -> None:
        if not isinstance(node.target, cst.Name):
            self._expressions.value(node.value)
            return
        left = self._writer.now.names.get(node.target.value, UNKNOWN)
        if isinstance(left, (Several, Table)):
            self._expressions.value(node.value)
            self._writer.now.names[node.target.value] = UNKNOWN
            return
        operator = _PLAIN_OPERATORS.get(type(node.operator), cst.Add)
        whole = cst.BinaryOperation(left=node.target, operator=operator(), right=node.value)
        value = self._expressions.value(whole)
        counts = isinstance(value, Plain)
        self._writer.hold(node.target.value, UNKNOWN if counts and self._writer.loops else value)

    def _expression(self, node: cst.BaseExpression) -> None:
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            owner, verb = node.func.value, node.func.attr.value
            if isinstance(owner, cst.Name) and owner.value in self._writer.now.names:
                held = self._writer.now.names[owner.value]
                if isinstance(held, (Group, Several)):
                    return self._change_list(owner.value, held, verb, node)
        self._expressions.value(node)
        return None

    def _change_list(self, name: str, held: Group | Several, verb: str, node: cst.Call) -> None:
        values = [self._expressions.value(argument.value) for argument in node.args]
        names = self._writer.now.names
        if verb == "append" and len(values) == 1 and isinstance(held, Group):
            names[name] = Group((*held.items, values[0]))
        elif verb == "append" and len(values) == 1 and isinstance(held, Several):
            names[name] = self._appended(held, values[0])
        elif verb == "reverse" and isinstance(held, Several):
            self._writer.write(Change(held.shapes.alone, expr(held.shapes, ".reverse()")))
        elif verb == "extend" and isinstance(held, Group) and isinstance(values[0], Group):
            names[name] = Group((*held.items, *values[0].items))
        else:
            names[name] = UNKNOWN
        return None

    def _appended(self, held: Several, value: Value) -> Value:
        tensor = tensor_of(value)
        if tensor is None or not held.shapes.alone:
            return UNKNOWN
        line = expr(held.shapes, ".append(", tensor.shape, ")")
        self._writer.write(Change(held.shapes.alone, line))
        item = joined_tensor(held.item, tensor) if held.item is not None else tensor
        return Several(held.shapes, item)

    # -- loops -------------------------------------------------------------------------------

    def _loop(self, node: cst.For) -> None:
        items = self._expressions.value(node.iter) if not is_counted(node.iter) else UNKNOWN
        if isinstance(items, Group):
            return self._unrolled(node, items)
        found = iterated(node.iter, node.target, self._expressions, self._writer)
        if found is None:
            return self._give_up(node)
        return self._repeat(found, lambda: self._ran(inner(node.body)), node)

    def _unrolled(self, node: cst.For, items: Group) -> None:
        """Few items that are known: one turn after the other."""
        for item in items.items:
            self._targets.bind(node.target, item)
            try:
                self._block(inner(node.body))
            except Unfollowed:
                return self._give_up(node)
        return None

    def _repeat(self, found: Iterated, turn: Callable[[], None], node: cst.CSTNode) -> None:
        """Write a loop: what its body assigns is in variables that stay the same ones."""
        changed = [n for n in uses_of(node).writes if n in self._writer.now.names]
        for name in changed:
            self._turns.fix(name)
        self._turns.repeat(found, turn, changed, node)

    def _comprehension(self, node: cst.BaseComp, hint: str) -> Value:
        clause = node.for_in
        if clause.inner_for_in is not None or isinstance(node, (cst.DictComp, cst.SetComp)):
            return self._element_loop(node, None)
        if clause.ifs:
            self._expressions.children.lose(node)
            return UNKNOWN
        items = UNKNOWN if is_counted(clause.iter) else self._expressions.value(clause.iter)
        if isinstance(items, Group):
            return self._listed(node, items)
        variable = self._writer.variable(hint or "hidden", many=True)
        return self._element_loop(node, variable)

    def _listed(self, node: cst.BaseComp, items: Group) -> Value:
        assert isinstance(node, cst.BaseSimpleComp)
        found: list[Value] = []
        for item in items.items:
            self._targets.bind(node.for_in.target, item)
            found.append(self._expressions.value(node.elt))
        return Group(tuple(found))

    def _element_loop(self, node: cst.BaseComp, variable: str | None) -> Value:
        """`[f(x) for f in fs]` as a loop that appends."""
        found = iterated(node.for_in.iter, node.for_in.target, self._expressions, self._writer)
        if found is None or node.for_in.inner_for_in is not None:
            self._expressions.children.lose(node)
            return UNKNOWN
        hidden = f"{HIDDEN}items"
        if variable is not None:
            self._writer.assign(variable, expr("[]"))
            self._writer.now.names[hidden] = Several(var(variable))

        def turn() -> None:
            element = node.value if isinstance(node, cst.DictComp) else None
            if isinstance(node, cst.BaseSimpleComp):
                element = node.elt
            assert element is not None
            value = self._expressions.value(element)
            held = self._writer.now.names.get(hidden)
            if isinstance(held, Several):
                self._writer.now.names[hidden] = self._appended(held, value)

        self._turns.repeat(found, turn, [hidden] if variable is not None else [], cst.Pass())
        return self._writer.now.names.pop(hidden, UNKNOWN)

    # -- methods -----------------------------------------------------------------------------

    def _run_inner(self, closure: Closure, arguments: Arguments) -> Value:
        """Follow a function that is defined inside the one that is followed."""
        key = ("", closure.node.name.value, 0)
        if key in self._running or closure.node.decorators:
            self._expressions.children.lose(closure.node)
            return UNKNOWN
        outer_names, outer_frame = self._writer.now.names, self._frame
        self._running.append(key)
        self._writer.now.names = {**closure.names, **passed(closure.node, arguments, own=0)}
        try:
            with self._writer.keeping(outer_names):
                return self._body(closure.node)
        finally:
            self._running.pop()
            self._writer.now.names, self._frame = outer_names, outer_frame

    def _run(self, bound: Bound | Closure, arguments: Arguments, hint: str) -> Value:
        """Follow a method, or a function of a module, as if its text stood where it is called."""
        if isinstance(bound, Closure):
            return self._run_inner(bound, arguments)
        method = bound.method
        parsed = self._parse(method) if method.key not in self._running else None
        if parsed is None:
            return Unknown(f"`self.{method.summary.name}()`")
        of_layer = method.owner is not None and not parsed.node.decorators
        names = passed(parsed.node, arguments, own=1 if of_layer else 0)
        outer_names, outer_frame = self._writer.now.names, self._frame
        outer_scope = self._expressions.scope
        self._expressions.scope = Scope(
            module=method.module,
            owner=self._own.scope.owner if method.owner is not None else None,
            function=method.summary,
        )
        self._running.append(method.key)
        self._writer.now.names = names
        try:
            with self._writer.keeping(outer_names):
                return self._body(parsed.node)
        finally:
            self._running.pop()
            self._writer.now.names = outer_names
            self._expressions.scope, self._frame = outer_scope, outer_frame


_PLAIN_OPERATORS: dict[type[cst.BaseAugOp], type[cst.BaseBinaryOp]] = {
    cst.AddAssign: cst.Add,
    cst.SubtractAssign: cst.Subtract,
    cst.MultiplyAssign: cst.Multiply,
    cst.DivideAssign: cst.Divide,
    cst.FloorDivideAssign: cst.FloorDivide,
    cst.MatrixMultiplyAssign: cst.MatrixMultiply,
}
