"""Layers with wrong rewrites that show only with arguments, names or inputs nobody wrote down."""

# ruff: noqa: E501

from __future__ import annotations

from mutant_corners import HEAD
from mutants import Subject

GRAPH = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, units=4, aggregate="mean", self_loops=True, normalize=False, activation=None, bias_initializer="zeros", **kwargs):
        super().__init__(**kwargs)
        self.units, self.aggregate, self.self_loops, self.normalize = units, aggregate, self_loops, normalize
        self.activation = keras.activations.get(activation)
        self.bias_initializer = initializers.get(bias_initializer)

    def build(self, input_shape):
        x, a = input_shape
        self.kernel = self.add_weight(shape=(x[-1], self.units), initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer=self.bias_initializer, name="bias")
        self.built = True

    def call(self, inputs):
        x, a = inputs
        if self.self_loops:
            a = a + ops.eye(a.shape[-1], dtype=a.dtype)
        h = ops.matmul(a, ops.matmul(x, self.kernel))
        if self.aggregate == "mean":
            h = h / ops.maximum(ops.sum(a, -1, keepdims=True), 1e-3)
        elif self.aggregate == "max":
            h = ops.max(a[..., None] * ops.matmul(x, self.kernel)[..., None, :, :], axis=-2)
        if self.normalize:
            h = h / ops.sqrt(ops.sum(ops.square(h), -1, keepdims=True) + 1e-12)
        return self.activation(h + self.bias)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "aggregate": self.aggregate, "self_loops": self.self_loops, "normalize": self.normalize, "activation": keras.activations.serialize(self.activation), "bias_initializer": initializers.serialize(self.bias_initializer)}
""",
    (),
    right={
        "squares by hand": (
            ("ops.sum(ops.square(h), -1, keepdims=True)", "ops.sum(h * h, -1, keepdims=True)"),
        ),
        "kernel in a helper": (
            ("h = ops.matmul(a, ops.matmul(x, self.kernel))", "h = self._mixed(x, a)"),
            (
                "        return self.activation(h + self.bias)\n",
                "        return self.activation(h + self.bias)\n\n    def _mixed(self, x, a):\n        return ops.matmul(a, ops.matmul(x, self.kernel))\n",
            ),
        ),
        "built by Keras": (("        self.built = True\n", ""),),
    },
    wrong={
        "max wrong": (("h = ops.max(a[", "h = ops.sum(a["),),
        "bias init lost": (("initializer=self.bias_initializer", 'initializer="zeros"'),),
        "kernel init": (
            (
                'initializer="glorot_uniform", name="kernel"',
                'initializer="he_normal", name="kernel"',
            ),
        ),
        "eps mean": (("1e-3", "1e-4"),),
        "sum branch": (('if self.aggregate == "mean":', 'if self.aggregate in ("mean", "sum"):'),),
    },
)

WRAPPER = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, layer=None, norm=True, power_iterations=1, trainable_inner=True, **kwargs):
        super().__init__(**kwargs)
        self.layer = layer if layer is not None else layers.Dense(4)
        self.layer.trainable = trainable_inner
        self.norm, self.power_iterations, self.trainable_inner = norm, power_iterations, trainable_inner

    def build(self, input_shape):
        if not self.layer.built:
            self.layer.build(input_shape)
        self.u = self.add_weight(shape=(1, self.layer.kernel.shape[-1]), initializer=initializers.RandomNormal(stddev=1.0), trainable=False, name="u")
        self.built = True

    def call(self, x, training=None):
        if training and self.norm:
            w = ops.reshape(self.layer.kernel, (-1, self.layer.kernel.shape[-1]))
            u = self.u
            for _ in range(self.power_iterations):
                v = ops.normalize(ops.matmul(u, ops.transpose(w)))
                u = ops.normalize(ops.matmul(v, w))
            self.u.assign(ops.stop_gradient(u))
        return self.layer(x)

    def get_config(self):
        return {**super().get_config(), "layer": keras.saving.serialize_keras_object(self.layer), "norm": self.norm, "power_iterations": self.power_iterations, "trainable_inner": self.trainable_inner}

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        config["layer"] = keras.saving.deserialize_keras_object(config["layer"])
        return cls(**config)
""",
    (),
    right={
        "or instead of if": (
            (
                "self.layer = layer if layer is not None else layers.Dense(4)",
                "self.layer = layer or layers.Dense(4)",
            ),
        ),
        "another attribute": (
            (
                "self.layer.trainable = trainable_inner",
                "self.layer.trainable = trainable_inner\n        self.version = 2",
            ),
        ),
    },
    wrong={
        "u init": (
            ("initializers.RandomNormal(stddev=1.0)", "initializers.RandomUniform(-2.0, 2.0)"),
        ),
        "iter once": (("for _ in range(self.power_iterations):", "for _ in range(1):"),),
        "frozen ignored": (("self.layer.trainable = trainable_inner", "pass"),),
        "given copy": (
            (
                "self.layer = layer if layer is not None else layers.Dense(4)",
                "self.layer = layers.Dense(4)",
            ),
        ),
        "rebuilt": (
            (
                "        if not self.layer.built:\n            self.layer.build(input_shape)\n",
                "        self.layer.build(input_shape)\n",
            ),
        ),
    },
)

MODEL = Subject(
    HEAD
    + """\
class Block(keras.Model):
    def __init__(self, hidden=8, classes=3, dropout=0.5, pooling="avg", include_top=True, **kwargs):
        super().__init__(**kwargs)
        self.hidden_n, self.classes, self.dropout, self.pooling, self.include_top = hidden, classes, dropout, pooling, include_top
        self.stem = layers.Conv2D(hidden, 3, padding="same")
        self.bn = layers.BatchNormalization(momentum=0.9)
        self.pool = layers.GlobalAveragePooling2D() if pooling == "avg" else layers.GlobalMaxPooling2D()
        self.drop = layers.Dropout(dropout, seed=3)
        self.head = layers.Dense(classes, activation="softmax") if include_top else None
        self.tracker = keras.metrics.Mean(name="score")

    def build(self, input_shape):
        self.stem.build(input_shape)
        self.bn.build((*input_shape[:-1], self.hidden_n))
        if self.head is not None:
            self.head.build((input_shape[0], self.hidden_n))
        self.built = True

    def call(self, x, training=None):
        y = self.pool(ops.relu(self.bn(self.stem(x), training=training)))
        if training:
            self.tracker.update_state(ops.mean(y))
        y = self.drop(y, training=training)
        return y if self.head is None else self.head(y)

    @property
    def metrics(self):
        return [self.tracker]

    def get_config(self):
        return {"hidden": self.hidden_n, "classes": self.classes, "dropout": self.dropout, "pooling": self.pooling, "include_top": self.include_top}
""",
    (),
    right={
        "asks the argument": (
            (
                "return y if self.head is None else self.head(y)",
                "return self.head(y) if self.include_top else y",
            ),
        ),
        "a docstring": (
            (
                "    def call(self, x, training=None):\n",
                '    def call(self, x, training=None):\n        "Classify."\n',
            ),
        ),
    },
    wrong={
        "max pool": (
            (
                'layers.GlobalAveragePooling2D() if pooling == "avg" else layers.GlobalMaxPooling2D()',
                "layers.GlobalAveragePooling2D()",
            ),
        ),
        "tracker name": (('Mean(name="score")', 'Mean(name="result")'),),
        "tracker kind": (("keras.metrics.Mean(", "keras.metrics.Sum("),),
        "metrics empty": (("return [self.tracker]", "return []"),),
        "tracker infer": (
            (
                "        if training:\n            self.tracker",
                "        if True:\n            self.tracker",
            ),
        ),
        "drop seed": (("seed=3", "seed=4"),),
    },
)

TABLE = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, vocab=10, dim=4, mask_zero=False, scale=True, tie_weights=True, **kwargs):
        super().__init__(**kwargs)
        self.vocab, self.dim, self.mask_zero, self.scale, self.tie_weights = vocab, dim, mask_zero, scale, tie_weights

    def build(self, input_shape):
        self.table = layers.Embedding(self.vocab, self.dim, mask_zero=self.mask_zero, name="table")
        self.table.build(input_shape)
        self.pos = layers.Embedding(64, self.dim, name="pos")
        self.pos.build((64,))
        if not self.tie_weights:
            self.rev = self.add_weight(name="reverse", shape=(self.dim, self.vocab))
        self.built = True

    def call(self, ids, reverse=False):
        if reverse:
            w = ops.transpose(self.table.embeddings) if self.tie_weights else self.rev
            return ops.matmul(ids, w)
        e = self.table(ids)
        if self.scale:
            e = e * self.dim**0.5
        return e + self.pos(ops.arange(ops.shape(ids)[-1]))

    def compute_mask(self, inputs, mask=None):
        return self.table.compute_mask(inputs, mask) if self.mask_zero else None

    def get_config(self):
        return {**super().get_config(), "vocab": self.vocab, "dim": self.dim, "mask_zero": self.mask_zero, "scale": self.scale, "tie_weights": self.tie_weights}
""",
    (),
    right={
        "power by hand": (("e = e * self.dim**0.5", "e = e * (self.dim**0.5)"),),
        "table once": (
            (
                "        e = self.table(ids)\n",
                "        table = self.table\n        e = table(ids)\n",
            ),
        ),
    },
    wrong={
        "reverse wrong": (("return ops.matmul(ids, w)", "return ops.matmul(ids, w) * 2"),),
        "mask lost": (
            (
                "return self.table.compute_mask(inputs, mask) if self.mask_zero else None",
                "return None",
            ),
        ),
        "pos less": (
            (
                "layers.Embedding(64, self.dim",
                "layers.Embedding(64, self.dim, embeddings_initializer='normal'",
            ),
        ),
    },
)

OPTIONAL = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, units=4, depth=2, hidden_dims=(6,), use_context=True, output_activation=None, bottleneck=None, **kwargs):
        super().__init__(**kwargs)
        self.units, self.depth, self.hidden_dims, self.use_context, self.output_activation, self.bottleneck = units, depth, hidden_dims, use_context, output_activation, bottleneck
        self.q = layers.Dense(units)
        self.k = layers.Dense(units)
        self.small = layers.Dense(bottleneck) if bottleneck is not None else None
        self.stack = [layers.Dense(h, activation="relu") for h in hidden_dims]
        self.act = keras.activations.get(output_activation)

    def build(self, inputs_shape, context_shape=None):
        self.q.build(inputs_shape)
        self.k.build(context_shape or inputs_shape)
        shape = (*inputs_shape[:-1], self.units)
        if self.small is not None:
            self.small.build(shape)
            shape = (*shape[:-1], self.bottleneck)
        for d in self.stack:
            d.build(shape)
            shape = d.compute_output_shape(shape)
        self.built = True

    def call(self, inputs, context=None, training=None):
        q = self.q(inputs)
        if context is not None:
            q = q + ops.mean(self.k(context), axis=1, keepdims=True)
        else:
            q = q + self.k(inputs)
        if self.small is not None:
            q = ops.tanh(self.small(q))
        for d in self.stack:
            q = d(q)
        return self.act(q)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "depth": self.depth, "hidden_dims": self.hidden_dims, "use_context": self.use_context, "output_activation": self.output_activation, "bottleneck": self.bottleneck}
""",
    (),
    right={
        "context first": (
            (
                "        if context is not None:\n            q = q + ops.mean(self.k(context), axis=1, keepdims=True)\n        else:\n            q = q + self.k(inputs)\n",
                "        if context is None:\n            q = q + self.k(inputs)\n        else:\n            q = q + ops.mean(self.k(context), axis=1, keepdims=True)\n",
            ),
        ),
        "a loop for the stack": (
            (
                'self.stack = [layers.Dense(h, activation="relu") for h in hidden_dims]',
                'self.stack = []\n        for size in hidden_dims:\n            self.stack.append(layers.Dense(size, activation="relu"))',
            ),
        ),
    },
    wrong={
        "context ignored": (
            (
                "q = q + ops.mean(self.k(context), axis=1, keepdims=True)",
                "q = q + ops.max(self.k(context), axis=1, keepdims=True)",
            ),
        ),
        "bottleneck wrong": (("q = ops.tanh(self.small(q))", "q = self.small(q)"),),
        "bottleneck lost": (
            ("layers.Dense(bottleneck) if bottleneck is not None else None", "None"),
        ),
        "act lost": (("return self.act(q)", "return q"),),
    },
)

REGISTERED = Subject(
    HEAD
    + """\
@keras.saving.register_keras_serializable(package="my_pkg")
class Block(layers.Layer):
    version = 2

    def __init__(self, units=4, tie=False, **kwargs):
        super().__init__(**kwargs)
        self.units, self.tie = units, tie
        self.a = layers.Dense(units, name="a")
        self.b = self.a if tie else layers.Dense(units, name="b")
        self._calls = 0

    def build(self, input_shape):
        self.a.build(input_shape)
        if not self.tie:
            self.b.build(input_shape)
        self.built = True

    def call(self, x):
        return self.a(x) * self.b(x)

    def compute_mask(self, inputs, mask=None):
        return None if mask is None else ops.logical_not(mask)

    def encode(self, x):
        return self.a(x)

    def reset(self):
        for v in self.weights:
            v.assign(ops.zeros_like(v))

    def get_config(self):
        return {**super().get_config(), "units": self.units, "tie": self.tie}

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        if "old_units" in config:
            config["units"] = config.pop("old_units")
        return cls(**config)
""",
    (),
    right={
        "unpacked configuration": (
            ("        config = dict(config)\n", "        config = {**config}\n"),
        ),
        "a private method": (
            (
                "    def reset(self)",
                "    def _nothing(self):\n        return None\n\n    def reset(self)",
            ),
        ),
    },
    wrong={
        "package other": (('package="my_pkg"', 'package="other"'),),
        "decorator lost": (('@keras.saving.register_keras_serializable(package="my_pkg")\n', ""),),
        "untied": (("self.b = self.a if tie else layers.Dense", "self.b = layers.Dense"),),
        "method gone": (("def reset(self)", "def _reset(self)"),),
        "encode wrong": (
            (
                "def encode(self, x):\n        return self.a(x)",
                "def encode(self, x):\n        return self.b(x)",
            ),
        ),
        "mask wrong": (("ops.logical_not(mask)", "mask"),),
        "class attribute": (("version = 2", "version = 3"),),
        "from config old": (
            (
                '        if "old_units" in config:\n            config["units"] = config.pop("old_units")\n',
                "",
            ),
        ),
    },
)

UNTOLD = {
    "graph without a recipe": GRAPH,
    "wrapper without a recipe": WRAPPER,
    "model without a recipe": MODEL,
    "table without a recipe": TABLE,
    "options without a recipe": OPTIONAL,
    "registered without a recipe": REGISTERED,
}
