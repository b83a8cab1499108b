"""A module's tree → the occurrences of every access path, by the context it stands in."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from keraslint.project.facts.may_refer_to import caught, dotted, expects
from keraslint.project.facts.occurrences.call_references import CallReferences
from keraslint.project.facts.occurrences.expression_references import (
    File,
    Function,
    is_empty,
    parameters,
)
from keraslint.project.facts.occurrences.occurrence_records import (
    ERRORS,
    NOTHING,
    Change,
    ModuleOccurrences,
    below,
    held,
    sign,
)

_ANY_ERROR = frozenset({"Exception", "BaseException", ""})
_NO_KEY = _ANY_ERROR | {"KeyError", "LookupError"}
_NOT_THERE = _ANY_ERROR | {"AttributeError"}


def occurrences(tree: ast.Module, path: str) -> ModuleOccurrences:
    """Look at every function of a module, at its class bodies, and at what it runs itself."""
    first = tree.body[0].lineno if tree.body else 0
    last = tree.body[-1].end_lineno or 0 if tree.body else 0
    file = File()
    visitor = _Visitor(file, "<module>", "", "module", (first, last))
    visitor.block(tree.body)
    file.found.append(visitor.result())
    known = file.named | {name.partition(".")[0] for name, _ in file.bases}
    strange = tuple(
        name
        for name, bases in file.bases
        if any(base.partition(".")[0] not in known for base in bases)
    )
    return ModuleOccurrences(
        path=path, functions=tuple(file.found), imported=frozenset(file.imported), strange=strange
    )


class _Visitor(CallReferences):
    """Visits the statements of one function; those of its classes have visitors of their own."""

    # -- statements ------------------------------------------------------------------------

    def block(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            visit = _STATEMENTS.get(statement.__class__)
            if visit is not None:
                visit(self, statement)
            else:
                self.children(statement)

    def _assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._bind_value(target, node.value)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._bind_value(node.target, node.value)

    def _bind_value(self, target: ast.expr, value: ast.expr) -> None:
        """Pair the parts of a written tuple with those of its target."""
        parts = (ast.Tuple, ast.List)
        if (
            isinstance(target, parts)
            and isinstance(value, parts)
            and len(target.elts) == len(value.elts)
            and not any(isinstance(one, ast.Starred) for one in (*target.elts, *value.elts))
        ):
            for inner, part in zip(target.elts, value.elts, strict=True):
                self._bind_value(inner, part)
        else:
            self.bind(target, self.refs(value))

    def _augmented(self, node: ast.AugAssign) -> None:
        refs, target = self.refs(node.value), node.target
        number = isinstance(node.value, ast.Constant)
        if isinstance(target, ast.Name):
            scales = number or not isinstance(node.op, (ast.Add, ast.BitOr, ast.BitAnd, ast.Sub))
            change = Change((target.id,), "", node.lineno, self._later, scales)
            self._changes.append(change)
            self._name(target.id, held(refs), node.lineno)
        elif isinstance(target, ast.Attribute):
            base = self.refs(target.value)
            self._loads.update(below(base, target.attr))
            self._store(base, target.attr, held(refs), node.lineno)
        else:
            self.bind(target, refs)

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self.bind(target, ())

    def _for(self, node: ast.For) -> None:
        self._loop(node)
        self._iterate(node.target, node.iter)
        self.block(node.body)
        self.block(node.orelse)

    def _with(self, node: ast.With) -> None:
        tried, keyed = self._tried, self._keyed
        for item in node.items:
            refs = self.refs(item.context_expr)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, refs)
            self._tried = self._tried or expects(item.context_expr, _NOT_THERE)
            self._keyed = self._keyed or expects(item.context_expr, _NO_KEY)
            for error in ERRORS:
                if expects(item.context_expr, _ANY_ERROR | {error}):
                    self._heed(error, node.lineno, node.end_lineno)
        self.block(node.body)
        self._tried, self._keyed = tried, keyed

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        self._loops.append((node.lineno, node.end_lineno or node.lineno))

    def _while(self, node: ast.While) -> None:
        self._loop(node)
        self._if(node)

    def _if(self, node: ast.If | ast.While) -> None:
        self.test(node.test)
        self.block(node.body)
        self.block(node.orelse)

    def _assert(self, node: ast.Assert) -> None:
        self.test(node.test)

    def _try(self, node: ast.Try) -> None:
        """What is tried may not be there, if its absence is heeded."""
        names = {name for handler in node.handlers for name in caught(handler.type)}
        for error in ERRORS:
            if (_ANY_ERROR | {error}) & names:
                self._heed(error, node.body[0].lineno, node.body[-1].end_lineno)
        tried, self._tried = self._tried, self._tried or bool(_NOT_THERE & names)
        keyed, self._keyed = self._keyed, self._keyed or bool(_NO_KEY & names)
        self.block(node.body)
        self._tried, self._keyed = tried, keyed
        for handler in node.handlers:
            if handler.name is not None:
                self._name(handler.name, (), handler.lineno)
            self.block(handler.body)
        self.block(node.orelse)
        self.block(node.finalbody)

    def _heed(self, error: str, first: int, last: int | None) -> None:
        self._heeded.setdefault(error, []).append((first, last or first))

    def _match(self, node: ast.Match) -> None:
        subject = self.test(node.subject)
        for case in node.cases:
            self._pattern(case.pattern, subject)
            if case.guard is not None:
                self.test(case.guard)
            self.block(case.body)

    def _return(self, node: ast.Return) -> None:
        if node.value is not None:
            self._returns.update(dict.fromkeys(self.refs(node.value)))

    def _expression(self, node: ast.Expr) -> None:
        if node.value.__class__ is not ast.Constant:
            for error in ERRORS:  # `self.assertRaises(TypeError, Block, units=4)`
                if expects(node.value, frozenset({error, *_ANY_ERROR})):
                    self._heed(error, node.lineno, node.end_lineno)
            self.refs(node.value)

    def _global(self, node: ast.Global) -> None:
        self._rebound.update(node.names)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            self._file.imported.add(alias.name.rpartition(".")[2])
            self._file.named.add(name)
            if self._kind != "function":
                self._lines.setdefault(name, []).append(node.lineno)

    # -- definitions -----------------------------------------------------------------------

    def _function(self, node: Function) -> None:
        self._around(node)
        names = parameters(node.args)
        if self._kind == "function":
            self._name(node.name, (f"λ{node.name}",), node.lineno)
            self._inside(node.name, names, node.body)
            return
        self._name(node.name, (), node.lineno)
        _, owner, kind = self._about[:3]
        self._separate(
            _Visitor(
                self._file,
                _method_name(node),
                str(owner) if kind == "class" else "",
                "function",
                (node.lineno, node.end_lineno or node.lineno),
                names,
                tuple(dotted(one).removesuffix("()") for one in node.decorator_list),
                f"{self._prefix}{node.name}.<locals>.",
                dict(_hints(node.args)),
            ),
            node.body,
        )

    def _separate(self, visitor: _Visitor, body: Sequence[ast.stmt]) -> None:
        visitor.block(body)
        self._file.found.append(visitor.result())

    def _class(self, node: ast.ClassDef) -> None:
        for decorator in node.decorator_list:
            self.refs(decorator)
        for inner in (*node.bases, *(keyword.value for keyword in node.keywords)):
            self._base(inner)
        self._name(node.name, (), node.lineno)
        name = f"{self._prefix}{node.name}"
        self._file.bases.append((name, tuple(dotted(base) or "?" for base in node.bases)))
        lines = (node.lineno, node.end_lineno or node.lineno)
        visitor = _Visitor(self._file, node.name, name, "class", lines, prefix=f"{name}.")
        self._separate(visitor, node.body)

    def _base(self, node: ast.expr) -> None:
        """A name among the bases is no value that anybody gets."""
        if not isinstance(node, (ast.Name, ast.Attribute)):
            self.refs(node)


def _hints(arguments: ast.arguments) -> Iterator[tuple[str, str]]:
    """The types that a function says its parameters have, or the default's, as text."""
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults = dict(zip(reversed(plain), reversed(arguments.defaults), strict=False))
    named = dict(zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True))
    for argument in (*plain, *arguments.kwonlyargs):
        annotation, default = argument.annotation, defaults.get(argument, named.get(argument))
        told = dotted(annotation) if annotation is not None else ""
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            told = annotation.value
        given = _default(default)
        if told or given:
            yield argument.arg, f"{told}={given}"


def _default(node: ast.expr | None) -> str:
    """The type of a constant, and what it is."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return f"{_default(node.operand).partition('=')[0]}=!-"
    if isinstance(node, ast.Constant):
        text = f"'{node.value}" if isinstance(node.value, str) and node.value else ""
        return f"{type(node.value).__name__}={text or sign(node.value)}"
    if node is not None and is_empty(node):
        return f"{type(node).__name__.lower()}={NOTHING[0]}"
    return ""


def _method_name(node: Function) -> str:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "deleter"):
            return f"{node.name}.{decorator.attr}"
    return node.name


_STATEMENTS: dict[type[ast.AST], Callable[[_Visitor, Any], None]] = {
    ast.Assign: _Visitor._assign,
    ast.AnnAssign: _Visitor._annotated,
    ast.AugAssign: _Visitor._augmented,
    ast.Delete: _Visitor._delete,
    ast.For: _Visitor._for,
    ast.AsyncFor: _Visitor._for,
    ast.With: _Visitor._with,
    ast.AsyncWith: _Visitor._with,
    ast.If: _Visitor._if,
    ast.While: _Visitor._while,
    ast.Assert: _Visitor._assert,
    ast.Try: _Visitor._try,
    ast.Match: _Visitor._match,
    ast.Return: _Visitor._return,
    ast.Expr: _Visitor._expression,
    ast.Global: _Visitor._global,
    ast.Import: _Visitor._import,
    ast.ImportFrom: _Visitor._import,
    ast.FunctionDef: _Visitor._function,
    ast.AsyncFunctionDef: _Visitor._function,
    ast.ClassDef: _Visitor._class,
}
