"""The forms of a composite layer, and counter-examples of moving creation out of `build()`."""

from __future__ import annotations

import pytest
from proof_layers import FORMS, PAIRS

from keraslint.diagnostic import CheckStatus, Outcome

pytestmark = pytest.mark.keras


@pytest.mark.parametrize(("before", "after"), [("V1", "A2"), ("V1", "A4"), ("V2", "A4")])
def test_creation_in_init_with_build_kept_is_proved(judge, before, after):
    verdict = judge(FORMS[before], FORMS[after], "Block(units=4)(floats(2, 3))")

    assert verdict.outcome is Outcome.PROVED, verdict.reason
    assert verdict.reason == ""


@pytest.mark.parametrize("after", ["A1", "A2"])
def test_dropping_the_childs_build_is_refuted_and_names_the_lost_weights(judge, after):
    verdict = judge(FORMS["V2"], FORMS[after], "Block(units=4)(floats(2, 3))")

    assert verdict.outcome is Outcome.REFUTED
    assert verdict.reason == (
        "after save and load inside an owner that builds the layer, "
        "the weights of `dense` (kernel, bias) are lost"
    )


def test_dropping_an_empty_build_is_refuted_for_its_new_warning(judge):
    verdict = judge(FORMS["V1"], FORMS["A1"], "Block(units=4)(floats(2, 3))")

    assert verdict.outcome is Outcome.REFUTED
    assert "new warning" in verdict.reason
    runs = next(check for check in verdict.checks if check.name == "calls of call()")
    assert runs.detail == "`call()` runs 2 times on the first call, 1 before"


def test_what_a_move_mends_is_said(judge):
    verdict = judge(FORMS["V1"], FORMS["A4"], "Block(units=4)(floats(2, 3))")

    mended = {check.name for check in verdict.checks if check.status is CheckStatus.MENDED}
    assert {"freezes", "builds", "reloads: owner", "reloads: weights"} <= mended


@pytest.mark.parametrize("name", PAIRS)
def test_each_counter_example_gets_its_verdict(judge, name):
    before, after, recipe, outcome, reason = PAIRS[name]

    verdict = judge(before, after, recipe)

    assert verdict.outcome.value == outcome, verdict.reason
    assert reason in verdict.reason


MADE_IN_BUILD = """\
import keras
from keras import layers, ops


class Block(layers.Layer):
    def build(self, input_shape):
        def half(x):
            return x / 2

        self.flat = layers.Lambda(lambda x: ops.sum(x, axis=-1, keepdims=True))
        self.dense = layers.Dense(3, activation=half)
        self.dense.build(input_shape)

    def call(self, inputs):
        return self.flat(self.dense(inputs))
"""
MADE_IN_INIT = """\
import keras
from keras import layers, ops


class Block(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)

        def half(x):
            return x / 2

        self.flat = layers.Lambda(lambda x: ops.sum(x, axis=-1, keepdims=True))
        self.dense = layers.Dense(3, activation=half)

    def build(self, input_shape):
        self.dense.build(input_shape)

    def call(self, inputs):
        return self.flat(self.dense(inputs))
"""


def test_functions_that_move_with_a_layer_are_the_same_functions(judge):
    verdict = judge(MADE_IN_BUILD, MADE_IN_INIT, "Block()(floats(2, 3))")

    assert verdict.outcome is Outcome.PROVED, verdict.reason


def test_a_function_that_does_something_else_is_another_one(judge):
    before = MADE_IN_BUILD.replace("self.flat(self.dense(inputs))", "inputs")

    verdict = judge(before, before.replace("axis=-1", "axis=1"), "Block()(floats(2, 3))")

    assert verdict.outcome is Outcome.REFUTED, verdict.reason
    assert "is made differently" in verdict.reason
