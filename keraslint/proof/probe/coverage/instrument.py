"""The text of a file → its code, which tells the recorder what of it runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import CodeType
from typing import Any

from .decisions import EMPTY, FILLED, RAN, Decision, arms, decisions, mark_of
from .recorder import (
    ATTRIBUTE,
    CHAINED,
    COMPARED,
    EXTREME,
    ITERATED,
    LOOKED_UP,
    REACHED,
    SEEN,
    TRUTH,
    Recorder,
)

FUNCTIONS = {"truth": TRUTH, "compared": COMPARED, "loop": ITERATED}
ORIGINAL: dict[CodeType, CodeType] = {}
"""Code as its text alone would give it, by the code that runs in its stead."""


def instrumented(text: str, path: str, recorder: Recorder, file: str) -> CodeType:
    """Compile a text so that it behaves as it says, and marks what it passes under `file`."""
    plain = compile(text, path, "exec", dont_inherit=True)
    tree = _Marking(recorder, file).marked(ast.parse(text, path))
    code = compile(tree, path, "exec", dont_inherit=True)
    _remember(code, plain)
    return code


def as_written(code: CodeType) -> CodeType:
    """The code that the text alone would give."""
    return ORIGINAL.get(code, code)


def _remember(code: CodeType, plain: CodeType) -> None:
    """Marks add no code objects: those of both are nested alike."""
    ORIGINAL[code] = plain
    for one, other in zip(inner(code), inner(plain), strict=True):
        _remember(one, other)


def inner(code: CodeType) -> Iterator[CodeType]:
    """The code of functions and classes that a code makes."""
    return (one for one in code.co_consts if isinstance(one, CodeType))


class _Marking:
    """Puts marks into a tree: before each statement, and around what decides."""

    def __init__(self, recorder: Recorder, file: str) -> None:
        self._recorder = recorder
        self._file = file
        self._decisions: dict[int, list[Decision]] = {}
        self._arms: set[int] = set()

    def marked(self, tree: ast.Module) -> ast.Module:
        for decision in decisions(tree):
            owner = decision.chain or decision.node
            self._decisions.setdefault(id(owner), []).append(decision)
        self._arms = {id(arm) for arm in arms(tree)}
        self._visit(tree)
        return ast.fix_missing_locations(tree)

    def _visit(self, node: ast.AST) -> None:
        """Mark everything inside of a node; what stands in its place is put there by its owner."""
        if isinstance(node, ast.JoinedStr):
            return
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "pattern", "type_params", "ctx"):
                continue
            if isinstance(value, list):
                made = [self._put(one) if isinstance(one, ast.AST) else one for one in value]
                in_block = field in ("body", "orelse", "finalbody")
                setattr(node, field, self._block(value, made) if in_block else made)
            elif isinstance(value, ast.AST):
                setattr(node, field, self._put(value))

    def _put(self, node: ast.AST) -> ast.AST:
        """What stands for a node: itself, with its insides marked, in calls that tell of it."""
        told = self._decisions.get(id(node), [])[::-1]  # what a call takes before its truth
        chain = [decision for decision in told[::-1] if decision.chain is not None]
        linked = [self._numbers(decision) for decision in chain]
        mine = [(one, self._numbers(one)) for one in told if one.chain is None]
        passed = self._seen(node) if id(node) in self._arms else None
        self._visit(node)
        if linked:
            assert isinstance(node, ast.Compare)
            node = _chained(linked[0], node, is_tested=chain[-1].kind == "truth")
        for decision, number in mine:
            assert isinstance(node, ast.expr)
            node = _telling(decision.kind, number, node)
        if passed is not None:
            assert isinstance(node, ast.expr)
            node = ast.copy_location(ast.BoolOp(ast.Or(), [passed, node]), node)
        return node

    def _block(self, old: list[Any], new: list[Any]) -> list[Any]:
        """Statements, each after its mark; docstrings and imports of the future stay first."""
        if not all(isinstance(one, ast.stmt) for one in old):
            return new
        found: list[Any] = []
        for place, statement in enumerate(new):
            is_text = place == 0 and isinstance(statement, ast.Expr)
            is_text = is_text and isinstance(statement.value, ast.Constant)
            if not (is_text or _is_future(statement)):
                found.append(ast.copy_location(ast.Expr(self._seen(statement)), statement))
            found.append(statement)
        return found

    def _seen(self, node: ast.AST) -> ast.expr:
        number = self._recorder.number(self._file, mark_of(node, RAN))
        return _call(SEEN, number, [], node)

    def _numbers(self, decision: Decision) -> int:
        node = decision.node
        plain = decision.kind == "truth" and decision.chain is None
        outcomes = (*decision.outcomes, EMPTY, FILLED) if plain else decision.outcomes
        numbers = [self._recorder.number(self._file, mark_of(node, one)) for one in outcomes]
        return numbers[0]


def _telling(kind: str, number: int, node: ast.expr) -> ast.expr:
    if kind in FUNCTIONS:
        return _call(FUNCTIONS[kind], number, [node], node)
    assert isinstance(node, ast.Call)
    if kind == "extreme":
        return _call(EXTREME, number, [node.func, *node.args], node)
    if isinstance(node.func, ast.Attribute):
        name = ast.copy_location(ast.Constant(node.func.attr), node)
        return _call(LOOKED_UP, number, [node.func.value, name, *node.args], node)
    return _call(ATTRIBUTE, number, [node.func, *node.args], node)


def _chained(number: int, node: ast.Compare, *, is_tested: bool) -> ast.expr:
    """A chained comparison that tells which operands it reached: all links before them hold."""
    for place, operand in enumerate(node.comparators):
        told = ast.copy_location(ast.Constant(place), operand)
        node.comparators[place] = _call(REACHED, number, [told, operand], operand)
    last = ast.copy_location(ast.Constant(len(node.comparators) - 1), node)
    tested = ast.copy_location(ast.Constant(is_tested), node)
    return _call(CHAINED, number, [last, tested, node], node)


def _call(name: str, number: int, arguments: list[ast.expr], at: ast.AST) -> ast.expr:
    function = ast.copy_location(ast.Name(name, ast.Load()), at)
    told = ast.copy_location(ast.Constant(number), at)
    return ast.copy_location(ast.Call(function, [told, *arguments], []), at)


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
