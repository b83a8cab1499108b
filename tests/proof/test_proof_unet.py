"""The reference block: a projection that is created only if the channels differ."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest

from keraslint.diagnostic import Outcome
from keraslint.proof.prove import Claim
from keraslint.proof.recipes.recipe import Recipe

pytestmark = pytest.mark.keras

CONVOLUTION = dedent("""
    from keras import layers


    class Convolution(layers.Layer):
        def __init__(self, dims, in_channels, out_channels, kernel_size=3, strides=1, **kwargs):
            super().__init__(**kwargs)
            conv = {1: layers.Conv1D, 2: layers.Conv2D, 3: layers.Conv3D}[dims]
            self.in_channels = in_channels
            self.conv = conv(out_channels, kernel_size, strides=strides, padding="same")

        def build(self, input_shape):
            self.conv.build(input_shape)

        def call(self, x):
            return self.conv(x)
""")
INIT = dedent("""
    from convolution import Convolution
    from keras import layers, ops


    class UnetResBlock(layers.Layer):
        def __init__(self, dims, in_channels, out_channels, kernel_size=3, stride=1, **kwargs):
            super().__init__(**kwargs)
            self.dims, self.out_channels, self.stride = dims, out_channels, stride
            self.conv1 = Convolution(dims, in_channels, out_channels, kernel_size, stride)
            self.conv2 = Convolution(dims, out_channels, out_channels, kernel_size)
            self.norm1 = layers.BatchNormalization()
            self.norm2 = layers.BatchNormalization()
            self.res_conv = self.res_norm = None
""")
CREATE = """
        if in_channels != {out}:
            self.res_conv = Convolution(
                self.dims, in_channels, self.out_channels, kernel_size=1, strides=self.stride
            )
            self.res_norm = layers.BatchNormalization()
""".strip("\n")
CHILDREN = """
        mid = (*input_shape[:-1], self.out_channels)
        self.conv1.build(input_shape)
        self.norm1.build(mid)
        self.conv2.build(mid)
        self.norm2.build(mid)
""".strip("\n")
RESIDUAL = """
        if self.res_conv is not None:
            self.res_conv.build(input_shape)
            self.res_norm.build(mid)
""".strip("\n")
CALL = """
    def call(self, x, training=False):
        y = ops.relu(self.norm1(self.conv1(x), training=training))
        y = self.norm2(self.conv2(y), training=training)
        if self.res_conv is not None:
            x = self.res_norm(self.res_conv(x), training=training)
        return ops.relu(x + y)
""".strip("\n")
BUILD = "    def build(self, input_shape):"
BEFORE = "\n".join(
    [
        f"{INIT}",
        BUILD,
        "        in_channels = input_shape[-1]",
        CREATE.format(out="self.out_channels"),
        CHILDREN,
        RESIDUAL,
        CALL,
    ]
)
SAME_CONDITION = CREATE.format(out="out_channels")
ALWAYS = SAME_CONDITION.replace("in_channels != out_channels", "True")
AGREEING = (
    "UnetResBlock(dims=2, in_channels=4, out_channels=8)(floats(2, 6, 6, 4))",
    "UnetResBlock(dims=2, in_channels=8, out_channels=8)(floats(2, 6, 6, 8))",
)


def rewritten(create: str, residual: str = RESIDUAL) -> str:
    """The block with its projection created at the end of `__init__`."""
    return "\n".join([INIT.rstrip(), create, BUILD, CHILDREN, residual, CALL])


@pytest.fixture(scope="module")
def block(prover, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unet")
    (folder / "convolution.py").write_text(CONVOLUTION)
    file = folder / "unet_res_block.py"
    file.write_text(BEFORE)

    def judge(after, *recipes):
        given = tuple(Recipe(text) for text in recipes)
        return prover.prove(
            Claim(layer="UnetResBlock", path=file, before=BEFORE, after=after, recipes=given)
        )

    return judge


@pytest.mark.parametrize("recipes", [AGREEING, AGREEING[:1]], ids=["both cases", "one case"])
def test_creation_in_init_under_the_same_condition_is_proved(block, recipes):
    verdict = block(rewritten(SAME_CONDITION), *recipes)

    assert verdict.outcome is Outcome.PROVED, verdict.reason


RIGHT = rewritten(SAME_CONDITION)
WRONG = {
    "always there": rewritten(ALWAYS),
    "not built": rewritten(SAME_CONDITION, ""),
    "the other condition": rewritten(SAME_CONDITION.replace("!=", "==")),
    "another kernel": rewritten(SAME_CONDITION.replace("kernel_size=1", "kernel_size=3")),
    "another momentum": RIGHT.replace(
        "self.res_norm = layers.BatchNormalization()",
        "self.res_norm = layers.BatchNormalization(momentum=0.9)",
    ),
    "no activation": RIGHT.replace("return ops.relu(x + y)", "return x + y"),
}


def for_keras_2(text):
    """The text with `tf_keras` in the place of Keras 3."""
    text = text.replace("from keras import layers, ops", "import tensorflow as tf\n{}")
    text = text.replace("from keras import layers", "{}").replace(
        "{}", "from tf_keras import layers"
    )
    return re.sub(r"\bops\.", "tf.nn.", text)


@pytest.fixture(scope="module")
def block_on_keras_2(prover, tmp_path_factory):
    pytest.importorskip("tf_keras")
    folder = tmp_path_factory.mktemp("unet")
    (folder / "convolution.py").write_text(for_keras_2(CONVOLUTION))
    file, before = folder / "unet_res_block.py", for_keras_2(BEFORE)
    file.write_text(before)
    given = tuple(map(Recipe, AGREEING[:1]))

    def judge(after):
        return prover.prove(
            Claim(
                layer="UnetResBlock",
                path=file,
                before=before,
                after=for_keras_2(after),
                recipes=given,
                keras=2,
            )
        )

    return judge


def test_the_same_condition_is_proved_on_keras_2(block_on_keras_2):
    verdict = block_on_keras_2(RIGHT)

    assert verdict.outcome is Outcome.PROVED, verdict.reason
    assert verdict.environment.startswith("tf_keras")


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_block_is_refuted_on_keras_2(block_on_keras_2, name):
    verdict = block_on_keras_2(WRONG[name])

    assert WRONG[name] != RIGHT
    assert verdict.outcome is Outcome.REFUTED


def test_a_projection_that_is_always_there_changes_the_identity_case(block):
    verdict = block(rewritten(ALWAYS), *AGREEING[:1])

    assert verdict.outcome is Outcome.REFUTED
    assert verdict.reason.startswith("for input (2, 6, 6, 8)")
    assert "the output changed: 12 weights before, 18 after (`res_conv/conv/" in verdict.reason
    assert verdict.reason.endswith("the identity case is no longer an identity")


def test_a_projection_that_is_not_built_loses_its_saved_weights(block):
    verdict = block(rewritten(SAME_CONDITION, ""), *AGREEING[:1])

    assert verdict.outcome is Outcome.REFUTED
    assert "after save and load inside an owner that builds the layer" in verdict.reason
    assert "the weights of `res_conv/conv` (kernel, bias)" in verdict.reason


def test_the_inverted_condition_is_refuted(block):
    verdict = block(rewritten(SAME_CONDITION.replace("!=", "==")), *AGREEING[:1])

    assert verdict.outcome is Outcome.REFUTED
