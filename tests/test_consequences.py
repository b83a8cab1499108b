"""What the rules say about Keras is observed in the real Keras, on the fixtures themselves."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import pytest

FIXTURES = Path(__file__).parent.parent / "fixtures"
Observed = dict[str, Any]


@pytest.fixture(scope="module")
def observed() -> Observed:
    """Observe everything in one child process, since starting Keras takes seconds."""
    environment = {
        **os.environ,
        "KERAS_BACKEND": "tensorflow",
        "CUDA_VISIBLE_DEVICES": "",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    command = [sys.executable, "-B", __file__]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=1200)
    assert run.returncode == 0, run.stderr
    found: Observed = json.loads(run.stdout.splitlines()[-1])
    return found


@pytest.mark.keras
def test_a_frozen_block_trains_the_layer_that_it_creates_in_build(observed: Observed) -> None:
    frozen = observed["freeze"]["simple"]

    assert frozen["trainable"] == 2
    assert frozen["moved"] > 1e-3


@pytest.mark.keras
def test_a_frozen_block_stays_when_it_creates_its_layer_in_init(observed: Observed) -> None:
    frozen = observed["freeze"]["simple.fixed"]

    assert frozen == {"trainable": 0, "moved": 0.0}


@pytest.mark.keras
def test_a_frozen_unet_block_trains_its_shortcut_unless_created_in_init(observed: Observed) -> None:
    assert observed["unet"] == {"unet_res_block": 3, "unet_res_block.fixed": 0}


@pytest.mark.keras
def test_an_owner_reloads_other_weights_without_a_word(observed: Observed) -> None:
    reloaded = observed["reload"]["simple"]

    assert reloaded["difference"] > 1e-3
    assert reloaded["weights"] == 0
    assert reloaded["warnings"] == []


@pytest.mark.keras
def test_an_owner_reloads_right_when_build_builds_the_child(observed: Observed) -> None:
    reloaded = observed["reload"]["simple.fixed"]

    assert reloaded == {"difference": 0.0, "weights": 2, "warnings": []}


@pytest.mark.keras
def test_dropping_the_build_of_a_child_loses_its_weights_on_loading(observed: Observed) -> None:
    assert observed["dropped"]["feed_forward"]["difference"] == 0.0
    assert observed["dropped"]["feed_forward_in_init"]["difference"] == 0.0
    assert observed["dropped"]["feed_forward_without_child_build"]["difference"] > 1e-3
    assert observed["dropped"]["feed_forward_without_build"]["difference"] > 1e-3


@pytest.mark.keras
def test_the_first_input_decides_whether_a_conditional_layer_exists(observed: Observed) -> None:
    first = observed["first_input"]

    assert first["4 channels, then 3"] == {"channels": 3, "weights": 0}
    assert "incompatible" in first["3 channels, then 4"]["error"]


def _observe() -> Observed:
    import keras

    keras.utils.set_random_seed(0)
    simple = ("simple", "simple.fixed")
    dropped = ("", "_in_init", "_without_child_build", "_without_build")
    return {
        "freeze": {name: _freeze(_load("layer-in-build", name).Head(4)) for name in simple},
        "unet": {
            name: _frozen_unet(_load("unet", name))
            for name in ("unet_res_block", "unet_res_block.fixed")
        },
        "reload": {name: _reload(_load("layer-in-build", name).Head) for name in simple},
        "dropped": {
            f"feed_forward{name}": _reload(_load("compare", f"feed_forward{name}").FeedForward)
            for name in dropped
        },
        "first_input": {
            "4 channels, then 3": _first_input(4, 3),
            "3 channels, then 4": _first_input(3, 4),
        },
    }


def _load(folder: str, name: str) -> Any:
    path = FIXTURES / folder / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name.replace(".", "_"), path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent))
    spec.loader.exec_module(module)
    sys.path.pop(0)
    return module


def _floats(*shape: int) -> Any:
    import numpy as np

    return np.random.RandomState(0).uniform(-1, 1, shape).astype("float32")


def _freeze(block: Any) -> Observed:
    """Freeze before the first call, train, and see how far the kernel went."""
    import keras

    block.trainable = False
    model = keras.Sequential([keras.Input((3,)), block, keras.layers.Dense(1)])
    head = len(model.layers[-1].trainable_weights)
    before = block.dense.kernel.numpy()
    model.compile(keras.optimizers.SGD(0.5), "mse")
    model.fit(_floats(8, 3), _floats(8, 1), epochs=2, verbose=0)
    moved = float(abs(block.dense.kernel.numpy() - before).max())
    return {"trainable": len(model.trainable_weights) - head, "moved": moved}


def _frozen_unet(module: Any) -> int:
    block = module.UnetResBlockWithBuild(spatial_dims=2, in_channels=4, out_channels=8)
    block.trainable = False
    block(_floats(2, 8, 8, 4))
    return sum(weight.trainable for weight in block.weights)


def _reload(layer: Any) -> Observed:
    """Save and load a model whose `build()` builds the block, as layers of a library do."""
    import keras

    class Owner(keras.Model):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.block = layer(units=4)

        def build(self, input_shape: Any) -> None:
            self.block.build(input_shape)

        def call(self, inputs: Any) -> Any:
            return self.block(inputs)

    inputs, model = _floats(8, 3), Owner()
    expected = model(inputs).numpy()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        model.save(f"{folder}/owner.keras")
        loaded = keras.saving.load_model(f"{folder}/owner.keras", custom_objects={"Owner": Owner})
    weights = len(loaded.weights)
    difference = float(abs(loaded(inputs).numpy() - expected).max())
    said = [str(w.message) for w in seen if issubclass(w.category, UserWarning)]
    return {"difference": difference, "weights": weights, "warnings": said}


def _first_input(first: int, second: int) -> Observed:
    block = _load("shape-dependent-layer", "early_return").Block(4)
    block(_floats(2, first))
    try:
        output = block(_floats(2, second))
    except ValueError as error:
        return {"error": str(error)}
    return {"channels": output.shape[-1], "weights": len(block.weights)}


if __name__ == "__main__":
    print(json.dumps(_observe()))
