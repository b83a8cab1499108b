"""What a refutation says of that which the new version cannot do any more."""

from __future__ import annotations

import pytest

from keraslint.diagnostic import Outcome

BEFORE = """\
from keras import layers, ops


class Block(layers.Layer):
    def call(self, x, training=None):
        if training:
            x = 2 * x
        return ops.cast(x, x.dtype)
"""


@pytest.mark.keras
def test_what_happened_instead_is_said_of_what_can_be_had_no_more(judge) -> None:
    refuses = 'raise ValueError("no way\\nto train.\\nAsk.")'
    after = BEFORE.replace("x = 2 * x", refuses)

    verdict = judge(BEFORE, after, "Block()(floats(2, 3))")

    assert verdict.outcome is Outcome.REFUTED
    assert verdict.reason == (
        "for input (2, 3) the output in training cannot be had any more: "
        "ValueError: no way to train."
    )
