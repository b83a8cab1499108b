"""Layers with one known defect each → the healths of which at least one must be seen broken."""

from __future__ import annotations

import random
from collections import deque
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops


class ChildInBuild(layers.Layer):  # type: ignore[misc]
    """A freeze before the first call does not reach it."""

    def __init__(self, units: int = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape: Any) -> None:
        self.dense = layers.Dense(self.units)
        self.dense.build(input_shape)
        super().build(input_shape)

    def call(self, x: Any) -> Any:
        return self.dense(x)

    def get_config(self) -> Any:
        return {**super().get_config(), "units": self.units}


class ChildNotBuilt(layers.Layer):  # type: ignore[misc]
    """`build()` leaves a child out: its weights are lost inside an owner."""

    def __init__(self, units: int = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.first = layers.Dense(units)
        self.second = layers.Dense(units)

    def build(self, input_shape: Any) -> None:
        self.first.build(input_shape)
        super().build(input_shape)

    def call(self, x: Any) -> Any:
        return self.second(self.first(x))

    def get_config(self) -> Any:
        return {**super().get_config(), "units": self.units}


class WeightInCall(layers.Layer):  # type: ignore[misc]
    """State is made while the layer is called, which Keras refuses."""

    def call(self, x: Any) -> Any:
        if not hasattr(self, "scale"):
            self.scale = self.add_weight(shape=(x.shape[-1],), initializer="ones")
        return x * self.scale


class LocalDense(layers.Layer):  # type: ignore[misc]
    """Each call makes new weights that nobody tracks."""

    def call(self, x: Any) -> Any:
        return layers.Dense(4)(x)


class ForgottenArgument(layers.Layer):  # type: ignore[misc]
    """`get_config()` leaves out `factor`, which goes back to its default."""

    def __init__(self, units: int = 4, factor: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.factor = factor
        self.dense = layers.Dense(units)

    def build(self, input_shape: Any) -> None:
        self.dense.build(input_shape)

    def call(self, x: Any) -> Any:
        return self.factor * self.dense(x)

    def get_config(self) -> Any:
        return {**super().get_config(), "units": self.units}


class NoKwargs(layers.Layer):  # type: ignore[misc]
    """Loading passes `name` and `dtype`, which the constructor does not take."""

    def __init__(self, units: int) -> None:
        super().__init__()
        self.units = units

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units))

    def call(self, x: Any) -> Any:
        return ops.matmul(x, self.kernel)

    def get_config(self) -> Any:
        return {**super().get_config(), "units": self.units}


class KwargsDropped(layers.Layer):  # type: ignore[misc]
    """Takes `**kwargs` and drops them: a name that is given is lost."""

    def __init__(self, units: int = 4, **kwargs: Any) -> None:
        super().__init__()
        self.units = units

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units))

    def call(self, x: Any) -> Any:
        return ops.matmul(x, self.kernel)

    def get_config(self) -> Any:
        return {**super().get_config(), "units": self.units}


class ConfigReturnsNothing(layers.Layer):  # type: ignore[misc]
    """`dict.update` gives None."""

    def __init__(self, units: int = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units))

    def call(self, x: Any) -> Any:
        return ops.matmul(x, self.kernel)

    def get_config(self) -> Any:
        return super().get_config().update({"units": self.units})


class ModelWithoutConfig(keras.Model):  # type: ignore[misc]
    """A model that takes an argument and has no `get_config()`."""

    def __init__(self, scale: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = scale
        self.dense = layers.Dense(3)

    def call(self, x: Any) -> Any:
        return self.scale * self.dense(x)


class TensorFlowVariable(layers.Layer):  # type: ignore[misc]
    """Keras 3 neither trains nor saves a `tf.Variable`."""

    def build(self, input_shape: Any) -> None:
        self.scale = tf.Variable(tf.random.normal((input_shape[-1],)))

    def call(self, x: Any) -> Any:
        return x * self.scale


class LayersInDeque(layers.Layer):  # type: ignore[misc]
    """Layers in a container that Keras does not look into."""

    def __init__(self, units: int = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.steps = deque([layers.Dense(units), layers.Dense(units)])

    def call(self, x: Any) -> Any:
        for step in self.steps:
            x = step(x)
        return x

    def get_config(self) -> Any:
        return {**super().get_config(), "units": self.units}


class LayersInSet(layers.Layer):  # type: ignore[misc]
    """Layers in a set are trained, and not saved."""

    def __init__(self, units: int = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.steps = {layers.Dense(units)}

    def build(self, input_shape: Any) -> None:
        for step in self.steps:
            step.build(input_shape)

    def call(self, x: Any) -> Any:
        return sum(step(x) for step in self.steps)

    def get_config(self) -> Any:
        return {**super().get_config(), "units": self.units}


class BranchOnValues(layers.Layer):  # type: ignore[misc]
    """Asks a tensor for its truth, which no graph can tell."""

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], 4))

    def call(self, x: Any) -> Any:
        y = ops.matmul(x, self.kernel)
        if ops.mean(y) > 0:
            return y
        return -y


class ThroughNumpy(layers.Layer):  # type: ignore[misc]
    """Leaves the graph."""

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], 4))

    def call(self, x: Any) -> Any:
        return ops.matmul(x, self.kernel) + np.tanh(x.numpy()).mean()


class DropoutOffInFit(keras.Model):  # type: ignore[misc]
    """A model whose `call()` has no `training`."""

    def __init__(self, units: int = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.dense = layers.Dense(units)
        self.drop = layers.Dropout(0.5)

    def call(self, x: Any) -> Any:
        return self.drop(self.dense(x))

    def get_config(self) -> Any:
        return {**super().get_config(), "units": self.units}


class FixedPrecision(layers.Layer):  # type: ignore[misc]
    """Mixes a constant of single precision into half precision."""

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], 4))
        self.shift = np.ones((4,), "float32")

    def call(self, x: Any) -> Any:
        return tf.matmul(x, self.kernel) + tf.constant(self.shift)


class WrongOutputShape(layers.Layer):  # type: ignore[misc]
    """`compute_output_shape()` does not tell the truth."""

    def __init__(self, units: int = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units))

    def call(self, x: Any) -> Any:
        return ops.matmul(x, self.kernel)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape[:-1], 2 * self.units)

    def get_config(self) -> Any:
        return {**super().get_config(), "units": self.units}


class KnownBatch(layers.Layer):  # type: ignore[misc]
    """Reshapes by a batch size that is not known in a functional model."""

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], 4))

    def call(self, x: Any) -> Any:
        return ops.reshape(ops.matmul(x, self.kernel), (x.shape[0] * 2, 2))


class RemembersInPython(layers.Layer):  # type: ignore[misc]
    """What it gives depends on how often it was called."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.calls = 0

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], 4))

    def call(self, x: Any) -> Any:
        self.calls += 1
        return ops.matmul(x, self.kernel) / self.calls


class BreaksOnMasks(layers.Layer):  # type: ignore[misc]
    """Says that it supports masks, and fails with one."""

    def __init__(self, units: int = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units))

    def call(self, x: Any, mask: Any = None) -> Any:
        y = ops.matmul(x, self.kernel)
        if mask is not None:
            y = y * mask
        return y

    def get_config(self) -> Any:
        return {**super().get_config(), "units": self.units}


class ReboundWeight(layers.Layer):  # type: ignore[misc]
    """Binds the attribute of a weight to a tensor."""

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], 4))
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, x: Any) -> Any:
        self.count = self.count + 1.0
        return ops.matmul(x, self.kernel) * self.count


class BareName(layers.Layer):  # type: ignore[misc]
    """`get_config()` leaves out what every layer has."""

    def __init__(self, units: int = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units))

    def call(self, x: Any) -> Any:
        return ops.matmul(x, self.kernel)

    def get_config(self) -> Any:
        return {"units": self.units}


class ReservedAttribute(layers.Layer):  # type: ignore[misc]
    """Keeps its layers where Keras keeps others: they are not saved."""

    def __init__(self, units: int = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.autocast_layers = None
        self._layers = [layers.Dense(units)]

    def build(self, input_shape: Any) -> None:
        self._layers[0].build(input_shape)

    def call(self, x: Any) -> Any:
        return self._layers[0](x)

    def get_config(self) -> Any:
        return {**super().get_config(), "units": self.units}


class DoublesInBuild(layers.Layer):  # type: ignore[misc]
    """`build()` changes an argument that `get_config()` gives back."""

    def __init__(self, units: int = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape: Any) -> None:
        self.units = self.units * 2
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units))

    def call(self, x: Any) -> Any:
        return ops.matmul(x, self.kernel)

    def get_config(self) -> Any:
        return {**super().get_config(), "units": self.units}


class RandomOutside(layers.Layer):  # type: ignore[misc]
    """Python's chance is drawn once, when the graph is made."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.generator = random.Random()

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], 4))

    def call(self, x: Any) -> Any:
        return ops.matmul(x, self.kernel) * self.generator.random()


class ReboundInTraining(layers.Layer):  # type: ignore[misc]
    """Only in training is a weight's attribute bound: `fit()` leaves a tensor of its graph."""

    def build(self, input_shape: Any) -> None:
        self.peak = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, x: Any, training: Any = None) -> Any:
        if training:
            self.peak = ops.maximum(self.peak, ops.max(x))
        return x / (1.0 + self.peak)


class ModelReboundInTraining(keras.Model):  # type: ignore[misc]
    """The same in a model, whose own `fit()` fails at once."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dense = layers.Dense(3)
        self.seen = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, x: Any, training: Any = None) -> Any:
        if training:
            self.seen = self.seen + 1.0
        return self.dense(x) / (1.0 + self.seen)


class TakesOnlyAName(layers.Layer):  # type: ignore[misc]
    """It takes a name, but neither `trainable` nor `dtype`, and its configuration has no name."""

    def __init__(self, units: int = 4, name: Any = None) -> None:
        super().__init__(name=name)
        self.units = units

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units))

    def call(self, x: Any) -> Any:
        return ops.matmul(x, self.kernel)

    def get_config(self) -> Any:
        return {"units": self.units}


DEFECTS: dict[str, tuple[str, ...]] = {
    "ChildInBuild": ("frozen",),
    "ChildNotBuilt": ("built", "loaded"),
    "WeightInCall": ("called",),
    "LocalDense": ("twice", "trained", "loaded"),
    "ForgottenArgument": ("cloned",),
    "NoKwargs": ("cloned", "loaded"),
    "KwargsDropped": ("made",),
    "ConfigReturnsNothing": ("saved", "cloned"),
    "ModelWithoutConfig": ("cloned",),
    "TensorFlowVariable": ("trained", "loaded"),
    "LayersInDeque": ("trained", "loaded"),
    "LayersInSet": ("loaded",),
    "BranchOnValues": ("trained", "unknown dimensions"),
    "ThroughNumpy": ("trained", "unknown dimensions"),
    "DropoutOffInFit": ("trained",),
    "FixedPrecision": ("mixed precision",),
    "WrongOutputShape": ("unknown dimensions",),
    "KnownBatch": ("unknown dimensions",),
    "RemembersInPython": ("twice",),
    "BreaksOnMasks": ("masked",),
    "ReboundWeight": ("trained", "twice"),
    "BareName": ("cloned",),
    "ReservedAttribute": ("loaded",),
    "DoublesInBuild": ("cloned", "loaded"),
    "RandomOutside": ("twice",),
    "ReboundInTraining": ("trained",),
    "ModelReboundInTraining": ("trained",),
    "TakesOnlyAName": ("cloned",),
}
