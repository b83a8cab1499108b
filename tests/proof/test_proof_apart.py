"""What may end a process is tried in one of its own, on request."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from keraslint.diagnostic import CheckStatus, Outcome
from keraslint.proof.prove import Claim, ProofOptions, Prover
from keraslint.proof.recipes.recipe import Recipe

pytestmark = pytest.mark.keras

BLOCK = """\
import tensorflow as tf
from keras import layers


class Block(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(4)

    def build(self, input_shape):
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
"""
NO_XLA = BLOCK.replace(
    "return self.dense(x)",
    "size = tf.reduce_sum(tf.strings.length(tf.as_string(x)))\n"
    "        y = self.dense(x)\n        return y + tf.cast(0 * size, y.dtype)",
)


@pytest.fixture
def claim(tmp_path: Path) -> Claim:
    path = tmp_path / "block.py"
    path.write_text(BLOCK, encoding="utf-8")
    recipe = Recipe("Block()(floats(2, 8))")
    return Claim(layer="Block", path=path, before=BLOCK, after=BLOCK, recipes=(recipe,))


def test_what_xla_cannot_compile_is_refuted_when_it_is_asked_for(claim: Claim) -> None:
    options = ProofOptions(root=claim.path.parent, backend="tensorflow", deep=True)

    with Prover(options) as prover:
        same = prover.prove(claim)
        other = prover.prove(replace(claim, after=NO_XLA))

    assert same.outcome is Outcome.PROVED, same.reason
    told = {check.name: check.status for check in same.checks}
    assert {told["compiled training"], told["export"]} == {CheckStatus.KEPT}
    assert other.outcome is Outcome.REFUTED
    assert "jit_compile" in other.reason
