"""Rewrites of which a guessed recipe does not run what tells them apart, and right ones beside."""

from __future__ import annotations

import pytest

from keraslint.diagnostic import Outcome

pytestmark = pytest.mark.keras

HEAD = "import keras\nfrom keras import layers, ops\n\n\n"
Swaps = tuple[tuple[str, str], ...]
WRONG: dict[str, tuple[str, Swaps, str]] = {
    "a key of a dict of options": (
        """\
class Block(layers.Layer):
    def __init__(self, **options):
        self.rate = options.pop("rate", 0.0)
        self.bias = options.pop("bias", 0.0)
        super().__init__(**options)
        self.dense = layers.Dense(3)

    def build(self, input_shape):
        self.dense.build(input_shape)
        super().build(input_shape)

    def call(self, x):
        return self.dense(x) * (1.0 - self.rate) + self.bias
""",
        (("+ self.bias", "+ 0.0"),),
        "never found what it looks for",
    ),
    "a public method that needs arguments": (
        """\
class Block(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(4)

    def build(self, input_shape):
        self.dense.build(input_shape)
        super().build(input_shape)

    def call(self, x):
        return self.dense(x)

    def score(self, x, weights, scale):
        return ops.sum(self.dense(x) * weights) * scale
""",
        (("* weights) * scale", "* weights)"),),
        "never ran",
    ),
    "a key of an optional dict": (
        """\
class Block(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.q = layers.Dense(4)
        self.k = layers.Dense(4)

    def build(self, input_shape):
        self.q.build(input_shape)
        self.k.build(input_shape)
        super().build(input_shape)

    def call(self, x, bias=None, cache=None):
        scores = ops.matmul(self.q(x), ops.swapaxes(self.k(x), 1, 2))
        if bias is not None:
            scores = scores + bias
        if cache is not None and "scale" in cache:
            scores = scores * cache["scale"]
        return ops.softmax(scores)
""",
        (('scores * cache["scale"]', "scores"),),
        "was false in every case",
    ),
    "a handler of an error": (
        """\
class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        try:
            self.units = int(units)
        except TypeError:
            self.units = int(units[0])
        self.dense = layers.Dense(self.units)

    def build(self, input_shape):
        self.dense.build(input_shape)
        super().build(input_shape)

    def call(self, x):
        return self.dense(x)
""",
        (("int(units[0])", "int(units[-1])"),),
        "never ran",
    ),
    "a configuration of an older release": (
        """\
class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = layers.Dense(units)

    def build(self, input_shape):
        self.dense.build(input_shape)
        super().build(input_shape)

    def call(self, x):
        return self.dense(x)

    def get_config(self):
        return {**super().get_config(), "units": self.units}

    @classmethod
    def from_config(cls, config):
        if "filters" in config:
            config["units"] = config.pop("filters")
        return cls(**config)
""",
        (('config["units"] = config.pop("filters")', 'config.pop("filters")'),),
        "config",
    ),
    "a function that may be handed in": (
        """\
class Block(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.a = layers.Dense(4)

    def build(self, input_shape):
        self.a.build(input_shape)
        super().build(input_shape)

    def call(self, x, after=None):
        post = after or (lambda v: v)
        return post(self.a(x))
""",
        (("after or (lambda v: v)", "(lambda v: v)"),),
        "in every case",
    ),
    "a comparison whose value is used": (
        """\
class Block(layers.Layer):
    def __init__(self, units=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units if units is not None else 6

    def build(self, input_shape):
        self.dense = layers.Dense(self.units, use_bias=self.units > 40)
        self.dense.build(input_shape)
        super().build(input_shape)

    def call(self, x):
        return self.dense(x)
""",
        (("use_bias=self.units > 40", "use_bias=False"),),
        "was false in every case",
    ),
    "an input that is long": (
        """\
class Block(layers.Layer):
    def __init__(self, units=4, backwards=False, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.backwards = backwards

    def build(self, input_shape):
        self.forward = layers.GRU(self.units, return_sequences=True)
        self.forward.build(input_shape)
        if self.backwards and input_shape[1] is not None and input_shape[1] > 100:
            self.backward = layers.GRU(self.units, return_sequences=True, go_backwards=True)
            self.backward.build(input_shape)
        super().build(input_shape)

    def call(self, x):
        y = self.forward(x)
        return y
""",
        (("input_shape[1] > 100", "input_shape[1] > 50"),),
        "in every case",
    ),
}
RIGHT: dict[str, tuple[str, Swaps]] = {
    "a guard, moved past": (
        """\
class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        if units < 1:
            raise ValueError("units must be positive")
        self.units = units

    def build(self, input_shape):
        if input_shape[-1] is None:
            raise ValueError("channels must be known")
        self.dense = layers.Dense(self.units)
        self.dense.build(input_shape)
        super().build(input_shape)

    def call(self, x):
        return self.dense(x)
""",
        (
            ("        self.dense = layers.Dense(self.units)\n", ""),
            (
                "        self.units = units\n",
                "        self.units = units\n        self.dense = layers.Dense(self.units)\n",
            ),
        ),
    ),
    "optional inputs that the child does not take": (
        """\
class Block(layers.Layer):
    def __init__(self, heads=2, **kwargs):
        super().__init__(**kwargs)
        self.heads = heads

    def build(self, input_shape):
        self.attention = layers.MultiHeadAttention(self.heads, 4)
        self.attention.build(input_shape, input_shape)
        self.norm = layers.LayerNormalization()
        self.norm.build(input_shape)
        super().build(input_shape)

    def call(self, x, mask=None, cache=None, return_scores=False):
        if cache is not None:
            x = x + cache
        y = self.attention(x, x, attention_mask=mask)
        y = self.norm(x + y)
        if return_scores:
            return y, ops.mean(y)
        return y
""",
        (
            ("        self.attention = layers.MultiHeadAttention(self.heads, 4)\n", ""),
            ("        self.norm = layers.LayerNormalization()\n", ""),
            (
                "        self.heads = heads\n",
                """\
        self.heads = heads
        self.attention = layers.MultiHeadAttention(self.heads, 4)
        self.norm = layers.LayerNormalization()
""",
            ),
        ),
    ),
    "a method that nobody calls": (
        """\
class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.dense = layers.Dense(self.units)
        self.dense.build(input_shape)
        super().build(input_shape)

    def call(self, x):
        return self.dense(x)

    def score(self, x, other):
        if other is None:
            raise ValueError("no other")
        return ops.sum(self.dense(x) * other)
""",
        (
            ("        self.dense = layers.Dense(self.units)\n", ""),
            (
                "        self.units = units\n",
                "        self.units = units\n        self.dense = layers.Dense(self.units)\n",
            ),
        ),
    ),
    "a condition on channels that `__init__` knows": (
        """\
class Block(layers.Layer):
    def __init__(self, in_channels, out_channels, **kwargs):
        super().__init__(**kwargs)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.conv = layers.Conv2D(out_channels, 3, padding="same")
        self.skip = None

    def build(self, input_shape):
        self.conv.build(input_shape)
        if input_shape[-1] != self.out_channels:
            self.skip = layers.Conv2D(self.out_channels, 1)
            self.skip.build(input_shape)
        super().build(input_shape)

    def call(self, x):
        y = self.conv(x)
        return y + (x if self.skip is None else self.skip(x))
""",
        (
            (
                """\
        if input_shape[-1] != self.out_channels:
            self.skip = layers.Conv2D(self.out_channels, 1)
            self.skip.build(input_shape)
""",
                "        if self.skip is not None:\n            self.skip.build(input_shape)\n",
            ),
            (
                "        self.skip = None\n",
                """\
        self.skip = None
        if in_channels != out_channels:
            self.skip = layers.Conv2D(out_channels, 1)
""",
            ),
        ),
    ),
    "a build that returns early": (
        """\
class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = None

    def build(self, input_shape):
        if self.built:
            return
        self.dense = layers.Dense(self.units)
        self.dense.build(input_shape)
        self.built = True

    def call(self, x):
        if x is None:
            return None
        return self.dense(x)
""",
        (
            ("        self.dense = layers.Dense(self.units)\n", ""),
            ("        self.dense = None\n", "        self.dense = layers.Dense(self.units)\n"),
        ),
    ),
}


def versions(text: str, swaps: Swaps) -> tuple[str, str]:
    after = text
    for old, new in swaps:
        assert old in after
        after = after.replace(old, new)
    return HEAD + text, HEAD + after


@pytest.mark.parametrize(("text", "swaps", "told"), WRONG.values(), ids=WRONG)
def test_a_wrong_rewrite_whose_telling_line_did_not_run_is_not_proved(
    judge, text, swaps, told
) -> None:
    verdict = judge(*versions(text, swaps))

    assert verdict.outcome is Outcome.UNKNOWN, verdict.reason
    assert verdict.reason.startswith("block.py")
    assert told in " ".join(verdict.coverage.missing)


@pytest.mark.parametrize(("text", "swaps"), RIGHT.values(), ids=RIGHT)
def test_a_right_one_is_proved_though_not_all_of_the_class_ran(judge, text, swaps) -> None:
    verdict = judge(*versions(text, swaps))

    assert verdict.outcome is Outcome.PROVED, verdict.reason
    assert verdict.coverage.missing == ()
    assert verdict.coverage.cases
