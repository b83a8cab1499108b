"""Public bug reports, retold as small programs: keraslint names the cause of each, on its line.

Each program shows the same mistake as its report, in other words; `#!` marks what is found where.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from fixture_case import expected_in

from keraslint.engine.lint import lint_texts
from keraslint.project.files.source import Source
from keraslint.rules import registry
from keraslint.settings import Settings

KERAS = "https://github.com/keras-team/keras/issues"
TENSORFLOW = "https://github.com/tensorflow/tensorflow/issues"
HEAD = "import keras\nimport tensorflow as tf\nfrom keras import layers, ops\n"


@dataclass(frozen=True)
class Report:
    """What was reported, where, and a program with the same cause."""

    about: str
    url: str
    program: str


REPORTS = (
    Report(
        "a model whose layer is made in build() cannot be loaded",
        "https://github.com/keras-team/keras-core/issues/334",
        """
class Regressor(keras.Model):
    def __init__(self, width=16, **kwargs):
        super().__init__(**kwargs)
        self.width = width

    def build(self, batch_input_shape):  #! KRL201
        self.first = layers.Dense(self.width)  #! KRL101

    def call(self, rows):
        return self.first(rows)

    def get_config(self):
        return {**super().get_config(), "width": self.width}
""",
    ),
    Report(
        "a layer was never built, but the file lists variables for it",
        f"{KERAS}/18823",
        """
class Tail(keras.Model):
    def __init__(self, depth, **kwargs):
        super().__init__(**kwargs)
        self.depth = depth

    def build(self, shape):  #! KRL201
        self.hidden = [layers.Dense(8) for _ in range(self.depth)]  #! KRL101
        self.last = layers.Dense(4)  #! KRL101

    def call(self, x):
        for layer in self.hidden:
            x = layer(x)
        return self.last(x)

    def get_config(self):
        return {**super().get_config(), "depth": self.depth}
""",
    ),
    Report(
        "the same again: the owner has a build(), its children stay unbuilt",
        f"{KERAS}/18875",
        """
class Tower(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.norm = layers.LayerNormalization()
        self.out = layers.Dense(32, activation="relu")

    def build(self, input_shape):  #! KRL201
        super().build(input_shape)

    def call(self, x):
        return self.out(self.norm(x))
""",
    ),
    Report(
        "a layer made of layers hides their weights, if it tells its output shape",
        f"{KERAS}/20004",
        """
class FeedForward(layers.Layer):
    def build(self, input_shape):  #! KRL201
        channels = input_shape[-1]
        self.wide = layers.Dense(channels * 4)  #! KRL103
        self.narrow = layers.Dense(channels)  #! KRL103
        super().build(input_shape)

    def call(self, inputs):
        return self.narrow(self.wide(inputs))

    def compute_output_shape(self, input_shape):
        return input_shape
""",
    ),
    Report(
        "build() is given a list when a model is loaded",
        "https://github.com/keras-team/tf-keras/issues/43",
        """
class Encoder(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.embed = layers.Dense(16)
        self.mix = layers.Dense(16)

    def build(self, input_shape):
        self.embed.build(input_shape)
        self.mix.build(input_shape[:-1] + (16,))  #! KRL202

    def call(self, x):
        return self.mix(self.embed(x))
""",
    ),
    Report(
        "a variable that call() creates fails when the model is compiled",
        f"{TENSORFLOW}/105654",
        """
class Lookup(tf.keras.Model):
    def call(self, rows):
        table = tf.Variable(tf.ones((3, 8)))  #! KRL104
        return tf.linalg.matmul(rows, table)
""",
    ),
    Report(
        "a dense block makes its bottlenecks while it is called",
        "https://github.com/calmiLovesAI/Basic_CNNs_TensorFlow2/issues/13",
        """
class Bottleneck(tf.keras.layers.Layer):
    def __init__(self, rate, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.conv = tf.keras.layers.Conv2D(rate, 3, padding="same")

    def call(self, x):
        return self.conv(x)

    def get_config(self):
        return {**super().get_config(), "rate": self.rate}


class DenseBlock(tf.keras.layers.Layer):
    def __init__(self, rate, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate

    def grow(self, x, training):
        more = Bottleneck(self.rate)(x, training=training)  #! KRL104
        return tf.concat([x, more], axis=-1)

    def call(self, x, training=None):
        return self.grow(self.grow(x, training), training)

    def get_config(self):
        return {**super().get_config(), "rate": self.rate}
""",
    ),
    Report(
        "a sub-layer of build() cannot be reached by the loss of its owner",
        f"{TENSORFLOW}/46858",
        """
class Scored(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.weight = 0.1

    def build(self, input_shape):
        self.score = layers.Dense(1)  #! KRL101
        self.score.build(input_shape)

    def call(self, x):
        self.add_loss(self.weight * ops.mean(self.score(x)))
        return x
""",
    ),
    Report(
        "a residual block decides in build() whether it needs a projection",
        "https://github.com/keras-team/keras-core/issues/707",
        """
class Shortcut(layers.Layer):
    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.project = None

    def build(self, input_shape):
        if input_shape[-1] != self.filters:
            self.project = layers.Conv2D(self.filters, 1)  #! KRL103
            self.project.build(input_shape)

    def call(self, x):
        return x if self.project is None else self.project(x)

    def get_config(self):
        return {**super().get_config(), "filters": self.filters}
""",
    ),
    Report(
        "dropout does nothing in a subclassed model that names no training argument",
        "https://github.com/keras-team/keras-hub/issues/1500",
        """
class Block(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.mix = layers.Dense(8)
        self.drop = layers.Dropout(0.3)

    def call(self, x):
        return self.drop(self.mix(x))


class Transformer(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.blocks = [Block() for _ in range(2)]

    def call(self, x):  #! KRL301
        for block in self.blocks:
            x = block(x)
        return x
""",
    ),
    Report(
        "a saved model cannot be loaded: a block takes no **kwargs",
        f"{KERAS}/19899",
        """
class Attend(layers.Layer):
    def __init__(self, heads, size):  #! KRL403
        super().__init__()
        self.heads = heads
        self.size = size
        self.attention = layers.MultiHeadAttention(heads, size)

    def call(self, x):
        return self.attention(x, x)

    def get_config(self):
        return {**super().get_config(), "heads": self.heads, "size": self.size}
""",
    ),
    Report(
        "loading a layer: unexpected keyword argument 'trainable'",
        "https://github.com/titu1994/keras-neural-alu/issues/1",
        """
class Unit(layers.Layer):
    def __init__(self, units=4):  #! KRL403
        super().__init__()
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units))

    def call(self, x):
        return ops.matmul(x, self.kernel)

    def get_config(self):
        return {**super().get_config(), "units": self.units}
""",
    ),
    Report(
        "a model is loaded without the arguments that it was made with",
        "https://github.com/keras-team/keras-core/issues/469",
        """
class Mlp(keras.Model):  #! KRL401
    def __init__(self, sizes, width=2, **kwargs):
        super().__init__(**kwargs)
        self.sizes = sizes
        self.width = width
        self.stack = [layers.Dense(size) for size in sizes]
        self.out = layers.Dense(width)

    def call(self, x, training=False):
        for layer in self.stack:
            x = layer(x)
        return self.out(x)
""",
    ),
    Report(
        "arguments that get_config() leaves out silently become their defaults",
        "https://github.com/keras-team/keras-hub/issues/3072",
        """
class Scale(layers.Layer):
    def __init__(self, factor=1.0, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.offset = offset

    def call(self, x):
        return x * self.factor + self.offset

    def get_config(self):  #! KRL402
        config = super().get_config()
        config.update({"factor": self.factor})
        return config
""",
    ),
    Report(
        "random operations without a seed generator are frozen when they are traced",
        f"{KERAS}/18426",
        """
class Sampling(layers.Layer):
    def call(self, means):
        noise = keras.random.normal(ops.shape(means), seed=7)  #! KRL303
        return means + noise
""",
    ),
    Report(
        "training cannot be handed on by position",
        f"{KERAS}/18676",
        """
class Wrapped(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.drop = layers.Dropout(0.2)

    def call(self, x, training=None):
        return self.drop(x, training)  #! KRL304
""",
    ),
    Report(
        "masking does not work",
        f"{KERAS}/19311",
        """
class Passing(layers.Layer):
    def __init__(self, **kwargs):
        self.supports_masking = True  #! KRL605
        super().__init__(**kwargs)

    def call(self, x):
        return x
""",
    ),
    Report(
        "a Lambda with a lambda in it is not loaded",
        f"{KERAS}/18284",
        """
def make(width):
    inputs = keras.Input((width,))
    doubled = layers.Lambda(lambda x: x * 2)(inputs)  #! KRL404
    return keras.Model(inputs, layers.Dense(1)(doubled))
""",
    ),
)


@pytest.mark.parametrize("report", [pytest.param(r, id=r.url.split("com/")[1]) for r in REPORTS])
def test_the_cause_of_a_report_is_found_where_it_is(report: Report, tmp_path: Path) -> None:
    text = HEAD + report.program
    settings = Settings(root=tmp_path, select=("ALL",), cache=False)

    found = lint_texts([Source(path="program.py", text=text)], settings)

    assert {(d.span.start.line, d.code) for d in found.diagnostics} == expected_in(text)
    assert not found.problems


def test_each_rule_about_the_life_of_a_layer_has_its_report() -> None:
    told = {code for report in REPORTS for _, code in expected_in(report.program)}
    rules = {rule.code for rule in registry() if rule.code[3] in "1234"}

    # KRL102 is KRL103 whose `__init__` knows; KRL105 is about what computes the right thing; of
    # KRL302 and KRL407 no public report was found.
    assert rules - told == {"KRL102", "KRL105", "KRL302", "KRL407"}
    assert len({report.url for report in REPORTS}) == len(REPORTS) >= 12
