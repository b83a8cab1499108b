"""Layers with wrong rewrites that show only in a branch, a size or a name far from the recipe."""

# ruff: noqa: E501

from __future__ import annotations

from mutants import Subject

HEAD = """\
import keras
from keras import constraints, initializers, layers, ops, random, regularizers


"""

TRANSFORMER = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, dim=8, heads=2, mlp_ratio=2, dropout=0.1, seed=None, activation="gelu", eps=1e-6,
                 kernel_regularizer=None, kernel_initializer="glorot_uniform", kernel_constraint=None, pre_norm=True, mode="add", **kwargs):
        super().__init__(**kwargs)
        if mode not in ("add", "mean", "concat"):
            raise ValueError(mode)
        self.dim, self.heads, self.mlp_ratio, self.dropout, self.seed = dim, heads, mlp_ratio, dropout, seed
        self.eps = eps
        self.activation = keras.activations.get(activation)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.pre_norm, self.mode = pre_norm, mode
        self.supports_masking = True
        self.norm = layers.LayerNormalization(epsilon=eps, dtype=self.dtype_policy)
        self.att = layers.MultiHeadAttention(heads, dim // heads, dropout=dropout, seed=seed, dtype=self.dtype_policy)
        self.up = layers.Dense(dim * mlp_ratio, kernel_regularizer=self.kernel_regularizer,
                               kernel_initializer=self.kernel_initializer, kernel_constraint=self.kernel_constraint, dtype=self.dtype_policy)
        self.down = layers.Dense(dim, dtype=self.dtype_policy)
        self.drop = layers.Dropout(dropout, seed=seed, dtype=self.dtype_policy)

    def build(self, input_shape):
        if self.dim % self.heads:
            raise ValueError("dim must be a multiple of heads")
        self.norm.build(input_shape)
        self.att.build(input_shape, input_shape)
        self.up.build(input_shape)
        self.down.build((*input_shape[:-1], self.dim * self.mlp_ratio))
        self.built = True

    def call(self, x, attention_mask=None, training=None, return_scores=False, use_causal_mask=False):
        y = self.norm(x) if self.pre_norm else x
        a, s = self.att(y, y, attention_mask=attention_mask, return_attention_scores=True, training=training, use_causal_mask=use_causal_mask)
        z = self.drop(self.down(self.activation(self.up(a))), training=training)
        if self.mode == "add":
            out = x + z
        elif self.mode == "mean":
            out = (x + z) / 2
        else:
            out = ops.concatenate([x, z], axis=-1)
        out = out if self.pre_norm else self.norm(out)
        return (out, s) if return_scores else out

    def get_config(self):
        return {**super().get_config(), "dim": self.dim, "heads": self.heads, "mlp_ratio": self.mlp_ratio, "dropout": self.dropout,
                "seed": self.seed, "eps": self.eps, "activation": keras.activations.serialize(self.activation),
                "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
                "kernel_initializer": initializers.serialize(self.kernel_initializer),
                "kernel_constraint": constraints.serialize(self.kernel_constraint),
                "pre_norm": self.pre_norm, "mode": self.mode}
""",
    ("Block(8, 2)(floats(2, 6, 8))",),
    wrong={
        "seed dropped": (
            (
                "self.drop = layers.Dropout(dropout, seed=seed,",
                "self.drop = layers.Dropout(dropout,",
            ),
        ),
        "child dtype dropped": (
            (
                "self.down = layers.Dense(dim, dtype=self.dtype_policy)",
                "self.down = layers.Dense(dim)",
            ),
        ),
        "mode mean wrong": (("(x + z) / 2", "(x + z) / 3"),),
        "mode check dropped": (
            (
                '        if mode not in ("add", "mean", "concat"):\n            raise ValueError(mode)\n',
                "",
            ),
        ),
        "regularizer lost": (
            (
                "Dense(dim * mlp_ratio, kernel_regularizer=self.kernel_regularizer,",
                "Dense(dim * mlp_ratio,",
            ),
        ),
        "constraint lost": (("kernel_constraint=self.kernel_constraint, ", ""),),
        "mask ignored": (("attention_mask=attention_mask, return", "return"),),
        "causal ignored": ((", use_causal_mask=use_causal_mask)", ")"),),
        "kwargs dropped": (("super().__init__(**kwargs)", "super().__init__()"),),
        "params reordered": (("dim=8, heads=2, mlp_ratio=2", "dim=8, mlp_ratio=2, heads=2"),),
        "call param renamed": (
            ("def call(self, x,", "def call(self, inputs,"),
            ("        y = self.norm(x)", "        x = inputs\n        y = self.norm(x)"),
        ),
    },
)

CONVNEXT = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, filters=8, drop_path=0.0, layer_scale_init_value=1e-6, kernel_size=7, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.drop_path, self.layer_scale_init_value, self.kernel_size = filters, drop_path, layer_scale_init_value, kernel_size
        self.dw = layers.Conv2D(filters, kernel_size, padding="same", groups=filters)
        self.norm = layers.LayerNormalization(epsilon=1e-6)
        self.pw1 = layers.Dense(4 * filters)
        self.pw2 = layers.Dense(filters)
        self.gen = random.SeedGenerator(1337)
        self.gamma = None

    def build(self, input_shape):
        self.dw.build(input_shape)
        self.norm.build(input_shape)
        self.pw1.build(input_shape)
        self.pw2.build((*input_shape[:-1], 4 * self.filters))
        if self.layer_scale_init_value is not None and self.layer_scale_init_value > 0:
            self.gamma = self.add_weight(shape=(self.filters,), initializer=initializers.Constant(self.layer_scale_init_value), name="gamma", constraint=constraints.MaxNorm(5.0))
        self.built = True

    def call(self, x, training=None):
        y = self.pw2(ops.gelu(self.pw1(self.norm(self.dw(x)))))
        if self.gamma is not None:
            y = y * self.gamma
        if training and self.drop_path > 0:
            keep = 1 - self.drop_path
            shape = (ops.shape(x)[0], 1, 1, 1)
            mask = ops.floor(keep + random.uniform(shape, seed=self.gen))
            y = y / keep * mask
        return x + y

    def get_config(self):
        return {**super().get_config(), "filters": self.filters, "drop_path": self.drop_path, "layer_scale_init_value": self.layer_scale_init_value, "kernel_size": self.kernel_size}
""",
    ("Block(8)(floats(2, 8, 8, 8))",),
    wrong={
        "seed other": (("SeedGenerator(1337)", "SeedGenerator(42)"),),
        "maxnorm other": (("MaxNorm(5.0)", "MaxNorm(6.0)"),),
        "none scale breaks": (
            (
                "self.layer_scale_init_value is not None and self.layer_scale_init_value > 0",
                "self.layer_scale_init_value > 0",
            ),
        ),
    },
)

VAE = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, latent_dim=4, beta=1.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.latent_dim, self.beta, self.seed = latent_dim, beta, seed
        self.seed_generator = random.SeedGenerator(seed)

    def build(self, input_shape):
        self.mean = layers.Dense(self.latent_dim)
        self.logvar = layers.Dense(self.latent_dim)
        self.mean.build(input_shape)
        self.logvar.build(input_shape)
        self.built = True

    def call(self, x, training=None):
        m, v = self.mean(x), self.logvar(x)
        v = ops.clip(v, -6.0, 6.0)
        if training:
            self.add_loss(self.beta * ops.mean(ops.abs(x)))
            z = m + ops.exp(0.5 * v) * random.normal(ops.shape(m), seed=self.seed_generator)
        else:
            z = m
        return [m, v, z]

    def get_config(self):
        return {**super().get_config(), "latent_dim": self.latent_dim, "beta": self.beta, "seed": self.seed}
""",
    ("Block(4)(floats(2, 6))",),
    wrong={
        "seed ignored": (("random.SeedGenerator(seed)", "random.SeedGenerator()"),),
        "clip other": (("-6.0, 6.0", "-8.0, 8.0"),),
        "training loss other": (("self.add_loss(self.beta * ", "self.add_loss(self.beta * 2 * "),),
        "numpy in training": (
            (
                "            z = m + ops.exp(0.5 * v) *",
                "            assert float(ops.max(v)) < 100\n            z = m + ops.exp(0.5 * v) *",
            ),
        ),
    },
)

UNET = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, filters=4, strides=1, dilation=1, groups=1, res_scale=1.0, norm=None, padding="same", **kwargs):
        super().__init__(**kwargs)
        self.filters, self.strides, self.dilation, self.groups = filters, strides, dilation, groups
        self.res_scale, self.norm_type, self.padding = res_scale, norm, padding
        self.conv1 = layers.Conv2D(filters, 3, strides=strides, padding=padding, dilation_rate=dilation)
        self.conv2 = layers.Conv2D(filters, 3, padding=padding, groups=groups)
        self.proj = None
        self.norm = {"batch": layers.BatchNormalization, "layer": layers.LayerNormalization}[norm]() if norm else None

    def build(self, input_shape):
        self.conv1.build(input_shape)
        shape = self.conv1.compute_output_shape(input_shape)
        self.conv2.build(shape)
        if self.norm is not None:
            self.norm.build(shape)
        if self.strides > 1 or input_shape[-1] != self.filters:
            self.proj = layers.Conv2D(self.filters, 1, strides=self.strides, use_bias=False)
            self.proj.build(input_shape)
        self.built = True

    def call(self, x, training=None):
        y = self.conv1(x)
        if self.norm is not None:
            y = self.norm(y, training=training)
        y = self.conv2(ops.leaky_relu(y, negative_slope=0.2))
        if self.padding == "valid":
            x = x[:, 2:-2, 2:-2, :]
        r = x if self.proj is None else self.proj(x)
        return r + self.res_scale * y

    def compute_output_shape(self, input_shape):
        return self.conv2.compute_output_shape(self.conv1.compute_output_shape(input_shape))

    def get_config(self):
        return {**super().get_config(), "filters": self.filters, "strides": self.strides, "dilation": self.dilation, "groups": self.groups, "res_scale": self.res_scale, "norm": self.norm_type, "padding": self.padding}
""",
    ("Block(4)(floats(2, 8, 8, 3))",),
    wrong={
        "stride proj": (
            (
                "if self.strides > 1 or input_shape[-1] != self.filters:",
                "if input_shape[-1] != self.filters:",
            ),
        ),
        "padding const": (
            ("strides=strides, padding=padding,", 'strides=strides, padding="same",'),
        ),
        "norm swapped": (
            (
                '{"batch": layers.BatchNormalization, "layer": layers.LayerNormalization}',
                '{"batch": layers.LayerNormalization, "layer": layers.BatchNormalization}',
            ),
        ),
    },
)

RNNCELL = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, units=4, recurrent_dropout=0.0, forget_bias=True, **kwargs):
        super().__init__(**kwargs)
        self.units, self.recurrent_dropout, self.forget_bias = units, recurrent_dropout, forget_bias
        self.state_size = [units, units]
        self.output_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 4 * self.units), initializer="glorot_uniform", name="kernel")
        self.rec = self.add_weight(shape=(self.units, 4 * self.units), initializer="orthogonal", name="rec")

        def start(shape, dtype=None):
            return ops.concatenate([ops.zeros((self.units,), dtype), ops.ones((self.units,), dtype), ops.zeros((2 * self.units,), dtype)], 0)

        self.bias = self.add_weight(shape=(4 * self.units,), initializer=start if self.forget_bias else "zeros", name="bias")
        self.built = True

    def call(self, x, states, training=None):
        h, c = states
        z = ops.matmul(x, self.kernel) + ops.matmul(h, self.rec) + self.bias
        i, f, g, o = ops.split(z, 4, axis=-1)
        c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
        h = ops.sigmoid(o) * ops.tanh(c)
        return h, [h, c]

    def get_initial_state(self, batch_size=None):
        return [ops.zeros((batch_size, self.units)), ops.zeros((batch_size, self.units))]

    @property
    def depth(self):
        return 4 * self.units

    def get_config(self):
        return {**super().get_config(), "units": self.units, "recurrent_dropout": self.recurrent_dropout, "forget_bias": self.forget_bias}
""",
    ("Block(4)(floats(2, 3), [floats(2, 4), floats(2, 4)])",),
    wrong={
        "forget bias elsewhere": (
            (
                "ops.zeros((self.units,), dtype), ops.ones((self.units,), dtype), ops.zeros((2",
                "ops.ones((self.units,), dtype), ops.zeros((self.units,), dtype), ops.zeros((2",
            ),
        ),
        "state size": (("self.state_size = [units, units]", "self.state_size = [units]"),),
        "initial state gone": (("def get_initial_state", "def _get_initial_state"),),
        "initial state ones": (
            (
                "return [ops.zeros((batch_size, self.units)), ",
                "return [ops.ones((batch_size, self.units)), ",
            ),
        ),
        "prop": (("return 4 * self.units\n", "return 3 * self.units\n"),),
        "orth": (('initializer="orthogonal"', 'initializer="glorot_uniform"'),),
    },
)

LONGSEQ = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, units=4, max_length=512, causal=False, dilation_rate=1, **kwargs):
        super().__init__(**kwargs)
        self.units, self.max_length, self.causal, self.dilation_rate = units, max_length, causal, dilation_rate

    def build(self, input_shape):
        if input_shape[1] is not None and input_shape[1] > self.max_length:
            raise ValueError("too long")
        self.dense = layers.Dense(self.units)
        self.dense.build(input_shape)
        self.wide = input_shape[-1] >= 16
        if self.wide:
            self.extra = layers.Dense(self.units)
            self.extra.build(input_shape)
        self.built = True

    def call(self, x):
        y = self.dense(x)
        if x.shape[1] is not None and x.shape[1] > 12:
            y = ops.cumsum(y, axis=1)
        if x.shape[1] is not None and x.shape[1] % 2 == 1:
            y = y * 2.0
        if self.wide:
            y = y + self.extra(x)
        return y

    def get_config(self):
        return {**super().get_config(), "units": self.units, "max_length": self.max_length, "causal": self.causal, "dilation_rate": self.dilation_rate}
""",
    ("Block(4)(floats(2, 6, 8))",),
    wrong={
        "long wrong": (("ops.cumsum(y, axis=1)", "ops.cumsum(y, axis=2)"),),
        "wide wrong": (("y = y + self.extra(x)", "y = y - self.extra(x)"),),
        "too long lost": (
            (
                '        if input_shape[1] is not None and input_shape[1] > self.max_length:\n            raise ValueError("too long")\n',
                "",
            ),
        ),
    },
)

POSITIONS = Subject(
    HEAD
    + """\
class Block(layers.Layer):
    def __init__(self, max_wavelength=10000, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.max_wavelength, self.scale = max_wavelength, scale

    def build(self, input_shape):
        self.dense = layers.Dense(input_shape[-1])
        self.dense.build(input_shape)
        self.built = True

    def call(self, x):
        length = ops.shape(x)[1]
        dim = x.shape[-1]
        positions = ops.cast(ops.arange(length), self.compute_dtype)[:, None]
        freq = ops.cast(ops.arange(dim), self.compute_dtype)[None]
        pe = ops.sin(positions / (self.max_wavelength ** (freq / dim)))
        return self.dense(x) + self.scale * pe

    def get_config(self):
        return {**super().get_config(), "max_wavelength": self.max_wavelength, "scale": self.scale}
""",
    ("Block()(floats(2, 6, 8))",),
    wrong={
        "length frozen in build": (
            ("self.built = True", "self.length = input_shape[1]\n        self.built = True"),
            (
                "        length = ops.shape(x)[1]\n",
                "        length = self.length\n        x = x[:, :length]\n",
            ),
        ),
        "static length": (("length = ops.shape(x)[1]", "length = x.shape[1]"),),
        "wavelength const": (("(self.max_wavelength **", "(10000 **"),),
    },
)

CORNERS = {
    "transformer": TRANSFORMER,
    "convnext": CONVNEXT,
    "vae": VAE,
    "unet": UNET,
    "rnncell": RNNCELL,
    "longseq": LONGSEQ,
    "positions": POSITIONS,
}
