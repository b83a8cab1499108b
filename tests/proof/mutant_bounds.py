"""Layers with wrong rewrites that show only where an argument is beyond what it cuts."""

from __future__ import annotations

from mutant_corners import HEAD
from mutants import Subject

CUT = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, units=8, kept=2, **kwargs):
        super().__init__(**kwargs)
        self.kept = kept
        self.dense = layers.Dense(units)

    def build(self, input_shape):
        self.dense.build(input_shape)

    def call(self, x):
        x = self.dense(x)
        return x + ops.mean(x[..., : self.kept], axis=-1, keepdims=True)
""",
    (),
    right={"from the first one": (("x[..., : self.kept]", "x[..., 0 : self.kept]"),)},
    wrong={
        "divided by what was asked for": (
            (
                "ops.mean(x[..., : self.kept], axis=-1, keepdims=True)",
                "ops.sum(x[..., : self.kept], axis=-1, keepdims=True) / self.kept",
            ),
        ),
    },
)
BOUNDS = {"cut at an argument": CUT}
