"""Layers that are sound, each in a way of its own: none may ever be called broken."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops


class Scale(layers.Layer):  # type: ignore[misc]
    """One weight."""

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def build(self, input_shape: Any) -> None:
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")

    def call(self, x: Any) -> Any:
        return x * self.scale

    def get_config(self) -> Any:
        return {**super().get_config(), "axis": self.axis}


class Stateless(layers.Layer):  # type: ignore[misc]
    """No weights at all."""

    def call(self, x: Any) -> Any:
        return ops.relu(x) ** 2


class MLPBlock(layers.Layer):  # type: ignore[misc]
    """Keras' own example: children in `__init__`, no `build()`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dense_1 = layers.Dense(8, activation="relu")
        self.dense_2 = layers.Dense(8, activation="relu")
        self.dense_3 = layers.Dense(1)

    def call(self, inputs: Any) -> Any:
        return self.dense_3(self.dense_2(self.dense_1(inputs)))


class FeedForward(layers.Layer):  # type: ignore[misc]
    """Children in `__init__`, built in `build()`."""

    def __init__(self, units: int, rate: float = 0.1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.rate = rate
        self.inner = layers.Dense(2 * units, activation="gelu")
        self.outer = layers.Dense(units)
        self.drop = layers.Dropout(rate)

    def build(self, input_shape: Any) -> None:
        self.inner.build(input_shape)
        self.outer.build((*input_shape[:-1], 2 * self.units))
        super().build(input_shape)

    def call(self, x: Any, training: Any = None) -> Any:
        return self.drop(self.outer(self.inner(x)), training=training)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape[:-1], self.units)

    def get_config(self) -> Any:
        return {**super().get_config(), "units": self.units, "rate": self.rate}


class Residual(layers.Layer):  # type: ignore[misc]
    """Convolutions and normalization, whose statistics move in training."""

    def __init__(self, filters: int = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.conv = layers.Conv2D(filters, 3, padding="same", use_bias=False)
        self.norm = layers.BatchNormalization()
        self.project = layers.Conv2D(filters, 1)

    def build(self, input_shape: Any) -> None:
        self.conv.build(input_shape)
        self.norm.build((*input_shape[:-1], self.filters))
        self.project.build(input_shape)

    def call(self, x: Any, training: Any = None) -> Any:
        return ops.relu(self.norm(self.conv(x), training=training) + self.project(x))

    def get_config(self) -> Any:
        return {**super().get_config(), "filters": self.filters}


class TinyClassifier(keras.Model):  # type: ignore[misc]
    """A model, with `training` and a configuration."""

    def __init__(self, classes: int = 3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.classes = classes
        self.hidden = layers.Dense(8, activation="relu")
        self.drop = layers.Dropout(0.3)
        self.head = layers.Dense(classes, activation="softmax")

    def call(self, x: Any, training: Any = None) -> Any:
        return self.head(self.drop(self.hidden(x), training=training))

    def get_config(self) -> Any:
        return {**super().get_config(), "classes": self.classes}


class Attention(layers.Layer):  # type: ignore[misc]
    """Two inputs, and masks that are understood."""

    def __init__(self, size: int = 8, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size = size
        self.supports_masking = True
        self.query_dense = layers.Dense(size)
        self.value_dense = layers.Dense(size)

    def build(self, query_shape: Any, value_shape: Any) -> None:
        self.query_dense.build(query_shape)
        self.value_dense.build(value_shape)

    def call(self, query: Any, value: Any) -> Any:
        q, v = self.query_dense(query), self.value_dense(value)
        scores = ops.softmax(ops.matmul(q, ops.transpose(v, (0, 2, 1))) / self.size**0.5)
        return ops.matmul(scores, v)

    def get_config(self) -> Any:
        return {**super().get_config(), "size": self.size}


class Positions(layers.Layer):  # type: ignore[misc]
    """Needs the length of its input."""

    def __init__(self, initializer: Any = "glorot_uniform", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.initializer = keras.initializers.get(initializer)

    def build(self, input_shape: Any) -> None:
        _, length, channels = input_shape
        self.positions = self.add_weight(
            shape=(length, channels), initializer=self.initializer, name="positions"
        )

    def call(self, x: Any) -> Any:
        return x + self.positions

    def get_config(self) -> Any:
        initializer = keras.initializers.serialize(self.initializer)
        return {**super().get_config(), "initializer": initializer}


class Tokens(layers.Layer):  # type: ignore[misc]
    """Whole numbers in, a mask out."""

    def __init__(self, vocabulary_size: int, dim: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.dim = dim
        self.embedding = layers.Embedding(vocabulary_size, dim, mask_zero=True)

    def build(self, input_shape: Any) -> None:
        self.embedding.build(input_shape)

    def call(self, ids: Any) -> Any:
        return self.embedding(ids)

    def compute_mask(self, ids: Any, mask: Any = None) -> Any:
        return self.embedding.compute_mask(ids, mask)

    def get_config(self) -> Any:
        config = {"vocabulary_size": self.vocabulary_size, "dim": self.dim}
        return {**super().get_config(), **config}


class Noise(layers.Layer):  # type: ignore[misc]
    """Random in training, by a seed generator of its own."""

    def __init__(self, deviation: float = 0.1, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.deviation = deviation
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, x: Any, training: Any = None) -> Any:
        if not training:
            return x
        noise = keras.random.normal(ops.shape(x), dtype=x.dtype, seed=self.seed_generator)
        return x + self.deviation * noise

    def get_config(self) -> Any:
        return {**super().get_config(), "deviation": self.deviation, "seed": self.seed}


class AlwaysRandom(layers.Layer):  # type: ignore[misc]
    """Samples in inference too, as layers of variational models do."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, mean: Any, log_variance: Any) -> Any:
        noise = keras.random.normal(ops.shape(mean), dtype=mean.dtype, seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_variance) * noise


class Wrapped(layers.Layer):  # type: ignore[misc]
    """Takes a layer, and gives it back from its configuration."""

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape: Any) -> None:
        if not self.layer.built:
            self.layer.build(input_shape)

    def call(self, x: Any) -> Any:
        return ops.tanh(self.layer(x))

    def get_config(self) -> Any:
        config = {"layer": keras.saving.serialize_keras_object(self.layer)}
        return {**super().get_config(), **config}

    @classmethod
    def from_config(cls, config: Any) -> Any:
        config = dict(config)
        config["layer"] = keras.saving.deserialize_keras_object(config["layer"])
        return cls(**config)


# keraslint: recipe HeadOn(keras.Sequential([layers.Dense(5)]))(floats(2, 8))
class HeadOn(keras.Model):  # type: ignore[misc]
    """Takes a `Sequential`, whose own configuration grows once it is built."""

    def __init__(self, body: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.body = body
        self.head = layers.Dense(2)

    def call(self, x: Any, training: Any = None) -> Any:
        return self.head(self.body(x, training=training))

    def get_config(self) -> Any:
        return {**super().get_config(), "body": keras.saving.serialize_keras_object(self.body)}

    @classmethod
    def from_config(cls, config: Any) -> Any:
        body = keras.saving.deserialize_keras_object(config["body"])
        return cls(**{**config, "body": body})


class Stacked(layers.Layer):  # type: ignore[misc]
    """A list of children."""

    def __init__(self, sizes: Any = (8, 4), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sizes = tuple(sizes)
        self.steps = [layers.Dense(size) for size in self.sizes]

    def build(self, input_shape: Any) -> None:
        for step in self.steps:
            step.build(input_shape)
            input_shape = step.compute_output_shape(input_shape)

    def call(self, x: Any) -> Any:
        for step in self.steps:
            x = step(x)
        return x

    def get_config(self) -> Any:
        return {**super().get_config(), "sizes": list(self.sizes)}


class MovingMean(layers.Layer):  # type: ignore[misc]
    """A weight that training moves by hand, and no gradient."""

    def build(self, input_shape: Any) -> None:
        self.mean = self.add_weight(shape=(input_shape[-1],), initializer="zeros", trainable=False)

    def call(self, x: Any, training: Any = None) -> Any:
        if training:
            self.mean.assign(0.9 * self.mean + 0.1 * ops.mean(x, axis=0))
        return x - self.mean


class AddsLoss(layers.Layer):  # type: ignore[misc]
    """A loss of its own, and its inputs unchanged."""

    def __init__(self, factor: float = 0.01, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x: Any) -> Any:
        self.add_loss(self.factor * ops.mean(ops.square(x)))
        return x

    def get_config(self) -> Any:
        return {**super().get_config(), "factor": self.factor}


class Indices(layers.Layer):  # type: ignore[misc]
    """Whole numbers out: nothing to train."""

    def call(self, x: Any) -> Any:
        return ops.argmax(x, axis=-1)


class SeveralOutputs(layers.Layer):  # type: ignore[misc]
    """A dict of outputs of different kinds."""

    def __init__(self, units: int = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.dense = layers.Dense(units)

    def build(self, input_shape: Any) -> None:
        self.dense.build(input_shape)

    def call(self, x: Any) -> Any:
        y = self.dense(x)
        return {"logits": y, "best": ops.argmax(y, axis=-1)}

    def get_config(self) -> Any:
        return {**super().get_config(), "units": self.units}


class Frozen(layers.Layer):  # type: ignore[misc]
    """A fixed projection: its weight never trains."""

    def __init__(self, units: int = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="orthogonal", trainable=False
        )

    def call(self, x: Any) -> Any:
        return ops.matmul(x, self.kernel)

    def get_config(self) -> Any:
        return {**super().get_config(), "units": self.units}


class Patches(layers.Layer):  # type: ignore[misc]
    """Pictures in, patches out; the shape of the output is told."""

    def __init__(self, patch_size: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.patch_size = patch_size
        self.conv = layers.Conv2D(4, patch_size, strides=patch_size)

    def build(self, input_shape: Any) -> None:
        self.conv.build(input_shape)

    def call(self, images: Any) -> Any:
        y = self.conv(images)
        batch, height, width, channels = ops.shape(y)
        return ops.reshape(y, (batch, height * width, channels))

    def get_config(self) -> Any:
        return {**super().get_config(), "patch_size": self.patch_size}


class Recurrent(layers.Layer):  # type: ignore[misc]
    """A loop over time, by Keras' own cell."""

    def __init__(self, units: int = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.supports_masking = True
        self.gru = layers.GRU(units, return_sequences=True)

    def build(self, input_shape: Any) -> None:
        self.gru.build(input_shape)

    def call(self, x: Any, mask: Any = None, training: Any = None) -> Any:
        return self.gru(x, mask=mask, training=training)

    def get_config(self) -> Any:
        return {**super().get_config(), "units": self.units}


class Encoder(keras.Model):  # type: ignore[misc]
    """A functional model in a class of its own, which can be made again."""

    def __init__(self, width: int = 8, **kwargs: Any) -> None:
        inputs = keras.Input((6,))
        outputs = layers.Dense(width, activation="relu")(inputs)
        super().__init__(inputs=inputs, outputs=layers.Dense(2)(outputs), **kwargs)
        self.width = width

    def get_config(self) -> Any:
        return {"name": self.name, "trainable": self.trainable, "width": self.width}

    @classmethod
    def from_config(cls, config: Any) -> Any:
        return cls(**config)


class Table(layers.Layer):  # type: ignore[misc]
    """A constant that is made anew, and not saved."""

    def __init__(self, length: int = 32, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.length = length
        self.table = np.sin(np.arange(length)[:, None] / 10.0).astype("float32")

    def call(self, x: Any) -> Any:
        return x + ops.cast(self.table[: x.shape[1]], x.dtype)

    def get_config(self) -> Any:
        return {**super().get_config(), "length": self.length}


class Tracked(keras.Model):  # type: ignore[misc]
    """A metric of its own, whose state no file keeps."""

    def __init__(self, units: int = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.dense = layers.Dense(units)
        self.tracker = keras.metrics.Mean(name="size")

    def build(self, input_shape: Any) -> None:
        self.dense.build(input_shape)

    def call(self, x: Any) -> Any:
        outputs = self.dense(x)
        self.tracker.update_state(ops.mean(outputs))
        return outputs

    def get_config(self) -> Any:
        return {**super().get_config(), "units": self.units}


class KeepsOnlyAName(layers.Layer):  # type: ignore[misc]
    """It takes a name, but neither `trainable` nor `dtype`, and gives the name back."""

    def __init__(self, units: int = 4, name: Any = None) -> None:
        super().__init__(name=name)
        self.units = units

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units))

    def call(self, x: Any) -> Any:
        return ops.matmul(x, self.kernel)

    def get_config(self) -> Any:
        return {"name": self.name, "units": self.units}
