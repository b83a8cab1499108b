"""A function → what it does, as far as names tell."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from keraslint.project.facts.container_methods import CHANGING, FILLING
from keraslint.project.facts.definite_assignment import definite
from keraslint.project.facts.instance_name import USUAL, calling_it_self, instance_of
from keraslint.project.facts.may_refer_to import (
    annotated,
    bind,
    caught,
    dotted,
    expects,
    frozen,
    is_set,
    leaves_of,
    places,
)
from keraslint.project.facts.module_facts import FunctionSummary, Parameter
from keraslint.project.syntax.node_walk import FIELDS, inner_fields, walk


@dataclass(slots=True, kw_only=True)
class _Facts:
    bindings: dict[str, list[str]] = field(default_factory=dict)
    calls: set[str] = field(default_factory=set)
    returns: list[str] = field(default_factory=list)
    assigns: set[str] = field(default_factory=set)
    tests: set[str] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    joins: list[str] = field(default_factory=list)
    sets: set[str] = field(default_factory=set)
    positional: set[str] = field(default_factory=set)
    items: set[str] = field(default_factory=set)
    passes: set[str] = field(default_factory=set)
    given: dict[str, set[str]] | None = None
    effects: str | None = None
    trains: bool = False


def method(node: ast.FunctionDef | ast.AsyncFunctionDef, last: int) -> FunctionSummary:
    """Summarize a function of a class, whatever it calls its instance."""
    instance = instance_of(node)
    if instance == USUAL:
        return function(node, last, _Facts(given={}))
    renamed = calling_it_self(node, instance)
    return replace(function(renamed, last, _Facts(given={})), instance=instance)


def function(
    node: ast.FunctionDef | ast.AsyncFunctionDef, last: int, facts: _Facts | None = None
) -> FunctionSummary:
    facts = facts or _Facts()
    parameters = tuple(_parameters(node.args))
    for parameter in parameters:
        if parameter.leaves:
            facts.bindings[parameter.name] = list(parameter.leaves)
    for statement in node.body:
        _visit(statement, facts)
    facts.returns.extend(_returned(node.body))
    facts.calls.discard("")
    return FunctionSummary(
        name=node.name,
        line=node.lineno,
        slice=(first_line(node), last),
        parameters=parameters,
        bindings=frozen(facts.bindings),
        calls=frozenset(facts.calls),
        returns=tuple(dict.fromkeys(facts.returns)),
        assigns=frozenset(facts.assigns),
        definite=frozenset(definite(node.body)),
        tests=frozenset(facts.tests),
        reads=frozenset(facts.reads),
        changes=frozenset(facts.changes),
        decorators=tuple(leaf for item in node.decorator_list for leaf in leaves_of(item)),
        effects=facts.effects,
        joins=tuple(dict.fromkeys(facts.joins)),
        sets=frozenset(facts.sets),
        items=frozenset(facts.items),
        given={name: frozenset(held) for name, held in (facts.given or {}).items()},
        positional=frozenset(facts.positional),
        passes=frozenset(facts.passes),
        trains=facts.trains,
    )


def _parameters(arguments: ast.arguments) -> Iterator[Parameter]:
    plain = [*arguments.posonlyargs, *arguments.args]
    missing = len(plain) - len(arguments.defaults)
    defaults: list[ast.expr | None] = [*([None] * missing), *arguments.defaults]
    for argument, default in zip(plain, defaults, strict=True):
        yield _parameter(argument, "plain", default)
    if arguments.vararg:
        yield Parameter(name=arguments.vararg.arg, kind="*", required=False)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield _parameter(argument, "keyword", default)
    if arguments.kwarg:
        yield Parameter(name=arguments.kwarg.arg, kind="**", required=False)


def _parameter(argument: ast.arg, kind: str, default: ast.expr | None) -> Parameter:
    given = leaves_of(default) if default else ()
    return Parameter(
        name=argument.arg,
        kind=kind,
        required=default is None,
        leaves=(*given, *annotated(argument.annotation)),
        on=isinstance(default, ast.Constant) and default.value is True,
        default=("lambda",) if isinstance(default, ast.Lambda) else given,
    )


def first_line(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", ())
    lines: list[int] = [decorator.lineno for decorator in decorators]
    return min([node.lineno, *lines])


def _visit(node: ast.AST, facts: _Facts) -> None:
    """Gather facts from a statement and all that is inside it."""
    stack = [node]
    while stack:
        current = stack.pop()
        kind = type(current)
        saw = _SEES.get(kind)
        if saw is not None:
            saw(current, facts)
        for name in FIELDS[kind] if kind in FIELDS else inner_fields(kind):
            value = getattr(current, name)
            if type(value) is list:  # of nodes, or of None where a dict or an argument has none
                stack += [item for item in value if item is not None]
            elif isinstance(value, ast.AST):  # not the constant of a `case None:`
                stack.append(value)


def _saw_attribute(node: ast.Attribute, facts: _Facts) -> None:
    owner = node.value
    if type(owner) is ast.Name and owner.id == "self":
        facts.reads.add(node.attr)


def _saw_definition(node: ast.FunctionDef | ast.ClassDef, facts: _Facts) -> None:
    """Of a function inside the function, the leaf `name()` says what calling it gives."""
    facts.bindings.setdefault(node.name, [])
    if isinstance(node, ast.FunctionDef):
        facts.bindings.setdefault(f"{node.name}()", []).extend(_returned(node.body))


def _returned(body: Sequence[ast.stmt]) -> Iterator[str]:
    """What a function returns itself, not what functions inside of it do."""
    stack: list[ast.AST] = list(reversed(body))
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Return):
            yield from leaves_of(node.value) if node.value is not None else ()
        elif isinstance(node, (ast.stmt, ast.excepthandler, ast.match_case)) and not isinstance(
            node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        ):
            stack += reversed(list(ast.iter_child_nodes(node)))


def _saw_loop(node: ast.For | ast.comprehension, facts: _Facts) -> None:
    bind(node.target, node.iter, facts.bindings)


def _saw_named(node: ast.NamedExpr, facts: _Facts) -> None:
    bind(node.target, node.value, facts.bindings)


def _saw_condition(node: ast.If | ast.IfExp | ast.While, facts: _Facts) -> None:
    _saw_test(node.test, facts)


def _saw_match(node: ast.Match, facts: _Facts) -> None:
    _saw_test(node.subject, facts)


def _saw_choice(node: ast.BoolOp, facts: _Facts) -> None:
    for value in node.values:
        _saw_test(value, facts)


def _acts(effect: str) -> Callable[[ast.AST, _Facts], None]:
    def saw(node: ast.AST, facts: _Facts) -> None:
        facts.effects = facts.effects or effect

    return saw


def _saw_call(node: ast.Call, facts: _Facts) -> None:
    name = dotted(node.func)
    facts.calls.update((name,) if name else leaves_of(node.func))
    if name.startswith("super()."):
        _saw_super(node, facts)
    if any(map(_is_switch, node.args[1:])):
        facts.positional.add(name)
    if facts.given is not None and (node.args or node.keywords):
        _saw_arguments(name, node, facts.given)
    if name in ("hasattr", "getattr", "setattr") and len(node.args) >= 2:
        attribute = node.args[1]
        if dotted(node.args[0]) == "self" and isinstance(attribute, ast.Constant):
            (facts.assigns if name == "setattr" else facts.tests).add(str(attribute.value))
        elif dotted(node.args[0]) == "self" and name == "setattr":
            facts.assigns.add("*")
    if name in ("self.__dict__.update", "vars().update", "self.__dict__.setdefault"):
        facts.assigns.add("*")
    owner, _, last = name.rpartition(".")
    if owner.startswith("self.") and last in CHANGING:
        facts.assigns.add(owner[len("self.") :].partition(".")[0])
        facts.changes.add(owner[len("self.") :].partition(".")[0])
        for argument in node.args:
            held = facts.bindings.setdefault(owner, [])
            held.extend(leaf for leaf in leaves_of(argument) if leaf not in held)


def _saw_super(node: ast.Call, facts: _Facts) -> None:
    """`super(Base, self).__init__()` passes over the classes up to `Base`."""
    above = node.func.value if isinstance(node.func, ast.Attribute) else None
    if isinstance(above, ast.Call) and above.args:
        facts.passes.add(f"{dotted(above.args[0])}.{node.func.attr}")  # type: ignore[attr-defined]


def _is_switch(node: ast.expr) -> bool:
    if node.__class__ is ast.Name:
        return node.id == "training"
    return node.__class__ is ast.Constant


_MODES = frozenset({"training", "mask"})


def _saw_arguments(name: str, node: ast.Call, given: dict[str, set[str]]) -> None:
    """What is given to an attribute, a local name or a class, or added to a list."""
    owner, _, last = name.rpartition(".")
    if owner and not (name.startswith("self.") or last[:1].isupper() or last in FILLING):
        return
    held = given.setdefault(name, set())
    for argument in node.args:
        held.update(_mentioned(argument))
    for keyword in node.keywords:
        held.update(_mentioned(keyword.value))
        if keyword.arg in _MODES:
            held.add(f"{keyword.arg}=")


def _mentioned(node: ast.expr) -> Iterator[str]:
    """Leaves and names of an expression; `self` if it is handed over itself."""
    kind = type(node)
    if kind is ast.Name:
        yield node.id  # type: ignore[attr-defined]
    elif kind is not ast.Constant:
        yield from leaves_of(node)
        nodes = [*walk([node])]
        owners = {id(inner.value) for inner in nodes if type(inner) is ast.Attribute}
        for inner in nodes:
            if type(inner) is ast.Name and not (inner.id == "self" and id(inner) in owners):
                yield inner.id


def _saw_assignment(node: ast.Assign | ast.AnnAssign | ast.AugAssign, facts: _Facts) -> None:
    value = node.value
    for target in node.targets if isinstance(node, ast.Assign) else (node.target,):
        if value is not None:
            if isinstance(value, ast.Lambda) and isinstance(target, ast.Name):
                facts.bindings.setdefault(target.id, [])  # what it creates is looked at in place
                facts.bindings.setdefault(f"{target.id}()", []).extend(leaves_of(value.body))
            else:
                bind(target, value, facts.bindings)
            if is_set(value) and not isinstance(node, ast.AugAssign):
                facts.sets.add(dotted(target))
        for place in places(target):
            name = dotted(place)
            if name.startswith("self."):
                attribute = name[len("self.") :].partition(".")[0].partition("[")[0]
                facts.assigns.add(attribute)
                if name == f"self.{attribute}[]":
                    facts.items.add(attribute)
            elif not isinstance(place, ast.Name):
                facts.effects = facts.effects or "writes to an object that it was given"


def _saw_delete(node: ast.Delete, facts: _Facts) -> None:
    facts.effects = facts.effects or "deletes something"
    for target in node.targets:
        name = dotted(target)
        if name.startswith("self."):
            facts.assigns.add(name[len("self.") :].partition(".")[0].partition("[")[0])


def _saw_test(test: ast.expr, facts: _Facts) -> None:
    if isinstance(test, ast.UnaryOp):
        test = test.operand
    name = dotted(test)
    facts.trains = facts.trains or name == "training"
    if name.startswith("self.") and name.count(".") == 1:
        facts.tests.add(name[len("self.") :])


_NOT_THERE = frozenset({"AttributeError", "Exception", "BaseException", ""})
_ALL_ATTRIBUTES = frozenset({"self.__dict__", "vars()", "dir()"})


def _saw_try(node: ast.Try, facts: _Facts) -> None:
    """What is tried may not be there, if its absence is heeded."""
    names = {name for handler in node.handlers for name in caught(handler.type)}
    if _NOT_THERE & names:
        for statement in node.body:
            _saw_tried(statement, facts)


def _saw_with(node: ast.With, facts: _Facts) -> None:
    """`with contextlib.suppress(AttributeError):`."""
    for item in node.items:
        for statement in node.body if expects(item.context_expr, _NOT_THERE) else ():
            _saw_tried(statement, facts)


def _saw_tried(statement: ast.stmt, facts: _Facts) -> None:
    for inner in ast.walk(statement):
        if isinstance(inner, ast.Attribute) and dotted(inner.value) == "self":
            facts.tests.add(inner.attr)


def _saw_comparison(node: ast.Compare, facts: _Facts) -> None:
    if isinstance(node.left, ast.Constant) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
        asked = node.comparators[0]
        leaf = f"{dotted(asked.func)}()" if isinstance(asked, ast.Call) else dotted(asked)
        if leaf in _ALL_ATTRIBUTES:
            facts.tests.add(str(node.left.value))
    if any(isinstance(item, ast.Constant) and item.value is None for item in node.comparators):
        _saw_test(node.left, facts)


def _saw_sum(node: ast.BinOp, facts: _Facts) -> None:
    """A tuple that is written down, and what it is added to."""
    sides = (node.left, node.right)
    if isinstance(node.op, ast.Add) and any(isinstance(side, ast.Tuple) for side in sides):
        facts.joins += [leaf for side in sides for leaf in _added(side)]


def _added(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.BinOp):
        yield from _added(node.left)
        yield from _added(node.right)
    elif dotted(node):
        yield dotted(node)


_COROUTINE = _acts("is a generator or a coroutine")


_SEES: dict[type[ast.AST], Callable[[Any, _Facts], None]] = {
    ast.Attribute: _saw_attribute,
    ast.Call: _saw_call,
    ast.FunctionDef: _saw_definition,
    ast.ClassDef: _saw_definition,
    ast.Assign: _saw_assignment,
    ast.AnnAssign: _saw_assignment,
    ast.AugAssign: _saw_assignment,
    ast.For: _saw_loop,
    ast.comprehension: _saw_loop,
    ast.NamedExpr: _saw_named,
    ast.If: _saw_condition,
    ast.IfExp: _saw_condition,
    ast.While: _saw_condition,
    ast.Match: _saw_match,
    ast.Compare: _saw_comparison,
    ast.BoolOp: _saw_choice,
    ast.BinOp: _saw_sum,
    ast.Try: _saw_try,
    ast.With: _saw_with,
    ast.Global: _acts("rebinds a global name"),
    ast.Nonlocal: _acts("rebinds a global name"),
    ast.Yield: _COROUTINE,
    ast.YieldFrom: _COROUTINE,
    ast.Await: _COROUTINE,
    ast.Delete: _saw_delete,
}
