"""What a move from `build()` to `__init__` keeps and breaks on Keras 2, observed on `tf_keras`.

The moves are safe or unsafe for other reasons than on Keras 3: a child that its owner's `build()`
does not build gets its weights, and their names, at the first call, wherever it is created.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("tf_keras")
pytestmark = pytest.mark.keras

Observed = dict[str, Any]
FORMS = ("in build", "in init", "in build, built there", "in init, built there")


@pytest.fixture(scope="module")
def observed() -> Observed:
    """Observe everything in one child process, since starting Keras takes seconds."""
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-B", __file__]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=1200)
    assert run.returncode == 0, run.stderr
    found: Observed = json.loads(run.stdout.splitlines()[-1])
    return found


def test_names_of_weights_follow_the_call_not_the_place_of_creation(observed: Observed) -> None:
    names = observed["names"]

    assert names["in build"] == names["in init"]
    assert names["in init"][:2] == ["block/dense/kernel:0", "block/dense/bias:0"]


def test_a_child_that_its_owner_builds_loses_its_own_name(observed: Observed) -> None:
    names = observed["names"]

    assert names["in build, built there"] == names["in init, built there"]
    assert names["in init, built there"][:2] == ["block/kernel:0", "block/bias:0"]


def test_two_such_children_cannot_be_written_to_h5(observed: Observed) -> None:
    assert observed["h5"] == {
        "in build": "",
        "in init": "",
        "in build, built there": "name already exists",
        "in init, built there": "name already exists",
    }


def test_own_weights_come_first_then_children_as_they_were_assigned(observed: Observed) -> None:
    order = observed["order"]

    assert order["in build"] == order["in init"] == ["own", "a", "a", "b", "b"]


def test_files_of_the_old_form_load_into_the_new_one(observed: Observed) -> None:
    assert observed["old files"] == {"h5": 0.0, "keras": 0.0, "checkpoint": 0.0}


def test_a_freeze_before_the_first_call_reaches_all_weights_in_either_form(
    observed: Observed,
) -> None:
    assert {form: frozen["trainable"] for form, frozen in observed["freeze"].items()} == (
        dict.fromkeys(FORMS, 0)
    )


def test_but_a_normalization_that_is_created_later_goes_on_updating(observed: Observed) -> None:
    moved = {form: frozen["moved"] for form, frozen in observed["freeze"].items()}

    assert moved["in build"] > 0
    assert moved["in build, built there"] > 0
    assert moved["in init"] == moved["in init, built there"] == 0


def test_an_empty_build_may_be_dropped(observed: Observed) -> None:
    assert observed["without build"] == {"names": True, "difference": 0.0}


def test_only_a_child_in_init_is_known_before_the_first_call(observed: Observed) -> None:
    known = observed["known before the first call"]

    assert {form: known[form] for form in FORMS[:2]} == {"in build": 0, "in init": 3}


def test_call_is_converted_by_autograph_in_either_form(observed: Observed) -> None:
    assert observed["autograph"] == {"in build": 2.0, "in init": 2.0}


def test_a_lambda_is_refused_in_a_keras_file_and_loaded_from_h5(observed: Observed) -> None:
    assert observed["lambda"]["h5"] == ""
    assert "safe_mode=False" in observed["lambda"]["keras"]


MAKE = "self.dense, self.norm, self.other = Dense(4), BatchNormalization(), Dense(4)"
BUILD = "[one.build(input_shape) for one in (self.dense, self.norm, self.other)]"
CALL = "y = self.norm(self.dense(x), training=training) + self.other(x)"


def _block(form: str) -> str:
    init = "pass" if "in build" in form else MAKE
    lines = [
        "    def build(self, input_shape):",
        f"        {MAKE if 'in build' in form else 'pass'}",
        f"        {BUILD if 'built' in form else 'pass'}",
        "        super().build(input_shape)",
    ]
    return "\n".join(
        [
            "class Block(Layer):",
            "    def __init__(self, **kwargs):",
            "        super().__init__(**kwargs)",
            f"        {init}",
            *([] if form == "without build" else lines),
            "    def call(self, x, training=None):",
            f"        {CALL}",
            "        if tf.reduce_sum(x) > 0:",
            "            y = y * 0 + 2.0",
            "        return y",
        ]
    )


ORDERED = """
class Block(Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        {init}

    def build(self, input_shape):
        {build}
        self.own = self.add_weight("own", shape=())
        super().build(input_shape)

    def call(self, x):
        return self.b(x) + self.a(x) + self.own
"""


def _made(text: str) -> Any:
    import tensorflow as tf
    import tf_keras as keras

    folder = Path(tempfile.mkdtemp())
    (folder / "block.py").write_text(text, encoding="utf-8")  # AutoGraph reads it
    names = {name: getattr(keras.layers, name) for name in ("Layer", "Dense", "BatchNormalization")}
    names |= {"tf": tf, "__name__": "block"}
    exec(compile(text, str(folder / "block.py"), "exec"), names)
    return names["Block"]


def _model(cls: Any) -> tuple[Any, Any]:
    import tf_keras as keras

    keras.backend.clear_session()
    inputs, block = keras.Input((4,)), cls()
    return keras.Model(inputs, block(inputs)), block


def _observe() -> Observed:
    blocks = {form: _made(_block(form)) for form in (*FORMS, "without build")}
    create = "self.a, self.b = Dense(2), Dense(2)"
    places = {"in build": {"init": "pass", "build": create}}
    places["in init"] = {"init": create, "build": "pass"}
    ordered = {form: _made(ORDERED.format(**place)) for form, place in places.items()}
    return {
        "names": {form: [w.name for w in _model(blocks[form])[1].weights] for form in FORMS},
        "h5": {form: _h5(blocks[form]) for form in FORMS},
        "order": {form: _order(cls) for form, cls in ordered.items()},
        "old files": _old_files(blocks["in build"], blocks["in init"]),
        "freeze": {form: _freeze(blocks[form]) for form in FORMS},
        "without build": {
            "names": _names(blocks["in init"]) == _names(blocks["without build"]),
            "difference": _old_files(blocks["in build"], blocks["without build"])["h5"],
        },
        "known before the first call": {
            form: len(list(blocks[form]()._flatten_layers(include_self=False))) for form in FORMS
        },
        "lambda": _lambda(),
        "autograph": {form: _branch(blocks[form]) for form in FORMS[:2]},
    }


def _names(cls: Any) -> list[str]:
    return [weight.name for weight in _model(cls)[1].weights]


def _h5(cls: Any) -> str:
    with tempfile.TemporaryDirectory() as folder:
        try:
            _model(cls)[0].save_weights(f"{folder}/weights.h5")
        except ValueError as error:
            return "name already exists" if "name already exists" in str(error) else str(error)
    return ""


def _order(cls: Any) -> list[str]:
    _, block = _model(cls)
    owners = {id(block.own): "own"}
    owners |= {id(weight): name for name in "ab" for weight in getattr(block, name).weights}
    return [owners[id(weight)] for weight in block.weights]


def _old_files(old: Any, new: Any) -> Observed:
    import numpy as np
    import tensorflow as tf
    import tf_keras as keras

    (model, _), x = _model(old), -np.ones((2, 4), "float32")
    model.set_weights([np.full(w.shape, 0.1 * i) for i, w in enumerate(model.get_weights(), 1)])
    expected, found = model(x).numpy(), {}
    with tempfile.TemporaryDirectory() as folder:
        for kind, path in (("h5", f"{folder}/model.h5"), ("keras", f"{folder}/model.keras")):
            model.save(path)
            keras.backend.clear_session()
            loaded = keras.models.load_model(path, custom_objects={"Block": new}, compile=False)
            found[kind] = float(abs(loaded(x).numpy() - expected).max())
        tf.train.Checkpoint(model=model).write(f"{folder}/ckpt")
        other, _ = _model(new)
        tf.train.Checkpoint(model=other).read(f"{folder}/ckpt").assert_consumed()
        found["checkpoint"] = float(abs(other(x).numpy() - expected).max())
    return found


def _freeze(cls: Any) -> Observed:
    import numpy as np
    import tf_keras as keras

    keras.backend.clear_session()
    block = cls()
    block.trainable = False
    model = keras.Sequential([keras.Input((4,)), block])
    model(np.full((8, 4), -3.0, "float32"), training=True)
    moved = float(abs(block.norm.moving_mean.numpy()).max())
    return {"trainable": len(model.trainable_weights), "moved": moved}


def _lambda() -> Observed:
    import tf_keras as keras

    model, found = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda x: x * 2)]), {}
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("h5", "keras"):
            model.save(f"{folder}/model.{kind}")
            try:
                keras.models.load_model(f"{folder}/model.{kind}", compile=False)
                found[kind] = ""
            except ValueError as error:
                found[kind] = str(error)
    return found


def _branch(cls: Any) -> float:
    import numpy as np

    model, _ = _model(cls)
    return float(model.predict(np.ones((1, 4), "float32"), verbose=0)[0, 0])


if __name__ == "__main__":
    print(json.dumps(_observe()))
