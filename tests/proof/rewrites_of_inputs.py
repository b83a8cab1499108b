"""Layers with caches, masks or a test step of their own, with rewrites by a stranger."""

# ruff: noqa: E501

from __future__ import annotations

from mutants import Subject, source

CACHED = Subject(
    source(
        """
class CachedSelfAttention(layers.Layer):
    def __init__(self, num_heads, head_dim, dropout=0.0, causal=True, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.num_heads = num_heads
        self.head_dim = head_dim
        self.dropout = dropout
        self.causal = causal
        self.softmax = layers.Softmax(dtype="float32")
        self.drop = layers.Dropout(dropout)

    def build(self, input_shape):
        width = self.num_heads * self.head_dim
        self.query = layers.Dense(width, name="query")
        self.query.build(input_shape)
        self.key = layers.Dense(width, name="key")
        self.key.build(input_shape)
        self.value = layers.Dense(width, name="value")
        self.value.build(input_shape)
        self.out = layers.Dense(input_shape[-1], use_bias=False, name="attention_output")
        self.out.build((None, None, width))

    def _split(self, x):
        shape = ops.shape(x)
        return ops.reshape(x, (shape[0], shape[1], self.num_heads, self.head_dim))

    def call(self, x, mask=None, cache=None, training=None):
        query = self._split(self.query(x)) * self.head_dim**-0.5
        key = self._split(self.key(x))
        value = self._split(self.value(x))
        if cache is not None:
            key = ops.concatenate([cache[:, 0], key], axis=1)
            value = ops.concatenate([cache[:, 1], value], axis=1)
        scores = ops.einsum("bqhd,bkhd->bhqk", query, key)
        if self.causal:
            q_len, k_len = ops.shape(query)[1], ops.shape(key)[1]
            rows = ops.arange(q_len)[:, None] + (k_len - q_len)
            scores = ops.where(ops.arange(k_len)[None, :] <= rows, scores, -1e9)
        if mask is not None and cache is None:
            scores = ops.where(mask[:, None, None, :], scores, -1e9)
        weights = ops.cast(self.softmax(scores), self.compute_dtype)
        weights = self.drop(weights, training=training)
        context = ops.einsum("bhqk,bkhd->bqhd", weights, value)
        shape = ops.shape(context)
        context = ops.reshape(context, (shape[0], shape[1], self.num_heads * self.head_dim))
        output = self.out(context)
        if cache is not None:
            return output, ops.stack([key, value], axis=1)
        return output

    def get_config(self):
        config = super().get_config()
        config.update(num_heads=self.num_heads, head_dim=self.head_dim, dropout=self.dropout, causal=self.causal)
        return config
"""
    ),
    (),
    right={
        "scores by matmul of transposed heads": (
            (
                'ops.einsum("bqhd,bkhd->bhqk", query, key)',
                "ops.matmul(ops.transpose(query, (0, 2, 1, 3)), ops.transpose(key, (0, 2, 3, 1)))",
            ),
        ),
    },
    wrong={
        "the cache holds the key twice": (
            ("ops.stack([key, value], axis=1)", "ops.stack([key, key], axis=1)"),
        ),
        "offset of the causal mask forgotten with a cache": ((" + (k_len - q_len)", ""),),
        "mask on the queries": (("mask[:, None, None, :]", "mask[:, None, :, None]"),),
    },
)

SEGMENTS = Subject(
    source(
        """
class TokenSegmentEmbedding(layers.Layer):
    def __init__(self, vocabulary_size, width, max_length=8, segments=2, mask_zero=True, dropout=0.1, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.width = width
        self.max_length = max_length
        self.segments = segments
        self.mask_zero = mask_zero
        self.tokens = layers.Embedding(vocabulary_size, width, mask_zero=mask_zero, name="tokens")
        self.kinds = layers.Embedding(segments, width, name="kinds")
        self.norm = layers.LayerNormalization(epsilon=1e-12, name="norm")
        self.dropout = dropout
        self.drop = layers.Dropout(dropout, name="drop")

    def build(self, input_shape):
        self.positions = self.add_weight(
            shape=(self.max_length, self.width),
            initializer=keras.initializers.TruncatedNormal(stddev=0.02),
            name="positions",
        )
        self.tokens.build(input_shape)
        self.kinds.build(input_shape)
        self.norm.build((*input_shape, self.width))
        super().build(input_shape)

    def call(self, token_ids, segment_ids=None, start=0, training=None):
        length = ops.shape(token_ids)[1]
        index = ops.minimum(ops.arange(length) + start, self.max_length - 1)
        x = self.tokens(token_ids) + ops.cast(ops.take(self.positions, index, axis=0), self.compute_dtype)
        if segment_ids is None:
            segment_ids = ops.zeros_like(token_ids)
        x = x + self.kinds(segment_ids)
        return self.drop(self.norm(x), training=training)

    def compute_mask(self, token_ids, mask=None):
        if not self.mask_zero:
            return None
        return ops.not_equal(token_ids, 0)

    def compute_output_shape(self, token_ids_shape, segment_ids_shape=None):
        return (*token_ids_shape, self.width)

    def get_config(self):
        config = super().get_config()
        config.update(
            vocabulary_size=self.vocabulary_size,
            width=self.width,
            max_length=self.max_length,
            segments=self.segments,
            mask_zero=self.mask_zero,
            dropout=self.dropout,
        )
        return config
"""
    ),
    (),
    right={
        "positions clipped": (
            (
                "ops.minimum(ops.arange(length) + start, self.max_length - 1)",
                "ops.clip(ops.arange(length) + start, 0, self.max_length - 1)",
            ),
        ),
    },
    wrong={
        "one too short beyond the table": (
            (
                "ops.minimum(ops.arange(length) + start, self.max_length - 1)",
                "ops.minimum(ops.arange(length) + start, self.max_length - 2)",
            ),
        ),
        "the start is forgotten": (("ops.arange(length) + start", "ops.arange(length)"),),
        "without segments nothing is added": (
            (
                "        if segment_ids is None:\n"
                "            segment_ids = ops.zeros_like(token_ids)\n"
                "        x = x + self.kinds(segment_ids)\n",
                "        if segment_ids is not None:\n"
                "            x = x + self.kinds(segment_ids)\n",
            ),
        ),
        "a mask although not asked for": (
            ("        if not self.mask_zero:\n            return None\n", ""),
        ),
    },
)

MOVING = Subject(
    source(
        '''
class MovingNorm(layers.Layer):
    """Normalizes by the statistics of the batch, or by the moving ones."""

    def __init__(self, momentum=0.99, epsilon=1e-3, center=True, gamma_constraint=None, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = center
        self.gamma_constraint = keras.constraints.get(gamma_constraint)
        self.supports_masking = True

    def build(self, input_shape):
        shape = (input_shape[-1],)
        self.gamma = self.add_weight(shape=shape, initializer="ones", constraint=self.gamma_constraint, name="gamma")
        self.beta = self.add_weight(shape=shape, initializer="zeros", name="beta") if self.center else None
        self.moving_mean = self.add_weight(shape=shape, initializer="zeros", trainable=False, name="moving_mean")
        self.moving_variance = self.add_weight(shape=shape, initializer="ones", trainable=False, name="moving_variance")
        self.updates = self.add_weight(shape=(), initializer="zeros", dtype="int64", trainable=False, name="updates")
        super().build(input_shape)

    def call(self, inputs, training=None, mask=None):
        x = ops.cast(inputs, "float32")
        if training and self.trainable:
            axes = tuple(range(len(x.shape) - 1))
            if mask is not None:
                weights = ops.expand_dims(ops.cast(mask, "float32"), -1)
                count = ops.maximum(ops.sum(weights, axis=axes), 1.0)
                mean = ops.sum(x * weights, axis=axes) / count
                variance = ops.sum(ops.square(x - mean) * weights, axis=axes) / count
            else:
                mean = ops.mean(x, axis=axes)
                variance = ops.var(x, axis=axes)
            self.moving_mean.assign(self.momentum * self.moving_mean + (1 - self.momentum) * mean)
            self.moving_variance.assign(self.momentum * self.moving_variance + (1 - self.momentum) * variance)
            self.updates.assign_add(1)
        else:
            mean, variance = self.moving_mean, self.moving_variance
        outputs = (x - mean) * ops.rsqrt(variance + self.epsilon) * ops.cast(self.gamma, "float32")
        if self.center:
            outputs = outputs + ops.cast(self.beta, "float32")
        return ops.cast(outputs, inputs.dtype)

    def get_config(self):
        config = super().get_config()
        config.update(
            momentum=self.momentum,
            epsilon=self.epsilon,
            center=self.center,
            gamma_constraint=keras.constraints.serialize(self.gamma_constraint),
        )
        return config
'''
    ),
    (),
    right={
        "moments at once": (
            (
                "                mean = ops.mean(x, axis=axes)\n"
                "                variance = ops.var(x, axis=axes)\n",
                "                mean, variance = ops.moments(x, axes=axes)\n",
            ),
        ),
        "moving average as a step": (
            (
                "self.moving_mean.assign(self.momentum * self.moving_mean + (1 - self.momentum) * mean)",
                "self.moving_mean.assign_add((1 - self.momentum) * (mean - self.moving_mean))",
            ),
        ),
    },
    wrong={
        "no floor under the count": (
            ("ops.maximum(ops.sum(weights, axis=axes), 1.0)", "ops.sum(weights, axis=axes)"),
        ),
        "the masked variance counts all": (
            (
                "ops.sum(ops.square(x - mean) * weights, axis=axes) / count",
                "ops.mean(ops.square(x - mean), axis=axes)",
            ),
        ),
        "frozen, it goes on learning": (("if training and self.trainable:", "if training:"),),
    },
)

VARIATIONAL = Subject(
    source(
        """
class SmallVAE(keras.Model):
    def __init__(self, latent=2, hidden=8, kl_weight=0.1, **kwargs):
        super().__init__(**kwargs)
        self.latent = latent
        self.hidden = hidden
        self.kl_weight = kl_weight
        self.encoder = layers.Dense(hidden, activation="relu", name="encoder")
        self.to_mean = layers.Dense(latent, name="to_mean")
        self.to_log_var = layers.Dense(latent, name="to_log_var")
        self.seed_generator = keras.random.SeedGenerator(7)
        self.kl_tracker = keras.metrics.Mean(name="kl")

    def build(self, input_shape):
        self.decoder = layers.Dense(input_shape[-1], name="decoder")
        self.encoder.build(input_shape)
        self.to_mean.build((None, self.hidden))
        self.to_log_var.build((None, self.hidden))
        self.decoder.build((None, self.latent))
        self.built = True

    def call(self, x, training=None):
        h = self.encoder(x)
        mean, log_var = self.to_mean(h), self.to_log_var(h)
        log_var = ops.clip(log_var, -10.0, 10.0)
        kl = -0.5 * ops.mean(1 + log_var - ops.square(mean) - ops.exp(log_var))
        self.add_loss(self.kl_weight * kl)
        self.kl_tracker.update_state(kl)
        z = mean
        if training:
            z = mean + ops.exp(0.5 * log_var) * keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return self.decoder(z)

    def test_step(self, data):
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)
        loss = self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=False)
        self._loss_tracker.update_state(loss)
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def get_config(self):
        config = super().get_config()
        config.update(latent=self.latent, hidden=self.hidden, kl_weight=self.kl_weight)
        return config
"""
    ),
    (),
    right={
        "standard deviation taken first": (
            (
                "z = mean + ops.exp(0.5 * log_var) * keras.random.normal(ops.shape(mean), seed=self.seed_generator)",
                "noise = keras.random.normal(ops.shape(mean), seed=self.seed_generator)\n"
                "            z = mean + noise * ops.exp(log_var / 2)",
            ),
        ),
    },
    wrong={
        "evaluated as in training": (
            ("y_pred = self(x, training=False)", "y_pred = self(x, training=True)"),
        ),
        "weights of the samples dropped": (
            (
                "y_pred=y_pred, sample_weight=sample_weight, training=False",
                "y_pred=y_pred, training=False",
            ),
        ),
        "the tracker is hidden": (
            (
                '        self.kl_tracker = keras.metrics.Mean(name="kl")\n',
                '        object.__setattr__(self, "kl_tracker", keras.metrics.Mean(name="kl"))\n',
            ),
        ),
    },
)

INPUTS = {
    "cached attention": CACHED,
    "tokens and segments": SEGMENTS,
    "moving statistics": MOVING,
    "own test step": VARIATIONAL,
}
