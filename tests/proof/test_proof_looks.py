"""A second look: cases that the first ones, and what ran in them, ask for."""

from __future__ import annotations

import ast

import pytest

from keraslint.diagnostic import Outcome
from keraslint.proof.coverage.atoms import scope
from keraslint.proof.coverage.differences import differences
from keraslint.proof.coverage.gaps import Seen, View
from keraslint.proof.coverage.limits import limits
from keraslint.proof.coverage.sites import Look, further
from keraslint.proof.probe.coverage.decisions import RAN, mark_of

BEFORE = """\
class Block:
    def __init__(self, units=4, causal=False):
        self.units = units
        self.causal = causal

    def call(self, x, mask=None):
        if self.causal:
            y = x * self.units
            return y
        return x
"""
AFTER = BEFORE.replace("x * self.units", "x * 4")
BOTH = ("x * self.units + self.causal", "x * (self.units + self.causal)")
CHANGE = {"arguments": [["causal", True]]}
CASES = (
    {"recipe": "Block()(floats(2, 8))", "change": {}, "depth": 2},
    {"recipe": "Block()(floats(2, 8))", "change": {"arguments": [["units", 5]]}, "depth": 0},
    {"recipe": "Block()(floats(2, 8))", "change": CHANGE, "depth": 0},
)


def given(units: str = "4", causal: str = "False") -> dict[str, dict[str, str]]:
    return {
        "__init__": {"units": units, "causal": causal},
        "call": {"x": "floats(2, 8)", "mask": "None"},
    }


GIVEN = (given(), given(units="5"), given(causal="True"))


def views(before: str, after: str, ran_in: tuple[int, ...]) -> tuple[View, View]:
    """Two versions; what differs between them ran in these cases."""
    sides = [scope(text, ["Block"]) for text in (before, after)]
    found = differences(sides[0], sides[1], {})
    seen = []
    for side in (found.before, found.after):
        marks = {
            mark_of(atom.node, RAN) for atom in side.atoms if atom.function.endswith("__init__")
        }
        own = {mark_of(atom.node, RAN) for atom in side.differing}
        by_case = tuple({"": marks | own if n in ran_in else marks} for n in range(len(CASES)))
        seen.append(Seen(ran={"": marks | own}, refusing={}, by_case=by_case))
    return (
        View(number=0, differences=found, seen=seen[0]),
        View(number=1, differences=found, seen=seen[1]),
    )


def looks(ran_in: tuple[int, ...]) -> list[Look]:
    both = views(BEFORE, AFTER, ran_in)
    return further(both, GIVEN, CASES)


def test_what_was_only_glanced_at_is_looked_at_closely() -> None:
    closer = [look for look in looks((2,)) if look.depth]

    assert [look.change for look in closer] == [CHANGE]


HELPED = """\
class Block:
    def call(self, x):
        y = self._part(x)
        if self.causal:
            y = self._part(y)
        return y

    def _part(self, x):
        return x * 2
"""


def test_where_a_changed_helper_is_called_is_looked_at_closely_too() -> None:
    found = differences(
        *(scope(text, ["Block"]) for text in (HELPED, HELPED.replace("* 2", "* 2.0"))), {}
    )

    sides = []
    for number, side in enumerate((found.before, found.after)):
        every = {mark_of(atom.node, RAN) for atom in side.atoms}
        second = next(a for a in side.atoms if a.under and "_part(y)" in ast.unparse(a.node))
        fewer = every - {mark_of(second.node, RAN)}
        by_case = ({"": fewer}, {"": fewer}, {"": every})
        seen = Seen(ran={"": every}, refusing={}, by_case=by_case)
        sides.append(View(number=number, differences=found, seen=seen))

    closer = [look.change for look in further((sides[0], sides[1]), GIVEN, CASES) if look.depth]
    assert closer == [CHANGE]


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [("x > self.units", "x >= self.units", 1), ("x > self.units", "x > self.causal", 0)],
)
def test_a_comparison_that_differs_for_equal_sides_alone_is_found(
    old: str, new: str, count: int
) -> None:
    texts = [BEFORE.replace("x * self.units", f"ops.where({one}, x, 1)") for one in (old, new)]

    assert len([*limits(views(*texts, ran_in=(2,)))]) == count


def test_what_varied_elsewhere_varies_where_the_changed_statement_ran() -> None:
    varied = [look for look in looks((2,)) if look.vary]

    assert [(look.change, look.vary) for look in varied] == [(CHANGE, (("__init__", "units"),))]


def test_what_varied_alone_varies_together_where_a_statement_rests_on_both() -> None:
    start = BEFORE.partition("        if self.causal")[0]
    texts = [f"{start}        return {one}\n" for one in BOTH]

    varied = [look for look in further(views(*texts, ran_in=(0, 1, 2)), GIVEN, CASES) if look.vary]

    assert [(look.change, look.vary) for look in varied] == [
        ({}, (("__init__", "causal"), ("__init__", "units")))
    ]


def test_what_ran_in_all_cases_asks_for_nothing() -> None:
    assert looks((0, 1, 2)) == []


LAYER = """\
import keras
from keras import layers, ops


class Block(layers.Layer):
    def __init__(self, units=4, rate=1, causal=False, mode="sum", **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.rate = rate
        self.causal = causal
        self.mode = mode

    def build(self, input_shape):
        self.conv = layers.Conv1D(
            self.units,
            3,
            dilation_rate=self.rate,
            padding="causal" if self.causal else "same",
        )
        self.conv.build(input_shape)
        self.norm = None
        if self.causal:
            self.norm = layers.LayerNormalization(dtype="float32")
            self.norm.build((*input_shape[:-1], self.units))
        self.built = True

    def call(self, x, mask=None):
        x = self.conv(x)
        if self.norm is not None:
            x = self.norm(x)
        counted = ops.ones_like(x[..., :1])
        if mask is not None:
            counted = ops.cast(mask, x.dtype)[..., None]
        if self.mode == "max":
            return ops.max(ops.where(counted > 0, x, -10.0), axis=1)
        return ops.sum(x * counted, axis=1)

    def compute_output_shape(self, input_shape):
        if self.mode == "max":
            return (input_shape[0], 1 * self.units)
        return (input_shape[0], self.units)
"""
WRONG = {
    "in an arm that ran for one value alone": (
        "dilation_rate=self.rate",
        "dilation_rate=1 if self.causal else self.rate",
    ),
    "under another dtype policy, in a branch": (
        'LayerNormalization(dtype="float32")',
        "LayerNormalization()",
    ),
    "for an optional input, in a branch": ("ops.where(counted > 0, x, -10.0)", "x * counted"),
    "where a size is asked for, in a branch": ("1 * self.units", "2 * self.units"),
}
RIGHT = {
    "a helper method, in a branch": (
        "            return ops.max(ops.where(counted > 0, x, -10.0), axis=1)\n"
        "        return ops.sum(x * counted, axis=1)\n",
        "            return self._most(x, counted)\n"
        "        return ops.sum(x * counted, axis=1)\n\n"
        "    def _most(self, x, counted):\n"
        "        return ops.max(ops.where(counted > 0, x, -10.0), axis=1)\n",
    ),
}


def swapped(old: str, new: str) -> str:
    assert LAYER.count(old) == 1
    return LAYER.replace(old, new)


@pytest.mark.keras
@pytest.mark.parametrize("what", WRONG)
def test_what_differs_in_a_branch_is_looked_at_there(judge_all, what) -> None:
    verdict = judge_all(LAYER, swapped(*WRONG[what]))

    assert verdict.outcome is Outcome.REFUTED, verdict.reason


@pytest.mark.keras
@pytest.mark.parametrize("what", RIGHT)
def test_what_is_the_same_in_a_branch_is_proved(judge_all, what) -> None:
    verdict = judge_all(LAYER, swapped(*RIGHT[what]))

    assert verdict.outcome is Outcome.PROVED, verdict.reason
