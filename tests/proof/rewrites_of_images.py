"""Layers for images with right and wrong rewrites, as a stranger would write them."""

from __future__ import annotations

from mutants import Subject, source

SQUEEZE_EXCITE = Subject(
    source(
        '''
class SqueezeExcite(layers.Layer):
    """Weighs the channels of an image by what is in them."""

    def __init__(
        self,
        ratio=0.25,
        min_filters=1,
        gate="sigmoid",
        pool="avg",
        data_format=None,
        kernel_regularizer=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.ratio = ratio
        self.min_filters = min_filters
        self.gate = gate
        self.pool = pool
        self.data_format = data_format or keras.config.image_data_format()
        self.kernel_regularizer = regularizers.get(kernel_regularizer)

    def build(self, input_shape):
        axis = -1 if self.data_format == "channels_last" else 1
        channels = input_shape[axis]
        filters = max(self.min_filters, int(channels * self.ratio))
        self.reduce = layers.Dense(
            filters, activation="relu", kernel_regularizer=self.kernel_regularizer
        )
        self.expand = layers.Dense(channels, kernel_regularizer=self.kernel_regularizer)
        self.reduce.build((None, channels))
        self.expand.build((None, filters))
        self.built = True

    def _squeeze(self, inputs):
        axes = (1, 2) if self.data_format == "channels_last" else (2, 3)
        if self.pool == "avg":
            return ops.mean(inputs, axis=axes)
        if self.pool == "max":
            return ops.max(inputs, axis=axes)
        raise ValueError(f"`pool` must be 'avg' or 'max', got {self.pool!r}")

    def call(self, inputs):
        x = self.expand(self.reduce(self._squeeze(inputs)))
        if self.gate == "sigmoid":
            x = ops.sigmoid(x)
        elif self.gate == "hard_sigmoid":
            x = ops.hard_sigmoid(x)
        else:
            x = 1.0 + ops.tanh(x)
        if self.data_format == "channels_last":
            return inputs * x[:, None, None, :]
        return inputs * x[:, :, None, None]

    def get_config(self):
        return {
            **super().get_config(),
            "ratio": self.ratio,
            "min_filters": self.min_filters,
            "gate": self.gate,
            "pool": self.pool,
            "data_format": self.data_format,
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
        }
'''
    ),
    ("SqueezeExcite()(floats(2, 5, 4, 8))",),
    right={
        "the first layer by steps": (
            (
                "x = self.expand(self.reduce(self._squeeze(inputs)))",
                "squeezed = self._squeeze(inputs)\n        x = self.expand(self.reduce(squeezed))",
            ),
        ),
    },
    wrong={
        "rounds up": (("int(channels * self.ratio)", "round(channels * self.ratio)"),),
    },
)

PYRAMID = Subject(
    source(
        '''
class FeaturePyramid(layers.Layer):
    """Feature maps of one width from those of a backbone, finest first."""

    def __init__(self, filters=4, extra_levels=0, merge="add", **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.extra_levels = extra_levels
        self.merge = merge

    def build(self, input_shape):
        self.laterals = []
        self.outputs = []
        for index, shape in enumerate(input_shape):
            lateral = layers.Conv2D(self.filters, 1, name=f"lateral_{index}")
            lateral.build(shape)
            self.laterals.append(lateral)
            output = layers.Conv2D(self.filters, 3, padding="same", name=f"output_{index}")
            output.build((*shape[:-1], self.filters))
            self.outputs.append(output)
        self.coarser = layers.MaxPooling2D(pool_size=1, strides=2)
        self.built = True

    def call(self, inputs):
        maps = [lateral(x) for lateral, x in zip(self.laterals, inputs)]
        for index in range(len(maps) - 1, 0, -1):
            height, width = ops.shape(maps[index - 1])[1:3]
            top = ops.image.resize(maps[index], (height, width), interpolation="nearest")
            if self.merge == "add":
                maps[index - 1] = maps[index - 1] + top
            else:
                maps[index - 1] = 0.5 * (maps[index - 1] + top)
        maps = [output(x) for output, x in zip(self.outputs, maps)]
        for _ in range(self.extra_levels):
            maps.append(self.coarser(maps[-1]))
        return maps

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "extra_levels": self.extra_levels,
            "merge": self.merge,
        }
'''
    ),
    ("FeaturePyramid()([floats(2, 8, 8, 3), floats(2, 4, 4, 5)])",),
    right={
        "the merge in a helper method": (
            (
                """            if self.merge == "add":
                maps[index - 1] = maps[index - 1] + top
            else:
                maps[index - 1] = 0.5 * (maps[index - 1] + top)
""",
                "            maps[index - 1] = self._merged(maps[index - 1], top)\n",
            ),
            (
                "    def get_config",
                """    def _merged(self, x, top):
        if self.merge == "add":
            return x + top
        return 0.5 * (x + top)

    def get_config""",
            ),
        ),
    },
    wrong={
        "three levels at most": (
            (
                "zip(self.laterals, inputs)]",
                "zip(self.laterals[:3], inputs)]",
            ),
        ),
    },
)

PATCH_EMBED = Subject(
    source(
        '''
class PatchEmbedding(layers.Layer):
    """Patches of an image as tokens, with their places and a class token."""

    def __init__(
        self,
        patch_size=2,
        embed_dim=6,
        use_class_token=False,
        use_norm=False,
        pad=True,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.patch_size = patch_size
        self.embed_dim = embed_dim
        self.use_class_token = use_class_token
        self.use_norm = use_norm
        self.pad = pad
        self.projection = layers.Conv2D(
            embed_dim, patch_size, strides=patch_size, padding="valid", name="projection"
        )

    def _grid(self, input_shape):
        size = self.patch_size
        if self.pad:
            return (input_shape[1] + size - 1) // size, (input_shape[2] + size - 1) // size
        return input_shape[1] // size, input_shape[2] // size

    def build(self, input_shape):
        self.projection.build(input_shape)
        if self.use_class_token:
            self.class_token = self.add_weight(
                shape=(1, 1, self.embed_dim), initializer="random_normal", name="class_token"
            )
        rows, columns = self._grid(input_shape)
        count = rows * columns + (1 if self.use_class_token else 0)
        self.positions = self.add_weight(
            shape=(1, count, self.embed_dim),
            initializer=keras.initializers.TruncatedNormal(stddev=0.02),
            name="positions",
        )
        if self.use_norm:
            self.norm = layers.LayerNormalization(epsilon=1e-6, dtype="float32")
            self.norm.build((None, count, self.embed_dim))
        self.built = True

    def call(self, images):
        height, width = images.shape[1], images.shape[2]
        if self.pad:
            bottom = -height % self.patch_size
            right = -width % self.patch_size
            if bottom or right:
                images = ops.pad(images, [[0, 0], [0, bottom], [0, right], [0, 0]])
        x = self.projection(images)
        x = ops.reshape(x, (-1, x.shape[1] * x.shape[2], self.embed_dim))
        if self.use_class_token:
            token = ops.tile(ops.cast(self.class_token, x.dtype), (ops.shape(x)[0], 1, 1))
            x = ops.concatenate([token, x], axis=1)
        x = x + ops.cast(self.positions, x.dtype)
        if self.use_norm:
            x = self.norm(x)
        return x

    def compute_output_shape(self, input_shape):
        rows, columns = self._grid(input_shape)
        count = rows * columns + (1 if self.use_class_token else 0)
        return (input_shape[0], count, self.embed_dim)

    def get_config(self):
        return {
            **super().get_config(),
            "patch_size": self.patch_size,
            "embed_dim": self.embed_dim,
            "use_class_token": self.use_class_token,
            "use_norm": self.use_norm,
            "pad": self.pad,
        }
'''
    ),
    ("PatchEmbedding()(floats(2, 8, 6, 3))",),
    right={
        "the count in a helper method": (
            (
                "        rows, columns = self._grid(input_shape)\n"
                "        count = rows * columns + (1 if self.use_class_token else 0)\n"
                "        self.positions",
                "        count = self._count(input_shape)\n        self.positions",
            ),
            (
                "        rows, columns = self._grid(input_shape)\n"
                "        count = rows * columns + (1 if self.use_class_token else 0)\n"
                "        return (input_shape[0], count",
                "        count = self._count(input_shape)\n        return (input_shape[0], count",
            ),
            (
                "    def build(self",
                """    def _count(self, input_shape):
        rows, columns = self._grid(input_shape)
        return rows * columns + int(self.use_class_token)

    def build(self""",
            ),
        ),
        "pads without asking": (
            (
                "            if bottom or right:\n"
                "                images = "
                "ops.pad(images, [[0, 0], [0, bottom], [0, right], [0, 0]])\n",
                "            images = ops.pad(images, [[0, 0], [0, bottom], [0, right], [0, 0]])\n",
            ),
        ),
    },
    wrong={
        "the norm is not exact": (('epsilon=1e-6, dtype="float32"', "epsilon=1e-6"),),
        "the shape forgets the class token": (
            (
                "        count = rows * columns + (1 if self.use_class_token else 0)\n"
                "        return",
                "        count = rows * columns\n        return",
            ),
        ),
    },
)

IMAGES = {
    "squeeze and excite": SQUEEZE_EXCITE,
    "feature pyramid": PYRAMID,
    "patch embedding": PATCH_EMBED,
}
