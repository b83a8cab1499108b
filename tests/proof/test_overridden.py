"""Methods of a base that a layer overrides are nothing that its instances run."""

from __future__ import annotations

import ast

import pytest

from keraslint.proof.coverage.atoms import atoms
from keraslint.proof.coverage.overridden import reachable

BASE = """\
class Base(Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units

    def call(self, x):
        return self.dense(x)
"""
OVERRIDES = """\
class Block(Base):
    def call(self, x):
        return 2 * self.dense(x)
"""


def functions(text: str, layer: str = "Block") -> set[str]:
    found = reachable(tuple(atoms(ast.parse(text).body)), layer)
    return {one.function for one in found if one.function}


def test_what_is_overridden_is_left_out_and_the_rest_is_not() -> None:
    assert functions(BASE + OVERRIDES) == {"Base", "Base.__init__", "Block", "Block.call"}


def test_a_class_between_overrides_as_well() -> None:
    between = "class Between(Base):\n    def call(self, x):\n        return x\n"
    block = "class Block(Between):\n    pass\n"

    assert "Base.call" not in functions(BASE + between + block)
    assert "Between.call" in functions(BASE + between + block)


ASKED = {
    "by super()": OVERRIDES.replace("2 * self.dense(x)", "2 * super().call(x)"),
    "by super() of a name": OVERRIDES.replace("2 * self.dense(x)", "super(Block, self).call(x)"),
    "by super() that is handed on": OVERRIDES.replace("2 * self.dense(x)", "run(super(), x)"),
    "by the base's name": OVERRIDES.replace("2 * self.dense(x)", "Base.call(self, x)"),
    "by a child of the base's class": OVERRIDES.replace("2 * self", "Base(2)(x) * self"),
    "by the order of bases": OVERRIDES.replace("2 * self.dense", "type(self).__mro__[1].call"),
    "by another name in the base": OVERRIDES,
    "by a class beside it": OVERRIDES.replace("2 * self", "Other(2)(x) * self")
    + "class Other(Base):\n    pass\n",
    "on another way through the bases": "class Left(Base):\n    def call(self, x):\n"
    "        return x\nclass Right(Base):\n    pass\nclass Block(Right, Left):\n    pass\n",
}


@pytest.mark.parametrize("how", ASKED)
def test_what_can_be_asked_for_stays(how: str) -> None:
    alias = "    run = call\n" if how == "by another name in the base" else ""

    assert "Base.call" in functions(BASE + alias + ASKED[how])


def test_a_name_that_two_classes_have_is_nothing_that_is_known() -> None:
    assert "Base.call" in functions(BASE + BASE + OVERRIDES)


def test_what_other_classes_ask_of_their_own_bases_is_not_asked_of_these() -> None:
    other = OVERRIDES.replace("Block(Base)", "Other(Layer)").replace(
        "2 * self.dense", "super().call"
    )

    assert "Base.call" not in functions(BASE + OVERRIDES + other)
