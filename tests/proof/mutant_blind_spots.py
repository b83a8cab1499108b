"""Layers with wrong rewrites that no recipe leads to: sizes, pairs of arguments, keys, methods."""

# ruff: noqa: E501

from __future__ import annotations

from mutant_corners import HEAD
from mutants import Subject

SQUEEZE = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, ratio=16, **kwargs):
        super().__init__(**kwargs)
        self.ratio = ratio

    def build(self, input_shape):
        channels = input_shape[-1]
        self.down = layers.Dense(max(1, channels // self.ratio), activation="relu")
        self.up = layers.Dense(channels, activation="sigmoid")
        self.down.build((None, channels))
        self.up.build((None, max(1, channels // self.ratio)))

    def call(self, x):
        s = ops.mean(x, axis=(1, 2))
        return x * self.up(self.down(s))[:, None, None, :]
""",
    (),
    right={
        "said otherwise": (
            ("s = ops.mean(x, axis=(1, 2))", "s = ops.mean(ops.mean(x, axis=2), axis=1)"),
        )
    },
    wrong={
        "max dropped": (
            (
                '        self.down = layers.Dense(max(1, channels // self.ratio), activation="relu")',
                '        self.down = layers.Dense(channels // self.ratio, activation="relu")',
            ),
            (
                "        self.up.build((None, max(1, channels // self.ratio)))",
                "        self.up.build((None, channels // self.ratio))",
            ),
        ),
        "rounded up": (
            (
                '        self.down = layers.Dense(max(1, channels // self.ratio), activation="relu")',
                '        self.down = layers.Dense(max(1, -(-channels // self.ratio)), activation="relu")',
            ),
            (
                "        self.up.build((None, max(1, channels // self.ratio)))",
                "        self.up.build((None, max(1, -(-channels // self.ratio))))",
            ),
        ),
    },
)

RESIDUAL = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, filters=8, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.strides = strides
        self.conv = layers.Conv2D(filters, 3, strides=strides, padding="same")

    def build(self, input_shape):
        self.conv.build(input_shape)
        self.proj = None
        if input_shape[-1] != self.filters or self.strides != 1:
            self.proj = layers.Conv2D(self.filters, 1, strides=self.strides)
            self.proj.build(input_shape)

    def call(self, x):
        short = x if self.proj is None else self.proj(x)
        return ops.relu(self.conv(x) + short)
""",
    (),
    right={
        "said otherwise": (
            (
                "short = x if self.proj is None else self.proj(x)",
                "short = self.proj(x) if self.proj is not None else x",
            ),
        )
    },
    wrong={
        "condition dropped": (
            ("if input_shape[-1] != self.filters or self.strides != 1:", "if True:"),
        ),
        "strides forgotten": ((" or self.strides != 1", ""),),
        "another kernel in the branch": (
            (
                "layers.Conv2D(self.filters, 1, strides=self.strides)",
                'layers.Conv2D(self.filters, 3, strides=self.strides, padding="same")',
            ),
        ),
    },
)

ATTENTION = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, dim=8, **kwargs):
        super().__init__(**kwargs)
        self.dim = dim
        self.q = layers.Dense(dim)
        self.k = layers.Dense(dim)
        self.v = layers.Dense(dim)

    def build(self, query_shape, value_shape, key_shape=None):
        self.q.build(query_shape)
        self.k.build(value_shape if key_shape is None else key_shape)
        self.v.build(value_shape)

    def call(self, query, value, key=None, mask=None):
        key = value if key is None else key
        s = ops.matmul(self.q(query), ops.transpose(self.k(key), (0, 2, 1))) / self.dim**0.5
        if mask is not None:
            s = ops.where(mask, s, -1e9)
        return ops.matmul(ops.softmax(s), self.v(value))
""",
    (),
    right={
        "said otherwise": (
            (
                "return ops.matmul(ops.softmax(s), self.v(value))",
                "w = ops.softmax(s, axis=-1)\n        return ops.matmul(w, self.v(value))",
            ),
        )
    },
    wrong={
        "key built with the query's shape": (
            (
                "self.k.build(value_shape if key_shape is None else key_shape)",
                "self.k.build(query_shape)",
            ),
        ),
        "optional key ignored": (("key = value if key is None else key", "key = value"),),
        "value built with the key's shape": (
            (
                "self.v.build(value_shape)",
                "self.v.build(value_shape if key_shape is None else key_shape)",
            ),
        ),
    },
)

STACK = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, widths=(8, 8), rate=0.0, **kwargs):
        super().__init__(**kwargs)
        self.widths = tuple(widths)
        self.rate = rate
        self.blocks = [layers.Dense(w, activation="relu") for w in self.widths]
        self.drop = layers.Dropout(rate)

    def build(self, input_shape):
        shape = input_shape
        for block in self.blocks:
            block.build(shape)
            shape = block.compute_output_shape(shape)

    def call(self, x, training=None):
        for block in self.blocks:
            x = self.drop(block(x), training=training)
        return x

    def get_config(self):
        return {**super().get_config(), "widths": self.widths, "rate": self.rate}
""",
    (),
    right={
        "said otherwise": (
            (
                "        for block in self.blocks:\n            x = self.drop(block(x), training=training)\n",
                "        for index in range(len(self.blocks)):\n            x = self.blocks[index](x)\n            x = self.drop(x, training=training)\n",
            ),
        )
    },
    wrong={
        "only the first one built": (
            (
                "        for block in self.blocks:\n            block.build(shape)\n            shape = block.compute_output_shape(shape)\n",
                "        self.blocks[0].build(shape)\n",
            ),
        ),
        "only the first two run": (
            (
                "for block in self.blocks:\n            x",
                "for block in self.blocks[:2]:\n            x",
            ),
        ),
        "all built alike": (("            shape = block.compute_output_shape(shape)\n", ""),),
        "dropout once": (
            (
                "            x = self.drop(block(x), training=training)\n        return x",
                "            x = block(x)\n        return self.drop(x, training=training)",
            ),
        ),
    },
)

POSITIONS = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, max_length=32, scale=True, learn=True, **kwargs):
        super().__init__(**kwargs)
        self.max_length, self.scale, self.learn = max_length, scale, learn

    def build(self, input_shape):
        self.table = self.add_weight(shape=(self.max_length, input_shape[-1]), name="table", trainable=self.learn)

    def call(self, x):
        n = ops.minimum(ops.shape(x)[1], self.max_length)
        x = x[:, : self.max_length]
        if self.scale:
            x = x * ops.sqrt(ops.cast(x.shape[-1], x.dtype))
        return x + self.table[:n]
""",
    (),
    right={
        "said otherwise": (
            ("return x + self.table[:n]", "table = self.table[:n]\n        return x + table"),
        )
    },
    wrong={
        "no cut": (("        x = x[:, : self.max_length]\n", ""),),
        "renamed attribute of a weight": (
            (
                '        self.table = self.add_weight(shape=(self.max_length, input_shape[-1]), name="table", trainable=self.learn)',
                '        self.positions = self.add_weight(shape=(self.max_length, input_shape[-1]), name="table", trainable=self.learn)',
            ),
            ("        return x + self.table[:n]", "        return x + self.positions[:n]"),
        ),
        "two flags": (("if self.scale:", "if self.scale and self.learn:"),),
        "trains anyway": ((", trainable=self.learn", ""),),
    },
)

RMS_NORM = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, epsilon=1e-6, center=True, **kwargs):
        super().__init__(**kwargs)
        self.epsilon, self.center = epsilon, center

    def build(self, input_shape):
        self.gamma = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="beta") if self.center else None

    def call(self, x):
        kind = x.dtype
        x = ops.cast(x, "float32")
        x = x * ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + self.epsilon)
        x = ops.cast(x, kind) * self.gamma
        return x if self.beta is None else x + self.beta
""",
    (),
    right={"said otherwise": (("ops.square(x)", "x * x"),)},
    wrong={
        "no single precision": (('        x = ops.cast(x, "float32")\n', ""),),
        "output in single precision": (
            ("ops.cast(x, kind) * self.gamma", "x * ops.cast(self.gamma, x.dtype)"),
        ),
        "epsilon outside": (
            (
                "ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + self.epsilon)",
                "1 / (ops.sqrt(ops.mean(ops.square(x), axis=-1, keepdims=True)) + self.epsilon)",
            ),
        ),
        "flag ignored": ((" if self.center else None", ""),),
    },
)

OF_A_DICT = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(units)
        self.other = layers.Dense(units)

    def build(self, input_shape):
        self.dense.build(input_shape["x"])
        self.other.build(input_shape["y"])

    def call(self, inputs):
        out = self.dense(inputs["x"]) + self.other(inputs["y"])
        if "weight" in inputs:
            out = out * inputs["weight"]
        return out
""",
    (
        'Block()({"x": floats(2, 3), "y": floats(2, 3), "weight": floats(2, 1)})',
        'Block()({"x": floats(2, 3), "y": floats(2, 3)})',
    ),
    right={
        "said otherwise": (
            (
                'out = self.dense(inputs["x"]) + self.other(inputs["y"])',
                'x, y = inputs["x"], inputs["y"]\n        out = self.dense(x) + self.other(y)',
            ),
        )
    },
    wrong={
        "optional key ignored": (
            ('        if "weight" in inputs:\n            out = out * inputs["weight"]\n', ""),
        ),
        "built with the other shape": (
            ('self.other.build(input_shape["y"])', 'self.other.build(input_shape["x"])'),
        ),
        "optional key needed": (
            (
                '        if "weight" in inputs:\n            out = out * inputs["weight"]\n',
                '        out = out * inputs["weight"]\n',
            ),
        ),
    },
)

ADAPTED = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def build(self, input_shape):
        self.mean = self.add_weight(shape=(input_shape[-1],), trainable=False, initializer="zeros", name="mean")
        self.count = self.add_weight(shape=(), trainable=False, initializer="zeros", name="count")

    def adapt(self, data):
        self.mean.assign(ops.mean(data, axis=tuple(range(len(data.shape) - 1))))
        self.count.assign(1.0)

    def reset(self):
        self.mean.assign(ops.zeros_like(self.mean))
        self.count.assign(0.0)

    def merge(self, other):
        total = self.count + other.count
        self.mean.assign((self.mean * self.count + other.mean * other.count) / ops.maximum(total, 1.0))
        self.count.assign(total)

    def call(self, x):
        return x - self.mean
""",
    (),
    right={
        "said otherwise": (
            ("total = self.count + other.count", "total = other.count + self.count"),
        )
    },
    wrong={
        "count not kept": (("        self.count.assign(1.0)\n", ""),),
        "count not merged": (("self.count.assign(total)", "pass"),),
    },
)

GATED = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, units=6, gate="sigmoid", norm=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.gate = keras.activations.get(gate)
        self.norm = norm
        self.a = layers.Dense(units)
        self.b = layers.Dense(units)
        self.ln = layers.LayerNormalization() if norm == "layer" else layers.BatchNormalization() if norm == "batch" else None

    def build(self, s):
        self.a.build(s)
        self.b.build(s)
        if self.ln is not None:
            self.ln.build((*s[:-1], self.units))

    def call(self, x, training=None):
        y = self.a(x) * self.gate(self.b(x))
        if self.norm == "batch":
            y = self.ln(y, training=training)
        elif self.norm == "layer":
            y = self.ln(y)
        return y
""",
    (),
    right={
        "said otherwise": (
            (
                "y = self.a(x) * self.gate(self.b(x))",
                "g = self.gate(self.b(x))\n        y = self.a(x) * g",
            ),
        )
    },
    wrong={
        "argument ignored": (("self.gate(self.b(x))", "ops.sigmoid(self.b(x))"),),
        "never in training": (("self.ln(y, training=training)", "self.ln(y, training=False)"),),
        "another branch": (
            (
                'elif self.norm == "layer":\n            y = self.ln(y)',
                'elif self.norm == "layer":\n            y = y + self.ln(y)',
            ),
        ),
    },
)

EMBEDDED = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, vocab=20, dim=4, pad=0, **kwargs):
        super().__init__(**kwargs)
        self.vocab, self.dim, self.pad = vocab, dim, pad

    def build(self, s):
        self.table = self.add_weight(shape=(self.vocab, self.dim), name="table")

    def call(self, ids):
        ids = ops.minimum(ids, self.vocab - 1)
        out = ops.take(self.table, ids, axis=0)
        return ops.where((ids == self.pad)[..., None], 0.0, out)

    def compute_mask(self, ids, mask=None):
        return ids != self.pad
""",
    (),
    right={"said otherwise": (("return ids != self.pad", "return ops.not_equal(ids, self.pad)"),)},
    wrong={
        "no limit": (("        ids = ops.minimum(ids, self.vocab - 1)\n", ""),),
        "no mask": (("return ids != self.pad", "return None"),),
        "another constant": (("ids == self.pad", "ids == 0"),),
    },
)

POOLED = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, mode="max", **kwargs):
        super().__init__(**kwargs)
        self.mode = mode
        self.supports_masking = True

    def call(self, x, mask=None):
        if mask is not None:
            m = ops.cast(mask, x.dtype)[..., None]
            total = ops.maximum(ops.sum(m, axis=1), 1e-6)
            return ops.sum(x * m, axis=1) / total
        if self.mode == "max":
            return ops.max(x, axis=1)
        return ops.mean(x, axis=1)
""",
    (),
    right={
        "said otherwise": (
            (
                "return ops.sum(x * m, axis=1) / total",
                "top = ops.sum(x * m, axis=1)\n            return top / total",
            ),
        )
    },
    wrong={
        "nothing to divide by": (("ops.maximum(ops.sum(m, axis=1), 1e-6)", "ops.sum(m, axis=1)"),),
        "sum for mean": (("return ops.mean(x, axis=1)", "return ops.sum(x, axis=1)"),),
        "squeezed": (("return ops.max(x, axis=1)", "return ops.squeeze(ops.max(x, axis=1))"),),
    },
)

AVERAGED = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, momentum=0.9, warm=3, **kwargs):
        super().__init__(**kwargs)
        self.momentum, self.warm = momentum, warm

    def build(self, s):
        self.avg = self.add_weight(shape=(s[-1],), trainable=False, initializer="zeros", name="avg")
        self.step = self.add_weight(shape=(), trainable=False, initializer="zeros", name="step", dtype="int32")

    def call(self, x, training=None):
        if training and self.trainable:
            m = ops.where(self.step < self.warm, 0.0, self.momentum)
            self.avg.assign(m * self.avg + (1 - m) * ops.mean(x, axis=tuple(range(len(x.shape) - 1))))
            self.step.assign_add(1)
        return x - self.avg
""",
    (),
    right={"said otherwise": (("self.step.assign_add(1)", "self.step.assign(self.step + 1)"),)},
    wrong={
        "moves while frozen": (("if training and self.trainable:", "if training:"),),
        "a constant for an argument": (("self.step < self.warm", "self.step < 4"),),
    },
)

WRAPPED = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, inner=None, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner if inner is not None else layers.Dense(8)

    def build(self, s):
        if not self.inner.built:
            self.inner.build(s)

    def call(self, x):
        return x + self.inner(x)
""",
    (),
    right={
        "said otherwise": (("return x + self.inner(x)", "y = self.inner(x)\n        return x + y"),)
    },
    wrong={
        "another layer": (("inner if inner is not None else layers.Dense(8)", "layers.Dense(8)"),),
        "built twice": (
            (
                "        if not self.inner.built:\n            self.inner.build(s)",
                "        self.inner.build(s)",
            ),
        ),
    },
)

BLIND_SPOTS = {
    "squeeze": SQUEEZE,
    "residual": RESIDUAL,
    "attention": ATTENTION,
    "stack": STACK,
    "positions": POSITIONS,
    "rms norm": RMS_NORM,
    "of a dict": OF_A_DICT,
    "adapted": ADAPTED,
    "gated": GATED,
    "embedded": EMBEDDED,
    "pooled": POOLED,
    "averaged": AVERAGED,
    "wrapped": WRAPPED,
}
