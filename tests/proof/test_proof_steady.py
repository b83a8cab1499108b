"""What parts two runs of one text says nothing about a rewrite of it."""

from __future__ import annotations

import pytest

from keraslint.diagnostic import Outcome

pytestmark = pytest.mark.keras

LATE = """\
import uuid

import keras
import numpy as np
import tensorflow as tf
from keras import layers


class Block(layers.Layer):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.scale = {scale}

    def build(self, shape):
        self.dense = layers.Dense(self.units, bias_initializer="normal")
        self.dense.build(shape)

    def call(self, x):
        return self.scale * self.dense(x)
"""
EARLY = LATE.replace(
    '        self.dense = layers.Dense(self.units, bias_initializer="normal")\n', ""
).replace(
    "        self.units = units\n",
    "        self.units = units\n"
    '        self.dense = layers.Dense(self.units, bias_initializer="normal")\n',
)


@pytest.mark.parametrize(
    "inputs",
    [
        "keras.random.normal((2, 5))",
        "np.random.rand(2, 5).astype('float32')",
        "tf.random.uniform((2, 5), -1, 1)",
    ],
)
def test_a_recipe_that_draws_its_input_gives_the_same_to_both(inputs, judge):
    plain = {"scale": "2.0"}

    verdict = judge(LATE.format(**plain), EARLY.format(**plain), f"Block()({inputs})")

    assert verdict.outcome is Outcome.PROVED, verdict.reason


def test_a_layer_that_is_another_one_each_time_refutes_nothing(judge):
    drawn = {"scale": "1 + uuid.uuid4().int % 10**6 / 10**6"}

    verdict = judge(LATE.format(**drawn), EARLY.format(**drawn), "Block()(floats(2, 5))")

    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.reason.startswith("two runs of the version before differ, too: for input (2, 5)")
    assert "the output" in verdict.reason


def test_what_else_is_wrong_with_the_new_version_still_refutes_it(judge):
    drawn = {"scale": "1 + uuid.uuid4().int % 10**6 / 10**6"}
    narrow = EARLY.format(**drawn).replace("Dense(self.units,", "Dense(self.units + 1,")

    verdict = judge(LATE.format(**drawn), narrow, "Block()(floats(2, 5))")

    assert verdict.outcome is Outcome.REFUTED
    assert "shape" in verdict.reason


IN_A_SET = """\
import keras
from keras import layers


class Block(layers.Layer):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.branches = {kept}

    def build(self, shape):
        for branch in self.branches:
            branch.build(shape)
        self.dense = layers.Dense(self.units)
        self.dense.build((*shape[:-1], 2 * self.units))

    def call(self, x):
        return self.dense(keras.ops.concatenate([one(x) for one in self.branches], axis=-1))
"""
TWO = "layers.Dense(units), layers.Dense(units)"


def moved(text):
    made = "        self.dense = layers.Dense(self.units)\n"
    before, after = text.replace(made, "").split("        self.branches =")
    return f"{before}{made}        self.branches ={after}"


@pytest.mark.parametrize("wrong", [False, True], ids=["right", "wrong"])
def test_a_layer_that_walks_a_set_of_layers_is_never_refuted(wrong, judge):
    before = IN_A_SET.format(kept=f"{{{TWO}}}")
    after = moved(before).replace("return self", "return 2 * self" if wrong else "return self")

    verdict = judge(before, after, "Block()(floats(2, 5))")

    assert verdict.outcome is (Outcome.UNKNOWN if wrong else verdict.outcome)
    assert verdict.outcome is not Outcome.REFUTED
    if verdict.outcome is Outcome.UNKNOWN:
        assert "differs from itself, as the order of a `set` does" in verdict.reason


@pytest.mark.parametrize("kept", [f"[{TWO}]", f"dict.fromkeys([{TWO}])"], ids=["list", "keys"])
def test_layers_in_an_order_that_is_the_same_each_time_may_be_refuted(kept, judge):
    before = IN_A_SET.format(kept=kept)
    other = moved(before).replace("return self", "return 2 * self")

    verdict = judge(before, other, "Block()(floats(2, 5))")

    assert verdict.outcome is Outcome.REFUTED, verdict.reason
