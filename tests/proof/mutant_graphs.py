"""A layer with wrong rewrites that show in a graph alone, where sizes are not known yet."""

from __future__ import annotations

from mutant_corners import HEAD
from mutants import Subject

GATED = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = layers.Dense(units)
        self.gate = layers.Dense(units)

    def build(self, input_shape):
        self.dense.build(input_shape)
        self.gate.build((input_shape[0], self.units))

    def call(self, x):
        x = self.dense(x)
        gate = self.gate(ops.mean(x, axis=1))
        return x * ops.reshape(gate, (-1, 1, self.units))
""",
    ("Block(4)(floats(2, 5, 3))",),
    right={"asked when it runs": (("(-1, 1,", "(ops.shape(x)[0], 1,"),)},
    wrong={
        "one where the batch is not known": (("(-1, 1,", "(x.shape[0] or 1, 1,"),),
        "no mean where the steps are not known": (
            ("ops.mean(x, axis=1)", "ops.mean(x, axis=1) if x.shape[1] else x[:, 0]"),
        ),
    },
)
GRAPHS = {"a graph of unknown sizes": GATED}
