"""The text of a module → the layers that it makes from constants, with what they are called on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from textwrap import dedent

from keraslint.project.syntax.parse import new_module

PLAIN = frozenset(
    {
        *("True", "False", "None", "keras", "layers", "ops", "np", "random", "tf"),
        *("dict", "list", "tuple", "range", "float", "int", "floats", "ints", "bools", "zeros"),
    }
)
FENCED = re.compile(r"^([ \t]*)```[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
PROMPT = re.compile(r"^[ \t]*(?:>>>|\.\.\.) ?(.*)$", re.MULTILINE)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPES = (*FUNCTIONS, ast.ClassDef, ast.Lambda)


@dataclass(kw_only=True)
class _Scope:
    """The names of a module, class or function: what each is bound to, from which line on.

    None stands for what is not told by an expression, as in `for x in …` and `x, y = …`.
    """

    outer: _Scope | None
    bound: dict[str, list[tuple[int, ast.expr | None, _Scope]]] = field(default_factory=dict)

    def bind(self, target: ast.expr, value: ast.expr | None, scope: _Scope) -> None:
        if isinstance(target, (ast.Name, ast.Attribute)):
            entry = (target.lineno, value, scope)
            self.bound.setdefault(ast.unparse(target), []).append(entry)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for one in target.elts:
                self.bind(one, None, scope)

    def find(self, name: str, line: int) -> tuple[ast.expr, _Scope] | None:
        """What the name stands for where it is read; outer scopes have run to their end."""
        entries = [one for one in self.bound.get(name, ()) if one[0] < line]
        if entries:
            _, value, scope = entries[-1]
            return None if value is None else (value, scope)
        if name in self.bound or self.outer is None:
            return None
        end = max((one[0] for one in self.outer.bound.get(name, ())), default=0)
        return self.outer.find(name, max(line, end + 1))


def constructions_in(text: str, layer: str) -> Iterator[str]:
    """Expressions that construct the layer from constants, called where the text calls it.

    Names stand for what they are bound to. The examples of docstrings are texts of their own.
    """
    name = layer.split(".")[-1]
    try:
        module = new_module(text if name in text else "")
    except (SyntaxError, ValueError, RecursionError):
        return
    yield from _Reader(name).read(module)
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and name in node.value:
            for example in _examples(node.value):
                yield from constructions_in(example, name)


def _examples(text: str) -> Iterator[str]:
    """The pieces of a docstring that may be code: what is fenced or prompted, other paragraphs."""
    yield from (dedent(inside) for _, inside in FENCED.findall(text) if ">>>" not in inside)
    yield "\n".join(PROMPT.findall(text))
    yield from (dedent(part) for part in re.split(r"\n\s*\n", FENCED.sub("", text)))


class _Reader:
    """Finds the constructions of one layer in one module, and the calls of each."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.calls: dict[str, list[str]] = {}

    def read(self, module: ast.Module) -> Iterator[str]:
        self._inside(module, _Scope(outer=None), None)
        for made, calls in self.calls.items():
            yield from dict.fromkeys(calls) if calls else [made]

    def _inside(self, owner: ast.AST, scope: _Scope, instance: _Scope | None) -> None:
        """Read what runs in one scope, statement by statement, then the scopes within it."""
        within: list[ast.AST] = []
        for node in _of_scope(owner, within):
            _note(node, scope, instance)
        for node in _of_scope(owner, []):
            if isinstance(node, ast.Call):
                self._call(node, scope)
        for inner in within:
            own = _Scope(outer=scope)
            if isinstance(inner, ast.ClassDef):
                self._inside(inner, own, own)
                continue
            if isinstance(inner, FUNCTIONS):
                _parameters(inner, own, scope)
            self._inside(inner, own, instance)

    def _call(self, node: ast.Call, scope: _Scope) -> None:
        tested = {one.arg: one.value for one in node.keywords}
        if {"cls", "init_kwargs"} <= tested.keys() and _last(tested["cls"]) == self.name:
            self._tested(tested, scope)
        elif _last(node.func) == self.name:
            self._made(_resolved(node, scope))
        else:
            made = _resolved(node.func, scope)
            if isinstance(made, ast.Call) and _last(made.func) == self.name:
                text = self._made(made)
                given = ast.Call(
                    func=made,
                    args=[_resolved(one, scope) for one in node.args],
                    keywords=[
                        ast.keyword(arg=one.arg, value=_resolved(one.value, scope))
                        for one in node.keywords
                    ],
                )
                self._called(text, given)

    def _tested(self, told: dict[str | None, ast.expr], scope: _Scope) -> None:
        """`check(cls=Name, init_kwargs={…}, input_data=…)`, as tests of several layers do it."""
        kwargs = ast.keyword(arg=None, value=_resolved(told["init_kwargs"], scope))
        made = ast.Call(func=ast.Name(id=self.name), args=[], keywords=[kwargs])
        text = self._made(made)
        if "input_data" in told:
            data = _resolved(told["input_data"], scope)
            self._called(text, ast.Call(func=made, args=[data], keywords=[]))

    def _made(self, made: ast.expr) -> str:
        """Note a construction; empty where it is not from constants."""
        assert isinstance(made, ast.Call)
        made.func = ast.Name(id=self.name)
        text = ast.unparse(made) if _is_plain(made, self.name) else ""
        if text:
            self.calls.setdefault(text, [])
        return text

    def _called(self, made: str, call: ast.Call) -> None:
        given = [*call.args, *(one.value for one in call.keywords)]
        if made and given and all(_is_plain(one, self.name) and _is_same(one) for one in given):
            self.calls[made].append(ast.unparse(call))


def _of_scope(owner: ast.AST, within: list[ast.AST]) -> Iterator[ast.AST]:
    """The nodes that run in a scope; scopes inside it are told in `within`."""
    for child in ast.iter_child_nodes(owner):
        if isinstance(child, SCOPES):
            within.append(child)
        else:
            yield child
            yield from _of_scope(child, within)


def _note(node: ast.AST, scope: _Scope, instance: _Scope | None) -> None:
    """Bind what a statement binds; attributes are those of the instance."""
    bindings: list[tuple[ast.expr, ast.expr | None]] = []
    if isinstance(node, ast.Assign):
        bindings = [(target, node.value) for target in node.targets]
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
        bindings = [(node.target, node.value)] if node.value else []
    elif isinstance(node, (ast.AugAssign, ast.For, ast.AsyncFor, ast.comprehension)):
        bindings = [(node.target, None)]
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        bindings = [(node.optional_vars, None)]
    for target, value in bindings:
        home = instance if isinstance(target, ast.Attribute) and instance else scope
        home.bind(target, value, scope)


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef, own: _Scope, at: _Scope) -> None:
    """Parameters are not told, but for those that `parametrize` tells: the first of them."""
    for one in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs):
        if one.arg != "self":
            own.bound[one.arg] = [(0, None, at)]
    for node in function.decorator_list:
        if isinstance(node, ast.Call) and _last(node.func) == "parametrize" and len(node.args) > 1:
            own.bound.update(_parametrized(node.args[0], node.args[1], at))


def _parametrized(
    names: ast.expr, values: ast.expr, at: _Scope
) -> Iterator[tuple[str, list[tuple[int, ast.expr | None, _Scope]]]]:
    told = ast.literal_eval(names) if isinstance(names, (ast.Constant, ast.Tuple, ast.List)) else ""
    words = re.findall(r"\w+", told) if isinstance(told, str) else [*told]
    first = next(iter(getattr(values, "elts", ())), None)
    parts = [first] if len(words) == 1 else [*getattr(first, "elts", ())]
    if first is not None and len(parts) == len(words):
        yield from ((word, [(0, part, at)]) for word, part in zip(words, parts, strict=True))


def _resolved(node: ast.expr, scope: _Scope) -> ast.expr:
    """The expression with what its names stand for in their place."""
    resolved: ast.expr = _Resolving(scope, frozenset()).visit(deepcopy(node))
    return resolved


class _Resolving(ast.NodeTransformer):
    def __init__(self, scope: _Scope, seen: frozenset[int]) -> None:
        self.scope, self.seen = scope, seen

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self._bound(node, node.lineno)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        own = isinstance(node.value, ast.Name) and node.value.id == "self"
        found = self._bound(node, 10**9) if own else node
        return self.generic_visit(node) if found is node else found

    def _bound(self, node: ast.expr, line: int) -> ast.AST:
        found = self.scope.find(ast.unparse(node), line)
        if found is None or id(found[0]) in self.seen:
            return node
        value, scope = found
        inner: ast.AST = _Resolving(scope, self.seen | {id(value)}).visit(deepcopy(value))
        return inner


def _last(node: ast.expr) -> str:
    """The last name of a dotted one; empty for anything else."""
    return str(getattr(node, "attr", None) or getattr(node, "id", ""))


def _is_plain(expression: ast.expr, name: str) -> bool:
    """Are all names in it constants, Keras or the layer itself?"""
    nodes = [*ast.walk(expression)]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    odd = any(isinstance(n, ast.Constant) and n.value is Ellipsis for n in nodes)
    return not odd and names <= {*PLAIN, name}


def _is_same(expression: ast.expr) -> bool:
    """Is an input the same whenever it is evaluated? What a new layer returns is not."""
    calls = (node for node in ast.walk(expression) if isinstance(node, ast.Call))
    return not any(isinstance(node.func, ast.Call) for node in calls)
