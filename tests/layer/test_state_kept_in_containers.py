"""What `call()` puts into a container of the layer is refused by Keras, and said to be."""

from __future__ import annotations

import pytest

from keraslint.engine.lint import lint
from keraslint.settings import Settings

LAYER = """
import keras

class Late(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.heads = {{}}
        self.tails = []

    def call(self, x):
        {kept}
        return x
"""

REFUSED = "Keras takes no new state for `self` there"
LOST = "its weights are new each time, neither trained nor saved"


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ('self.heads["a"] = keras.layers.Dense(4)', REFUSED),
        ("self.tails.append(keras.layers.Dense(4))", REFUSED),
        ("self.tails.append(keras.layers.Dense(4)(x))", LOST),
        ('heads = {}; heads["a"] = keras.layers.Dense(4)', LOST),
        ("x = keras.layers.Dense(4)(x)", LOST),
    ],
)
def test_a_layer_that_is_kept_is_refused_and_another_is_lost(kept: str, said: str) -> None:
    text = LAYER.format(kept=kept)
    found = lint([], Settings(), stdin=("late.py", text.encode())).diagnostics

    assert [one.message.partition(": ")[2] for one in found if one.code == "KRL104"] == [said]
