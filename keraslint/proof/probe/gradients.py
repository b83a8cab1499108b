"""A layer and a call → the gradients of a loss over all outputs, on each backend."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np

from .keras_versions.in_use import KERAS
from .variable_paths import anatomy, numbers


def watched(tape: Any, inputs: Any) -> Any:
    """The inputs; those of numbers as tensors whose gradients are asked for, where that is done."""
    if tape is None:
        return inputs

    def watch(leaf: Any) -> Any:
        if not (isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f"):
            return leaf
        tensor = KERAS.tensor(leaf)
        tape.watch(tensor)
        return tensor

    return KERAS.map(watch, inputs)


def float_leaves(inputs: Any) -> list[Any]:
    """The tensors of real numbers among the arguments of a call."""
    leaves = [leaf for leaf in KERAS.flatten(inputs) if KERAS.is_tensor(leaf)]
    return [leaf for leaf in leaves if "float" in str(leaf.dtype)]


def new_tape() -> Any:
    """Records operations for gradients, where the backend has such a thing."""
    if KERAS.backend != "tensorflow":
        return contextlib.nullcontext()
    import tensorflow as tf

    return tf.GradientTape()


def loss_of(outputs: Any, losses: list[Any]) -> Any:
    """A loss in which every number of the outputs counts, and the losses that were added."""
    leaves = enumerate(floating(outputs))
    parts = [KERAS.mean_square(output, 0.3 * (index + 1)) for index, output in leaves]
    return sum(parts) + sum(losses)


def floating(outputs: Any) -> list[Any]:
    """The outputs that are real numbers."""
    leaves = [leaf for leaf in KERAS.flatten(outputs) if hasattr(leaf, "dtype")]
    return [leaf for leaf in leaves if "float" in KERAS.dtype(leaf)]


def from_tape(layer: Any, tape: Any, loss: Any, inputs: list[Any]) -> dict[str, Any]:
    """Gradients by the path of the weight or the number of the input; those that there are."""
    import tensorflow as tf

    keys = {id(variable): key for key, variable in anatomy(layer).variables.items()}
    weights = layer.trainable_weights
    names = [keys[id(variable)] for variable in weights]
    names += [f"input {index}" for index in range(len(inputs))]
    found = tape.gradient(loss, [*map(KERAS.value_of, weights), *inputs])
    known = {name: one for name, one in zip(names, found, strict=True) if one is not None}
    return {name: numbers(tf.convert_to_tensor(one)) for name, one in known.items()}


def by_jax(layer: Any, call: Callable[[], Any]) -> dict[str, Any]:
    """Gradients with respect to the weights, by their paths."""
    import jax

    keys = {id(variable): key for key, variable in anatomy(layer).variables.items()}
    weights = layer.trainable_weights

    def loss(values: Any) -> Any:
        mapping = list(zip(weights, values, strict=True))
        with KERAS.stateless(mapping) as scope:
            outputs = call()
            return loss_of(outputs, scope.losses)

    found = jax.grad(loss)([variable.value for variable in weights])
    return {
        keys[id(variable)]: numbers(gradient)
        for variable, gradient in zip(weights, found, strict=True)
    }


def by_torch(layer: Any, call: Callable[[Any], Any], inputs: Any) -> dict[str, Any]:
    """Gradients by the path of the weight or the number of the input; those that there are."""
    import torch

    def watch(leaf: Any) -> Any:
        is_real = isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f"
        return KERAS.tensor(leaf).requires_grad_() if is_real else leaf

    given = KERAS.map(watch, inputs)
    keys = {id(variable): key for key, variable in anatomy(layer).variables.items()}
    tensors = {keys[id(one)]: KERAS.value_of(one) for one in layer.trainable_weights}
    loss = loss_of(call(given), layer.losses)
    tensors |= {f"input {index}": leaf for index, leaf in enumerate(float_leaves(given))}
    found = torch.autograd.grad(loss, list(tensors.values()), allow_unused=True)
    known = zip(tensors, found, strict=True)
    return {name: numbers(one) for name, one in known if one is not None}


def of_call(layer: Any, call: Callable[[Any], Any], inputs: Any) -> dict[str, Any]:
    """Gradients of a call of the layer on these inputs, which `call` is given."""
    if KERAS.backend == "jax":
        return by_jax(layer, lambda: call(inputs))
    if KERAS.backend == "torch":
        return by_torch(layer, call, inputs)
    with new_tape() as tape:
        given = watched(tape, inputs)
        outputs = call(given)
        loss = loss_of(outputs, layer.losses)
    return from_tape(layer, tape, loss, float_leaves(given)) if tape is not None else {}
