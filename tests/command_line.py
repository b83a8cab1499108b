"""A layer with one finding, and what a run of the command line gave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

CLEAN = "x = 1\n"
FINDING = """\
import keras


class Block(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.dense = keras.layers.Dense(self.units)
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
"""


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


Run = Callable[..., Ran]
