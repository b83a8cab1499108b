"""An `__init__` → the arguments that leave no trace in the layer that it makes."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from keraslint.project.facts.may_refer_to import dotted
from keraslint.project.syntax.node_walk import walk

_SHAPES = frozenset({"input_shape", "batch_input_shape", "batch_shape"})
"""What says on which input a layer is to be built, and is no part of its configuration."""
_ALWAYS = frozenset({"name", "trainable", "dtype"})
_TELLS = frozenset({"print", "warn", "warning", "warn_once", "info", "debug"})


def idle(
    node: ast.FunctionDef, inner: Sequence[ast.AST], kept: Container[str], rest: str
) -> frozenset[str]:
    """Those that are only refused or warned of, or only turned into what the base gives back.

    What is `kept` as it came leaves a trace; `rest` is the name of `**kwargs` that are looked into.
    """
    listed = [*node.args.posonlyargs, *node.args.args[1:], *node.args.kwonlyargs]
    wanted = [argument.arg for argument in listed if argument.arg not in kept]
    if not wanted:
        return frozenset()
    place = _Place(rest, frozenset(_answered(rest, inner)) if rest else frozenset())
    free = Counter(name.id for name in place.free(node.body))
    if free.keys().isdisjoint(wanted):
        return frozenset()
    total = Counter(
        item.id for item in inner if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load)
    )
    return frozenset(name for name in wanted if free[name] and free[name] == total[name])


@dataclass(frozen=True, slots=True)
class _Place:
    """`rest` is the name of `**kwargs`; what they may hold of `answered` goes before."""

    rest: str
    answered: frozenset[str]

    def free(self, body: Iterable[ast.stmt]) -> Iterator[ast.Name]:
        """The names that are read where nothing comes of it."""
        for statement in body:
            if isinstance(statement, ast.If):
                if all(map(self.is_free, (*statement.body, *statement.orelse))):
                    yield from _names(statement.test)
                yield from self.free((*statement.body, *statement.orelse))
            elif self.is_free(statement):
                yield from _names(statement)
            elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
                yield from self._for_the_base(statement.value)

    def is_free(self, statement: ast.stmt) -> bool:
        if isinstance(statement, ast.If):
            return all(map(self.is_free, (*statement.body, *statement.orelse)))
        if isinstance(statement, (ast.Raise, ast.Assert, ast.Pass)):
            return True
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            call = statement.value
            method, owner = dotted(call.func).rpartition(".")[2], dotted(call.func).split(".")[0]
            if owner == self.rest and method == "setdefault" and call.args:
                return self._is_for_the_base(call.args[0], before=True)
            return method in _TELLS
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            return False
        target = statement.targets[0]
        if isinstance(target, ast.Name):
            return {name.id for name in _names(statement.value)} <= {target.id}
        return (
            isinstance(target, ast.Subscript)
            and self.rest != ""
            and dotted(target.value) == self.rest
            and self._is_for_the_base(target.slice, before=False)
        )

    def _is_for_the_base(self, key: ast.expr, *, before: bool) -> bool:
        if not isinstance(key, ast.Constant):
            return False
        return key.value in _SHAPES or (
            key.value in _ALWAYS and (before or key.value in self.answered)
        )

    def _for_the_base(self, call: ast.Call) -> Iterator[ast.Name]:
        if dotted(call.func).endswith(".__init__"):
            for keyword in call.keywords:
                if keyword.arg in _ALWAYS & self.answered:
                    yield from _names(keyword.value)


def _names(node: ast.AST) -> Iterator[ast.Name]:
    for item in walk([node]):
        if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load):
            yield item


def _answered(rest: str, inner: Iterable[ast.AST]) -> Iterator[str]:
    """What is looked for in `**kwargs`: `"name" not in kwargs`, `kwargs.pop("name", …)`."""
    for item in inner:
        if isinstance(item, ast.Compare) and dotted(item.comparators[0]).split(".")[0] == rest:
            key: ast.expr = item.left
        elif isinstance(item, ast.Call) and item.args and dotted(item.func).startswith(f"{rest}."):
            key = item.args[0]
        else:
            continue
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value
