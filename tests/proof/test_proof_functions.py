"""What a function does is told alike wherever it stands, and in each process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from keraslint.proof.probe.function_text import told_function
from keraslint.proof.prove import Claim, ProofOptions, Prover

TELL = """\
from keraslint.proof.probe.function_text import told_function

def made():
    return lambda x: x in {"one", "two", "three", "four", "five"}

print(told_function(made()))
"""


def first():
    return lambda x: x + 1


def second():

    return lambda x: x + 1


def third():
    return lambda x: x + 2


def test_the_same_function_elsewhere_is_told_alike_and_another_one_is_not() -> None:
    told = [told_function(make()) for make in (first, second, third)]

    assert told[0] == told[1] != told[2]


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_order_of_a_set_does_not_count(seed: str) -> None:
    environments = [{**os.environ, "PYTHONHASHSEED": one} for one in ("0", seed)]

    told = [subprocess.check_output([sys.executable, "-c", TELL], env=env) for env in environments]

    assert told[0] == told[1]
    assert b"five" in told[0]


DOUBLED = """\
import keras


class Doubled(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(4, activation=lambda x: x * 2)

    def build(self, input_shape):
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
"""


@pytest.mark.keras
@pytest.mark.parametrize(("factor", "outcome"), [("2", "proved"), ("3", "refuted")])
def test_a_lambda_that_a_child_is_given_counts_by_what_it_does(
    factor: str, outcome: str, tmp_path: Path
) -> None:
    after = "\n\n" + DOUBLED.replace("x * 2", f"x * {factor}")
    new = tmp_path / "new.py"
    with Prover(ProofOptions(root=tmp_path, backend="tensorflow")) as prover:
        verdict = prover.prove(
            Claim(
                layer="Doubled",
                path=tmp_path / "old.py",
                before=DOUBLED,
                after=after,
                after_path=new,
            )
        )

    assert verdict.outcome.value == outcome, verdict.reason
