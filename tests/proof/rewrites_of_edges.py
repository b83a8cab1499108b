"""Layers whose numbers have edges: rounding, odd sizes, what is divided by; rewrites by a stranger."""

# ruff: noqa: E501

from __future__ import annotations

from mutants import Subject, source

QUANTIZED = Subject(
    source(
        '''
class FakeQuantDense(layers.Layer):
    """A dense layer whose kernel is rounded, with the gradient passed straight through."""

    def __init__(self, units, bits=8, per_channel=True, quantize_inputs=False, use_bias=True, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.bits = bits
        self.per_channel = per_channel
        self.quantize_inputs = quantize_inputs
        self.use_bias = use_bias

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")
        if self.quantize_inputs:
            self.range = self.add_weight(shape=(), initializer="ones", trainable=False, name="range")
        super().build(input_shape)

    def _quantized(self, x, scale):
        levels = 2 ** (self.bits - 1) - 1
        scaled = ops.clip(x / scale, -1.0, 1.0) * levels
        rounded = scaled + ops.stop_gradient(ops.round(scaled) - scaled)
        return rounded / levels * scale

    def call(self, x, training=None):
        axis = 0 if self.per_channel else None
        scale = ops.stop_gradient(ops.max(ops.abs(self.kernel), axis=axis, keepdims=True)) + 1e-8
        kernel = self._quantized(ops.convert_to_tensor(self.kernel), scale)
        if self.quantize_inputs:
            if training:
                self.range.assign(ops.maximum(self.range, ops.max(ops.abs(ops.cast(x, "float32")))))
            x = self._quantized(x, ops.cast(self.range, x.dtype))
        y = ops.matmul(x, kernel)
        if self.use_bias:
            y = y + self.bias
        return y

    def get_config(self):
        config = super().get_config()
        config.update(
            units=self.units,
            bits=self.bits,
            per_channel=self.per_channel,
            quantize_inputs=self.quantize_inputs,
            use_bias=self.use_bias,
        )
        return config
'''
    ),
    (),
    right={
        "levels by a shift": (("2 ** (self.bits - 1) - 1", "(1 << (self.bits - 1)) - 1"),),
    },
    wrong={
        "no gradient of the rounding": (
            ("scaled + ops.stop_gradient(ops.round(scaled) - scaled)", "ops.round(scaled)"),
        ),
        "the range is replaced": (
            (
                'ops.maximum(self.range, ops.max(ops.abs(ops.cast(x, "float32"))))',
                'ops.max(ops.abs(ops.cast(x, "float32")))',
            ),
        ),
        "no clip": (("ops.clip(x / scale, -1.0, 1.0)", "(x / scale)"),),
    },
)

SINES = Subject(
    source(
        """
class SinePositions(layers.Layer):
    def __init__(self, max_wavelength=10000, scale=None, concat=False, **kwargs):
        super().__init__(**kwargs)
        self.max_wavelength = max_wavelength
        self.scale = scale
        self.concat = concat
        self.supports_masking = True

    def call(self, x, start_index=0):
        length, width = ops.shape(x)[-2], x.shape[-1]
        positions = ops.cast(ops.arange(length) + start_index, "float32")
        half = (width + 1) // 2
        rates = ops.power(float(self.max_wavelength), -ops.arange(half, dtype="float32") / half)
        angles = positions[:, None] * rates[None, :]
        code = ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=-1)[:, :width]
        code = ops.cast(code, x.dtype)
        if self.scale is not None:
            x = x * self.scale
        if self.concat:
            return ops.concatenate([x, ops.broadcast_to(code, ops.shape(x))], axis=-1)
        return x + code

    def compute_output_shape(self, input_shape, start_index=0):
        if self.concat:
            return (*input_shape[:-1], 2 * input_shape[-1])
        return input_shape

    def get_config(self):
        config = super().get_config()
        config.update(max_wavelength=self.max_wavelength, scale=self.scale, concat=self.concat)
        return config
"""
    ),
    (),
    right={
        "rates by exponential": (
            (
                'ops.power(float(self.max_wavelength), -ops.arange(half, dtype="float32") / half)',
                'ops.exp(-ops.log(float(self.max_wavelength)) * ops.arange(half, dtype="float32") / half)',
            ),
        ),
    },
    wrong={
        "start moves nothing when concatenated": (
            (
                'positions = ops.cast(ops.arange(length) + start_index, "float32")',
                'positions = ops.cast(ops.arange(length) + (0 if self.concat else start_index), "float32")',
            ),
        ),
        "positions in the dtype of the input": (
            (
                'positions = ops.cast(ops.arange(length) + start_index, "float32")',
                "positions = ops.cast(ops.cast(ops.arange(length) + start_index, x.dtype), 'float32')",
            ),
        ),
        "start is scaled, too": (
            (
                'ops.cast(ops.arange(length) + start_index, "float32")',
                'ops.cast(ops.arange(length) + start_index * (self.scale or 1), "float32")',
            ),
        ),
        "x is rounded": (
            (
                "return x + code",
                'return ops.cast(ops.cast(x, "float32"), code.dtype) + code',
            ),
        ),
        "rates are a little less": (
            ("positions[:, None] * rates", "positions[:, None] * (1 - 1e-8) * rates"),
        ),
        "shape of concatenated": (
            ("2 * input_shape[-1])", "input_shape[-1] + input_shape[-1] // 2 * 2)"),
        ),
    },
)

STANDARDIZED = Subject(
    source(
        '''
class Standardize(layers.Layer):
    """Learns mean and variance by adapt()."""

    def __init__(self, axis=-1, invert=False, clip=None, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis
        self.invert = invert
        self.clip = clip

    def build(self, input_shape):
        size = input_shape[self.axis]
        self._shape = [1] * len(input_shape)
        self._shape[self.axis] = size
        self.mean = self.add_weight(shape=(size,), initializer="zeros", trainable=False, name="mean")
        self.variance = self.add_weight(shape=(size,), initializer="ones", trainable=False, name="variance")
        self.seen = self.add_weight(shape=(), dtype="int32", initializer="zeros", trainable=False, name="seen")
        self.built = True

    def adapt(self, data):
        data = ops.convert_to_tensor(data, "float32")
        if not self.built:
            self.build(data.shape)
        axes = [i for i in range(len(data.shape)) if i != self.axis % len(data.shape)]
        mean, variance = ops.moments(data, axes=axes)
        self.mean.assign(mean)
        self.variance.assign(variance)
        self.seen.assign_add(ops.shape(data)[0])

    def call(self, x):
        mean = ops.cast(ops.reshape(self.mean, self._shape), self.compute_dtype)
        deviation = ops.sqrt(ops.reshape(self.variance, self._shape))
        deviation = ops.cast(ops.maximum(deviation, keras.config.epsilon()), self.compute_dtype)
        x = ops.cast(x, self.compute_dtype)
        if self.invert:
            return x * deviation + mean
        x = (x - mean) / deviation
        if self.clip:
            x = ops.clip(x, -self.clip, self.clip)
        return x

    def get_config(self):
        config = super().get_config()
        config.update(axis=self.axis, invert=self.invert, clip=self.clip)
        return config
'''
    ),
    (),
    right={
        "axes by a filter": (
            (
                "[i for i in range(len(data.shape)) if i != self.axis % len(data.shape)]",
                "[*range(len(data.shape))]\n        axes.remove(self.axis % len(data.shape))",
            ),
        ),
    },
    wrong={
        "adapt replaces what was seen": (
            ("self.seen.assign_add(ops.shape(data)[0])", "self.seen.assign(ops.shape(data)[0])"),
        ),
        "no floor": (("ops.maximum(deviation, keras.config.epsilon())", "deviation"),),
    },
)

EDGES = {
    "rounded kernel": QUANTIZED,
    "sine positions": SINES,
    "adapted statistics": STANDARDIZED,
}
