"""Layers for sequences with right and wrong rewrites, as a stranger would write them."""

from __future__ import annotations

from mutants import Subject, source

MASKED_ATTENTION = Subject(
    source(
        '''
class MaskedAttention(layers.Layer):
    """Attention with several heads, over the query itself or over a memory."""

    def __init__(
        self,
        num_heads=2,
        key_dim=3,
        value_dim=None,
        dropout=0.0,
        use_causal_mask=False,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.key_dim = key_dim
        self.value_dim = value_dim
        self.dropout = dropout
        self.use_causal_mask = use_causal_mask
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.supports_masking = True

    def build(self, query_shape, memory_shape=None):
        memory_shape = memory_shape or query_shape
        width = self.num_heads * self.key_dim
        value_width = self.num_heads * (self.value_dim or self.key_dim)
        self.query_dense = layers.Dense(
            width, use_bias=self.use_bias, kernel_initializer=self.kernel_initializer.clone()
        )
        self.key_dense = layers.Dense(
            width, use_bias=self.use_bias, kernel_initializer=self.kernel_initializer.clone()
        )
        self.value_dense = layers.Dense(value_width, use_bias=self.use_bias)
        self.output_dense = layers.Dense(query_shape[-1], use_bias=self.use_bias)
        self.dropout_layer = layers.Dropout(self.dropout)
        self.query_dense.build(query_shape)
        self.key_dense.build(memory_shape)
        self.value_dense.build(memory_shape)
        self.output_dense.build((*query_shape[:-1], value_width))
        self.built = True

    def _split(self, x, width):
        length = ops.shape(x)[1]
        x = ops.reshape(x, (-1, length, self.num_heads, width))
        return ops.transpose(x, (0, 2, 1, 3))

    def call(self, query, memory=None, attention_mask=None, training=None):
        if memory is None:
            memory = query
        q = self._split(self.query_dense(query), self.key_dim)
        k = self._split(self.key_dense(memory), self.key_dim)
        v = self._split(self.value_dense(memory), self.value_dim or self.key_dim)
        scores = ops.matmul(q, ops.transpose(k, (0, 1, 3, 2))) / self.key_dim**0.5
        if attention_mask is not None:
            allowed = ops.cast(attention_mask, scores.dtype)[:, None, None, :]
            scores = scores + (1.0 - allowed) * -1e4
        if self.use_causal_mask:
            rows = ops.arange(ops.shape(scores)[-2])[:, None]
            columns = ops.arange(ops.shape(scores)[-1])[None, :]
            scores = ops.where(rows >= columns, scores, -1e4)
        weights = self.dropout_layer(ops.softmax(scores, axis=-1), training=training)
        mixed = ops.transpose(ops.matmul(weights, v), (0, 2, 1, 3))
        length = ops.shape(query)[1]
        width = self.num_heads * (self.value_dim or self.key_dim)
        return self.output_dense(ops.reshape(mixed, (-1, length, width)))

    def compute_output_shape(self, query_shape, memory_shape=None):
        return query_shape

    def get_config(self):
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "key_dim": self.key_dim,
            "value_dim": self.value_dim,
            "dropout": self.dropout,
            "use_causal_mask": self.use_causal_mask,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
'''
    ),
    (),
    right={
        "what needs no shape is made in init": (
            ("        self.dropout_layer = layers.Dropout(self.dropout)\n", ""),
            (
                "        self.supports_masking = True\n",
                "        self.supports_masking = True\n"
                "        self.dropout_layer = layers.Dropout(dropout)\n",
            ),
        ),
    },
    wrong={
        "the value is built for the query": (
            ("self.value_dense.build(memory_shape)", "self.value_dense.build(query_shape)"),
        ),
        "one initializer for query and key": (
            (
                "        self.query_dense = layers.Dense(\n            width, "
                "use_bias=self.use_bias, kernel_initializer=self.kernel_initializer.clone()",
                "        self.query_dense = layers.Dense(\n            width, "
                "use_bias=self.use_bias, kernel_initializer=self.kernel_initializer",
            ),
            (
                "        self.key_dense = layers.Dense(\n            width, "
                "use_bias=self.use_bias, kernel_initializer=self.kernel_initializer.clone()",
                "        self.key_dense = layers.Dense(\n            width, "
                "use_bias=self.use_bias, kernel_initializer=self.kernel_initializer",
            ),
        ),
    },
)

GATED_CONV = Subject(
    source(
        '''
class GatedConv(layers.Layer):
    """A gated convolution over time, with a shortcut."""

    def __init__(
        self,
        filters=6,
        kernel_size=3,
        dilation_rate=1,
        causal=False,
        residual=True,
        use_norm=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.dilation_rate = dilation_rate
        self.causal = causal
        self.residual = residual
        self.use_norm = use_norm

    def build(self, input_shape):
        channels = input_shape[-1]
        self.conv = layers.Conv1D(
            2 * self.filters,
            self.kernel_size,
            dilation_rate=self.dilation_rate,
            padding="causal" if self.causal else "same",
            name="gated",
        )
        self.conv.build(input_shape)
        self.norm = None
        if self.use_norm:
            self.norm = layers.BatchNormalization(momentum=0.9)
            self.norm.build((*input_shape[:-1], self.filters))
        self.project = None
        if self.residual and channels != self.filters:
            self.project = layers.Conv1D(self.filters, 1, use_bias=False)
            self.project.build(input_shape)
        self.built = True

    def call(self, inputs, training=None):
        value, gate = ops.split(self.conv(inputs), 2, axis=-1)
        x = value * ops.sigmoid(gate)
        if self.norm is not None:
            x = self.norm(x, training=training)
        if self.residual:
            shortcut = inputs if self.project is None else self.project(inputs)
            x = x + shortcut
        return x

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "dilation_rate": self.dilation_rate,
            "causal": self.causal,
            "residual": self.residual,
            "use_norm": self.use_norm,
        }
'''
    ),
    (),
    right={
        "padding is chosen before, keywords instead of positions": (
            (
                "        self.conv = layers.Conv1D(\n            2 * self.filters,\n"
                "            self.kernel_size,\n",
                '        padding = "same"\n        if self.causal:\n'
                '            padding = "causal"\n'
                "        self.conv = layers.Conv1D(\n            filters=2 * self.filters,\n"
                "            kernel_size=self.kernel_size,\n",
            ),
            ('padding="causal" if self.causal else "same"', "padding=padding"),
        ),
    },
    wrong={
        "dilation dropped where causal": (
            (
                "dilation_rate=self.dilation_rate,\n            padding",
                "dilation_rate=1 if self.causal else self.dilation_rate,\n            padding",
            ),
        ),
    },
)

GRU_CELL = Subject(
    source(
        '''
class ZoneoutCell(layers.Layer):
    """A gated cell that keeps a part of its state, for `keras.layers.RNN`."""

    def __init__(
        self,
        units=5,
        zoneout=0.0,
        keep_bias=True,
        recurrent_initializer="orthogonal",
        recurrent_regularizer=None,
        layer_norm=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.units = units
        self.zoneout = zoneout
        self.keep_bias = keep_bias
        self.recurrent_initializer = keras.initializers.get(recurrent_initializer)
        self.recurrent_regularizer = keras.regularizers.get(recurrent_regularizer)
        self.layer_norm = layer_norm
        self.state_size = units
        self.output_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(input_shape[-1], 2 * self.units), initializer="glorot_uniform", name="kernel"
        )
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, 2 * self.units),
            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            name="recurrent_kernel",
        )
        if self.keep_bias:

            def bias_initializer(shape, dtype=None):
                return ops.concatenate(
                    [ops.ones((self.units,), dtype), ops.zeros((self.units,), dtype)], axis=0
                )

        else:
            bias_initializer = "zeros"
        self.bias = self.add_weight(
            shape=(2 * self.units,), initializer=bias_initializer, name="bias"
        )
        if self.layer_norm:
            self.norm = layers.LayerNormalization(epsilon=1e-3)
            self.norm.build((None, 2 * self.units))
        self.built = True

    def get_initial_state(self, batch_size=None):
        return ops.zeros((batch_size, self.units), dtype=self.compute_dtype)

    def call(self, inputs, states, training=None):
        previous = states[0] if isinstance(states, (list, tuple)) else states
        x = ops.matmul(inputs, self.kernel) + ops.matmul(previous, self.recurrent_kernel)
        x = x + self.bias
        if self.layer_norm:
            x = self.norm(x)
        keep, new = ops.split(x, 2, axis=-1)
        keep = ops.sigmoid(keep)
        state = keep * previous + (1.0 - keep) * ops.tanh(new)
        if self.zoneout > 0.0:
            if training:
                dropped = keras.random.dropout(ops.ones_like(state), self.zoneout, seed=7)
                state = ops.where(dropped > 0, state, previous)
            else:
                state = self.zoneout * previous + (1.0 - self.zoneout) * state
        return state, [state]

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "zoneout": self.zoneout,
            "keep_bias": self.keep_bias,
            "recurrent_initializer": keras.initializers.serialize(self.recurrent_initializer),
            "recurrent_regularizer": keras.regularizers.serialize(self.recurrent_regularizer),
            "layer_norm": self.layer_norm,
        }
'''
    ),
    ("ZoneoutCell(5)(floats(2, 3), floats(2, 5))",),
    right={
        "the norm in init": (
            (
                "            self.norm = layers.LayerNormalization(epsilon=1e-3)\n"
                "            self.norm.build",
                "            self.norm.build",
            ),
            (
                "        self.state_size = units\n",
                "        if layer_norm:\n"
                "            self.norm = layers.LayerNormalization(epsilon=1e-3)\n"
                "        self.state_size = units\n",
            ),
        ),
    },
    wrong={
        "no expectation in inference": (
            (
                "state = self.zoneout * previous + (1.0 - self.zoneout) * state",
                "state = 1.0 * state",
            ),
        ),
    },
)

RELATIVE_BIAS = Subject(
    source(
        '''
class RelativeBias(layers.Layer):
    """A bias of attention for each distance, far ones in logarithmic buckets."""

    def __init__(
        self, num_heads=2, num_buckets=8, max_distance=16, bidirectional=True, **kwargs
    ):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.num_buckets = num_buckets
        self.max_distance = max_distance
        self.bidirectional = bidirectional

    def build(self, query_shape, key_shape=None):
        self.table = self.add_weight(
            shape=(self.num_buckets, self.num_heads), initializer="he_normal", name="table"
        )
        self.built = True

    def _bucket(self, distance):
        buckets = self.num_buckets
        if self.bidirectional:
            buckets = buckets // 2
            offset = ops.cast(distance > 0, "int32") * buckets
            distance = ops.abs(distance)
        else:
            offset = 0
            distance = ops.maximum(-distance, 0)
        exact = buckets // 2
        near = distance < exact
        ratio = ops.cast(ops.maximum(distance, 1), "float32") / exact
        scale = (buckets - exact) / math.log(self.max_distance / exact)
        far = exact + ops.cast(ops.log(ratio) * scale, "int32")
        far = ops.minimum(far, buckets - 1)
        return offset + ops.where(near, distance, far)

    def call(self, query, key=None):
        key = query if key is None else key
        rows = ops.arange(ops.shape(query)[1], dtype="int32")[:, None]
        columns = ops.arange(ops.shape(key)[1], dtype="int32")[None, :]
        bias = ops.take(self.table, self._bucket(columns - rows), axis=0)
        return ops.transpose(bias, (2, 0, 1))

    def get_config(self):
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "num_buckets": self.num_buckets,
            "max_distance": self.max_distance,
            "bidirectional": self.bidirectional,
        }
'''
    ).replace("import keras\n", "import math\n\nimport keras\n"),
    (),
    right={
        "the far bucket in a helper method": (
            (
                """        ratio = ops.cast(ops.maximum(distance, 1), "float32") / exact
        scale = (buckets - exact) / math.log(self.max_distance / exact)
        far = exact + ops.cast(ops.log(ratio) * scale, "int32")
        far = ops.minimum(far, buckets - 1)
""",
                "        far = self._far(distance, exact, buckets)\n",
            ),
            (
                "    def call(self",
                """    def _far(self, distance, exact, buckets):
        ratio = ops.cast(ops.maximum(distance, 1), "float32") / exact
        scale = (buckets - exact) / math.log(self.max_distance / exact)
        return ops.minimum(exact + ops.cast(ops.log(ratio) * scale, "int32"), buckets - 1)

    def call(self""",
            ),
        ),
    },
    wrong={
        "the key's length is the query's": (("ops.shape(key)[1]", "ops.shape(query)[1]"),),
    },
)

SEQUENCES = {
    "masked attention": MASKED_ATTENTION,
    "gated convolution": GATED_CONV,
    "zoneout cell": GRU_CELL,
    "relative bias": RELATIVE_BIAS,
}
