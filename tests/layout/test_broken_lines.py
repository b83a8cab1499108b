from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from keraslint.layout.leaves import Unclear, leaves_of
from keraslint.layout.logical_lines import logical_lines
from keraslint.layout.splits import Width, broken

RUFF = Path(sys.executable).with_name("ruff")
WIDTHS = (79, 88, 100)
NAMES = ("x", "units", "input_shape", "kernel_initializer", "attention_dropout")
PLAIN = (*NAMES, *map("self.{}".format, NAMES), "None", "4", '"same"', "-1", "()")
CALLED = ("keras.layers.Dense", "self.attention.build", "clone", "super().get")


class Writer:
    """Writes statements such as fixes write, at random."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def statement(self) -> str:
        target, value = self._of(NAMES), self._value(3)
        if self._random.random() < 0.1:
            names = self._random.sample(NAMES, self._random.randint(1, len(NAMES)))
            parameters = "".join(f"{name}=None, " for name in names)
            return f"def __init__(self, {parameters}**kwargs):\n            pass\n"
        forms = f"self.{target} = {value}", f"{target}[-1] = {value}", f"return {value}"
        return self._of((*forms, self._call(3)))

    def _value(self, depth: int) -> str:
        if not depth or self._random.random() < 0.3:
            return self._of(PLAIN)
        inner = self._values(depth - 1)
        pairs = ", ".join(f'"{self._of(NAMES)}": {one}' for one in inner)
        last = self._value(depth - 1)
        shape = f"(*{self._of(NAMES)}[:-1], {last})"
        forms = self._call(depth), f"[{', '.join(inner)}]", f"{{{pairs}}}", shape, f"({last}, 4)"
        return self._of(forms)

    def _call(self, depth: int) -> str:
        named = (f"{self._of(NAMES)}={one}" for one in self._values(depth - 1))
        given = [*self._values(depth - 1), *{one.partition("=")[0]: one for one in named}.values()]
        return f"{self._of(CALLED)}({', '.join(given)})"

    def _values(self, depth: int) -> list[str]:
        return [self._value(depth) for _ in range(self._random.randint(0, 3))]

    def _of(self, choices: tuple[str, ...]) -> str:
        return self._random.choice(choices)


def method(seed: int) -> str:
    writer = Writer(seed)
    body = "".join(f"        {writer.statement()}\n" for _ in range(60))
    return f"class Block:\n    def build(self):\n{body}"


def formatted(text: str, width: int) -> str:
    """What `ruff format` makes of a text."""
    command = [str(RUFF), "format", "--isolated", "--no-cache", "--line-length", str(width), "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def ours(text: str, width: int) -> str:
    """The same text with each statement broken by us."""
    rows, last = [], 0
    lines = text.split("\n")
    for one in logical_lines(text):
        rows += lines[last : one.first - 1]
        try:
            rows += broken(leaves_of(one.tokens), one.margin, Width(most=width))
        except Unclear:
            rows += lines[one.first - 1 : one.last]
        last = one.last
    return "\n".join([*rows, *lines[last:]])


CASES = [pytest.param(seed, width, id=f"{seed}-{width}") for seed in range(4) for width in WIDTHS]


@pytest.mark.parametrize(("seed", "width"), CASES)
def test_statements_in_one_line_are_broken_as_ruff_breaks_them(seed: int, width: int) -> None:
    text = formatted(method(seed), 320)

    assert ours(text, width) == formatted(text, width)


@pytest.mark.parametrize(("seed", "width"), CASES)
def test_what_ruff_has_broken_is_left_as_it_is(seed: int, width: int) -> None:
    text = formatted(method(seed), width)

    assert ours(text, width) == text


@pytest.mark.parametrize(
    "statement",
    [
        "x = call(  # why\n    a, b\n)",
        "x = call(\n    a,  # one\n    b,  # two\n)",
        "x = call(a, b)  # noqa: F821, a remark much too long for one line with the call",
        "if a and b:  # why\n    pass",
        "x = [\n    a,\n    # alone\n    b,\n]",
        'x = """\ntext\n"""',
        "x = f'{a} {b}'",
        "x = call(lambda a, b: a, *args, **kwargs)",
        "x = (a,)",
        "x = a if b else c",
        "values = [one for one, other in pairs if one not in other and one is not None]",
        "del a, b",
    ],
)
def test_a_statement_that_fits_is_left_as_it_is(statement: str) -> None:
    assert ours(f"{statement}\n", 88) == f"{statement}\n"
