"""Of what is never loaded whole, nothing is told of saving."""

from __future__ import annotations

from pathlib import Path

import pytest

from keraslint.engine.lint import lint, lint_texts
from keraslint.project.facts.saving_calls import Saving, saving_calls
from keraslint.project.files.source import Source
from keraslint.settings import Settings

pytestmark = pytest.mark.usefixtures("elsewhere")
INSIDE = """
import keras, unittest

{head}
        class Scale(keras.layers.Layer):
            def __init__(self, factor):
                super().__init__()
                self.factor = factor
"""


def told(name: str, text: str) -> list[str]:
    source = Source(path=name, text=text)
    return [one.code for one in lint_texts([source], Settings(select=("KRL403",))).diagnostics]


@pytest.mark.parametrize(
    "head",
    [
        "class Scales:\n    def contest(self):",
        "class Case(keras.Model):\n    def test_data(self):\n        pass\n    def make(self):",
    ],
)
def test_a_class_that_a_function_makes_is_told_of(head: str) -> None:
    assert told("scales.py", INSIDE.format(head=head)) == ["KRL403"]


@pytest.mark.parametrize(
    "head",
    [
        "class Scales:\n    def test_scale(self):",
        "class Case(unittest.TestCase):\n    def make(self):",
        "class Case(unittest.TestCase): pass\nclass More(Case):\n    def make(self):",
    ],
)
def test_a_class_made_for_a_test_is_not(head: str) -> None:
    assert told("scales.py", INSIDE.format(head=head)) == []


@pytest.mark.parametrize(
    ("name", "is_told"),
    [
        ("latest.py", True),
        ("test_scale.py", False),
        ("scale_test.py", False),
        ("tests/scale.py", False),
        ("attest/scale.py", True),
    ],
)
def test_a_file_of_tests_is_known_by_what_collects_it(
    name: str, is_told: bool, tmp_path: Path
) -> None:
    text = INSIDE.format(head="class Scales:\n    def make(self):")
    source = Source(path=str(tmp_path / name), text=text)

    found = lint_texts([source], Settings(root=tmp_path, select=("KRL403",))).diagnostics

    assert bool(found) == is_told


@pytest.mark.parametrize(
    ("text", "saving"),
    [
        ("model.save_weights(path)", Saving.WEIGHTS),
        ("# model.save(path)\nmodel.load_weights(path)", Saving.WEIGHTS),
        ("callbacks.ModelCheckpoint(path, save_weights_only=True)", Saving.WEIGHTS),
        ("callbacks.ModelCheckpoint(path)", Saving.WHOLE),
        ("model.save(path)\nmodel.load_weights(path)", Saving.WEIGHTS | Saving.WHOLE),
        ("print('model.save(path)')", Saving.NOTHING),
        ("model.save(", Saving.NOTHING),
        ("import numpy as np\nnp.save(path, x)\nmodel.save_weights(path)", Saving.WEIGHTS),
        ("import tensorflow as tf\ntf.saved_model.save(model, path)", Saving.NOTHING),
        ("def save(y, name): pass\nsave(y)", Saving.NOTHING),
        ("picture.save(stream, format='PNG')", Saving.NOTHING),
        ("@register_keras_serializable()\nclass A(keras.layers.Layer): pass", Saving.WHOLE),
        ("@register_keras_serializable()\nclass A(keras.losses.Loss): pass", Saving.NOTHING),
        ("kept = tf.train.Checkpoint(model=net)\nkept.save(path)", Saving.WEIGHTS),
        ("keras.optimizers.Adam.from_config(config)\nmodel.fit(x)", Saving.TRAINS),
        ("with tf.GradientTape() as tape: pass\nnet.save(path)", Saving.TRAINS | Saving.WHOLE),
        ("import keras\nkeras.saving.save_model(model, path)", Saving.WHOLE),
        ("saver.save(session, path)", Saving.NOTHING),
        ("manager.save()", Saving.NOTHING),
        ("kept.save(0)", Saving.NOTHING),
        ("self.made = tf.train.CheckpointManager(kept, path)\nself.made.save()", Saving.WEIGHTS),
        ("from keras.optimizers import schedules\nschedules.Slow.from_config({})", Saving.NOTHING),
        ("def save(self, path): super().save(path)", Saving.NOTHING),
        ("picture.save(path / 'all.png')", Saving.NOTHING),
        ("picture.save(os.path.join(path, '%d.png' % n))", Saving.NOTHING),
        ("picture.save('{}/{}.png'.format(path, n))", Saving.NOTHING),
        ("table.to_json(path)", Saving.NOTHING),
        ("model.save(f'{path}_as_tf')", Saving.NOTHING),
        ("model.save(f'{path}/{n}')", Saving.WHOLE),
        ("model.save(os.path.join(path, '%d.keras' % n), True)", Saving.WHOLE),
        ("model.save(filepath=path, overwrite=True)", Saving.WHOLE),
        ("model.save(**given)", Saving.WHOLE),
    ],
)
def test_what_a_program_saves_is_read_off_its_calls(text: str, saving: Saving) -> None:
    assert saving_calls(text) == saving


SCALE = INSIDE.format(head="class Scales:\n    def make(self):")
APPLICATION = {"requirements.txt": "keras\n"}
LIBRARY = {"setup.py": "import setuptools\n"}
PACKAGE = {"blocks/__init__.py": "", "blocks/scales.py": SCALE}
TRAINED = {"train.py": "model.fit(x)\n"}
WEIGHTS = {"train.py": "model.save_weights(path)\n"}
WHOLE = {"train.py": "model.save(path)\n"}


@pytest.mark.parametrize("linted", [".", "one", "one/blocks/scales.py"])
@pytest.mark.parametrize(
    ("one", "other", "is_told"),
    [
        (APPLICATION | PACKAGE | WHOLE, {}, True),
        (APPLICATION | PACKAGE | WEIGHTS, APPLICATION | WHOLE, False),
        (APPLICATION | PACKAGE | TRAINED, APPLICATION | WHOLE, False),
        (LIBRARY | PACKAGE | WEIGHTS, APPLICATION | WHOLE, False),
        (LIBRARY | PACKAGE | TRAINED, {}, True),
        (APPLICATION | PACKAGE, APPLICATION | WEIGHTS, True),
    ],
)
def test_what_a_project_saves_is_asked_of_that_project(
    one: dict[str, str], other: dict[str, str], is_told: bool, linted: str, tmp_path: Path
) -> None:
    files = {f"one/{k}": v for k, v in one.items()} | {f"other/{k}": v for k, v in other.items()}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    settings = Settings(root=tmp_path, select=("KRL403",), cache=False)

    found = lint([tmp_path / linted], settings).diagnostics

    assert bool(found) == is_told
