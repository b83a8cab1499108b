"""A module's tree → the lambdas that it hands to calls, and what is called around them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from keraslint.project.facts.may_refer_to import dotted
from keraslint.project.facts.module_facts import LambdaSummary
from keraslint.project.syntax.text_positions import Places

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


_LAMBDA = re.compile(r"\blambda\b")
_GIVEN = re.compile(r"(?:[A-Z]\w*\(|(?:activation|function|mask|output_shape)\s*=)\s*$")
_BEFORE = 60  # characters: a name, and the white space of a line that was broken after it


def lambdas(tree: ast.Module, text: str, places: Places) -> Iterator[LambdaSummary]:
    """Lambdas that are arguments of a call of a class, in source order.

    Around one in a method is that method; around one elsewhere, all that is in no class.
    """
    if _is_worth_a_look(text):
        for call, owner, around in sorted(_calls(tree), key=lambda found: found[0].lineno):
            arguments: list[tuple[str | int, ast.expr]] = [*enumerate(call.args)]
            arguments += [(keyword.arg or "", keyword.value) for keyword in call.keywords]
            for argument, value in arguments:
                if isinstance(value, ast.Lambda):
                    at, callee = places.span(value), dotted(call.func)
                    yield LambdaSummary(
                        at=at, callee=callee, argument=argument, owner=owner, beside=_called(around)
                    )


def _is_worth_a_look(text: str) -> bool:
    """Whether a lambda stands where one is given to a class, or by a name that layers use."""
    found = _LAMBDA.finditer(text) if "lambda" in text else ()
    starts = (match.start() for match in found)
    return any(_GIVEN.search(text[max(start - _BEFORE, 0) : start]) for start in starts)


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str, ast.AST]]:
    """The calls that are given a lambda, each with the class and the function around it."""
    stack: list[tuple[ast.AST, str, ast.AST]] = [(tree, "", tree)]
    while stack:
        node, owner, around = stack.pop()
        if isinstance(node, ast.ClassDef):
            owner, around = (f"{owner}.{node.name}" if owner else node.name), node
        elif isinstance(node, _FUNCTIONS) and isinstance(around, ast.ClassDef):
            around = node
        elif isinstance(node, ast.Call) and _is_given_one(node):
            yield node, owner, around
        stack += [(child, owner, around) for child in ast.iter_child_nodes(node)]


def _is_given_one(call: ast.Call) -> bool:
    values = (*call.args, *(keyword.value for keyword in call.keywords))
    given = any(isinstance(value, ast.Lambda) for value in values)
    return given and dotted(call.func).rpartition(".")[2][:1].isupper()


def _called(around: ast.AST) -> frozenset[str]:
    """The names of everything that is called in a function, or outside all classes."""
    found: set[str] = set()
    stack = [around]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Call):
            found.add(dotted(node.func))
        stack += [n for n in ast.iter_child_nodes(node) if not isinstance(n, ast.ClassDef)]
    return frozenset(found - {""})
