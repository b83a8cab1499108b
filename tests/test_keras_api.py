"""Names of Keras resolve by every spelling, and the data agrees with the installed Keras."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from keraslint.project.names import keras_api

HERE = Path(__file__).parent
DATA = HERE.parent / "keraslint" / "project" / "names" / "keras_api.json"

DENSE = (
    "keras.layers.Dense",
    "tf.keras.layers.Dense",
    "tensorflow.keras.layers.Dense",
    "tensorflow.compat.v1.keras.layers.Dense",
    "tensorflow.python.keras.layers.Dense",
    "tensorflow.python.keras.layers.core.Dense",
    "tensorflow_core.python.keras.layers.Dense",
    "tensorflow.contrib.keras.layers.Dense",
    "tf_keras.layers.Dense",
    "tf_keras.src.layers.core.dense.Dense",
    "tf_keras.api._v2.keras.layers.Dense",
    "keras_core.layers.Dense",
    "keras.src.layers.Dense",
    "keras.src.layers.core.dense.Dense",
    "keras.layers.core.Dense",
    "keras.api.layers.Dense",
    "keras._tf_keras.keras.layers.Dense",
)
FLAGS = (
    "defines_build",
    "weightless",
    "has_seed",
    "locks_in_init",
    "wrapper",
    "trains_differently",
    "keeps_shape",
)
MOVED = {
    "keras.Layer": "keras.layers.Layer",
    "keras.engine.base_layer.Layer": "keras.layers.Layer",
    "keras.src.layers.layer.Layer": "keras.layers.Layer",
    "keras.Model": "keras.models.Model",
    "keras.engine.training.Model": "keras.models.Model",
    "keras.src.models.model.Model": "keras.models.Model",
    "keras.Sequential": "keras.models.Sequential",
    "keras.layers.experimental.preprocessing.Rescaling": "keras.layers.Rescaling",
    "keras.layers.experimental.EinsumDense": "keras.layers.EinsumDense",
    "keras.layers.merge.add": "keras.layers.add",
    "keras.layers.merge.Add": "keras.layers.Add",
    "keras.initializers.zeros": "keras.initializers.Zeros",
    "keras.optimizers.legacy.Adam": "keras.optimizers.Adam",
    "keras.utils.np_utils.to_categorical": "keras.utils.to_categorical",
    "keras.models.Functional": "keras.src.models.functional.Functional",
}


@pytest.mark.parametrize("spelling", DENSE)
def test_every_spelling_of_dense_is_one_layer(spelling: str) -> None:
    found = keras_api.lookup(spelling)

    assert found == keras_api.Symbol(name="keras.layers.Dense", kind="layer")


@pytest.mark.parametrize(("spelling", "name"), MOVED.items())
def test_a_name_that_moved_is_found_where_it_lives_today(spelling: str, name: str) -> None:
    assert keras_api.canonical(spelling) == name


@pytest.mark.parametrize(
    "name",
    ["tensorflow", "tensorflow.nn.relu", "keras_tuner.HyperModel", "kerasx.layers.Dense", "numpy"],
)
def test_a_name_outside_keras_is_no_symbol(name: str) -> None:
    assert keras_api.lookup(name) is None
    assert keras_api.canonical(name) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("keras", "module"),
        ("tensorflow.keras", "module"),
        ("keras.layers", "module"),
        ("keras.layers.add", "function"),
        ("keras.layers.InputSpec", "class"),
        ("keras.Input", "function"),
        ("keras.models.Sequential", "model"),
        ("keras.layers.LSTMCell", "layer"),
        ("keras.applications.ResNet50", "function"),
        ("keras.Foo", "unknown"),
        ("keras.layers.Dense.build", "unknown"),
    ],
)
def test_a_symbol_has_its_kind(name: str, kind: str) -> None:
    found = keras_api.lookup(name)

    assert found is not None
    assert found.kind == kind


def test_a_name_resolves_step_by_step_through_unlisted_modules() -> None:
    name = "tensorflow.keras"
    for part in ("layers", "core", "Dense"):
        name = keras_api.canonical(f"{name}.{part}") or ""

    assert name == "keras.layers.Dense"


def test_an_unlisted_class_in_layers_is_guessed_to_be_a_layer() -> None:
    assert keras_api.lookup("keras.layers.Foo") == keras_api.Symbol(
        name="keras.layers.Foo", kind="layer", guessed=True
    )


def test_a_layer_of_keras_2_is_marked_as_legacy() -> None:
    found = keras_api.lookup("tf.keras.layers.experimental.SyncBatchNormalization")

    assert found == keras_api.Symbol(
        name="keras.layers.SyncBatchNormalization", kind="layer", legacy=True
    )


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("Dense", "defines_build"),
        ("Dropout", "weightless has_seed locks_in_init trains_differently keeps_shape"),
        ("ReLU", "weightless locks_in_init keeps_shape"),
        ("Add", "defines_build weightless"),
        ("BatchNormalization", "defines_build trains_differently keeps_shape"),
        ("TimeDistributed", "defines_build wrapper"),
        ("Attention", "defines_build"),
        ("MaxPooling2D", "weightless locks_in_init"),
        ("RandomFlip", "weightless has_seed trains_differently keeps_shape"),
        ("SpectralNormalization", "defines_build wrapper trains_differently"),
        ("Layer", ""),
    ],
)
def test_a_layer_class_is_described_as_it_behaves(name: str, flags: str) -> None:
    layer = keras_api.layer_class(f"keras.layers.{name}")

    assert layer is not None
    assert {flag for flag in FLAGS if getattr(layer, flag)} == set(flags.split())


def test_a_layer_class_tells_its_parameters_in_order() -> None:
    layer = keras_api.layer_class("tf.keras.layers.Dense")

    assert layer is not None
    assert layer.parameters[:3] == ("units", "activation", "use_bias")
    assert layer.call_parameters[:2] == ("inputs", "training")
    assert layer.bases == ("keras.layers.Layer",)


@pytest.mark.parametrize(
    "name",
    [
        "keras.initializers.get",
        "keras.initializers.TruncatedNormal",
        "tf.keras.regularizers.l2",
        "keras.regularizers.L2",
        "keras.activations.get",
        "keras.constraints.max_norm",
        "keras.DTypePolicy",
        "keras.saving.serialize_keras_object",
        "keras.InputSpec",
        "keras.layers.deserialize",
    ],
)
def test_a_cheap_constructor_argument_is_pure(name: str) -> None:
    assert keras_api.is_pure(name)


@pytest.mark.parametrize(
    "name",
    [
        "keras.models.load_model",
        "keras.applications.ResNet50",
        "keras.random.SeedGenerator",
        "print",
    ],
)
def test_a_call_that_reads_or_makes_state_is_not_pure(name: str) -> None:
    assert not keras_api.is_pure(name)


def test_a_layer_has_its_attributes_after_init() -> None:
    assert {"dtype_policy", "compute_dtype", "name", "trainable"} <= keras_api.layer_attributes()
    assert "data_format" not in keras_api.layer_attributes()
    assert "layers" in keras_api.model_attributes() - keras_api.layer_attributes()


def test_a_layer_kept_under_a_reserved_name_would_be_lost() -> None:
    assert {"_layers", "_metrics", "autocast", "supports_jit", "input", "losses"} <= (
        keras_api.reserved_attributes()
    )
    assert "conv" not in keras_api.reserved_attributes()


def test_the_data_stays_small() -> None:
    assert DATA.stat().st_size < 150_000


@pytest.mark.keras
def test_the_data_agrees_with_the_installed_keras() -> None:
    environment = {**os.environ, "KERAS_BACKEND": os.environ.get("KERAS_BACKEND", "tensorflow")}
    command = [sys.executable, str(HERE / "generate_keras_api.py"), "--output", "-"]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=1200)
    ours = json.loads(DATA.read_text("utf-8"))

    assert run.returncode == 0, run.stderr
    _assert_agrees(ours, json.loads(run.stdout))


def _assert_agrees(ours: dict[str, object], real: dict[str, object]) -> None:
    """Compare everything for the version we know; for another one, only what both know."""
    assert isinstance(ours["layers"], dict)
    assert isinstance(real["layers"], dict)
    if ours["keras"] == real["keras"]:
        assert real == ours
    both = {name for name in set(ours["layers"]) & set(real["layers"]) if ".src." not in name}
    differing = {
        name: (_flags(ours, name) ^ _flags(real, name))
        for name in both
        if _flags(ours, name) != _flags(real, name)
    }

    assert len(both) > 100
    assert not differing


def _flags(api: dict[str, object], name: str) -> set[str]:
    layers = api["layers"]
    assert isinstance(layers, dict)
    return set(layers[name].get("flags", "").split())
