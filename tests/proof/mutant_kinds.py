"""Layers with wrong rewrites that show only where one input is of whole numbers."""

from __future__ import annotations

from mutant_corners import HEAD
from mutants import Subject

GRAPH = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(units)

    def build(self, input_shape):
        self.dense.build(input_shape[0])

    def call(self, inputs):
        x, adjacency = inputs
        return ops.matmul(self._weighed(ops.cast(adjacency, x.dtype)), self.dense(x))

    def _weighed(self, adjacency):
        return adjacency + ops.eye(adjacency.shape[-1], dtype=adjacency.dtype)
""",
    ("Block()([floats(2, 6, 8), floats(2, 6, 6)])",),
    right={
        "told by name": (("ops.cast(adjacency, x.dtype)", "ops.cast(adjacency, dtype=x.dtype)"),)
    },
    wrong={"as it is given": (("ops.cast(adjacency, x.dtype)", "adjacency"),)},
)
KINDS = {"of whole numbers": GRAPH}
