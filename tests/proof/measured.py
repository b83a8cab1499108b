"""One layer with something of everything, and rewrites of it that are wrong in one way each."""

from __future__ import annotations

from dataclasses import dataclass

from proof_layers import BUILD, KEEP, MAKE, block

LAYER = """\
import warnings

import keras
from keras import layers, ops


class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        if units < 2:
            raise ValueError("one unit is too few")
        self.supports_masking = True
        self.units = units
        self.kind = "block"
        self.one = layers.Dense(units)
        self.two = layers.Dense(units)
        self.drop = layers.Dropout(0.0, seed=1)

    def build(self, input_shape):
        self.one.build(input_shape)
        self.two.build(input_shape)
        self.scale = self.add_weight(name="scale", shape=(), initializer="ones")
        self.mean = self.add_weight(name="mean", shape=(), initializer="zeros", trainable=False)
        self.count = self.add_weight(
            name="count", shape=(), dtype="int32", initializer="zeros", trainable=False
        )

    def call(self, x, training=None, mask=None):
        out = self.one(x) + ops.tanh(self.two(x))
        if mask is not None:
            out = out * ops.cast(mask, out.dtype)[..., None]
        if training:
            self.mean.assign(0.9 * self.mean + 0.1)
            self.count.assign(self.count + 1)
        self.add_loss(ops.ones(()))
        out = self.drop(out * ops.cast(self.scale, out.dtype), training=training)
        return [out, ops.ones_like(x) if training else ops.zeros_like(x)]

    def compute_output_shape(self, input_shape):
        return [(*input_shape[:-1], self.units), input_shape]

    def scaled(self):
        return 2.0 * self.scale

    def forget(self, to=0.0):
        self.mean.assign(to)
        self.count.assign(0)

    @property
    def way(self):
        return self.one

    def get_config(self):
        return {**super().get_config(), "units": self.units}
"""
RECIPE = "Block(4)(floats(2, 6, 8))"
LOST = "self.two.build(input_shape)\n"
CALL = "        out = self.one(x)"
INIT = "        super().__init__(**kwargs)\n"


@dataclass(frozen=True)
class Wrong:
    """What is replaced by what, and the names of all checks that it breaks."""

    swaps: tuple[tuple[str, str], ...]
    breaks: frozenset[str]

    @property
    def text(self) -> str:
        text = LAYER
        for old, new in self.swaps:
            assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
            text = text.replace(old, new)
        return text


def wrong(old: str, new: str, breaks: str, also: tuple[str, str] | None = None) -> Wrong:
    """`breaks` are names, separated by semicolons."""
    swaps = ((old, new), also) if also else ((old, new),)
    return Wrong(swaps, frozenset(name.strip() for name in breaks.split(";")))


def before(line: str, new: str, breaks: str) -> Wrong:
    """Something more is done above a line."""
    return wrong(line, f"{new}{line}", breaks)


OUTPUTS = "other magnitudes; outputs; outputs in training"
CONFIG = "    def get_config(self):\n"
OLD_FILES = "; ".join(
    f"old file: {kind}" for kind in ("functional", "owner", "weights", "sequential", "plain")
)
WRONG: dict[str, Wrong] = {
    "refuses an argument": before(
        INIT, "        if units == 5:\n            raise ValueError(units)\n", "constructs"
    ),
    "refuses an input": before(
        CALL,
        "        if x.shape[0] == 3:\n            raise ValueError(x.shape)\n",
        "calls; other sizes",
    ),
    "a weight that does not train": wrong(
        'initializer="ones"',
        'initializer="ones", trainable=False',
        "freezes; gradients; old file: legacy; training steps; "
        "trains; weights; gradients in inference; low-rank tuning; special values; small weights",
    ),
    "a tuple for a list": wrong(
        "return [out, ops.ones_like(x) if training else ops.zeros_like(x)]",
        "return out, ops.ones_like(x) if training else ops.zeros_like(x)",
        "output form",
    ),
    "other outputs": before(
        CALL,
        "        x = x if training or mask is not None else x + 0.1\n",
        "other magnitudes; other sizes; outputs; base settings; "
        "gradients in inference; low-rank tuning; mixed precision; special values; small weights",
    ),
    "a weight of nothing is another one": before(
        "        return [out",
        "        out = out + ops.cast(self.scale == 0, out.dtype)\n",
        "small weights",
    ),
    "other order": wrong(
        "        self.one = layers.Dense(units)\n        self.two = layers.Dense(units)\n",
        "        self.two = layers.Dense(units)\n        self.one = layers.Dense(units)\n",
        "old file: legacy; order of weights; set_weights",
    ),
    "another configuration of a sub-layer": wrong("seed=1", "seed=2", "sub-layers"),
    "other initial values": wrong('initializer="ones"', 'initializer="zeros"', "initial values"),
    "one draw for two": wrong(
        "        self.one = layers.Dense(units)\n        self.two = layers.Dense(units)\n",
        "        drawn = keras.initializers.GlorotUniform()\n"
        "        self.one = layers.Dense(units, kernel_initializer=drawn)\n"
        "        self.two = layers.Dense(units, kernel_initializer=drawn)\n",
        "equal starts",
    ),
    "another output in training": wrong(
        "ops.ones_like(x) if",
        "2 * ops.ones_like(x) if",
        "open shapes; outputs in training; frozen calls; special values; small weights",
    ),
    "another loss": wrong(
        "add_loss(ops.ones(()))", "add_loss(2 * ops.ones(()))", "losses; base settings"
    ),
    "masks stop here": wrong(
        "supports_masking = True",
        "supports_masking = False",
        "masks; warnings; base settings; whole masks",
    ),
    "a mask is not heeded": wrong(
        "if mask is not None",
        "if mask is None and mask",
        "gradients; masks; mixed precision; outputs; outputs in training; whole masks",
    ),
    "a child is not built": wrong(
        LOST,
        "pass\n",
        "builds; functional model; old file: functional; old file: legacy; old file: owner; "
        "old file: sequential; reloads: copy; reloads: functional; reloads: owner; "
        "reloads: sequential; reloads: weights; unknown sizes",
    ),
    "no list for a shape": wrong(
        LOST,
        f"{LOST}        input_shape + (1,)\n",
        "builds; old file: functional; old file: sequential; reloads: copy; reloads: functional; "
        "reloads: sequential",
    ),
    "cannot be copied": before(
        CONFIG, "    def __deepcopy__(self, memo):\n        raise TypeError\n\n", "reloads: copy"
    ),
    "cannot be made again": before(
        CONFIG,
        "    @classmethod\n    def from_config(cls, config):\n        raise TypeError\n\n",
        "old file: functional; old file: legacy; old file: sequential; reloads: clone; "
        "reloads: config; reloads: copy; reloads: functional; reloads: sequential",
    ),
    "other files": before(
        CONFIG,
        "    def save_own_variables(self, store):\n"
        "        for number, one in enumerate(reversed(self._all())):\n"
        "            store[str(number)] = one\n\n"
        "    def load_own_variables(self, store):\n"
        "        for number, one in enumerate(reversed(self._all())):\n"
        "            one.assign(store[str(number)])\n\n"
        "    def _all(self):\n"
        "        return [self.scale, self.mean, self.count]\n\n",
        OLD_FILES,
    ),
    "own weights are not read": before(
        CONFIG,
        "    def load_own_variables(self, store):\n        pass\n\n",
        f"{OLD_FILES}; reloads: called; reloads: copy; reloads: functional; reloads: owner; "
        "reloads: plain; reloads: sequential; reloads: weights",
    ),
    "created when built": wrong(
        "        self.two = layers.Dense(units)\n        self.drop",
        "        self.drop",
        "freezes",
        also=(
            "        self.two.build",
            "        self.two = layers.Dense(self.units)\n        self.two.build",
        ),
    ),
    "a weight gets no gradient": wrong(
        "* ops.cast(self.scale",
        "* ops.cast(ops.stop_gradient(self.scale + 0.0)",
        "gradients; training steps; trains; gradients in inference; special values",
    ),
    "another moving average": wrong(
        "0.9 * self.mean",
        "0.8 * self.mean",
        "training steps; updates in training; frozen calls; methods; special values; small weights",
    ),
    "another second step": before(
        "        return [out",
        "        out = ops.where(self.count > 1, 1.5 * out, out) if training else out\n",
        "training steps",
    ),
    "an argument is not kept": wrong(
        '"units": self.units',
        '"n": 1',
        "config; reloads: clone; reloads: config; reloads: copy; reloads: functional; "
        "reloads: sequential",
    ),
    "a default in the configuration": wrong(
        '{**super().get_config(), "units": self.units}',
        '{**super().get_config(), **({"units": self.units} if self.units != 4 else {})}',
        "config",
    ),
    "another parameter of build": wrong(
        "def build(self, input_shape):\n",
        "def build(self, shape):\n        input_shape = shape\n",
        "build parameters",
    ),
    "another output shape": wrong(
        ", self.units), input_shape]",
        ", self.units + 1), input_shape]",
        "functional model; output shape; unknown sizes",
    ),
    "an output shape that is not used": before(
        CONFIG,
        "    def compute_output_spec(self, x, **kwargs):\n"
        "        shape = (*x.shape[:-1], self.units)\n"
        "        return [keras.KerasTensor(shape, x.dtype), keras.KerasTensor(x.shape)]\n\n"
        "    def compute_output_shape(self, input_shape):\n"
        "        return [input_shape, input_shape]\n\n",
        "output shape; unknown sizes",
    ),
    "no mixed precision": before(
        "        return [out", '        out = ops.cast(out, "float32")\n', "mixed precision"
    ),
    "runs twice": before(
        CONFIG,
        "    def __call__(self, *args, **kwargs):\n"
        "        if not self.built:\n"
        "            super().__call__(*args, **{**kwargs, 'training': False})\n"
        "        return super().__call__(*args, **kwargs)\n\n",
        "calls of call()",
    ),
    "a warning": before(
        CALL,
        "        if hasattr(x, 'numpy'):\n"
        "            warnings.warn('something is wrong', stacklevel=2)\n",
        "warnings",
    ),
    "a warning on loading": before(
        CONFIG,
        "    @classmethod\n    def from_config(cls, config):\n"
        "        warnings.warn('something is wrong', stacklevel=2)\n"
        "        return cls(**config)\n\n",
        "reloads: warnings",
    ),
    "two calls disagree": before(
        CALL,
        "        self.calls = getattr(self, 'calls', 0) + 1\n        x = x + 0.1 * self.calls\n",
        f"gradients; losses; masks; other sizes; {OUTPUTS}; repeats; training steps; "
        "updates in training; base settings; frozen calls; gradients in inference; "
        "low-rank tuning; mixed precision; special values; small weights; whole masks",
    ),
    "instances share": wrong(
        '        self.scale = self.add_weight(name="scale", shape=(), initializer="ones")\n',
        "        if not hasattr(Block, 'shared'):\n"
        '            Block.shared = self.add_weight(name="scale", shape=(), initializer="ones")\n'
        "        self.scale = Block.shared\n",
        "base arguments; freezes; initial values; instances; mixed precision; other dtypes",
    ),
    "another parameter of call": wrong(
        "    def call(self, x, training=None, mask=None):\n",
        "    def call(self, y, training=None, mask=None):\n        x = y\n",
        "signatures",
    ),
    "a private method": wrong("def scaled", "def _scaled", "methods; other dtypes; public names"),
    "another result of a method": wrong(
        "2.0 * self.scale", "3.0 * self.scale", "methods; other dtypes"
    ),
    "a method that knows one dtype": wrong(
        "2.0 * self.scale", "2.0 * ops.cast(self.scale, 'float32')", "other dtypes"
    ),
    "a method forgets less": wrong("        self.count.assign(0)\n", "", "methods"),
    "a method that does not heed its argument": wrong(
        "self.mean.assign(to)", "self.mean.assign(0.0)", "methods"
    ),
    "another attribute": wrong('self.kind = "block"', 'self.kind = "layer"', "attributes"),
    "an argument of every layer is not passed on": wrong(
        "super().__init__(**kwargs)",
        "super().__init__(**{k: v for k, v in kwargs.items() if k != 'trainable'})",
        "base arguments",
    ),
    "an argument is no longer refused": wrong("units < 2", "units < 1", "refusals"),
    "other outputs for large inputs": before(
        CALL, "        x = ops.minimum(x, 5.0)\n", f"mixed precision; output form; {OUTPUTS}"
    ),
    "other outputs for a batch of one": before(
        CALL, "        x = x + 0.1 if x.shape[0] == 1 else x\n", "other sizes"
    ),
    "sizes must be known": before(
        CALL, "        x = ops.reshape(x, (-1, x.shape[1], x.shape[2]))\n", "calls; open shapes"
    ),
    "another symbolic dtype": before(
        CONFIG,
        "    def compute_output_spec(self, x, **kwargs):\n"
        "        one, two = super().compute_output_spec(x, **kwargs)\n"
        "        return [one, keras.KerasTensor(two.shape, 'float16')]\n\n",
        "functional model; unknown sizes",
    ),
    "moves while frozen": wrong(
        "        if training:\n            self.mean",
        "        if training and self.trainable:\n            self.mean",
        "frozen calls",
    ),
    "no gradient in inference": before(
        "        return [out",
        "        out = out if training else ops.stop_gradient(out)\n",
        "gradients in inference; special values",
    ),
    "zeros are no zeros": before(
        CALL,
        "        x = ops.where(ops.equal(x, 0.0), 0.5, x)\n",
        "mixed precision; special values; output form; outputs; outputs in training",
    ),
    "a row without a step": wrong(
        "out = out * ops.cast(mask, out.dtype)[..., None]\n",
        "out = out * ops.cast(mask, out.dtype)[..., None]\n"
        "            out = out + ops.cast(~ops.any(mask, -1), out.dtype)[:, None, None]\n",
        "mixed precision; whole masks",
    ),
    "an output shape of known sizes": wrong(
        "return [(*input_shape[:-1], self.units), input_shape]",
        "return [(input_shape[0], input_shape[1] + 0, self.units), input_shape]",
        "unknown sizes",
    ),
    "another way to a child": wrong("return self.one\n", "return self.two\n", "reachable weights"),
    "no compiling": wrong(
        "        self.units = units\n",
        "        self.units = units\n        self.supports_jit = False\n",
        "base settings",
    ),
    "a child's weight is taken": wrong(
        "out = self.one(x)",
        "out = ops.matmul(x, self.one._kernel) + self.one.bias",
        "low-rank tuning",
    ),
}

OWN_TRAINING = """\
import keras
from keras import layers, ops


class Block(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(8)

    def call(self, x, training=None):
        return self.dense(x)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return ops.mean((y_pred - x) ** 2) + 0.1 * ops.mean(ops.abs(y_pred))
"""
HANDED_IN = """\
from keras import layers


class Block(layers.Layer):
    def __init__(self, inner, sizes=(), **kwargs):
        super().__init__(**kwargs)
        self.inner = inner
        self.sizes = list(sizes)

    def call(self, x):
        return self.inner(x)
"""
CELL = """\
from keras import layers, ops


class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.state_size = units
        self.inward, self.back = layers.Dense(units), layers.Dense(units)

    def build(self, input_shape):
        self.inward.build(input_shape)
        self.back.build((None, self.state_size))

    def call(self, inputs, states):
        state = ops.tanh(self.inward(inputs) + self.back(states[0]))
        return state, [state]

    def get_initial_state(self, batch_size=None):
        return ops.zeros((batch_size, self.state_size))
"""
TWO_INPUTS = """\
from keras import layers


class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.one, self.two = layers.Dense(units), layers.Dense(units)

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],))

    def call(self, query, keys):
        return self.one(query * self.scale) + self.two(keys)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units}
"""
ONE_SHAPE = """\
    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],))
"""
IF_TOLD = """\
        if keys_shape is not None:
            self.two.build(keys_shape)
"""
TWO_SHAPES = """\
    def build(self, query_shape, keys_shape=None):
        self.scale = self.add_weight(shape=(query_shape[-1],))
        self.one.build(query_shape)
"""
TOLD = TWO_INPUTS.replace(ONE_SHAPE, TWO_SHAPES + IF_TOLD)
FOR_TWO = "Block(4)(floats(2, 5, 4), floats(2, 5, 6))"
OWN_FROM_CONFIG = """\
import keras
from keras import layers


class Block(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(units)

    def call(self, x):
        return self.dense(x)

    def get_config(self):
        return {**super().get_config(), "size": {"units": self.dense.units}}

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        size = dict(config.pop("size"))
        return cls(units=size.pop("units"), **config)
"""
ELSEWHERE: dict[str, tuple[str, str, str, str]] = {
    "an output shape that asks for what `call()` has not": (
        TWO_INPUTS,
        TOLD.replace("output_shape(self, input_shape", "output_shape(self, input_shape, depth"),
        FOR_TWO,
        "functional model",
    ),
    "a child that is built for another input where files tell of one": (
        TWO_INPUTS,
        TOLD.replace(IF_TOLD, f"{IF_TOLD}        else:\n            self.two.build(query_shape)\n"),
        FOR_TWO,
        "builds",
    ),
    "another loss of its own": (
        OWN_TRAINING,
        OWN_TRAINING.replace(" + 0.1 * ops.mean(ops.abs(y_pred))", ""),
        "Block()(floats(4, 8))",
        "own training",
    ),
    "a copy of what was handed in": (
        HANDED_IN,
        HANDED_IN.replace("= inner", "= type(inner).from_config(inner.get_config())"),
        "Block(layers.Dense(4))(floats(2, 8))",
        "handed in",
    ),
    "a cell that begins elsewhere": (
        CELL,
        CELL.replace("return ops.zeros", "return ops.ones"),
        "Block(4)(floats(2, 3), states())",
        "steps of a cell",
    ),
    "a caller's configuration loses a name": (
        OWN_FROM_CONFIG,
        OWN_FROM_CONFIG.replace("        config = dict(config)\n", ""),
        "Block(4)(floats(2, 8))",
        "given configuration",
    ),
    "a dict in a caller's configuration is emptied": (
        OWN_FROM_CONFIG,
        OWN_FROM_CONFIG.replace('dict(config.pop("size"))', 'config.pop("size")'),
        "Block(4)(floats(2, 8))",
        "given configuration",
    ),
    "a tuple that is given is kept": (
        HANDED_IN,
        HANDED_IN.replace("list(sizes)", "sizes"),
        "Block(layers.Dense(4), sizes=(2,))(floats(2, 8))",
        "other sequences",
    ),
    "a caller's list grows": (
        HANDED_IN,
        HANDED_IN.replace("self.sizes =", "sizes.append(1)\n        self.sizes ="),
        "Block(layers.Dense(4), sizes=[2])(floats(2, 8))",
        "handed in",
    ),
}
"""Rewrites of other layers, each with a recipe and a measure that it breaks."""

TWO = "self.a, self.b = layers.Dense(3), layers.Dense(3)"
BUILD_TWO = "self.a.build(input_shape)\nself.b.build(input_shape)"
BY_NUMBER = "self.both = {1: layers.Dense(3)}"
ON_KERAS_2: dict[str, tuple[str, str, frozenset[str]]] = {
    "the child is built by `build()`": (
        block(MAKE, KEEP),
        block(MAKE, f"{BUILD}\n{KEEP}"),
        frozenset({"weight names"}),
    ),
    "two children are built by `build()`": (
        block(TWO, KEEP, "return self.b(x) + self.a(x)"),
        block(TWO, f"{BUILD_TWO}\n{KEEP}", "return self.b(x) + self.a(x)"),
        frozenset({"weight names", "reloads: legacy"}),
    ),
    "a child by number": (
        block(BY_NUMBER.replace("1", "'1'"), KEEP, "return self.both['1'](x)"),
        block(BY_NUMBER, KEEP, "return self.both[1](x)"),
        frozenset({"reloads: checkpoint", "old file: checkpoint"}),
    ),
}
"""Rewrites of layers that are taken for Keras 2, and what each breaks there."""
