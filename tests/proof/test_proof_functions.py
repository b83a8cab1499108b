"""What a function does is told alike wherever it stands, and in each process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from keraslint.proof.probe.function_text import told_function

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
