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
        self.dense = layers.Dense(self.units, dtype="float32")
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
"""
CREATION = '        self.dense = layers.Dense(self.units, dtype="float32")\n'
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
        "Block: proved\nrecipe: Block(4)(floats(2, 8))\nran: "
    )


@pytest.mark.usefixtures("files")
def test_a_child_that_is_no_longer_built_is_refuted_with_what_is_lost(
    capsys: pytest.CaptureFixture[str],
) -> None:
    recipe = ("--recipe", "Block(3)(floats(2, 5))")
    code = run(
        ["compare", "old.py", "unbuilt.py", "--layer", "Block", *recipe, "--output-format", "json"]
    )
    (verdict,) = json.loads(capsys.readouterr().out)

    assert code == 1
    assert verdict["outcome"] == "refuted"
    assert "`dense`" in verdict["reason"]
    assert verdict["recipe"] == "Block(3)(floats(2, 5))"


@pytest.mark.usefixtures("files")
def test_a_second_run_tells_what_the_first_has_measured_unless_it_may_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = ["compare", "old.py", "new.py", "--isolated"]
    codes, told = [], []
    for flags in (["--no-cache"], [], [], ["--no-cache"]):
        codes.append(run([*asked, *flags]))
        told.append(capsys.readouterr().out)

    assert codes == [0, 0, 0, 0]
    assert [" by an earlier run (cached)" in text for text in told] == [False, False, True, False]
    assert told[2].replace(" by an earlier run (cached)", "") == told[1]


PARTS = """\
from keras import layers


def units(n):
    return n


{name} = layers.Dense
"""
IMPORTS = "from parts import {name} as Child, units\n"


def git(*arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], check=True)


def test_all_layers_that_changed_since_a_revision_are_compared(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "new.py").unlink()
    old = IMPORTS.format(name="Old") + IN_BUILD.replace("layers.Dense(", "Child(")
    (files / "parts.py").write_text(PARTS.format(name="Old"), encoding="utf-8")
    (files / "old.py").write_text(old, encoding="utf-8")
    git("init", "-q", ".")
    git("add", ".")
    git("commit", "-qm", "x")
    new = IMPORTS.format(name="New") + IN_INIT.replace("layers.Dense(", "Child(")
    (files / "parts.py").write_text(PARTS.format(name="New"), encoding="utf-8")
    (files / "moved.py").write_text(new, encoding="utf-8")
    (files / "old.py").unlink()
    (files / "unbuilt.py").write_text(UNBUILT.replace("(self.units,", "(7,"), encoding="utf-8")

    code = run(["compare", "--base", "HEAD", "--show-recipe"])
    out = capsys.readouterr().out

    assert code == 1
    assert "old.py → moved.py: Block: proved\n" in out
    assert "load into the new code? yes (.keras, .weights.h5, legacy .h5)" in out
    assert "mended   freezes" in out
    assert "unbuilt.py: Block: refuted: for input (2, 8) " in out
    assert "load into the new code? no: .keras, " in out
    assert ": it cannot be read: `dense/kernel` has the shape (8, 4) and the new layer" in out
    assert "2 layers compared: 1 proved, 1 refuted\n" in out
    assert out.endswith('[tool.keraslint.recipes]\nBlock = "Block(4)(floats(2, 8))"\n')


def test_two_classes_of_one_file_are_compared_and_the_recipe_is_for_the_new_one(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = IN_BUILD + IN_INIT.split("\n", 3)[3].replace("class Block", "class Better")
    (files / "old.py").write_text(both, encoding="utf-8")
    names = ("--layer", "Block", "--new-layer", "Better")

    code = run(["compare", "old.py", *names, "--show-recipe", "--output-format", "json"])
    out, err = capsys.readouterr()
    (one,) = json.loads(out)

    assert code == 0
    assert (one["old_layer"], one["layer"], one["outcome"]) == ("Block", "Better", "proved")
    assert one["old_checkpoint"].startswith("yes (.keras, .weights.h5")
    assert [weight["path"] for weight in one["evidence"][0]["after"]] == [
        "dense/kernel",
        "dense/bias",
    ]
    assert '+        self.dense = layers.Dense(self.units, dtype="float32")\n' in one["diff"]
    log, _, recipes = err.partition("\n")
    assert log.startswith("[1/1] Block: proved (after ")
    assert recipes == '[tool.keraslint.recipes]\nBetter = "Better(4)(floats(2, 8))"\n'


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


CELL = """\
from keras import layers, ops


class Cell(layers.Layer):
    state_size = 4

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 4), name="kernel")

    def call(self, x, states):
        new = ops.tanh(ops.matmul(x, self.kernel) + states[0])
        return new, [new]


class Block(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.rnn = layers.RNN(Cell())

    def build(self, input_shape):
        self.rnn.build(input_shape)

    def call(self, x):
        return self.rnn(x)
"""


def test_a_cell_of_the_module_is_the_same_in_the_other_file(files: Path) -> None:
    (files / "old_cell.py").write_text(CELL, encoding="utf-8")
    (files / "new_cell.py").write_text(
        CELL.replace("return self.rnn(x)", "y = self.rnn(x)\n        return y"), encoding="utf-8"
    )

    recipe = ("--recipe", "Block()(floats(2, 5, 3))")
    code = run(["compare", "old_cell.py", "new_cell.py", "--layer", "Block", *recipe])

    assert code == 0
