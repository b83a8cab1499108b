"""A child that finds no Keras, an old one or the other one: what people are told to do."""

from __future__ import annotations

from typing import Any

import pytest

from keraslint.proof.missing_keras import missing

PYTHON = "venv/bin/python"


@pytest.mark.parametrize(
    ("hello", "keras", "reason", "way_out"),
    [
        ({"missing": "keras"}, 0, "keras is not installed in venv/bin/python", "--python"),
        ({"missing": "torch"}, 3, "torch is not installed in venv/bin/python", "--python"),
        (
            {"found": "Keras 3.15.1", "tensorflow": "2.21.0"},
            2,
            "this layer is written for Keras 2, and venv/bin/python has Keras 3.15.1 alone",
            'pip install "tf_keras~=2.21.0"',
        ),
        (
            {"missing": "keras"},
            2,
            "this layer is written for Keras 2, and venv/bin/python has neither tf_keras nor keras",
            "pip install tf_keras",
        ),
        (
            {"found": "Keras 2.15.0"},
            3,
            "this layer is written for Keras 3, and venv/bin/python has Keras 2.15.0",
            'install "keras>=3.5" there',
        ),
        (
            {"found": "Keras 2.10.0", "too_old": True},
            2,
            "Keras 2.10.0 in venv/bin/python is too old to be measured",
            "TensorFlow 2.13 to 2.15 or tf_keras",
        ),
        ({"python": "3.9.1"}, 2, "venv/bin/python is Python 3.9.1: 3.10 is needed", "--python"),
        (
            {"error": "ValueError: no"},
            3,
            "keras cannot be imported in venv/bin/python: ValueError: no",
            "--python",
        ),
    ],
)
def test_it_is_told_what_is_there_and_what_to_install_or_to_pass(
    hello: dict[str, Any], keras: int, reason: str, way_out: str
) -> None:
    said, helps = missing(hello, PYTHON, keras)

    assert said == reason
    assert way_out in helps
