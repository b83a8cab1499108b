"""Layers as they are found in the wild, in parts from which rewrites are put together."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent, indent

HEAD = "import keras\nfrom keras import layers, ops, regularizers\n\n\n"


@dataclass(frozen=True)
class Parts:
    """The parts of one layer; `make` has one statement per line (or one indented block)."""

    call: str
    params: str
    make: str
    build: str
    body: str
    signature: str = "x"

    @property
    def names(self) -> list[str]:
        return [item.split("=")[0].strip() for item in _items(self.params)]

    def before(self) -> str:
        """The layer that creates its sub-layers in `build()`."""
        return self.text(late=f"{self.make}\n{self.build}")

    def text(
        self, early: str = "", late: str = "", body: str = "", kept: list[str] | None = None
    ) -> str:
        """The layer with these statements at the end of `__init__` and in `build()`."""
        stored = "\n".join(f"self.{name} = {name}" for name in self.names)
        config = ", ".join(f"'{n}': self.{n}" for n in (self.names if kept is None else kept))
        parts = [
            f"def __init__(self, {self.params}, **kwargs):",
            indent("\n".join(filter(None, ["super().__init__(**kwargs)", stored, early])), "    "),
            "def build(self, input_shape):",
            indent(late or "pass", "    "),
            f"def call(self, {self.signature}):",
            indent(body or self.body, "    "),
            "def get_config(self):",
            f"    return {{**super().get_config(), {config}}}",
        ]
        return f"{HEAD}class Block(layers.Layer):\n{indent(chr(10).join(parts), '    ')}\n"


def _items(params: str) -> list[str]:
    depth, items = 0, [""]
    for sign in params:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and not depth:
            items.append("")
        else:
            items[-1] += sign
    return items


def parts(call: str, params: str, make: str, build: str, body: str, signature: str = "x") -> Parts:
    """The parts, each cleared of its indentation."""
    clean = [dedent(text).strip("\n") for text in (make, build, body)]
    return Parts(call, params, *clean, signature=signature)


TRAINING = "x, training=None"
IMAGE, SEQUENCE, ROWS = "(floats(2, 6, 6, 4))", "(floats(2, 5, 4))", "(floats(2, 5))"

LAYERS: dict[str, Parts] = {
    "convolution, norm, activation": parts(
        f"Block(filters=6){IMAGE}",
        "filters=6, stride=1, momentum=0.8",
        """
        self.conv = layers.Conv2D(self.filters, 3, self.stride, padding="same", use_bias=False)
        self.norm = layers.BatchNormalization(momentum=self.momentum, epsilon=1e-4)
        """,
        """
        self.conv.build(input_shape)
        self.norm.build(self.conv.compute_output_shape(input_shape))
        """,
        "return ops.relu(self.norm(self.conv(x), training=training))",
        TRAINING,
    ),
    "residual unit": parts(
        f"Block(filters=6){IMAGE}",
        "filters=6, project=True",
        """
        self.conv = layers.Conv2D(self.filters, 3, padding="same", kernel_initializer="he_normal")
        if self.project:
            self.short = layers.Conv2D(self.filters, 1, kernel_regularizer=regularizers.L2(0.01))
        """,
        """
        self.conv.build(input_shape)
        if self.project:
            self.short.build(input_shape)
        """,
        """
        y = self.conv(x)
        return ops.relu(y + self.short(x)) if self.project else y
        """,
    ),
    "inverted residual": parts(
        f"Block(filters=4, expansion=2){IMAGE}",
        "filters=4, expansion=2, kernel=3",
        """
        self.expand = layers.Conv2D(self.filters * self.expansion, 1, use_bias=False)
        self.depth = layers.DepthwiseConv2D(self.kernel, padding="same", use_bias=False)
        self.project = layers.Conv2D(self.filters, 1, name="project")
        """,
        """
        wide = (*input_shape[:-1], self.filters * self.expansion)
        self.expand.build(input_shape)
        self.depth.build(wide)
        self.project.build(wide)
        """,
        "return self.project(ops.relu6(self.depth(self.expand(x))))",
    ),
    "squeeze and excite": parts(
        f"Block(reduced=3, channels=4){IMAGE}",
        "reduced=3, channels=4",
        """
        self.pool = layers.GlobalAveragePooling2D(keepdims=True)
        self.reduce = layers.Conv2D(self.reduced, 1, activation="silu")
        self.expand = layers.Conv2D(self.channels, 1, activation="sigmoid")
        """,
        """
        self.reduce.build((None, 1, 1, input_shape[-1]))
        self.expand.build((None, 1, 1, self.reduced))
        """,
        "return self.expand(self.reduce(self.pool(x)))",
    ),
    "multi-layer perceptron": parts(
        f"Block(hidden=7, units=4, rate=0.4){SEQUENCE}",
        "hidden=7, units=4, rate=0.4",
        """
        self.first = layers.Dense(self.hidden, activation="gelu", bias_initializer="ones")
        self.drop = layers.Dropout(self.rate)
        self.second = layers.Dense(self.units, kernel_initializer="he_normal")
        """,
        """
        self.first.build(input_shape)
        self.second.build((*input_shape[:-1], self.hidden))
        """,
        "return self.second(self.drop(self.first(x), training=training))",
        TRAINING,
    ),
    "encoder block": parts(
        f"Block(heads=2, size=3){SEQUENCE}",
        "heads=2, size=3, rate=0.2",
        """
        self.norm = layers.LayerNormalization(epsilon=1e-4)
        self.attend = layers.MultiHeadAttention(self.heads, self.size, dropout=self.rate)
        """,
        """
        self.norm.build(input_shape)
        self.attend.build(input_shape, input_shape)
        """,
        """
        y = self.norm(x)
        return x + self.attend(y, y, training=training)
        """,
        TRAINING,
    ),
    "patches": parts(
        f"Block(dim=5, patch=2){IMAGE}",
        "dim=5, patch=2",
        """
        self.embed = layers.Conv2D(self.dim, self.patch, strides=self.patch)
        self.flat = layers.Reshape((-1, self.dim))
        """,
        "self.embed.build(input_shape)",
        "return self.flat(self.embed(x))",
    ),
    "gated linear unit": parts(
        f"Block(units=4){ROWS}",
        "units=4, bias=False",
        """
        self.value = layers.Dense(self.units, use_bias=self.bias)
        self.gate = layers.Dense(self.units, use_bias=self.bias)
        """,
        """
        self.value.build(input_shape)
        self.gate.build(input_shape)
        """,
        "return self.value(x) * ops.sigmoid(self.gate(x))",
    ),
    "recurrent encoder": parts(
        f"Block(units=3){SEQUENCE}",
        "units=3, classes=2",
        """
        self.rnn = layers.GRU(self.units, reset_after=False, return_sequences=True)
        self.head = layers.Dense(self.classes, activation="softmax")
        """,
        """
        self.rnn.build(input_shape)
        self.head.build((*input_shape[:-1], self.units))
        """,
        "return self.head(self.rnn(x))",
    ),
    "cross network": parts(
        f"Block(depth=3, units=5){ROWS}",
        "depth=3, units=5",
        """
        self.steps = [layers.Dense(self.units, bias_initializer="ones") for _ in range(self.depth)]
        """,
        """
        for step in self.steps:
            step.build(input_shape)
        """,
        """
        y = x
        for step in self.steps:
            y = x * step(y) + y
        return y
        """,
    ),
    "words": parts(
        "Block(words=9, size=4)(ints(2, 5, below=9))",
        "words=9, size=4, units=3",
        """
        self.table = layers.Embedding(self.words, self.size, embeddings_initializer="ones")
        self.out = layers.Dense(self.units, use_bias=False)
        """,
        """
        self.table.build(input_shape)
        self.out.build((*input_shape, self.size))
        """,
        "return self.out(self.table(x))",
    ),
    "attention pooling": parts(
        f"Block(units=3){SEQUENCE}",
        "units=3",
        """
        self.hidden = layers.Dense(self.units, activation="tanh")
        self.score = layers.Dense(1, use_bias=False)
        """,
        """
        self.hidden.build(input_shape)
        self.score.build((*input_shape[:-1], self.units))
        """,
        "return ops.sum(ops.softmax(self.score(self.hidden(x)), axis=1) * x, axis=1)",
    ),
    "graph convolution": parts(
        f"Block(units=3){SEQUENCE}",
        "units=3, rate=0.3",
        """
        self.drop = layers.Dropout(self.rate)
        self.lin = layers.Dense(
            self.units, kernel_regularizer=regularizers.L1(0.02), use_bias=False
        )
        """,
        """
        self.lin.build(input_shape)
        self.shift = self.add_weight(shape=(self.units,), initializer="zeros", name="shift")
        """,
        "return self.lin(self.drop(x, training=training)) + self.shift",
        TRAINING,
    ),
    "dilated convolutions": parts(
        f"Block(filters=4, rates=(1, 2)){SEQUENCE}",
        "filters=4, rates=(1, 2)",
        """
        made = [(self.filters, 2, 1, "causal", None, r) for r in self.rates]
        self.convs = [layers.Conv1D(*each) for each in made]
        """,
        """
        for conv in self.convs:
            conv.build(input_shape)
        """,
        "return sum(conv(x) for conv in self.convs)",
    ),
    "pyramid pooling": parts(
        f"Block(filters=4){IMAGE}",
        "filters=4",
        """
        self.near = layers.Conv2D(self.filters, 3, padding="same")
        self.far = layers.Conv2D(self.filters, 3, padding="same", dilation_rate=2)
        self.join = layers.Conv2D(self.filters, 1, activation="relu")
        """,
        """
        self.near.build(input_shape)
        self.far.build(input_shape)
        self.join.build((*input_shape[:-1], 2 * self.filters))
        """,
        "return self.join(ops.concatenate([self.near(x), self.far(x)], axis=-1))",
    ),
    "scaled norm": parts(
        f"Block(start=0.1){SEQUENCE}",
        "start=0.1, groups=2",
        """
        self.norm = layers.GroupNormalization(self.groups, epsilon=1e-4, center=False)
        """,
        """
        self.norm.build(input_shape)
        first = keras.initializers.Constant(self.start)
        self.gamma = self.add_weight(shape=(input_shape[-1],), initializer=first, name="gamma")
        """,
        "return self.norm(x) * self.gamma",
    ),
    "adapter": parts(
        f"Block(bottleneck=2, units=5){ROWS}",
        "bottleneck=2, units=5",
        """
        self.down = layers.Dense(self.bottleneck, activation="relu")
        self.up = layers.Dense(self.units, kernel_initializer="zeros")
        """,
        """
        self.down.build(input_shape)
        self.up.build((*input_shape[:-1], self.bottleneck))
        """,
        "return self.up(self.down(x))",
    ),
    "noise": parts(
        f"Block(units=4, deviation=0.5){ROWS}",
        "units=4, deviation=0.5",
        """
        self.noise = layers.GaussianNoise(self.deviation)
        self.dense = layers.Dense(self.units, activity_regularizer=regularizers.L2(0.1))
        """,
        "self.dense.build(input_shape)",
        "return self.dense(self.noise(x, training=training))",
        TRAINING,
    ),
    "highway": parts(
        f"Block(units=5){ROWS}",
        "units=5",
        """
        self.carry = layers.Dense(self.units, activation="sigmoid", bias_initializer="ones")
        self.change = layers.Dense(self.units, activation="relu")
        """,
        """
        self.carry.build(input_shape)
        self.change.build(input_shape)
        """,
        """
        gate = self.carry(x)
        return gate * self.change(x) + (1 - gate)
        """,
    ),
    "upsampling": parts(
        f"Block(filters=3){IMAGE}",
        "filters=3",
        """
        self.up = layers.Conv2DTranspose(self.filters, 2, strides=2, use_bias=False)
        self.norm = layers.BatchNormalization(scale=False)
        """,
        """
        self.up.build(input_shape)
        self.norm.build(self.up.compute_output_shape(input_shape))
        """,
        "return self.norm(self.up(x), training=training)",
        TRAINING,
    ),
    "experts": parts(
        f"Block(units=3){ROWS}",
        "units=3",
        """
        self.experts = {name: layers.Dense(self.units, activation="tanh") for name in ("a", "b")}
        self.router = layers.Dense(2, activation="softmax")
        """,
        """
        for name in self.experts:
            self.experts[name].build(input_shape)
        self.router.build(input_shape)
        """,
        """
        g = self.router(x)
        return g[:, :1] * self.experts["a"](x) + g[:, 1:] * self.experts["b"](x)
        """,
    ),
    "feature mixer": parts(
        f"Block(features=5){ROWS}",
        "features=5, flip=False",
        """
        self.mix = layers.Dense(self.features, kernel_initializer="orthogonal")
        if not self.flip:
            self.norm = layers.LayerNormalization(scale=False)
        """,
        """
        self.mix.build(input_shape)
        if not self.flip:
            self.norm.build((*input_shape[:-1], self.features))
        """,
        """
        y = self.mix(x)
        return y if self.flip else self.norm(y)
        """,
    ),
}
