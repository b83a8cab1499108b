"""What one symbolic call of `call()` inside `build()` does, observed in the real Keras.

`python tests/test_symbolic_build.py` prints what is observed, with whatever Keras and backend the
environment has.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import pytest

Observed = dict[str, Any]


@pytest.fixture(scope="module", params=["tensorflow", "jax"])
def observed(request: pytest.FixtureRequest) -> Observed:
    """Observe everything in one child process for each backend."""
    environment = {
        **os.environ,
        "KERAS_BACKEND": request.param,
        "CUDA_VISIBLE_DEVICES": "",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    command = [sys.executable, "-B", __file__]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=1200)
    assert run.returncode == 0, run.stderr
    found: Observed = json.loads(run.stdout.splitlines()[-1])
    return found


@pytest.mark.keras
def test_it_builds_every_child_and_loading_finds_their_weights(observed: Observed) -> None:
    assert observed["plain"] == {"built": 4, "reloads": True, "paths": True}


@pytest.mark.keras
def test_without_it_the_weights_are_lost_and_nothing_is_raised(observed: Observed) -> None:
    assert observed["without"] == {"built": 0, "reloads": False}


@pytest.mark.keras
def test_it_runs_call_once_more_and_once_more_in_each_owner(observed: Observed) -> None:
    assert observed["counter"] == {"after build": 1, "after the first call": 2, "in an owner": 2}


@pytest.mark.keras
def test_several_inputs_lists_and_dicts_of_them_are_built(observed: Observed) -> None:
    assert observed["inputs"] == {"two": 4, "list": 4, "dict": 4}


@pytest.mark.keras
def test_a_child_that_only_training_or_a_mask_reaches_stays_unbuilt(observed: Observed) -> None:
    assert observed["training"] == {"as it is": 2, "with training=True": 4}
    assert observed["mask"] == {"as it is": 2}


@pytest.mark.keras
def test_dropout_and_normalization_take_no_harm(observed: Observed) -> None:
    assert observed["state"] == {"moving mean": 0.0, "seed": True}


@pytest.mark.keras
def test_integers_are_needed_by_some_layers_and_not_by_an_embedding(observed: Observed) -> None:
    assert observed["integers"]["embedding of floats"] == 1
    assert observed["integers"]["bits of floats"] == "fails"
    assert observed["integers"]["bits of integers"] == 1


@pytest.mark.keras
def test_unknown_dimensions_stay_unknown(observed: Observed) -> None:
    assert observed["unknown"] == {"batch and length": 4, "reshape by shape": 2}


@pytest.mark.keras
def test_mixed_precision_keeps_weights_in_full_precision(observed: Observed) -> None:
    assert observed["precision"] == ["float32", "float32"]


@pytest.mark.keras
def test_building_twice_builds_once(observed: Observed) -> None:
    assert observed["twice"] == {"symbolic": 4, "explicit": "ValueError"}


@pytest.mark.keras
def test_a_class_that_tells_its_output_shape_has_to_be_called_past_it(observed: Observed) -> None:
    assert observed["own shape"] == {"self": 0, "operation": 4}


@pytest.mark.keras
def test_building_a_child_that_cannot_build_itself_builds_nothing(observed: Observed) -> None:
    assert observed["marked"] == {"built": True, "weights": 0, "warns": True, "reloads": False}


@pytest.mark.keras
def test_building_a_child_late_in_call_is_refused(observed: Observed) -> None:
    assert observed["failing call"] == "raises in build"


@pytest.mark.keras
def test_a_deep_nest_takes_no_minutes(observed: Observed) -> None:
    assert observed["seconds"]["six deep"] < 60


# -- what is observed ----------------------------------------------------------------------------


def observe() -> Observed:
    import keras
    import numpy as np
    from keras import layers, ops

    def tensors(layer: Any, shapes: Any) -> Any:
        return keras.tree.map_shape_structure(
            lambda shape: keras.KerasTensor(shape, dtype=layer.compute_dtype), shapes
        )

    class Plain(layers.Layer):
        symbolic = True

        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.a = layers.Dense(3)
            self.b = layers.Dense(2)

        def build(self, input_shape: Any) -> None:
            if self.symbolic:
                self.compute_output_spec(tensors(self, input_shape))
            super().build(input_shape)

        def call(self, x: Any) -> Any:
            return self.b(self.a(x))

    class Without(Plain):
        symbolic = False

    class Explicit(Plain):
        def build(self, input_shape: Any) -> None:
            self.a.build(input_shape)
            self.b.build(self.a.compute_output_shape(input_shape))

    def owner(kind: Any) -> Any:
        class Owner(keras.Model):
            def __init__(self) -> None:
                super().__init__()
                self.inner = kind()

            def build(self, input_shape: Any) -> None:
                self.inner.build(input_shape)

            def call(self, x: Any) -> Any:
                return self.inner(x)

        return Owner()

    x = np.random.default_rng(0).normal(size=(2, 4)).astype("float32")

    def reloads(kind: Any) -> bool:
        """Whether a model that builds the layer gives what it gave before it was saved."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            path = Path(tempfile.mkdtemp()) / "m.weights.h5"
            old, new = owner(kind), owner(kind)
            before = np.asarray(old(x))
            old.save_weights(path)
            new.build((None, 4))
            new.load_weights(path)
            return bool(np.allclose(before, np.asarray(new(x)), atol=1e-5))

    def built(layer: Any, *shapes: Any) -> int:
        layer.build(*shapes)
        return len(layer.weights)

    def tried(work: Any) -> Any:
        try:
            return work()
        except Exception:
            return "fails"

    class Counted(Plain):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.count = [0]

        def call(self, x: Any) -> Any:
            self.count[0] += 1
            return super().call(x)

    class Outer(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.inner = Counted()

        def build(self, input_shape: Any) -> None:
            self.compute_output_spec(tensors(self, input_shape))

        def call(self, x: Any) -> Any:
            return self.inner(x)

    def counter() -> Observed:
        layer, outer = Counted(), Outer()
        layer.build((None, 4))
        first = layer.count[0]
        layer(x)
        outer.build((None, 4))
        return {
            "after build": first,
            "after the first call": layer.count[0],
            "in an owner": outer.inner.count[0],
        }

    class Two(Plain):
        def build(self, q_shape: Any, v_shape: Any) -> None:
            self.compute_output_spec(tensors(self, q_shape), tensors(self, v_shape))

        def call(self, q: Any, v: Any) -> Any:
            return self.a(q), self.b(v)

    class Listed(Plain):
        def call(self, inputs: Any) -> Any:
            q, v = inputs
            return self.a(q), self.b(v)

    class Named(Plain):
        def call(self, inputs: Any) -> Any:
            return self.a(inputs["q"]), self.b(inputs["v"])

    class OnlyTraining(Plain):
        def call(self, x: Any, training: Any = None) -> Any:
            return self.b(x) if training else self.a(x)

    class InTraining(Plain):
        def build(self, input_shape: Any) -> None:
            for flag in (False, True):
                self.compute_output_spec(tensors(self, input_shape), training=flag)

        def call(self, x: Any, training: Any = None) -> Any:
            return self.b(x) if training else self.a(x)

    class OnlyMasked(Plain):
        def call(self, x: Any, mask: Any = None) -> Any:
            return self.a(x) if mask is None else self.b(x)

    class Stateful(Plain):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.a = layers.BatchNormalization()
            self.b = layers.Dropout(0.5)

        def call(self, x: Any, training: Any = True) -> Any:
            return self.b(self.a(x, training=training), training=training)

    def state() -> Observed:
        layer = Stateful()
        seed = np.asarray(layer.b.seed_generator.state).tolist()
        layer.build((None, 4))
        return {
            "moving mean": float(np.abs(np.asarray(layer.a.moving_mean)).max()),
            "seed": seed == np.asarray(layer.b.seed_generator.state).tolist(),
        }

    class Embeds(Plain):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.a = layers.Embedding(9, 3)

        def call(self, ids: Any) -> Any:
            return self.a(ids)

    class Bits(Embeds):
        def call(self, ids: Any) -> Any:
            return self.a(ops.bitwise_and(ids, 7))

    class IntegerBits(Bits):
        def build(self, input_shape: Any) -> None:
            self.compute_output_spec(keras.KerasTensor(input_shape, dtype="int32"))

    class Reshaped(Plain):
        def call(self, x: Any) -> Any:
            shape = ops.shape(x)
            return self.a(ops.reshape(x, (shape[0], shape[1], 2, 2)))

    def precision() -> list[str]:
        layer = Plain(dtype="mixed_float16")
        layer.a = layers.Dense(3, dtype="mixed_float16")
        layer.build((None, 4))
        return [layer.a.kernel.dtype, layer.a.bias.dtype]

    def twice(kind: Any) -> Any:
        layer = kind()
        layer.build((None, 4))
        try:
            layer.build((None, 4))
        except Exception as error:
            return type(error).__name__
        return len(layer.weights)

    class OwnShape(Plain):
        def compute_output_shape(self, input_shape: Any) -> Any:
            return (*input_shape[:-1], 2)

    class PastIt(OwnShape):
        def build(self, input_shape: Any) -> None:
            keras.Operation.compute_output_spec(self, tensors(self, input_shape))

    class Unbuilding(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.a = layers.Dense(3)

        def call(self, x: Any) -> Any:
            return self.a(x)

    def marked() -> Observed:
        layer = Unbuilding()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            layer.build((None, 4))
        return {
            "built": layer.built,
            "weights": len(layer.weights),
            "warns": any("does not have a `build()` method" in str(w.message) for w in caught),
            "reloads": reloads(Unbuilding),
        }

    class Failing(Plain):
        def call(self, x: Any) -> Any:
            return self.a(np.asarray(x))

    def failing() -> str:
        try:
            Failing().build((None, 4))
        except Exception:
            return "raises in build"
        return "passes"

    def deep(levels: int) -> Any:
        class Level(layers.Layer):
            def __init__(self) -> None:
                super().__init__()
                self.inner = deep(levels - 1) if levels else layers.Dense(4)

            def build(self, input_shape: Any) -> None:
                self.compute_output_spec(tensors(self, input_shape))

            def call(self, x: Any) -> Any:
                return self.inner(x)

        return Level()

    def paths(layer: Any) -> list[str]:
        return [w.path.split("/", 1)[1] for w in layer.weights]

    symbolic, called = Plain(name="p"), Without(name="p")
    symbolic.build((None, 4))
    called(x)
    start = time.perf_counter()
    deep(6).build((None, 4))
    seconds = time.perf_counter() - start
    return {
        "versions": [keras.__version__, keras.backend.backend()],
        "plain": {
            "built": len(symbolic.weights),
            "reloads": reloads(Plain),
            "paths": [p.split("/")[-1] for p in paths(symbolic)]
            == [p.split("/")[-1] for p in paths(called)],
        },
        "without": {"built": built(Without(), (None, 4)), "reloads": reloads(Without)},
        "counter": counter(),
        "inputs": {
            "two": built(Two(), (None, 4), (None, 5)),
            "list": built(Listed(), [(None, 4), (None, 5)]),
            "dict": built(Named(), {"q": (None, 4), "v": (None, 5)}),
        },
        "training": {
            "as it is": built(OnlyTraining(), (None, 4)),
            "with training=True": built(InTraining(), (None, 4)),
        },
        "mask": {"as it is": built(OnlyMasked(), (None, 4))},
        "state": state(),
        "integers": {
            "embedding of floats": tried(lambda: built(Embeds(), (None, 4))),
            "bits of floats": tried(lambda: built(Bits(), (None, 4))),
            "bits of integers": tried(lambda: built(IntegerBits(), (None, 4))),
        },
        "unknown": {
            "batch and length": built(Plain(), (None, None, 4)),
            "reshape by shape": built(Reshaped(), (None, None, 4)),
        },
        "precision": precision(),
        "twice": {"symbolic": twice(Plain), "explicit": twice(Explicit)},
        "own shape": {
            "self": built(OwnShape(), (None, 4)),
            "operation": built(PastIt(), (None, 4)),
        },
        "marked": marked(),
        "failing call": failing(),
        "seconds": {"six deep": seconds},
    }


if __name__ == "__main__":
    print(json.dumps(observe()))
