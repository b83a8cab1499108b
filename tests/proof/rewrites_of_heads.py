"""Blocks and heads with right and wrong rewrites, as a stranger would write them."""

from __future__ import annotations

from mutants import Subject, source

GLU_BLOCK = Subject(
    source(
        '''
class GatedFeedForward(layers.Layer):
    """A feed-forward block whose hidden units are gated, with a norm before it."""

    def __init__(
        self,
        expansion=2.5,
        round_to=4,
        activation="silu",
        use_bias=False,
        pre_norm=True,
        dropout=0.0,
        kernel_constraint=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.expansion = expansion
        self.round_to = round_to
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.pre_norm = pre_norm
        self.dropout = dropout
        self.kernel_constraint = keras.constraints.get(kernel_constraint)

    def build(self, input_shape):
        units = input_shape[-1]
        hidden = int(units * self.expansion)
        hidden = self.round_to * ((hidden + self.round_to - 1) // self.round_to)
        if self.pre_norm:
            self.norm = layers.LayerNormalization(epsilon=1e-5, dtype="float32", name="pre_norm")
            self.norm.build(input_shape)
        self.gate_dense = layers.Dense(
            hidden,
            activation=self.activation,
            use_bias=self.use_bias,
            kernel_constraint=self.kernel_constraint,
        )
        self.gate_dense.build(input_shape)
        self.up_dense = layers.Dense(
            hidden, use_bias=self.use_bias, kernel_constraint=self.kernel_constraint
        )
        self.up_dense.build(input_shape)
        self.down_dense = layers.Dense(units, use_bias=self.use_bias)
        self.down_dense.build((*input_shape[:-1], hidden))
        self.drop = layers.Dropout(self.dropout)
        self.built = True

    def call(self, inputs, training=None):
        x = inputs
        if self.pre_norm:
            x = ops.cast(self.norm(x), self.compute_dtype)
        x = self.gate_dense(x) * self.up_dense(x)
        x = self.drop(x, training=training)
        return inputs + self.down_dense(x)

    def get_config(self):
        return {
            **super().get_config(),
            "expansion": self.expansion,
            "round_to": self.round_to,
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "pre_norm": self.pre_norm,
            "dropout": self.dropout,
            "kernel_constraint": keras.constraints.serialize(self.kernel_constraint),
        }
'''
    ),
    (),
    right={
        "a method for both": (
            (
                """        self.gate_dense = layers.Dense(
            hidden,
            activation=self.activation,
            use_bias=self.use_bias,
            kernel_constraint=self.kernel_constraint,
        )
        self.gate_dense.build(input_shape)
        self.up_dense = layers.Dense(
            hidden, use_bias=self.use_bias, kernel_constraint=self.kernel_constraint
        )
        self.up_dense.build(input_shape)
""",
                """        self.gate_dense = self._dense(hidden, self.activation)
        self.up_dense = self._dense(hidden, None)
        for dense in (self.gate_dense, self.up_dense):
            dense.build(input_shape)
""",
            ),
            (
                "    def call(",
                """    def _dense(self, units, activation):
        return layers.Dense(
            units,
            activation=activation,
            use_bias=self.use_bias,
            kernel_constraint=self.kernel_constraint,
        )

    def call(""",
            ),
        ),
    },
    wrong={
        "the norm in the policy's dtype": (('epsilon=1e-5, dtype="float32"', "epsilon=1e-5"),),
    },
)

EXPERTS = Subject(
    source(
        '''
class Experts(layers.Layer):
    """Each token goes to the experts that a router likes best."""

    def __init__(
        self, num_experts=3, top_k=1, units=4, noise=0.0, aux_weight=0.01, **kwargs
    ):
        super().__init__(**kwargs)
        self.num_experts = num_experts
        self.top_k = top_k
        self.units = units
        self.noise = noise
        self.aux_weight = aux_weight
        self.seed_generator = keras.random.SeedGenerator(3)

    def build(self, input_shape):
        self.router = layers.Dense(self.num_experts, use_bias=False, name="router")
        self.router.build(input_shape)
        self.experts = []
        for index in range(self.num_experts):
            expert = layers.Dense(self.units, activation="relu", name=f"expert_{index}")
            expert.build(input_shape)
            self.experts.append(expert)
        self.built = True

    def call(self, inputs, training=None):
        logits = self.router(inputs)
        if training and self.noise > 0.0:
            logits = logits + self.noise * keras.random.normal(
                ops.shape(logits), dtype=logits.dtype, seed=self.seed_generator
            )
        weights = ops.softmax(logits, axis=-1)
        best, chosen = ops.top_k(weights, self.top_k)
        if self.top_k > 1:
            best = best / ops.sum(best, axis=-1, keepdims=True)
        choices = ops.one_hot(chosen, self.num_experts, dtype=best.dtype)
        shares = ops.sum(choices * best[..., None], axis=-2)
        if training and self.aux_weight:
            axes = list(range(len(inputs.shape) - 1))
            load = ops.mean(shares, axis=axes) * ops.mean(weights, axis=axes)
            self.add_loss(self.aux_weight * self.num_experts * ops.sum(load))
        outputs = ops.stack([expert(inputs) for expert in self.experts], axis=-2)
        return ops.sum(outputs * shares[..., None], axis=-2)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "num_experts": self.num_experts,
            "top_k": self.top_k,
            "units": self.units,
            "noise": self.noise,
            "aux_weight": self.aux_weight,
        }
'''
    ),
    (),
    right={
        "experts by a comprehension, in init": (
            (
                "        self.router = layers.Dense("
                'self.num_experts, use_bias=False, name="router")\n'
                """        self.router.build(input_shape)
        self.experts = []
        for index in range(self.num_experts):
            expert = layers.Dense(self.units, activation="relu", name=f"expert_{index}")
            expert.build(input_shape)
            self.experts.append(expert)
""",
                """        self.router.build(input_shape)
        for expert in self.experts:
            expert.build(input_shape)
""",
            ),
            (
                "        self.seed_generator = keras.random.SeedGenerator(3)\n",
                """        self.router = layers.Dense(num_experts, use_bias=False, name="router")
        self.experts = [
            layers.Dense(units, activation="relu", name=f"expert_{index}")
            for index in range(num_experts)
        ]
        self.seed_generator = keras.random.SeedGenerator(3)
""",
            ),
        ),
    },
    wrong={
        "the weight of the loss is fixed": (
            (
                "self.add_loss(self.aux_weight * self",
                "self.add_loss(0.01 * self",
            ),
        ),
    },
)

MASKED_POOLING = Subject(
    source(
        '''
class MaskedPooling(layers.Layer):
    """One vector for a sequence, from the steps that count."""

    def __init__(self, mode="mean", scale=False, **kwargs):
        super().__init__(**kwargs)
        self.mode = mode
        self.scale = scale
        self.supports_masking = True

    def build(self, input_shape):
        if self.mode == "attention":
            self.score = layers.Dense(1, use_bias=False)
            self.score.build(input_shape)
        if self.scale:
            self.gain = self.add_weight(
                shape=(input_shape[-1],), initializer="ones", name="gain"
            )
        self.built = True

    def compute_mask(self, inputs, mask=None):
        return None

    def call(self, inputs, mask=None):
        if mask is None:
            mask = ops.ones(ops.shape(inputs)[:2], dtype="bool")
        counted = ops.cast(mask, inputs.dtype)[..., None]
        if self.mode == "mean":
            total = ops.sum(inputs * counted, axis=1)
            x = total / ops.maximum(ops.sum(counted, axis=1), 1.0)
        elif self.mode == "max":
            x = ops.max(ops.where(counted > 0, inputs, -1e4), axis=1)
        elif self.mode == "last":
            steps = ops.arange(ops.shape(inputs)[1], dtype="int32")
            last = ops.max(ops.where(mask, steps[None, :], 0), axis=1)
            x = ops.take_along_axis(inputs, last[:, None, None], axis=1)[:, 0]
        else:
            weights = ops.softmax(self.score(inputs) + (1.0 - counted) * -1e4, axis=1)
            x = ops.sum(weights * inputs, axis=1)
        if self.scale:
            x = x * self.gain
        return x

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])

    def get_config(self):
        return {**super().get_config(), "mode": self.mode, "scale": self.scale}
'''
    ),
    ("MaskedPooling()(floats(2, 5, 4))",),
    right={
        "the score in init": (
            (
                "            self.score = layers.Dense(1, use_bias=False)\n            self",
                "            self",
            ),
            (
                "        self.supports_masking = True\n",
                "        self.supports_masking = True\n"
                '        if mode == "attention":\n'
                "            self.score = layers.Dense(units=1, use_bias=False)\n",
            ),
        ),
    },
    wrong={
        "divides by nothing": (
            ("ops.maximum(ops.sum(counted, axis=1), 1.0)", "ops.sum(counted, axis=1)"),
        ),
        "a maximum with zeros": (
            (
                "ops.max(ops.where(counted > 0, inputs, -1e4), axis=1)",
                "ops.max(inputs * counted, axis=1)",
            ),
        ),
        "the last of a mask without holes": (
            (
                "ops.max(ops.where(mask, steps[None, :], 0), axis=1)",
                'ops.maximum(ops.sum(ops.cast(mask, "int32"), axis=1) - 1, 0)',
            ),
            (
                '            steps = ops.arange(ops.shape(inputs)[1], dtype="int32")\n',
                "",
            ),
        ),
        "attention to what does not count": (
            ("self.score(inputs) + (1.0 - counted) * -1e4", "self.score(inputs)"),
        ),
    },
)

QUANTILES = Subject(
    source(
        '''
class QuantileHead(layers.Layer):
    """Quantiles of a number, which never cross."""

    def __init__(
        self,
        quantiles=(0.1, 0.5, 0.9),
        monotone=True,
        as_dict=False,
        activity_regularizer=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.quantiles = tuple(quantiles)
        self.monotone = monotone
        self.as_dict = as_dict

    def build(self, input_shape):
        self.dense = layers.Dense(len(self.quantiles), dtype="float32", name="raw")
        self.dense.build(input_shape)
        self.built = True

    def call(self, inputs):
        x = self.dense(inputs)
        if self.monotone:
            first, steps = x[..., :1], x[..., 1:]
            x = ops.concatenate([first, first + ops.cumsum(ops.softplus(steps), axis=-1)], axis=-1)
        if self.as_dict:
            return {f"q{round(q * 100)}": x[..., i] for i, q in enumerate(self.quantiles)}
        return x

    def compute_output_shape(self, input_shape):
        if self.as_dict:
            return {f"q{round(q * 100)}": tuple(input_shape[:-1]) for q in self.quantiles}
        return (*input_shape[:-1], len(self.quantiles))

    def get_config(self):
        return {
            **super().get_config(),
            "quantiles": self.quantiles,
            "monotone": self.monotone,
            "as_dict": self.as_dict,
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
        }
'''
    ),
    (),
    right={
        "the names in a helper method": (
            (
                'return {f"q{round(q * 100)}": x[..., i] for i, q in enumerate(self.quantiles)}',
                "return {name: x[..., i] for i, name in enumerate(self._names())}",
            ),
            (
                'return {f"q{round(q * 100)}": tuple(input_shape[:-1]) for q in self.quantiles}',
                "return {name: tuple(input_shape[:-1]) for name in self._names()}",
            ),
            (
                "    def call(",
                "    def _names(self):\n"
                '        return [f"q{round(q * 100)}" for q in self.quantiles]\n\n    def call(',
            ),
        ),
    },
    wrong={
        "names cut off": (
            (
                '{f"q{round(q * 100)}": x[..., i] for',
                '{f"q{int(q * 100)}": x[..., i] for',
            ),
            (
                '{f"q{round(q * 100)}": tuple(input_shape[:-1])',
                '{f"q{int(q * 100)}": tuple(input_shape[:-1])',
            ),
        ),
    },
)

MOMENTUM_MODEL = Subject(
    source(
        '''
class MomentumModel(keras.Model):
    """An encoder that follows a slow copy of itself, trained by its own step."""

    def __init__(self, units=4, momentum=0.9, clip=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.momentum = momentum
        self.clip = clip
        self.online = layers.Dense(units, name="online")
        self.slow = layers.Dense(units, trainable=False, name="slow")
        self.drop = layers.Dropout(0.5)
        self.distance = keras.metrics.Mean(name="distance")

    def build(self, input_shape):
        self.online.build(input_shape)
        self.slow.build(input_shape)
        self.slow.set_weights(self.online.get_weights())
        self.built = True

    def call(self, inputs, training=None):
        return self.online(self.drop(inputs, training=training))

    @property
    def metrics(self):
        return [self.distance]

    def train_step(self, data):
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = ops.mean(ops.square(y_pred - ops.stop_gradient(self.slow(x))), axis=-1)
            if sample_weight is not None:
                loss = loss * ops.cast(ops.reshape(sample_weight, (-1,)), loss.dtype)
            loss = ops.mean(loss)
        variables = self.online.trainable_variables
        gradients = tape.gradient(loss, variables)
        if self.clip is not None:
            gradients = [ops.clip(g, -self.clip, self.clip) for g in gradients]
        self.optimizer.apply_gradients(zip(gradients, variables))
        for slow, fast in zip(self.slow.weights, self.online.weights):
            slow.assign(self.momentum * slow + (1.0 - self.momentum) * fast)
        self.distance.update_state(loss)
        return {"distance": self.distance.result()}

    def test_step(self, data):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        difference = self(x, training=False) - self.slow(x)
        self.distance.update_state(ops.mean(ops.square(difference)))
        return {"distance": self.distance.result()}

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "momentum": self.momentum,
            "clip": self.clip,
        }
'''
    ).replace("import keras\n", "import keras\nimport tensorflow as tf\n"),
    (),
    right={
        "the slow copy follows in a method": (
            (
                """        for slow, fast in zip(self.slow.weights, self.online.weights):
            slow.assign(self.momentum * slow + (1.0 - self.momentum) * fast)
        self.distance.update_state(loss)
""",
                "        self._follow()\n        self.distance.update_state(loss)\n",
            ),
            (
                "    def test_step",
                """    def _follow(self):
        for slow, fast in zip(self.slow.weights, self.online.weights):
            slow.assign(self.momentum * slow + (1.0 - self.momentum) * fast)

    def test_step""",
            ),
        ),
    },
    wrong={
        "follows too fast": (
            (
                "self.momentum * slow + (1.0 - self.momentum) * fast",
                "(1.0 - self.momentum) * slow + self.momentum * fast",
            ),
        ),
        "weights of samples are not read": (
            (
                "            if sample_weight is not None:\n"
                "                loss = loss * "
                "ops.cast(ops.reshape(sample_weight, (-1,)), loss.dtype)\n",
                "",
            ),
        ),
        "gradients are not clipped": (
            (
                "        if self.clip is not None:\n"
                "            gradients = [ops.clip(g, -self.clip, self.clip) for g in gradients]\n",
                "",
            ),
        ),
    },
)

HEADS = {
    "gated feed-forward": GLU_BLOCK,
    "experts": EXPERTS,
    "masked pooling": MASKED_POOLING,
    "quantile head": QUANTILES,
    "momentum model": MOMENTUM_MODEL,
}
