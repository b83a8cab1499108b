"""What is told of a functional model in a class of its own."""

from __future__ import annotations

import pytest

from keraslint.engine.lint import lint_texts
from keraslint.project.files.source import Source
from keraslint.settings import Settings

pytestmark = pytest.mark.usefixtures("elsewhere")
MODEL = """
import keras


class Net(keras.Model):
    def __init__(self, base, **kwargs):
        inputs = keras.Input((3,))
        {call}

    def call(self, inputs):
        return inputs
"""


@pytest.mark.parametrize(
    ("call", "fails"),
    [
        ("super().__init__(inputs=inputs, outputs=base(inputs), **kwargs)", "loading fails"),
        ("super().__init__(inputs, base(inputs), **kwargs)", "loading fails"),
        ("super().__init__(**kwargs)", "`model.save()` fails"),
    ],
)
def test_a_functional_model_is_saved_and_cannot_be_loaded(call: str, fails: str) -> None:
    source = Source(path="net.py", text=MODEL.format(call=call))

    (found,) = lint_texts([source], Settings(select=("KRL401",))).diagnostics

    assert f": {fails} because `base` is required" in found.message
