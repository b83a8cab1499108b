"""A bench → gradients, two steps of `fit`, and which weights a freeze reaches."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from .anatomy import anatomy, numbers, transplant
from .bench import SEED, Bench


class Owner(keras.Model):  # type: ignore[misc]
    """A model around one layer: takes the inputs as a dict, has a loss for any output."""

    def __init__(self, layer: Any, bench: Bench, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.layer = layer
        self.bench = _Hidden(bench)

    def call(self, inputs: Any, training: Any = None) -> Any:
        args, kwargs = _put_back(self.bench.case_inputs(), inputs)
        return self.layer(*args, **kwargs)

    def compute_loss(self, x=None, y=None, y_pred=None, *_: Any, **__: Any) -> Any:  # type: ignore[no-untyped-def]
        parts = [keras.ops.mean(keras.ops.square(_float(o) - 0.5)) for o in _floating(y_pred)]
        return sum(parts) + sum(self.losses)


class _Hidden:
    """Keeps the bench out of Keras' attribute tracking."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def case_inputs(self) -> Any:
        return self._bench.case.inputs()

    def build_config(self) -> Any:
        return self._bench.facts["build config"]


def _float(output: Any) -> Any:
    return keras.ops.cast(output, "float32")


def _floating(outputs: Any) -> list[Any]:
    leaves = [leaf for leaf in keras.tree.flatten(outputs) if hasattr(leaf, "dtype")]
    return [leaf for leaf in leaves if "float" in keras.backend.standardize_dtype(leaf.dtype)]


def arrays_of(inputs: Any) -> dict[str, Any]:
    """The arrays among the arguments of a call, numbered."""
    leaves = [leaf for leaf in keras.tree.flatten(inputs) if isinstance(leaf, np.ndarray)]
    return {f"input_{index}": leaf for index, leaf in enumerate(leaves)}


def _put_back(inputs: Any, tensors: dict[str, Any]) -> Any:
    counter = iter(range(1000))
    return keras.tree.map_structure(
        lambda leaf: tensors[f"input_{next(counter)}"] if isinstance(leaf, np.ndarray) else leaf,
        inputs,
    )


def gradients(bench: Bench) -> Any:
    """Gradients of a loss over all outputs, in training, with respect to each trainable weight."""
    if keras.backend.backend() != "tensorflow":
        return {"skipped": "measured by `fit` on this backend"}
    import tensorflow as tf

    layer = bench.again()
    keys = {id(variable): key for key, variable in anatomy(layer).variables.items()}
    weights = layer.trainable_weights
    keras.utils.set_random_seed(SEED)
    with tf.GradientTape() as tape:
        outputs = bench.call(layer, training=True)
        leaves = enumerate(_floating(outputs))
        parts = [keras.ops.mean(keras.ops.square(_float(o) - 0.3 * (i + 1))) for i, o in leaves]
        loss = sum(parts) + sum(layer.losses)
    found = tape.gradient(loss, [variable.value for variable in weights])
    for variable, gradient in zip(weights, found, strict=True):
        if gradient is not None:
            bench.arrays[f"gradient/{keys[id(variable)]}"] = numbers(tf.convert_to_tensor(gradient))
    return {
        "weights": sorted(keys[id(v)] for v, g in zip(weights, found, strict=True) if g is not None)
    }


def fit(bench: Bench) -> Any:
    """Two steps of plain SGD through `Model.fit`; keeps the variables afterwards."""
    layer = bench.ready()
    owner = Owner(layer, bench)
    data = arrays_of(bench.case.inputs())
    batch = len(next(iter(data.values())))
    owner.compile(optimizer=keras.optimizers.SGD(0.05), jit_compile=False)
    transplant(bench.state, layer)
    keras.utils.set_random_seed(SEED)
    history = owner.fit(data, epochs=2, batch_size=batch, shuffle=False, verbose=0)
    after = {key: np.array(numbers(v)) for key, v in anatomy(layer).variables.items()}
    bench.arrays.update({f"step/{key}": value for key, value in after.items()})
    losses = [float(loss) for loss in history.history["loss"]]
    moved = [
        k for k, v in after.items() if not np.array_equal(v, bench.state[k], equal_nan=_real(v))
    ]
    return {"moved": sorted(moved), "finite": bool(np.isfinite(losses).all())}


def _real(array: Any) -> bool:
    return bool(array.dtype.kind in "fc")


def frozen(bench: Bench, *, before_build: bool) -> Any:
    """Weights that still train inside a model when the layer was frozen before, or after, build."""
    layer = bench.fresh() if before_build else bench.called()
    layer.trainable = False
    owner = Owner(layer, bench)
    owner(arrays_of(bench.case.inputs()))
    keys = {id(variable): key for key, variable in anatomy(layer).variables.items()}
    return sorted(keys[id(variable)] for variable in owner.trainable_weights)


def thawed(bench: Bench) -> Any:
    """Weights that train after freezing a built layer and thawing it again."""
    layer = bench.called()
    layer.trainable = False
    layer.trainable = True
    keys = {id(variable): key for key, variable in anatomy(layer).variables.items()}
    return sorted(keys[id(variable)] for variable in layer.trainable_weights)


def in_mixed_precision(bench: Bench) -> Any:
    """Dtypes of outputs and variables under the global policy `mixed_bfloat16`."""
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        layer = bench.fresh()
        outputs = bench.call(layer)
        kinds = [str(getattr(leaf, "dtype", "")) for leaf in keras.tree.flatten(outputs)]
        variables = {key: str(v.dtype) for key, v in anatomy(layer).variables.items()}
        return {"outputs": kinds, "weights": variables}
    finally:
        keras.config.set_dtype_policy(policy)


def shared_with_second(bench: Bench) -> Any:
    """Variables that a second instance, made and called beside the first, has in common with it."""
    first = bench.called()
    second = bench.case.make()
    bench.call(second)
    mine = {id(variable) for variable in first.variables}
    keys = anatomy(second).variables
    return sorted(key for key, variable in keys.items() if id(variable) in mine)
