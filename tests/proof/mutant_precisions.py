"""Layers with wrong rewrites that show only under another dtype policy, in a case of few."""

from __future__ import annotations

from mutant_corners import HEAD
from mutants import Subject

MASKED = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(units)

    def build(self, input_shape):
        self.dense.build(input_shape)

    def call(self, x, mask=None):
        x = self.dense(x)
        if mask is not None:
            x = x * ops.cast(mask, x.dtype)[..., None]
        return x
""",
    (),
    right={
        "another index": (("[..., None]", "[:, :, None]"),),
        "told by the output": (("ops.cast(mask, x.dtype)", "ops.cast(mask, dtype=x.dtype)"),),
    },
    wrong={
        "mask in single precision": (("x.dtype", '"float32"'),),
        "mask in the layer's precision": (("x.dtype", "self.compute_dtype"),),
    },
)
TRAINED = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(units)

    def build(self, input_shape):
        self.dense.build(input_shape)

    def call(self, x, training=False):
        x = self.dense(x)
        if training:
            scale = ops.cast(2.0, x.dtype)
            x = x * scale
        return x
""",
    (),
    right={"in one line": (("            x = x * scale\n", "            x *= scale\n"),)},
    wrong={"scale in single precision": (("x.dtype", '"float32"'),)},
)
ASKED = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = layers.Dense(units)
        self.kept_as = self.compute_dtype

    def build(self, input_shape):
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)

    def start(self, batch_size=None):
        return ops.ones((batch_size, self.units), dtype=self.compute_dtype)

    def compute_output_spec(self, x):
        return keras.KerasTensor((*x.shape[:-1], self.units), dtype=self.compute_dtype)
""",
    (),
    right={
        "zeros and one": (
            (
                "ops.ones((batch_size, self.units), dtype=self.compute_dtype)",
                "1 + ops.zeros((batch_size, self.units), dtype=self.compute_dtype)",
            ),
        ),
        "asked of the policy": (
            ("kept_as = self.compute_dtype", "kept_as = self.dtype_policy.compute_dtype"),
        ),
    },
    wrong={
        "a method in single precision": (
            ("size, self.units), dtype=self.compute_dtype", 'size, self.units), dtype="float32"'),
        ),
        "a method in the dtype of the weights": (
            (
                "ops.ones((batch_size, self.units), dtype=self.compute",
                "ops.ones((batch_size, self.units), dtype=self.variable",
            ),
        ),
        "a method in the dtype of all other layers": (
            (
                "size, self.units), dtype=self",
                "size, self.units), dtype=keras.config.dtype_policy()",
            ),
        ),
        "an attribute in single precision": (
            ("kept_as = self.compute_dtype", 'kept_as = "float32"'),
        ),
        "a symbol in single precision": (
            (
                "KerasTensor((*x.shape[:-1], self.units), dtype=self.compute_dtype)",
                'KerasTensor((*x.shape[:-1], self.units), dtype="float32")',
            ),
        ),
    },
)
HALVED = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.score = layers.Dense(1)
        self.dense = layers.Dense(units)
        self.supports_masking = True

    def build(self, input_shape):
        self.score.build(input_shape)
        self.dense.build(input_shape)

    def call(self, x, mask=None):
        scores = self.score(x)
        if mask is not None:
            scores = ops.where(ops.cast(mask, "bool")[..., None], scores, -1e4)
        x = self.dense(x) * ops.softmax(scores, axis=1)
        return x / (ops.max(ops.abs(x), axis=-1, keepdims=True) + 1e-3)

    def compute_mask(self, x, mask=None):
        return None
""",
    (),
    right={"another number for never": (("-1e4", "-6e4"),)},
    wrong={
        "no number for never": (("-1e4", "-1e9"),),
        "almost nothing is nothing": (("1e-3", "1e-9"),),
    },
)
PRECISIONS = {
    "special in half precision": HALVED,
    "asked in mixed precision": ASKED,
    "masked in mixed precision": MASKED,
    "trained in mixed precision": TRAINED,
}
