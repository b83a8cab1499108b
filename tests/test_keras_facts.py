"""Each fact of `keras_facts.py` is observed in the real Keras."""

from __future__ import annotations

import importlib
import inspect
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from keraslint.project.names import keras_api, keras_facts

Observed = dict[str, Any]
# Where a call has to be known: arguments without which the layer has weights, and an input shape.
WITHOUT_WEIGHTS: dict[str, tuple[dict[str, Any], Any]] = {
    "keras.layers.Layer": ({}, (2, 3)),
    "keras.layers.Attention": ({}, [(2, 3, 4)] * 2),
    "keras.layers.AdditiveAttention": ({"use_scale": False}, [(2, 3, 4)] * 2),
    "keras.layers.Normalization": ({"mean": 0.0, "variance": 1.0}, (2, 3)),
}
FIXED_WEIGHTS = {"keras.layers.STFTSpectrogram"}  # what they hold follows from the arguments


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
    run = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=1200, check=False
    )
    assert run.returncode == 0, run.stderr
    found: Observed = json.loads(run.stdout.splitlines()[-1])
    return found


def test_every_name_is_one_that_keras_has() -> None:
    names = {
        *keras_facts.MAY_HAVE_NO_WEIGHTS,
        *keras_facts.WEIGHTS_BY_SWITCHES,
        *keras_facts.ADDS_NO_WEIGHTS,
        *keras_facts.BUILDS_LAYERS,
        *keras_facts.MAKES_A_LAYER,
        *keras_facts.BEGINS_A_MODEL,
        *keras_facts.SEED_GENERATORS,
        *keras_facts.GETTERS,
        *keras_facts.TAKES_AND_SAVES_NOTHING,
        *(f"keras.initializers.{name}" for name in keras_facts.RANDOM_INITIALIZERS),
        keras_facts.LAMBDA,
        keras_facts.SEQUENTIAL,
    }
    symbols = {name: keras_api.lookup(name) for name in names}

    assert [
        name for name, found in symbols.items() if found is None or found.kind == "unknown"
    ] == []


def test_every_layer_that_may_have_no_weights_has_its_example() -> None:
    assert {*WITHOUT_WEIGHTS, *FIXED_WEIGHTS} == keras_facts.MAY_HAVE_NO_WEIGHTS


@pytest.mark.keras
def test_some_layers_have_no_weights_for_some_arguments(observed: Observed) -> None:
    assert observed["without weights"] == dict.fromkeys(WITHOUT_WEIGHTS, 0)
    assert observed["fixed weights"] == dict.fromkeys(FIXED_WEIGHTS, True)


@pytest.mark.keras
def test_switches_that_are_off_leave_a_layer_without_weights(observed: Observed) -> None:
    layers = [name.rpartition(".")[2] for name in keras_facts.WEIGHTS_BY_SWITCHES]

    assert observed["switches"] == {name: [2, 0] for name in layers} | {
        "BatchNormalization": [4, 2]
    }


@pytest.mark.keras
def test_two_layers_create_others_in_their_own_build(observed: Observed) -> None:
    assert set(observed["builds layers"]) == keras_facts.BUILDS_LAYERS


@pytest.mark.keras
def test_these_wrappers_have_the_weights_of_what_they_are_given(observed: Observed) -> None:
    assert observed["adds no weights"] == dict.fromkeys(sorted(keras_facts.ADDS_NO_WEIGHTS), True)


@pytest.mark.keras
def test_functions_that_make_a_layer_return_a_new_one(observed: Observed) -> None:
    assert observed["makes a layer"] == dict.fromkeys(sorted(keras_facts.MAKES_A_LAYER), True)


@pytest.mark.keras
def test_variables_and_seed_generators_are_classes_that_make_variables(observed: Observed) -> None:
    made = {*keras_facts.VARIABLES, *keras_facts.SEED_GENERATORS}

    assert observed["variables"] == dict.fromkeys(sorted(made), True)


@pytest.mark.keras
def test_an_activation_argument_is_kept_as_a_function(observed: Observed) -> None:
    assert set(observed["activations"]) == keras_facts.ACTIVATION_ARGUMENTS


@pytest.mark.keras
def test_a_layer_holds_a_layer_that_it_is_given_under_the_name_of_the_parameter(
    observed: Observed,
) -> None:
    """What `KerasParts` goes by: anywhere else there is only what Keras has made."""
    paths = observed["paths to what is given"]

    assert paths.keys() >= {"Dense", "LSTM", "ConvLSTM2D"}
    for name, found in paths.items():
        assert found, name
        for path in found:
            steps = {step.strip("_") for step in path.split(".")}
            assert steps & {"activation", "recurrent_activation"}, (name, path)


@pytest.mark.keras
def test_all_children_are_reached_through_these_attributes(observed: Observed) -> None:
    assert set(observed["all children"]) | {"submodules"} == keras_facts.ALL_CHILDREN


@pytest.mark.keras
def test_a_layer_has_the_methods_that_a_class_may_override(observed: Observed) -> None:
    wanted = {*keras_facts.BUILD_CONFIG, "save_own_variables", "load_own_variables"}

    assert set(observed["methods"]) == wanted


@pytest.mark.keras
def test_a_layer_writes_its_own_files_by_methods_of_these_names(observed: Observed) -> None:
    assert observed["own files"] == sorted(keras_facts.OWN_FILES)


@pytest.mark.keras
def test_a_layer_saves_and_takes_these_arguments(observed: Observed) -> None:
    assert set(observed["saved by Layer"]) >= keras_facts.ALWAYS_SAVED
    assert set(observed["taken by Layer"]) >= keras_facts.LAYER_TAKES - {"batch_input_shape"}


@pytest.mark.keras
def test_what_a_configuration_may_lack_is_listed(observed: Observed) -> None:
    known = keras_facts.SOMETIMES_SAVED | keras_facts.TAKEN_OUT

    assert observed["not saved"]
    assert set(observed["not saved"]) - known == set()


@pytest.mark.keras
def test_wrappers_take_these_keys_out_of_a_configuration(observed: Observed) -> None:
    assert set(observed["taken out"]) >= keras_facts.TAKEN_OUT


@pytest.mark.keras
def test_a_getter_makes_an_object_that_serializes_to_what_it_came_from(observed: Observed) -> None:
    assert observed["getters"] == dict.fromkeys(sorted(keras_facts.GETTERS), True)


@pytest.mark.keras
def test_a_base_of_keras_2_leaves_its_arguments_and_its_configuration_to_layer(
    observed: Observed,
) -> None:
    names = keras_facts.TAKES_AND_SAVES_NOTHING

    assert observed["takes and saves nothing"] == {name: [] for name in names}


@pytest.mark.keras
def test_these_initializers_draw_and_draw_the_same_again(observed: Observed) -> None:
    assert set(observed["drawing"]) == keras_facts.RANDOM_INITIALIZERS
    assert set(observed["drawing"].values()) == {"the same, a clone others"}
    assert observed["aliases"].keys() == keras_facts.RANDOM_BY_ALIAS
    assert keras_facts.RANDOM_INITIALIZERS.issuperset(observed["aliases"].values())


@pytest.mark.keras
def test_a_model_is_put_together_from_these(observed: Observed) -> None:
    assert observed["begins a model"] == dict.fromkeys(sorted(keras_facts.BEGINS_A_MODEL), True)


# -- in the child --------------------------------------------------------------------------------


def _named(name: str) -> Any:
    """What a public name stands for."""
    first, *rest = name.split(".")
    found: Any = importlib.import_module(first)
    for part in rest:
        found = getattr(found, part)
    return found


def _classes() -> Iterator[tuple[str, Any]]:
    """The layers that are public in this Keras."""
    import keras

    for name, value in sorted(vars(keras.layers).items()):
        if inspect.isclass(value) and issubclass(value, keras.layers.Layer):
            yield f"keras.layers.{name}", value


def _observe() -> Observed:
    import generate_keras_api as make

    warnings.simplefilter("ignore")
    layers = {}
    for name, cls in _classes():
        try:
            layers[name] = make._make(cls)
        except Exception:
            continue
    assert len(layers) > 100
    return {
        "without weights": {
            n: _weights(_named(n)(**a), s) for n, (a, s) in WITHOUT_WEIGHTS.items()
        },
        "fixed weights": {name: _are_equal(_named(name)) for name in FIXED_WEIGHTS},
        "switches": {name: _switched(name) for name in (*_normalizations(), "BatchNormalization")},
        "builds layers": sorted(
            {keras_api.canonical(n) for n, c in _classes() if _builds(make, c)}
        ),
        "adds no weights": _adds_no_weights(),
        "makes a layer": _makes_a_layer(),
        "variables": _variables(),
        "activations": sorted({n for layer in layers.values() for n in _activations(layer)}),
        "paths to what is given": _paths_to_what_is_given(),
        "all children": _all_children(),
        "methods": _methods(),
        "own files": _own_files(),
        "saved by Layer": sorted(_named("keras.layers.Layer")().get_config()),
        "taken by Layer": _taken(),
        "not saved": sorted({n for name, layer in layers.items() for n in _unsaved(name, layer)}),
        "taken out": _taken_out(layers),
        "getters": {name: _survives(name) for name in sorted(keras_facts.GETTERS)},
        "drawing": dict(_drawing()),
        "aliases": dict(_aliases()),
        "takes and saves nothing": dict(_plain_bases()),
        "begins a model": {n: _begins(n) for n in sorted(keras_facts.BEGINS_A_MODEL)},
    }


def _weights(layer: Any, shape: Any) -> int:
    layer.build(shape)
    return len(layer.weights)


def _are_equal(cls: Any) -> bool:
    """Whether two instances hold the same numbers."""
    import numpy as np

    one, other = cls(), cls()
    one.build((2, 4000, 1))
    other.build((2, 4000, 1))
    pairs = zip(one.weights, other.weights, strict=True)
    return bool(one.weights) and all(np.array_equal(a, b) for a, b in pairs)


def _plain_bases() -> Iterator[tuple[str, list[str]]]:
    """What these classes define of that for themselves."""
    for name in sorted(keras_facts.TAKES_AND_SAVES_NOTHING):
        own = vars(_named(name.replace("keras.", "tf_keras.", 1)))
        yield name, sorted({"__init__", "get_config", "from_config"} & own.keys())


_NOT_PLAIN = ("Initializer", "STFT", "STFTInitializer")  # abstract, or of three dimensions only


def _drawing() -> Iterator[tuple[str, str]]:
    """The public initializers of which two fill a weight with different numbers."""
    import numpy as np

    for name, cls in sorted(vars(_named("keras.initializers")).items()):
        if not inspect.isclass(cls) or not name[:1].isupper() or name in _NOT_PLAIN:
            continue
        one, two = cls(), cls()
        made = [np.array(each((3, 3))) for each in (one, two, one, one.clone())]
        if not np.array_equal(made[0], made[1]):
            told = ["the same" if np.array_equal(made[0], x) else "others" for x in made[2:]]
            yield name, f"{told[0]}, a clone {told[1]}"


def _aliases() -> Iterator[tuple[str, str]]:
    """The texts for initializers that draw, and that are no name of a class."""
    from keras.src.initializers import ALL_OBJECTS_DICT

    drawing = {name for name, _ in _drawing()}
    for text, cls in ALL_OBJECTS_DICT.items():
        plain = text.replace("_", "").lower()
        if cls.__name__ in drawing and plain not in {name.lower() for name in drawing}:
            yield text, cls.__name__


def _normalizations() -> list[str]:
    return [name.rpartition(".")[2] for name in keras_facts.WEIGHTS_BY_SWITCHES]


def _switched(name: str) -> list[int]:
    cls = _named(f"keras.layers.{name}")
    off = dict.fromkeys(keras_facts.WEIGHTS_BY_SWITCHES["keras.layers.LayerNormalization"], False)
    return [_weights(cls(), (2, 4, 4, 32)), _weights(cls(**off), (2, 4, 4, 32))]


def _builds(make: Any, cls: Any) -> bool:
    """Whether there are layers with weights after the call that were not there before it."""
    try:
        layer = make._make(cls)
        before = {id(inner) for inner in layer._flatten_layers(include_self=False)}
        called = make._made_and_called(cls)
    except Exception:
        return False
    if called is None or not isinstance(called[0], cls):
        return False
    after = [one for one in called[0]._flatten_layers(include_self=False) if one.weights]
    return len(after) > len(before)


def _adds_no_weights() -> dict[str, bool]:
    """Whether a wrapper's weights, once built, are those of the layer that it got."""
    import keras

    found = {}
    for name in sorted(keras_facts.ADDS_NO_WEIGHTS):
        inner = keras.layers.GRUCell(2) if name.endswith("RNN") else keras.layers.Dense(2)
        outer = _named(name)(inner)
        outer(keras.ops.ones((2, 3, 4)))
        found[name] = [id(v) for v in outer.weights] == [id(v) for v in inner.weights]
    return found


def _makes_a_layer() -> dict[str, bool]:
    import keras

    dense = keras.layers.Dense(2)
    model = keras.Sequential([keras.Input((3,)), dense])
    given = {
        "keras.layers.deserialize": keras.layers.serialize(dense),
        "keras.models.clone_model": model,
    }
    made = {name: _named(name)(given[name]) for name in sorted(keras_facts.MAKES_A_LAYER)}
    return {
        name: isinstance(one, keras.layers.Layer) and one not in (dense, model)
        for name, one in made.items()
    }


def _variables() -> dict[str, bool]:
    import keras
    import tensorflow as tf

    kinds = (keras.Variable, tf.Variable, keras.random.SeedGenerator)
    made = {name: _named(name)(1) for name in sorted(keras_facts.SEED_GENERATORS)}
    made |= {name: _named(name)(1.0) for name in sorted(keras_facts.VARIABLES)}
    return {name: isinstance(one, kinds) or hasattr(one, "assign") for name, one in made.items()}


def _activations(layer: Any) -> Iterator[str]:
    """The parameters whose text became a function of `keras.activations`."""
    for name in inspect.signature(type(layer).__init__).parameters:
        held = getattr(layer, name, None)
        if callable(held) and getattr(held, "__module__", "").startswith("keras.src.activations"):
            yield name


def _paths_to_what_is_given() -> dict[str, list[str]]:
    """Layer → the attribute paths that lead to the layer it was given as its activation."""
    import keras

    found: dict[str, list[str]] = {}
    examples = {
        "Dense": (4,), "Conv2D": (4, 3), "SeparableConv1D": (4, 3), "EinsumDense": ("ab,bc->ac", 4),
        "LSTM": (4,), "GRU": (4,), "SimpleRNN": (4,), "LSTMCell": (4,), "ConvLSTM2D": (4, 3),
        "Activation": (),
    }  # fmt: skip
    for name, arguments in examples.items():
        mark = keras.layers.LeakyReLU()
        layer = getattr(keras.layers, name)(*arguments, activation=mark)
        todo, seen = [("", layer)], {id(layer)}
        found[name] = []
        while todo:
            path, one = todo.pop()
            for attribute, value in vars(one).items() if hasattr(one, "__dict__") else ():
                if value is mark:
                    found[name].append(f"{path}{attribute}")
                elif type(value).__module__.startswith("keras") and id(value) not in seen:
                    seen.add(id(value))
                    todo.append((f"{path}{attribute}.", value))
    return found


def _all_children() -> list[str]:
    import keras

    class Owner(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.inner = keras.layers.Dense(2)

    owner = Owner()
    found = []
    for name in keras_facts.ALL_CHILDREN:
        value = getattr(owner, name, None)
        if name == "_trackable_children":
            value = list(value().values()) if callable(value) else value
        value = list(value()) if callable(value) else value
        value = value.values() if isinstance(value, dict) else value
        if value is not None and any(one is owner.inner for one in value):
            found.append(name)
    return found


def _methods() -> list[str]:
    layer = _named("keras.layers.Layer")
    names = (*keras_facts.BUILD_CONFIG, *keras_facts.OWN_FILES)
    return sorted(name for name in names if callable(getattr(layer, name, None)))


def _own_files() -> list[str]:
    """The methods that saving and loading a model calls on a layer that has them all."""
    import keras

    called = set()

    class Kept(keras.layers.Layer):
        def build(self, shape: Any) -> None:
            self.scale = self.add_weight(shape=())

        def call(self, x: Any) -> Any:
            return x * self.scale

        def save_own_variables(self, store: Any) -> None:
            called.add("save_own_variables")
            super().save_own_variables(store)

        def load_own_variables(self, store: Any) -> None:
            called.add("load_own_variables")
            super().load_own_variables(store)

        def save_assets(self, folder: str) -> None:
            called.add("save_assets")
            (Path(folder) / "words.txt").write_text("one")

        def load_assets(self, folder: str) -> None:
            called.add("load_assets")

    model = keras.Sequential([keras.Input((3,)), Kept()])
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "model.keras")
        keras.saving.load_model(Path(folder) / "model.keras", custom_objects={"Kept": Kept})
    return sorted(called)


def _taken() -> list[str]:
    values = {"name": "n", "dtype": "float32", "input_shape": (3,), "trainable": False}
    taken = []
    for name in keras_facts.LAYER_TAKES:
        try:
            _named("keras.layers.Layer")(**{name: values.get(name)})
        except (TypeError, ValueError):
            continue
        taken.append(name)
    return taken


def _unsaved(name: str, layer: Any) -> Iterator[str]:
    known = keras_api.layer_class(name)
    try:
        saved = layer.get_config()
    except NotImplementedError:
        return
    yield from (p for p in (known.parameters if known else ()) if p not in saved)


def _taken_out(layers: dict[str, Any]) -> list[str]:
    """The keys that a class takes out of the configuration before it calls its constructor."""
    import keras

    wrapped = keras.layers.Bidirectional(
        keras.layers.LSTM(2), backward_layer=keras.layers.LSTM(2, go_backwards=True)
    )
    found = set()
    for layer in (*layers.values(), wrapped):
        try:
            config = layer.get_config()
            nested = {key for key, value in config.items() if _holds_a_layer(value)}
            left = dict(config)
            type(layer).from_config(left)
        except Exception:
            continue
        found |= nested
    return sorted(found)


def _holds_a_layer(value: Any) -> bool:
    """Whether a value of a configuration is a layer, or a list of layers, as data."""
    if isinstance(value, list):
        return bool(value) and all(map(_holds_a_layer, value))
    made = (
        _named("keras.layers").__dict__.get(value.get("class_name", ""))
        if isinstance(value, dict)
        else None
    )
    return inspect.isclass(made)


def _survives(name: str) -> bool:
    examples = {"activations": "relu", "constraints": "non_neg", "initializers": "zeros"}
    module = name.split(".")[1]
    made = _named(name)(examples.get(module, "l2"))
    again = _named(name)(_named(f"keras.{module}.serialize")(made))
    return callable(made) and (again is made or type(again) is type(made))


def _begins(name: str) -> bool:
    """Whether the call gives something that becomes part of a model, or is one."""
    import keras

    if name.endswith("Model"):
        inputs = keras.Input((3,))
        return isinstance(keras.models.Model(inputs, inputs), keras.Model)
    made = _named(name)() if name == keras_facts.SEQUENTIAL else _named(name)((3,))
    return isinstance(made, (keras.Model, keras.KerasTensor, keras.layers.Layer))


if __name__ == "__main__":
    print(json.dumps(_observe()))
