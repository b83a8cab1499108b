"""What acts on a class when it is made has acted on the class that a proof runs."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from keraslint.diagnostic import Applicability, Fix
from keraslint.engine.lint import lint_texts
from keraslint.project.files.source import Source
from keraslint.settings import Settings

BLOCK = """
import keras
from elsewhere import configurable, Configured

{above}
class Block(keras.layers.Layer{base}):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def build(self, input_shape):
        self.dense = keras.layers.Dense(3)
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
"""


def move_in(text: str, folder: Path) -> Fix:
    settings = Settings(root=folder, select=("KRL101",), cache=False)
    source = Source(path=str(folder / "block.py"), text=dedent(text))
    (found,) = lint_texts([source], settings).diagnostics
    assert found.fix is not None
    return found.fix


@pytest.mark.parametrize(
    ("above", "base"),
    [
        ("@configurable", ""),
        ('@configurable(name="block")', ""),
        ("", ", metaclass=Configured"),
        ("", ", Configured"),
    ],
)
def test_what_makes_the_class_is_a_doubt_that_a_proof_may_clear(
    above: str, base: str, tmp_path: Path
) -> None:
    fix = move_in(BLOCK.format(above=above, base=base), tmp_path)

    assert fix.applicability is Applicability.UNSAFE
    assert fix.doubts
    assert fix.unseen == ()


def test_what_another_file_sets_is_one_that_no_proof_clears(tmp_path: Path) -> None:
    text = BLOCK.format(above="", base="").replace("Dense(3)", "Dense(self.units)")
    text = text.replace("**kwargs)\n\n", "**kwargs)\n        self.units = 3\n\n", 1)

    fix = move_in(text + "\n\ndef widen(block: Block):\n    block.units = 9\n", tmp_path)

    assert fix.unseen
