"""Code that marks what it passes does what its text says, and no more."""

from __future__ import annotations

import dis
import traceback
from typing import Any

import pytest

from keraslint.proof.probe.coverage.decisions import EMPTY, FILLED, mark_of
from keraslint.proof.probe.coverage.instrument import as_written, instrumented
from keraslint.proof.probe.coverage.recorder import Recorder

PATH = "block.py"
EXPRESSIONS = {
    "conditional": "[a if a > b else b for a, b in ((1, 2), (3, 2))]",
    "and, or, not": "[a and b or not a for a in (0, 1) for b in ([], [1])]",
    "extremes": "max(1, 2, 2), min(3, 1), max([1, 5]), min(4, 3, key=abs), max(*[1, 2])",
    "lookups": "{'a': 1}.get('a'), {'a': 1}.get('b', 2), {'a': 1}.pop('a'), [3].pop(0)",
    "attributes": "getattr(1, 'real', 5), getattr(1, 'nothing', 5), getattr(1, 'imag')",
    "comprehensions": "{x: y for x in range(3) if x for y in range(x) if not y}, {*'ab'}",
    "generators": "list(x for x in (y for y in range(3)) if x > 1)",
    "lambdas": "(lambda x, y=2: x and y)(3), sorted([2, 1], key=lambda v: -v)",
    "formatted text": "f'{1 if [] else 2:>{max(3, 4)}} {(lambda: 5)()!r}'",
    "walrus": "[last := n for n in range(3) if (twice := 2 * n) > 1], last, twice",
    "comparisons": "1 < 2 < 3 if 2 in (1, 2) else None",
    "chains": "[0 < a < b != 3 for a in (0, 1, 2) for b in (1, 2, 3)], [1] < [2] < [2]",
    "chains in chains": "[0 < (1 if 0 < a < 2 else 5) < 3 < (a < 3 < 4) + 3 for a in range(4)]",
    "chains with effects": "[(seen := []), 1 < (seen.append(2) or 2) < (seen.append(0) or 0) < 9]",
    "chains cut short": "3 < 2 < nothing, 1 < (n := 3) < 4 < n, n",
}
STATEMENTS = '''"""A module's text."""
from __future__ import annotations


def count(values, most=None):
    """A function's text."""
    global seen
    seen = []
    for value in values:
        if value is None: continue
        try:
            seen.append(10 // value)
        except ZeroDivisionError as error:
            seen.append(str(error))
        else:
            seen.append("fine")
        finally:
            seen.append(".")
        while most and len(seen) > most:
            seen.pop()
    else:
        seen.append("end")
    match seen:
        case [] if not values:
            return "nothing"
        case [first, *_]:
            return first, seen
    return None


class Point:
    """A class' text."""

    def __init__(self, x: int = 1) -> None:
        super().__init__()
        self.__x = x

    @property
    def x(self): return self.__x if self.__x else None

    def __iter__(self):
        yield self.x
        yield from (self.x, 2)


result = count([1, 0, None, 4]), count([]), count([2, 3], most=1), [*Point(3)], Point().x
texts = __doc__, count.__doc__, Point.__doc__
'''


def run(text: str) -> tuple[dict[str, Any], Recorder]:
    recorder = Recorder()
    recorder.install()
    space: dict[str, Any] = {"__name__": "block"}
    exec(instrumented(text, PATH, recorder, ""), space)
    return space, recorder


def marks(recorder: Recorder) -> set[str]:
    return set(recorder.told(recorder.passed)[""])


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_an_expression_gives_what_it_gives_unmarked(expression: str) -> None:
    text = f"[{expression}]"

    space, _ = run(f"result = {text}")

    assert space["result"] == eval(text, {})


def test_statements_do_what_they_do_unmarked() -> None:
    plain: dict[str, Any] = {"__name__": "block"}
    exec(compile(STATEMENTS, PATH, "exec"), plain)

    space, _ = run(STATEMENTS)

    assert space["result"] == plain["result"]
    assert space["texts"] == plain["texts"]


def test_the_code_that_the_text_alone_gives_is_known_for_all_that_is_inside() -> None:
    space, _ = run(STATEMENTS)
    plain = compile(STATEMENTS, PATH, "exec", dont_inherit=True)
    (count,) = [one for one in plain.co_consts if getattr(one, "co_name", "") == "count"]

    code = as_written(space["count"].__code__)

    assert code == count
    assert code != space["count"].__code__
    assert [*dis.get_instructions(code)] == [*dis.get_instructions(count)]


def test_errors_name_the_lines_of_the_text() -> None:
    space, _ = run("def f(x):\n    y = x and 1\n    return (y if y\n            else 1 / 0)\n")

    with pytest.raises(ZeroDivisionError) as raised:
        space["f"](0)

    assert [*traceback.extract_tb(raised.value.__traceback__)][-1].lineno == 4


def outcomes(text: str) -> list[str]:
    """The outcomes that decisions had, and `ran` for arms, by name alone."""
    _, recorder = run(text)
    unasked = ("ran", EMPTY, FILLED)
    return sorted(
        one for one in (mark.split()[0] for mark in marks(recorder)) if one not in unasked
    )


@pytest.mark.parametrize(
    ("text", "had"),
    [
        ("x = 1 if [] else 2", ["false"]),
        ("for x in (0, 1):\n    y = 1 if x else 2", ["false", "more", "one", "true"]),
        ("x = [] or 1", ["false"]),
        ("x = [1] and [] and 3", ["false", "true"]),
        ("while [1] and [2]:\n    break", ["true", "true"]),
        ("for x in [1]:\n    pass", ["one"]),
        ("for x in []:\n    pass", []),
        ("x = [y for y in 'ab']", ["more", "one"]),
        ("x = max(1, 2)", ["1"]),
        ("x = max(2, 1, 0)", ["0"]),
        ("x = max(2, 2)", []),
        ("x = {1: 2}.get(1), {}.pop(1, None)", ["found", "missing"]),
        ("x = getattr(1, 'real', None), getattr(1, 'no', None)", ["found", "missing"]),
        ("assert [1]", ["true"]),
        ("x = not []", ["false"]),
        ("x = 1 < 2, 2 in (1,)", ["false", "true"]),
        ("x = 1 < 2 < 3", ["true", "true"]),
        ("x = 1 < 0 < 3", ["false"]),
        ("x = not 1 < 2 < 0", ["false", "true"]),
        ("x = 1 if 1 < 2 < 3 < 3 else 2", ["false", "true", "true"]),
    ],
)
def test_outcomes_are_noted(text: str, had: list[str]) -> None:
    assert outcomes(text) == had


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("None", set()),
        ("0.0", {EMPTY}),
        ("()", {EMPTY}),
        ("False", {EMPTY}),
        ("2", {FILLED}),
        ("object()", set()),
    ],
)
def test_what_is_false_is_told_from_none(value: str, told: set[str]) -> None:
    _, recorder = run(f"value = {value}\nx = 1 if value else 2")

    assert {mark.split()[0] for mark in marks(recorder)} & {EMPTY, FILLED} == told


def test_a_statement_and_an_arm_that_did_not_run_are_not_noted() -> None:
    text = "x = 1 if [] else 2\nif []:\n    y = 3\n"
    import ast

    _, recorder = run(text)
    tree = ast.parse(text)
    chosen, condition = tree.body[0], tree.body[1]
    assert isinstance(chosen, ast.Assign)
    assert isinstance(chosen.value, ast.IfExp)
    assert isinstance(condition, ast.If)

    passed = marks(recorder)

    assert mark_of(chosen.value.orelse, "ran") in passed
    assert mark_of(chosen.value.body, "ran") not in passed
    assert mark_of(condition, "ran") in passed
    assert mark_of(condition.body[0], "ran") not in passed
