"""The expressions of a function → the access paths that they stand for, and what they do."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from keraslint.project.facts.may_refer_to import dotted
from keraslint.project.facts.occurrences.occurrence_records import (
    CONTAINS,
    ITEM,
    PLAIN,
    THIS_FILE,
    Call,
    Change,
    Inner,
    Occurrences,
    Refs,
    Store,
    below,
    held,
    sign,
)

Function = ast.FunctionDef | ast.AsyncFunctionDef
_TYPING = frozenset({"cast", "typing.cast", "t.cast"})
_NUMBERS = (ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.LShift, ast.RShift)


@dataclass(slots=True, kw_only=True)
class File:
    """What the visitors of one file have found: `named` are names that are imported."""

    found: list[Occurrences] = field(default_factory=list)
    imported: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    bases: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)


class References:
    """What the expressions of one function stand for, and what they do.

    A nested function runs with the names of the one around it, at any time.
    """

    def __init__(
        self,
        file: File,
        name: str,
        owner: str,
        kind: str,
        lines: tuple[int, int],
        parameters: tuple[str, ...] = (),
        decorators: tuple[str, ...] = (),
        prefix: str = "",
        hints: dict[str, str] | None = None,
    ) -> None:
        self._file = file
        self._prefix = prefix
        self._about = (name, owner, kind, *lines, parameters, decorators)
        self._kind = kind
        self._bound: dict[str, dict[str, None]] = {}
        self._lines: dict[str, list[int]] = {}
        self._stores: list[Store] = []
        self._changes: list[Change] = []
        self._calls: list[Call] = []
        self._returns: dict[str, None] = {}
        self._loads: set[str] = set()
        self._tests: set[str] = set()
        self._rebound: set[str] = set()
        self._inner: dict[str, Inner] = {}
        self._later = False
        self._number = 0
        self._getters: dict[str, Refs] = {}
        self._lambdas = 0
        self._loops: list[tuple[int, int]] = []
        self._heeded: dict[str, list[tuple[int, int]]] = {}
        self._tried = self._keyed = False
        self._hints = hints or {}
        self._names: set[str] = set()
        self._iterated: set[str] = set()

    def result(self) -> Occurrences:
        name, owner, kind, line, last, parameters, decorators = self._about
        return Occurrences(
            name=name,
            owner=owner,
            kind=kind,
            line=line,
            last=last,
            parameters=parameters,
            decorators=decorators,
            bound={name: tuple(refs) for name, refs in self._bound.items()},
            stores=tuple(self._stores),
            changes=tuple(self._changes),
            calls=tuple(self._calls),
            returns=tuple(self._returns),
            loads=frozenset(self._loads),
            tests=frozenset(self._tests),
            rebound=frozenset(self._rebound),
            inner=self._inner,
            lines={name: tuple(lines) for name, lines in self._lines.items()},
            hints=self._hints,
            loops=tuple(self._loops),
            heeded={name: tuple(lines) for name, lines in self._heeded.items()},
            iterated=frozenset(self._iterated),
            names=frozenset(
                self._names - self._bound.keys() - set(parameters) | self._names & self._rebound
            ),
        )

    def block(self, body: Iterable[ast.stmt]) -> None:
        """Visit statements."""
        raise NotImplementedError

    def bind(self, target: ast.expr, refs: Refs) -> None:
        """Note what binding a target to a value does."""
        kind = target.__class__
        if kind is ast.Name:
            self._name(target.id, refs, target.lineno)  # type: ignore[attr-defined]
        elif kind is ast.Attribute:
            base = self.refs(target.value)  # type: ignore[attr-defined]
            self._store(base, target.attr, refs, target.lineno)  # type: ignore[attr-defined]
        elif kind is ast.Subscript:
            self._item(target, refs)  # type: ignore[arg-type]
        elif kind is ast.Starred:
            self.bind(target.value, held(refs))  # type: ignore[attr-defined]
        elif isinstance(target, (ast.Tuple, ast.List)):
            items = self._items(refs)
            for inner in target.elts:
                self.bind(inner, items)

    def _name(self, name: str, refs: Refs, line: int) -> None:
        if name in self._rebound:
            self._stores.append(Store(("<global>",), name, refs, line, self._later))
        known = self._bound.setdefault(name, {})
        for ref in refs:
            if ref != name:
                known[ref] = None
        if self._kind != "function":
            self._lines.setdefault(name, []).append(line)

    def _store(self, base: Refs, attribute: str, value: Refs, line: int) -> None:
        self._stores.append(Store(base, attribute, value, line, self._later))

    def _item(self, target: ast.Subscript, refs: Refs) -> None:
        owner = self.refs(target.value)
        self._changes.append(Change(owner, self._key(target.slice), target.lineno, self._later))
        if refs:
            self._store(owner, ITEM, held(refs), target.lineno)

    def _key(self, node: ast.expr) -> str:
        for ref in self.refs(node):
            if ref[0] == "'":
                return ref[1:]
        return ""

    def _pattern(self, pattern: ast.pattern, refs: Refs) -> None:
        for node in ast.walk(pattern):
            for key in node.keys if isinstance(node, ast.MatchMapping) else ():
                self._contains(refs, self.refs(key), key.lineno)
            name = getattr(node, "rest" if isinstance(node, ast.MatchMapping) else "name", None)
            if isinstance(name, str):
                self._name(name, (*refs, *below(refs, ITEM), *held(refs)), pattern.lineno)

    def _contains(self, owner: Refs, key: Refs, line: int) -> None:
        self._number += 1
        given = (("0", owner), ("1", key))
        self._calls.append(Call(self._number, CONTAINS, (), "", given, line, self._later))

    def _iterate(self, target: ast.expr, items: ast.expr) -> None:
        """Bind a loop's target; what is zipped or counted is bound side by side."""
        if isinstance(target, ast.Tuple) and isinstance(items, ast.Call):
            name, given = dotted(items.func), items.args
            if name == "zip" and len(given) == len(target.elts):
                for inner, one in zip(target.elts, given, strict=True):
                    self.bind(inner, self._items(self.refs(one)))
                return
            if name == "enumerate" and given and len(target.elts) == 2:
                self.bind(target.elts[0], PLAIN)
                self.bind(target.elts[1], self._items(self.refs(given[0])))
                return
        self.bind(target, self._items(self.refs(items)))

    def _items(self, refs: Refs) -> Refs:
        """What comes of going through a value."""
        self._iterated.update(ref for ref in refs if ref[0] not in "'!")
        return below(refs, ITEM)

    def _inside(self, name: str, parameters: tuple[str, ...], body: Iterable[ast.stmt]) -> None:
        """Visit a nested function with the names of the one around it."""
        returns, later = self._returns, self._later
        self._returns, self._later = {}, True
        for parameter in parameters:
            self._bound.setdefault(parameter, {})["?"] = None
        self.block(body)
        self._inner[name] = Inner(parameters, tuple(self._returns))
        self._returns, self._later = returns, later

    def _around(self, node: Function | ast.Lambda) -> None:
        """Decorators and defaults belong to who defines the function."""
        for decorator in getattr(node, "decorator_list", ()):
            self.refs(decorator)
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.refs(default)

    def children(self, node: ast.AST) -> None:
        """Visit what a node holds, of which nothing is known but that it is there."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                self.block((child,))
            elif isinstance(child, ast.expr):
                self.refs(child)
            elif isinstance(child, ast.pattern):
                self._pattern(child, ())
            elif not isinstance(child, (ast.expr_context, ast.operator)):
                self.children(child)

    # -- expressions -----------------------------------------------------------------------

    def refs(self, node: ast.expr) -> Refs:
        """What an expression may stand for; everything inside it is noted."""
        visit = EXPRESSIONS.get(node.__class__)
        if visit is not None:
            return visit(self, node)
        self.children(node)
        return ()

    def test(self, node: ast.expr) -> Refs:
        """The same for an expression whose truth decides on something."""
        if isinstance(node, ast.BoolOp):
            return tuple(ref for value in node.values for ref in self.test(value))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return self.test(node.operand)
        refs = self.refs(node)
        self._tests.update(refs)
        return refs

    def _read_name(self, node: ast.Name) -> Refs:
        self._names.add(node.id)
        return (node.id,)

    def _attribute(self, node: ast.Attribute) -> Refs:
        refs = below(self.refs(node.value), node.attr)
        self._loads.update(refs)
        if self._tried:
            self._tests.update(refs)
        return refs

    def _subscript(self, node: ast.Subscript) -> Refs:
        refs = self.refs(node.value)
        if refs == ("sys.modules",) and dotted(node.slice) == "__name__":
            return (THIS_FILE,)
        key = self._key(node.slice)
        if key and any(ref.endswith(".__dict__") for ref in refs):
            return below(tuple(ref.removesuffix(".__dict__") for ref in refs), key)
        if self._keyed and key:
            self._contains(refs, (f"'{key}",), node.lineno)
        return below(refs, ITEM)

    def _constant(self, node: ast.Constant) -> Refs:
        value = node.value
        if value.__class__ is str and value:
            return (f"'{value}",)
        return (sign(value),)

    def _display(self, node: ast.List | ast.Tuple | ast.Set) -> Refs:
        return tuple(r for one in node.elts for r in _kept(self.refs(one)))

    def _dict(self, node: ast.Dict) -> Refs:
        found: list[str] = []
        for key, value in zip(node.keys, node.values, strict=True):
            found += _kept(self.refs(key)) if key is not None else ()
            refs = self.refs(value)
            found += _kept(refs if key is not None else below(refs, ITEM))
        return tuple(found)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Refs:
        self._clauses(node.generators)
        return held(self.refs(node.elt))

    def _dict_comprehension(self, node: ast.DictComp) -> Refs:
        self._clauses(node.generators)
        self.refs(node.key)
        return held(self.refs(node.value))

    def _clauses(self, generators: Iterable[ast.comprehension]) -> None:
        for clause in generators:
            self._iterate(clause.target, clause.iter)
            for condition in clause.ifs:
                self.test(condition)

    def _choice(self, node: ast.IfExp) -> Refs:
        self.test(node.test)
        return (*self.refs(node.body), *self.refs(node.orelse))

    def _either(self, node: ast.BoolOp) -> Refs:
        return self.test(node)

    def _unary(self, node: ast.UnaryOp) -> Refs:
        if isinstance(node.op, ast.Not):
            self.test(node.operand)
        else:
            self.refs(node.operand)
            if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
                return ("!-",)
        return PLAIN

    def _binary(self, node: ast.BinOp) -> Refs:
        left, right = self.refs(node.left), self.refs(node.right)
        sides = (node.left.__class__, node.right.__class__)
        if isinstance(node.op, ast.Add) and left and left[0][0] == "'":
            return (f"!~{left[0][1:]}*",)
        if isinstance(node.op, _NUMBERS) or (
            isinstance(node.op, ast.Add) and ast.Constant in sides
        ):
            return PLAIN
        return held((*left, *right))

    def _named(self, node: ast.NamedExpr) -> Refs:
        refs = self.refs(node.value)
        self.bind(node.target, refs)
        return refs

    def _starred(self, node: ast.Starred) -> Refs:
        return self._items(self.refs(node.value))

    def _inner_value(self, node: ast.Await | ast.FormattedValue) -> Refs:
        refs = self.refs(node.value)
        return refs if isinstance(node, ast.Await) else PLAIN

    def _text(self, node: ast.JoinedStr) -> Refs:
        self.children(node)
        parts = [one.value if isinstance(one, ast.Constant) else "*" for one in node.values]
        return (f"!~{''.join(map(str, parts))}",)

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> Refs:
        if node.value is not None:
            self._returns.update(dict.fromkeys(held(self.refs(node.value))))
        return ()

    def _lambda(self, node: ast.Lambda) -> Refs:
        self._around(node)
        self._lambdas += 1
        name = f"lambda {self._lambdas}"
        returned = ast.Return(value=node.body, lineno=node.lineno, col_offset=node.col_offset)
        self._inside(name, parameters(node.args), [returned])
        return (f"λ{name}",)


def is_empty(node: ast.expr) -> bool:
    """Whether it is `()`, `[]` or `{}`."""
    shown = (ast.List, ast.Tuple, ast.Dict)
    return isinstance(node, shown) and not getattr(node, "elts", getattr(node, "keys", None))


def _kept(refs: Refs) -> list[str]:
    """What a display holds: constants stay to be seen, as what a loop may give."""
    return [ref if ref[0] == "*" else f"*{ref}" for ref in refs if ref != "!"]


def parameters(arguments: ast.arguments) -> tuple[str, ...]:
    """The names in order; `*rest` and `**rest` with their stars."""
    plain = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    rest = [f"*{arguments.vararg.arg}"] if arguments.vararg else []
    named = [one.arg for one in arguments.kwonlyargs]
    others = [f"**{arguments.kwarg.arg}"] if arguments.kwarg else []
    return (*plain, *rest, *named, *others)


EXPRESSIONS: dict[type[ast.AST], Callable[[References, Any], Refs]] = {
    ast.Name: References._read_name,
    ast.Attribute: References._attribute,
    ast.Subscript: References._subscript,
    ast.Constant: References._constant,
    ast.List: References._display,
    ast.Tuple: References._display,
    ast.Set: References._display,
    ast.Dict: References._dict,
    ast.ListComp: References._comprehension,
    ast.SetComp: References._comprehension,
    ast.GeneratorExp: References._comprehension,
    ast.DictComp: References._dict_comprehension,
    ast.IfExp: References._choice,
    ast.BoolOp: References._either,
    ast.UnaryOp: References._unary,
    ast.BinOp: References._binary,
    ast.NamedExpr: References._named,
    ast.Starred: References._starred,
    ast.Await: References._inner_value,
    ast.FormattedValue: References._inner_value,
    ast.JoinedStr: References._text,
    ast.Yield: References._yield,
    ast.YieldFrom: References._yield,
    ast.Lambda: References._lambda,
}
