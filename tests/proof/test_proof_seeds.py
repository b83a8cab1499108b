"""Seeds: one that is given is part of the layer, one that Keras has drawn is not."""

from __future__ import annotations

import pytest

from keraslint.diagnostic import Outcome

pytestmark = pytest.mark.keras

# EinsumDense hands the seed that its initializer has drawn on to `add_weight`.
BLOCK = """\
from keras import initializers, layers


class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        {init}

    def build(self, input_shape):
        {made}
        self.first.build(input_shape)
        self.second.build(input_shape)
        self.scale = self.add_weight((4,), initializer=initializers.RandomNormal(seed={seed}))

    def call(self, x):
        return self.first(x) + self.scale * self.second(x)
"""
MAKE = 'self.{name} = layers.EinsumDense("ab,bc->ac", output_shape=(self.units,))'
FIRST, SECOND = MAKE.format(name="first"), MAKE.format(name="second")
DRAWS = "layers.EinsumDense(*['ab,bc->ac', (4,)])"
LATE = BLOCK.format(init="pass", made=f"{FIRST}\n        {SECOND}", seed=123456)


@pytest.mark.parametrize(
    ("seed", "outcome"), [(123456, Outcome.PROVED), (654321, Outcome.REFUTED), (3, Outcome.REFUTED)]
)
def test_a_drawn_seed_may_change_and_a_given_one_may_not(judge_all, seed, outcome) -> None:
    other_draws = f"{DRAWS}\n        {FIRST}\n        {SECOND}"
    early = BLOCK.format(init=other_draws, made="pass", seed=seed)

    verdict = judge_all(LATE, early, "Block(4)(floats(2, 8))")

    assert verdict.outcome is outcome, verdict.reason
