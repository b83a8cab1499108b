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
PRECISIONS = {
    "masked in mixed precision": MASKED,
    "trained in mixed precision": TRAINED,
}
