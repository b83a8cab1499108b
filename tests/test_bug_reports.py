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
    Report(
        "a wrapper of a layer can be used, and not saved",
        f"{KERAS}/14769",
        """
class Around(layers.Layer):
    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self._inner = inner

    def build(self, input_shape):  #! KRL201
        self._inner.build(input_shape)
        self._after = layers.Dense(10)  #! KRL101

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 10)

    def call(self, x):
        return self._after(self._inner(x))

    def get_config(self):
        config = super().get_config()
        config.update({"inner": self._inner})  #! KRL406
        return config
""",
    ),
    Report(
        "a composite layer gives one initializer to all the layers in it",
        "https://github.com/keras-team/keras-hub/issues/352",
        """
class Encoder(layers.Layer):
    def __init__(self, width, kernel_initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.gate = layers.Dense(width, kernel_initializer=self.kernel_initializer)
        self.value = layers.Dense(width, kernel_initializer=self.kernel_initializer)  #! KRL602

    def call(self, x):
        return ops.sigmoid(self.gate(x)) * self.value(x)

    def get_config(self):
        start = keras.initializers.serialize(self.kernel_initializer)
        return {**super().get_config(), "width": self.width, "kernel_initializer": start}
""",
    ),
    Report(
        "an encoder makes the layers of all its blocks with one VarianceScaling",
        "https://github.com/LeelaChessZero/lczero-training/issues/218",
        """
class Blocks(layers.Layer):
    def __init__(self, depth, width, **kwargs):
        super().__init__(**kwargs)
        self.depth, self.width = depth, width
        normal = keras.initializers.VarianceScaling(scale=0.5, mode="fan_avg")
        self.steps = []
        for _ in range(depth):
            self.steps.append(layers.Dense(width, kernel_initializer=normal))  #! KRL602

    def call(self, x):
        for step in self.steps:
            x = x + step(x)
        return x

    def get_config(self):
        return {**super().get_config(), "depth": self.depth, "width": self.width}
""",
    ),
    Report(
        "add_weight() takes its first argument for the shape, not for the name",
        f"{KERAS}/22253",
        """
class Matrix(layers.Layer):
    def build(self, input_shape):
        self.matrix = self.add_weight("matrix", shape=(input_shape[-1], 4))  #! KRL501

    def call(self, x):
        return ops.matmul(x, self.matrix)
""",
    ),
    Report(
        "a layer of a split input is not built",
        f"{KERAS}/20299",
        """
class Linear(layers.Layer):
    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def build(self, input_shape):
        self.matrix = self.add_weight("matrix", shape=(input_shape[-1], self.size))  #! KRL501
        self.bias = self.add_weight("bias", shape=(self.size,), initializer="zeros")  #! KRL501

    def call(self, x):
        return ops.matmul(x, self.matrix) + self.bias

    def get_config(self):
        return {**super().get_config(), "size": self.size}
""",
    ),
    Report(
        "the regularizers of the model do not change its loss",
        "https://github.com/hunglc007/tensorflow-yolov4-tflite/issues/369",
        """
class Detector(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.conv = layers.Conv2D(8, 3, kernel_regularizer=keras.regularizers.L2(0.0005))

    def call(self, x):
        return self.conv(x)

    def train_step(self, data):  #! KRL306
        images, boxes = data
        with tf.GradientTape() as tape:
            found = self(images, training=True)
            total = self.box_loss(boxes, found) + self.class_loss(boxes, found)
        gradients = tape.gradient(total, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": total}

    def box_loss(self, boxes, found):
        return ops.mean(ops.square(boxes - found))

    def class_loss(self, boxes, found):
        return ops.mean(ops.abs(boxes - found))
""",
    ),
    Report(
        "an activity regularizer has no effect under a step with a tape",
        f"{TENSORFLOW}/33219",
        """
class Digits(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.last = layers.Dense(10, activity_regularizer=keras.regularizers.L2(100.0))
        self.error = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def call(self, x):
        return self.last(x)

    def train_step(self, data):  #! KRL306
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.error(y, self(x, training=True))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}
""",
    ),
    Report(
        "a loss with parameters does not come back as it was",
        "https://github.com/deel-ai/deel-lip/issues/26",
        """
class Hinge(keras.losses.Loss):  #! KRL406
    def __init__(self, margin=1.0, name="hinge"):
        super().__init__(name=name)
        self.margin = margin

    def call(self, y_true, y_pred):
        return ops.mean(ops.relu(self.margin - y_true * y_pred))
""",
    ),
    Report(
        "a layer replaces its kernel by a projection of it while it is called",
        f"{TENSORFLOW}/32210",
        """
class Quantized(layers.Layer):
    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 4), name="kernel")

    def call(self, x):
        self.kernel = ops.sign(self.kernel)  #! KRL302
        return ops.matmul(x, self.kernel)
""",
    ),
    Report(
        "variables that are appended to a list are not trained",
        f"{KERAS}/16797",
        """
class Scales(layers.Layer):
    def __init__(self, count, **kwargs):
        super().__init__(**kwargs)
        self.count = count
        self.scales = []
        for _ in range(count):
            self.scales.append(tf.Variable(1.0))  #! KRL604

    def call(self, x):
        return ops.stack([x * scale for scale in self.scales])

    def get_config(self):
        return {**super().get_config(), "count": self.count}
""",
    ),
    Report(
        "the model does not know the variables that a method of its layer makes",
        f"{TENSORFLOW}/38211",
        """
class Powers(layers.Layer):
    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = size
        self.make(size)

    def make(self, size):
        self.first = tf.Variable(1.0, name="first")  #! KRL604
        self.factors = [tf.Variable(float(n)) for n in range(size)]  #! KRL604

    def call(self, x):
        for factor in self.factors:
            x = x * factor
        return x * self.first

    def get_config(self):
        return {**super().get_config(), "size": self.size}
""",
    ),
    Report(
        "a normalization of one's own has two variables too few",
        f"{TENSORFLOW}/46325",
        """
class Normalize(layers.Layer):
    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = size
        self.mean = tf.Variable(tf.zeros((size,)), trainable=False)  #! KRL604

    def call(self, x, training=None):
        if training:
            self.mean.assign(0.9 * self.mean + 0.1 * ops.mean(x, axis=0))
        return x - self.mean

    def get_config(self):
        return {**super().get_config(), "size": self.size}
""",
    ),
    Report(
        "an activation layer cannot be loaded: unexpected keyword argument",
        "https://github.com/digantamisra98/Mish/issues/10",
        """
class Softly(layers.Layer):
    def __init__(self, slope=1.0):  #! KRL403
        super().__init__()
        self.slope = slope

    def call(self, x):
        return x * ops.tanh(ops.softplus(x * self.slope))

    def get_config(self):
        return {**super().get_config(), "slope": self.slope}
""",
    ),
    Report(
        "build() of a model builds none of its layers",
        f"{KERAS}/19229",
        """
class Net(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first = layers.Conv2D(8, 3)
        self.second = layers.Conv2D(8, 3)

    def build(self, input_shape):  #! KRL201
        super().build(input_shape)

    def call(self, x):
        return self.second(self.first(x))
""",
    ),
    Report(
        "a functional model with an argument of its own loses it when it is saved",
        f"{KERAS}/21546",
        """
class Classifier(keras.Model):  #! KRL401
    def __init__(self, classes=3, **kwargs):
        inputs = keras.Input((8,))
        super().__init__(inputs=inputs, outputs=layers.Dense(classes)(inputs), **kwargs)
        self.classes = classes
""",
    ),
    Report(
        "a layer that makes variables on every call fails in a compiled function",
        f"{TENSORFLOW}/48878",
        """
class Mix(layers.Layer):
    def call(self, x):
        scores = layers.Dense(1, use_bias=False)(x)  #! KRL104
        return ops.sum(ops.softmax(scores, axis=1) * x, axis=1)
""",
    ),
)


@pytest.mark.parametrize("report", [pytest.param(r, id=r.url.split("com/")[1]) for r in REPORTS])
def test_the_cause_of_a_report_is_found_where_it_is(report: Report, tmp_path: Path) -> None:
    text = HEAD + report.program
    settings = Settings(root=tmp_path, select=("ALL",), cache=False)

    found = lint_texts([Source(path=str(tmp_path / "program.py"), text=text)], settings)

    assert {(d.span.start.line, d.code) for d in found.diagnostics} == expected_in(text)
    assert not found.problems


def test_each_rule_about_the_life_of_a_layer_has_its_report() -> None:
    told = {code for report in REPORTS for _, code in expected_in(report.program)}
    rules = {rule.code for rule in registry() if rule.code[3] in "1234"}

    # KRL102 is KRL103 whose `__init__` knows; KRL105 and KRL106 are about what computes the right
    # thing; of KRL203, KRL405 and KRL407 no public report was found that shows the code.
    assert rules - told == {"KRL102", "KRL105", "KRL106", "KRL203", "KRL405", "KRL407"}
    assert len({report.url for report in REPORTS}) == len(REPORTS) >= 33
