"""Two runs over the same files say the same, in the same order, whatever Python hashes to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

GIVEN_BY_THREE = """\
import keras
from keras import layers


class Ours:
    def __getattr__(self, name):
        return self.values[name]


class Theirs:
    def __getattr__(self, name):
        return self.values[name]


class Other:
    def __getattr__(self, name):
        return self.values[name]


class Block(layers.Layer):
    def __init__(self, config, **kwargs):
        super().__init__(**kwargs)
        self.config = config

    def build(self, input_shape):
        self.dense = layers.Dense(self.config.units)

    def call(self, x):
        return self.dense(x)


def ours():
    return Block(Ours())


def theirs():
    return Block(Theirs())


def other():
    return Block(Other() if keras else Ours())
"""


def test_causes_come_in_the_same_order_whatever_names_hash_to(tmp_path: Path) -> None:
    (tmp_path / "block.py").write_text(GIVEN_BY_THREE)
    arguments = ["check", "--isolated", "--no-cache", "--output-format", "json", "."]

    told = [
        subprocess.run(
            [sys.executable, "-m", "keraslint", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        for seed in range(1, 4)
    ]

    assert told[0].count("__getattr__()") >= 3
    assert told[1:] == told[:1] * 2
