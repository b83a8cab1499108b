"""Layers that draw random numbers: what is drawn is compared too, whoever draws it."""

from __future__ import annotations

import pytest

from keraslint.diagnostic import Outcome

pytestmark = pytest.mark.keras

NOISY = """\
import tensorflow as tf
from keras import layers


class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        {init}

    def build(self, input_shape):
        {build}

    def call(self, x):
        noise = {noise}
        return self.dense(x) + {scale} * noise
"""
CREATED = "self.dense = layers.Dense(self.units)"
BUILT = "self.dense.build(input_shape)"
DRAWS = {
    "the seed of TensorFlow": "tf.random.normal((4,))",
    "a seed of its own": "tf.random.uniform((4,), seed=5)",
    "in a graph": "tf.function(lambda: tf.random.normal((4,)))()",
}


@pytest.mark.parametrize("noise", DRAWS.values(), ids=DRAWS)
@pytest.mark.parametrize(("scale", "outcome"), [(1.0, Outcome.PROVED), (1.1, Outcome.REFUTED)])
def test_tensorflows_own_random_numbers_are_compared(judge_all, noise, scale, outcome) -> None:
    before = NOISY.format(init="pass", build=CREATED, noise=noise, scale=1.0)
    after = NOISY.format(init=CREATED, build=BUILT, noise=noise, scale=scale)

    verdict = judge_all(before, after, "Block(4)(floats(2, 8))")

    assert verdict.outcome is outcome, verdict.reason
