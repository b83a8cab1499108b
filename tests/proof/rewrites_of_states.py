"""Layers with a state and a head, with rewrites as a stranger would make them."""

from __future__ import annotations

from mutants import Subject, source

MINIMAL_GRU = Subject(
    source(
        '''
class MinimalGRU(layers.Layer):
    """A recurrent layer with one gate that does not depend on the state."""

    def __init__(
        self,
        units=4,
        return_sequences=False,
        go_backwards=False,
        dropout=0.0,
        use_bias=True,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.units = units
        self.return_sequences = return_sequences
        self.go_backwards = go_backwards
        self.dropout = dropout
        self.use_bias = use_bias
        self.supports_masking = True

    def build(self, input_shape):
        self.to_gate = layers.Dense(self.units, activation="sigmoid", use_bias=self.use_bias)
        self.to_candidate = layers.Dense(self.units, activation="tanh", use_bias=self.use_bias)
        self.drop = layers.Dropout(self.dropout)
        self.to_gate.build(input_shape)
        self.to_candidate.build(input_shape)
        self.built = True

    def call(self, inputs, mask=None, initial_state=None, training=None):
        x = self.drop(inputs, training=training)
        gate = self.to_gate(x)
        candidate = self.to_candidate(x)
        if initial_state is None:
            state = ops.zeros((ops.shape(inputs)[0], self.units), dtype=gate.dtype)
        else:
            state = initial_state
        order = range(inputs.shape[1])
        if self.go_backwards:
            order = reversed(order)
        outputs = []
        for step in order:
            new = (1.0 - gate[:, step]) * state + gate[:, step] * candidate[:, step]
            if mask is not None:
                new = ops.where(mask[:, step, None], new, state)
            state = new
            outputs.append(state)
        if self.return_sequences:
            return ops.stack(outputs, axis=1)
        return state

    def compute_mask(self, inputs, mask=None):
        return mask if self.return_sequences else None

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "return_sequences": self.return_sequences,
            "go_backwards": self.go_backwards,
            "dropout": self.dropout,
            "use_bias": self.use_bias,
        }
'''
    ),
    ("MinimalGRU(3)(floats(2, 5, 4))", "MinimalGRU(3)(floats(2, 5, 4), mask=bools(2, 5))"),
    right={
        "a step in a method": (
            (
                "            new = (1.0 - gate[:, step]) * state + "
                "gate[:, step] * candidate[:, step]\n"
                "            if mask is not None:\n"
                "                new = ops.where(mask[:, step, None], new, state)\n"
                "            state = new\n",
                "            valid = None if mask is None else mask[:, step, None]\n"
                "            state = self._step(gate[:, step], candidate[:, step], state, valid)\n",
            ),
            (
                "    def call(self, inputs, mask=None",
                "    def _step(self, gate, candidate, state, valid):\n"
                "        new = gate * candidate + (1.0 - gate) * state\n"
                "        return new if valid is None else ops.where(valid, new, state)\n\n"
                "    def call(self, inputs, mask=None",
            ),
        ),
    },
    wrong={
        "begins with nothing when backwards": (
            (
                "        if initial_state is None:\n",
                "        if initial_state is None or self.go_backwards:\n",
            ),
        ),
    },
)


COSINE = Subject(
    source(
        '''
class CosineDense(layers.Dense):
    """A dense layer of cosines, with a margin for the true class."""

    def __init__(self, units, scale=None, margin=0.0, **kwargs):
        kwargs["use_bias"] = False
        super().__init__(units, **kwargs)
        self.scale = scale
        self.margin = margin

    def build(self, input_shape):
        super().build(input_shape)
        if self.scale is None:
            self.log_scale = self.add_weight(name="log_scale", shape=(), initializer="zeros")

    def call(self, inputs, labels=None, training=None):
        cosine = ops.matmul(
            ops.normalize(inputs, axis=-1), ops.normalize(self.kernel, axis=0)
        )
        if labels is not None and training:
            cosine = cosine - self.margin * ops.one_hot(labels, self.units, dtype=cosine.dtype)
        if self.scale is None:
            outputs = cosine * ops.exp(self.log_scale)
        else:
            outputs = cosine * self.scale
        if self.activation is not None:
            outputs = self.activation(outputs)
        return outputs

    def get_config(self):
        config = super().get_config()
        config.pop("use_bias")
        return {**config, "scale": self.scale, "margin": self.margin}
'''
    ),
    (
        "CosineDense(4)(floats(3, 5))",
        "CosineDense(4, scale=8.0, margin=0.3)"
        "(floats(3, 5), labels=ints(3, below=4), training=True)",
    ),
    right={
        "the scale as a property": (
            (
                "        if self.scale is None:\n"
                "            outputs = cosine * ops.exp(self.log_scale)\n"
                "        else:\n"
                "            outputs = cosine * self.scale\n",
                "        outputs = cosine * self._factor\n",
            ),
            (
                "    def call(self, inputs, labels=None, training=None):\n",
                "    @property\n"
                "    def _factor(self):\n"
                "        return ops.exp(self.log_scale) if self.scale is None else self.scale\n\n"
                "    def call(self, inputs, labels=None, training=None):\n",
            ),
        ),
    },
    wrong={
        "normalized along the second axis": (
            ("ops.normalize(inputs, axis=-1)", "ops.normalize(inputs, axis=1)"),
        ),
    },
)


RUNNING = Subject(
    source(
        '''
class RunningScale(layers.Layer):
    """Standardizes by means and variances that follow the data."""

    def __init__(self, momentum=0.9, epsilon=1e-3, limit=None, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum
        self.epsilon = epsilon
        self.limit = limit
        self.supports_masking = True

    def build(self, input_shape):
        shape = (input_shape[-1],)
        self.mean = self.add_weight(
            name="mean", shape=shape, initializer="zeros", trainable=False
        )
        self.variance = self.add_weight(
            name="variance", shape=shape, initializer="ones", trainable=False
        )
        self.count = self.add_weight(
            name="count", shape=(), initializer="zeros", trainable=False
        )
        self.built = True

    def _moments(self, inputs, mask):
        axes = tuple(range(len(inputs.shape) - 1))
        if mask is None:
            return ops.mean(inputs, axis=axes), ops.var(inputs, axis=axes)
        weights = ops.cast(mask, inputs.dtype)[..., None]
        total = ops.maximum(ops.sum(weights), 1.0)
        mean = ops.sum(inputs * weights, axis=axes) / total
        variance = ops.sum(ops.square(inputs - mean) * weights, axis=axes) / total
        return mean, variance

    def call(self, inputs, training=None, mask=None):
        if training and self.trainable:
            mean, variance = self._moments(inputs, mask)
            self.count.assign(self.count + 1.0)
            keep = ops.minimum(self.momentum, 1.0 - 1.0 / self.count)
            self.mean.assign(keep * self.mean + (1.0 - keep) * mean)
            self.variance.assign(keep * self.variance + (1.0 - keep) * variance)
        outputs = (inputs - self.mean) / ops.sqrt(self.variance + self.epsilon)
        if self.limit is not None:
            outputs = ops.clip(outputs, -self.limit, self.limit)
        return outputs

    def restore(self, outputs):
        """The numbers before they were standardized."""
        return outputs * ops.sqrt(self.variance + self.epsilon) + self.mean

    def reset(self):
        """Forget what was seen."""
        self.mean.assign(ops.zeros_like(self.mean))
        self.variance.assign(ops.ones_like(self.variance))
        self.count.assign(0.0)

    def get_config(self):
        return {
            **super().get_config(),
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "limit": self.limit,
        }
'''
    ),
    (
        "RunningScale()(floats(4, 3))",
        "RunningScale(limit=1.0)(floats(2, 4, 3), mask=bools(2, 4), training=True)",
    ),
    right={
        "the deviation in a method": (
            (
                "        outputs = (inputs - self.mean) / ops.sqrt(self.variance + self.epsilon)\n",
                "        outputs = (inputs - self.mean) / self._deviation()\n",
            ),
            (
                "        return outputs * ops.sqrt(self.variance + self.epsilon) + self.mean\n",
                "        return self.mean + outputs * self._deviation()\n",
            ),
            (
                "    def restore(self, outputs):\n",
                "    def _deviation(self):\n"
                "        return ops.sqrt(self.epsilon + self.variance)\n\n"
                "    def restore(self, outputs):\n",
            ),
        ),
    },
    wrong={
        "restored without epsilon": (
            (
                "outputs * ops.sqrt(self.variance + self.epsilon)",
                "outputs * ops.sqrt(self.variance)",
            ),
        ),
        "an empty mask divides by nothing": (
            ("ops.maximum(ops.sum(weights), 1.0)", "ops.sum(weights)"),
        ),
    },
)


STATES = {
    "minimal gru": MINIMAL_GRU,
    "cosine dense": COSINE,
    "running scale": RUNNING,
}
