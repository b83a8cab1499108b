"""`check_layer` and the plugin of pytest, in tests of somebody else's, run in their own process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_cli_examine import BLOCK

PLUGIN = "keraslint.testing.pytest_plugin"
CHECKS = """\
import numpy as np
import pytest
from keraslint.testing import check_layer

X = np.ones((2, 8), "float32")


def test_broken():
    check_layer(Block(3), X)


def test_accepted():
    check_layer(lambda: Block(3), X, skip=["built", "loaded", "copied"])


def test_healthy():
    check_layer(keras.layers.Dense(3), X)


def test_elsewhere():
    check_layer(keras.layers.Dense(3), X, backends=["torch"])


def test_no_layer():
    with pytest.raises(TypeError, match="int is no layer of Keras, and makes none"):
        check_layer(3, X)


def test_no_health():
    with pytest.raises(ValueError, match="there is no health `swim`"):
        check_layer(keras.layers.Dense(3), X, skip=["swim"])
"""


def pytest_in(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", PLUGIN, *arguments],
        cwd=folder,
        env={**environment, "KERAS_BACKEND": "tensorflow", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout


def test_importing_it_imports_no_keras() -> None:
    code = f"import sys, keraslint.testing, {PLUGIN}; print(*sys.modules)"

    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    loaded = set(out.stdout.split())
    assert "keraslint.testing" in loaded
    assert not loaded & {"keras", "tensorflow", "jax", "numpy", "libcst", "keraslint.engine"}


@pytest.mark.keras
def test_a_layer_that_loses_its_weights_fails_with_which_when_and_why(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text(BLOCK + CHECKS)

    out = pytest_in(tmp_path, "-W", "error::UserWarning")

    told = " ".join(out.replace("E  ", " ").split())
    assert "AssertionError: test_own.py:4: Block: broken" in told
    assert "loaded: loses `second/kernel`, `second/bias` on loading inside a model" in told
    assert "(KRL201, line 11)" in told
    assert 'to accept this: skip=["built", "loaded", "copied"]' in told
    assert "1 failed, 4 passed, 1 skipped" in out


@pytest.mark.keras
def test_the_plugin_makes_a_test_of_each_class(tmp_path: Path) -> None:
    (tmp_path / "blocks.py").write_text(BLOCK)

    out = pytest_in(tmp_path, "--keraslint-examine", "-rs", "blocks.py")

    assert "1 failed, 1 passed, 1 skipped" in out
    assert "blocks.py:4: Block: broken" in out
    assert "not examined: `Base` has no `call()` of its own" in " ".join(out.split())
    assert "Traceback" not in out


@pytest.mark.keras
def test_the_plugin_does_nothing_unasked(tmp_path: Path) -> None:
    (tmp_path / "blocks.py").write_text(BLOCK)

    assert "no tests ran" in pytest_in(tmp_path, "blocks.py")
