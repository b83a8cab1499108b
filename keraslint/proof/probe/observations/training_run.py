"""A trial → gradients, two steps of `fit`, and which weights a freeze reaches."""

from __future__ import annotations

import contextlib
import inspect
from typing import Any

import keras
import numpy as np

from ..trial import SEED, Trial, attempt, failed, flat, same
from ..variable_paths import anatomy, numbers, state, transplant
from .build_and_call import keep, repeats
from .public_surface import attributes


class Owner(keras.Model):  # type: ignore[misc]
    """A model around one layer: takes the inputs as a dict, has a loss for any output."""

    def __init__(self, layer: Any, trial: Trial, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.layer = layer
        self.trial = _Hidden(trial)

    def call(self, inputs: Any, training: Any = None) -> Any:
        args, kwargs = put_back(self.trial.case_inputs(), inputs)
        # Training on JAX runs `call()` alone, and so tells the sub-layers of it nothing.
        if training is not None and takes_training(self.layer):
            kwargs = {"training": training, **kwargs}
        return self.layer(*args, **kwargs)

    def compute_loss(self, x=None, y=None, y_pred=None, *_: Any, **__: Any) -> Any:  # type: ignore[no-untyped-def]
        parts = [keras.ops.mean(keras.ops.square(_float(o) - 0.5)) for o in _floating(y_pred)]
        return sum(parts) + sum(self.losses)


class HoldingOwner(Owner):
    """A model that only holds its layer: Keras need not trace it to find out what to build."""

    def build(self, *_: Any, **__: Any) -> None:
        self.built = True


def takes_training(layer: Any) -> bool:
    """May `call()` be told whether it is for training?"""
    parameters = inspect.signature(layer.call).parameters.values()
    return any(p.name == "training" or p.kind is p.VAR_KEYWORD for p in parameters)


class _Hidden:
    """Keeps the trial out of Keras' attribute tracking."""

    def __init__(self, trial: Trial) -> None:
        self._trial = trial

    def case_inputs(self) -> Any:
        return self._trial.case.inputs()

    def build_config(self) -> Any:
        return self._trial.facts["build config"]


def _float(output: Any) -> Any:
    return keras.ops.cast(output, "float32")


def _floating(outputs: Any) -> list[Any]:
    leaves = [leaf for leaf in keras.tree.flatten(outputs) if hasattr(leaf, "dtype")]
    return [leaf for leaf in leaves if "float" in keras.backend.standardize_dtype(leaf.dtype)]


def arrays_of(inputs: Any) -> dict[str, Any]:
    """The arrays among the arguments of a call, numbered."""
    leaves = [leaf for leaf in keras.tree.flatten(inputs) if isinstance(leaf, np.ndarray)]
    return {f"input_{index}": leaf for index, leaf in enumerate(leaves)}


def put_back(inputs: Any, tensors: dict[str, Any]) -> Any:
    """The arguments of a call, with tensors in place of the arrays."""
    counter = iter(range(1000))
    return keras.tree.map_structure(
        lambda leaf: tensors[f"input_{next(counter)}"] if isinstance(leaf, np.ndarray) else leaf,
        inputs,
    )


def outputs_in_training(trial: Trial) -> Any:
    """One call in training: outputs, updated variables; what gradients need is kept aside."""
    layer = trial.again()
    keras.utils.set_random_seed(SEED)
    args, kwargs = trial.case.inputs()
    with _tape() as tape:
        args, kwargs = _watched(tape, (args, kwargs))
        outputs = layer(*args, **{**kwargs, "training": True})
        loss = attempt(lambda: _loss(layer, outputs))
    trial.taped = (tape, loss, _float_leaves((args, kwargs)))
    arrays = flat(outputs)
    keep(trial, "training", arrays)
    keep(trial, "training loss", [numbers(one) for one in layer.losses])
    for key, variable in anatomy(layer).variables.items():
        trial.arrays[f"moved/{key}"] = np.array(numbers(variable))
    return {"repeats": repeats(trial, arrays, ("training/", "moved/"), training=True)}


def _watched(tape: Any, inputs: Any) -> Any:
    """The inputs; those of numbers as tensors whose gradients are asked for, where that is done."""
    if tape is None:
        return inputs

    def watched(leaf: Any) -> Any:
        if not (isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f"):
            return leaf
        tensor = keras.ops.convert_to_tensor(leaf)
        tape.watch(tensor)
        return tensor

    return keras.tree.map_structure(watched, inputs)


def _float_leaves(inputs: Any) -> list[Any]:
    leaves = [leaf for leaf in keras.tree.flatten(inputs) if keras.ops.is_tensor(leaf)]
    return [leaf for leaf in leaves if "float" in str(leaf.dtype)]


def _tape() -> Any:
    """Records operations for gradients, where the backend has such a thing."""
    if keras.backend.backend() != "tensorflow":
        return contextlib.nullcontext()
    import tensorflow as tf

    return tf.GradientTape()


def _loss(layer: Any, outputs: Any) -> Any:
    return _sum(outputs, layer.losses)


def _sum(outputs: Any, losses: list[Any]) -> Any:
    leaves = enumerate(_floating(outputs))
    parts = [keras.ops.mean(keras.ops.square(_float(o) - 0.3 * (i + 1))) for i, o in leaves]
    return sum(parts) + sum(losses)


def gradients(trial: Trial) -> Any:
    """Gradients of a loss over all outputs, in training, with respect to each trainable weight."""
    if keras.backend.backend() == "jax":
        return _gradients_of_jax(trial)
    tape, loss, inputs = trial.taped or (None, None, [])
    if tape is None:
        return {"skipped": "measured by training steps on this backend"}
    if failed(loss):
        return loss
    import tensorflow as tf

    trial.taped = None
    keys = {id(variable): key for key, variable in anatomy(trial.layer).variables.items()}
    weights = trial.layer.trainable_weights
    names = [keys[id(variable)] for variable in weights]
    names += [f"input {index}" for index in range(len(inputs))]
    found = tape.gradient(loss, [*(variable.value for variable in weights), *inputs])
    known = {name: one for name, one in zip(names, found, strict=True) if one is not None}
    for name, gradient in known.items():
        trial.arrays[f"gradient/{name}"] = numbers(tf.convert_to_tensor(gradient))
    return {"weights": sorted(known)}


def _gradients_of_jax(trial: Trial) -> Any:
    import jax

    layer = trial.again()
    keys = {id(variable): key for key, variable in anatomy(layer).variables.items()}
    weights = layer.trainable_weights

    def loss(values: Any) -> Any:
        mapping = list(zip(weights, values, strict=True))
        with keras.StatelessScope(state_mapping=mapping, collect_losses=True) as scope:
            keras.utils.set_random_seed(SEED)
            outputs = trial.call(layer, training=True)
            return _sum(outputs, scope.losses)

    found = jax.grad(loss)([variable.value for variable in weights])
    for variable, gradient in zip(weights, found, strict=True):
        trial.arrays[f"gradient/{keys[id(variable)]}"] = numbers(gradient)
    return {"weights": sorted(keys[id(variable)] for variable in weights)}


def fit(trial: Trial) -> Any:
    """Two training steps of plain SGD; keeps the variables afterwards.

    They are compiled, as `Model.fit` does, unless a functional model has shown that TensorFlow can
    trace `call()`: then compiling them, which takes longer than all else, tells nothing new.
    """
    traced = keras.backend.backend() == "tensorflow" and not failed(trial.facts.get("functional"))
    layer = trial.again()
    owner = HoldingOwner(layer, trial)
    data = arrays_of(trial.case.inputs())
    owner(data)
    optimizer = keras.optimizers.SGD(0.05)
    owner.compile(optimizer=optimizer, jit_compile=False, run_eagerly=traced)
    transplant(trial.state, layer)
    keras.utils.set_random_seed(SEED)
    losses = [owner.train_on_batch(data, return_dict=True)["loss"] for _ in range(2)]
    after = {key: np.array(numbers(v)) for key, v in anatomy(layer).variables.items()}
    trial.arrays.update({f"step/{key}": value for key, value in after.items()})
    moved = [
        k for k, v in after.items() if not np.array_equal(v, trial.state[k], equal_nan=_real(v))
    ]
    return {"moved": sorted(moved), "finite": bool(np.isfinite([float(x) for x in losses]).all())}


def _real(array: Any) -> bool:
    return bool(array.dtype.kind in "fc")


def frozen_before_build(trial: Trial) -> Any:
    """Weights that still train inside a model when the layer was frozen before it was built."""
    layer = trial.fresh()
    layer.trainable = False
    owner = HoldingOwner(layer, trial)
    owner(arrays_of(trial.case.inputs()))
    return _keys(layer, owner.trainable_weights)


def frozen_once_built(trial: Trial) -> Any:
    """Weights that still train inside a model when the built layer was frozen."""
    trial.layer.trainable = False
    try:
        owner = HoldingOwner(trial.layer, trial)
        owner(arrays_of(trial.case.inputs()))
        return _keys(trial.layer, owner.trainable_weights)
    finally:
        trial.layer.trainable = True


def thawed(trial: Trial) -> Any:
    """Weights that train after a built layer was frozen and thawed again."""
    trial.layer.trainable = False
    trial.layer.trainable = True
    return _keys(trial.layer, trial.layer.trainable_weights)


def _keys(layer: Any, weights: list[Any]) -> list[str]:
    keys = {id(variable): key for key, variable in anatomy(layer).variables.items()}
    return sorted(keys[id(variable)] for variable in weights)


def in_mixed_precision(trial: Trial) -> Any:
    """Dtypes of outputs and variables under the global policy `mixed_bfloat16`."""
    trial.clear()  # which forgets the policy: it is set afterwards
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        layer = trial.case.make()
        outputs = trial.call(layer)
        kinds = [str(getattr(leaf, "dtype", "")) for leaf in keras.tree.flatten(outputs)]
        variables = {key: str(v.dtype) for key, v in anatomy(layer).variables.items()}
        return {"outputs": kinds, "weights": variables}
    finally:
        keras.config.set_dtype_policy(policy)


def captured_dtypes(trial: Trial) -> Any:
    """Dtypes of the sub-layers when the global policy changes between construction and call."""
    policy = keras.config.dtype_policy()
    layer = trial.fresh()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        trial.call(layer)
        return {path: child.compute_dtype for path, child in anatomy(layer).children.items()}
    finally:
        keras.config.set_dtype_policy(policy)


def with_a_mask(trial: Trial) -> Any:
    """Outputs for an input of which the last steps are masked; what else comes out is a mask."""
    args, kwargs = trial.case.inputs()
    first = next(iter(args), None)
    if not (isinstance(first, np.ndarray) and first.ndim == 3 and first.dtype.kind == "f"):
        return None
    masked = np.array(first)
    masked[:, -2:] = 0.0
    layer = trial.again()
    outputs = layer(keras.layers.Masking()(masked), *args[1:], **kwargs)
    masks = [getattr(leaf, "_keras_mask", None) for leaf in keras.tree.flatten(outputs)]
    keep(trial, "masked", [*flat(outputs), *(numbers(m) for m in masks if m is not None)])
    return {"masks": sum(mask is not None for mask in masks)}


def shared_with_second(trial: Trial) -> Any:
    """Variables that a second instance, made and called beside the first, has in common with it.

    The second draws other random numbers: what starts alike in both is no random number.
    """
    keras.utils.set_random_seed(SEED + 1)
    second = trial.case.make()
    trial.call(second)
    mine = {id(variable) for variable in trial.layer.variables}
    keys = anatomy(second).variables
    for key, value in state(second).items():
        if key in trial.started and same(trial.started[key], value):
            trial.arrays[f"constant/{key}"] = value
    said = attributes(second)
    trial.facts["attributes"] = {k: v for k, v in trial.said.items() if said.get(k) == v}
    return sorted(key for key, variable in keys.items() if id(variable) in mine)
