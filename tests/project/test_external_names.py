"""Layers of packages in Keras' neighbourhood are known where their text is not to be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from keraslint.diagnostic import Diagnostic
from keraslint.engine.lint import lint_texts
from keraslint.project.files.source import Source
from keraslint.project.names.external_names import foreign
from keraslint.project.names.keras_api import Symbol
from keraslint.settings import Settings

TRACKED = """\
import tensorflow as tf

class Block(tf.keras.layers.Layer):
    @tf.compat.v1.keras.utils.track_tf1_style_variables
    def call(self, x):
        self.inner = tf.keras.layers.Dense(3)
        return self.inner(x)
"""


@pytest.mark.parametrize(
    "name",
    [
        "tensorflow_model_optimization.quantization.keras.QuantizeWrapperV2",
        "tensorflow_addons.layers.GroupNormalization",
        "tensorflow_addons.rnn.NASCell",
        "tensorflow_probability.layers.DenseFlipout",
        "keras_hub.layers.TransformerEncoder",
        "keras_cv.layers.DropPath",
        "keras_rs.layers.FeatureCross",
    ],
)
def test_a_layer_of_a_neighbour_is_one(name: str) -> None:
    found = foreign(name)

    assert isinstance(found, Symbol)
    assert found.kind == "layer"


@pytest.mark.parametrize(
    "name",
    [
        "tensorflow_model_optimization.quantization.keras.QuantizeConfig",
        "tensorflow_probability.distributions.Normal",
        "tensorflow_addons.optimizers.LAMB",
        "keras_hub.tokenizers.BytePairTokenizer",
    ],
)
def test_what_else_they_have_is_none(name: str) -> None:
    assert not isinstance(foreign(name), Symbol)


def found_in(text: str, folder: Path) -> list[Diagnostic]:
    settings = Settings(root=folder, select=("KRL1",), cache=False)
    return list(
        lint_texts([Source(path=str(folder / "block.py"), text=text)], settings).diagnostics
    )


def test_what_is_made_in_a_tracked_call_is_kept(tmp_path: Path) -> None:
    untracked = TRACKED.replace("    @tf.compat.v1.keras.utils.track_tf1_style_variables\n", "")

    assert not found_in(TRACKED, tmp_path)
    assert found_in(untracked, tmp_path)
