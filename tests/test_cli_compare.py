"""`keraslint compare`, for real: both versions are built and run."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from keraslint.cli import run

pytestmark = pytest.mark.keras

IN_BUILD = """\
from keras import layers


# keraslint: recipe Block(4)(floats(2, 8))
class Block(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.dense = layers.Dense(self.units)
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
"""
CREATION = "        self.dense = layers.Dense(self.units)\n"
IN_INIT = IN_BUILD.replace(CREATION, "").replace("= units\n", f"= units\n{CREATION}")
UNBUILT = IN_INIT.replace("self.dense.build(input_shape)", "super().build(input_shape)")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {"old": IN_BUILD, "new": IN_INIT, "unbuilt": UNBUILT}.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.usefixtures("files")
def test_a_correct_move_is_proved(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["compare", "old.py", "new.py", "--layer", "Block"])

    assert code == 0
    assert capsys.readouterr().out.startswith(
        "Block: proved\nrecipe: Block(4)(floats(2, 8))\nmeasured with keras "
    )


@pytest.mark.usefixtures("files")
def test_a_child_that_is_no_longer_built_is_refuted_with_what_is_lost(
    capsys: pytest.CaptureFixture[str],
) -> None:
    recipe = ("--recipe", "Block(3)(floats(2, 5))")
    code = run(
        ["compare", "old.py", "unbuilt.py", "--layer", "Block", *recipe, "--output-format", "json"]
    )
    verdict = json.loads(capsys.readouterr().out)

    assert code == 1
    assert verdict["outcome"] == "refuted"
    assert "`dense`" in verdict["reason"]
    assert verdict["recipe"] == "Block(3)(floats(2, 5))"


def test_the_old_version_may_come_from_git(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
    for command in (("init", "-q", "."), ("add", "old.py"), (*identity, "commit", "-qm", "x")):
        subprocess.run(["git", *command], check=True)
    (files / "old.py").write_text(IN_INIT, encoding="utf-8")

    code = run(["compare", "old.py", "--base", "HEAD", "--layer", "Block"])

    assert code == 0
    assert "mended   freezes" in capsys.readouterr().out


UNGUESSABLE = """\
import keras


class Block(keras.layers.Layer):
    def __init__(self, vocabulary, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(vocabulary.size_of_everything())

    def call(self, x):
        return self.dense(x)
"""


def test_a_layer_that_nobody_can_guess_is_unknown_and_the_way_out_is_told(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "old.py").write_text(UNGUESSABLE, encoding="utf-8")

    code = run(["compare", "old.py", "old.py", "--layer", "Block"])
    out = capsys.readouterr().out

    assert code == 2
    assert out.startswith("Block: unknown: baseline fails: no way to make it was found")
    assert "--recipe" in out
