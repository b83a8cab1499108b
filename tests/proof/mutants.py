"""Layers with right and wrong rewrites: each rewrite is a list of (old text, new text)."""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import dedent

HEAD = "import keras\nfrom keras import layers, ops, regularizers\n\n\n"
Swap = tuple[str, str]


@dataclass(frozen=True)
class Subject:
    """A layer, how it is called, and what a good and a bad rewriter would make of it."""

    before: str
    recipes: tuple[str, ...]
    right: dict[str, tuple[Swap, ...]] = field(default_factory=dict)
    wrong: dict[str, tuple[Swap, ...]] = field(default_factory=dict)

    def rewritten(self, swaps: tuple[Swap, ...]) -> str:
        """Apply a rewrite; each text to be replaced must be there exactly once."""
        text = self.before
        for old, new in swaps:
            assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
            text = text.replace(old, new)
        return text


def source(text: str) -> str:
    """A module's text."""
    return HEAD + dedent(text).lstrip()


INIT_END = "        # end of init\n"
MAKE_FFN = """        self.hidden = layers.Dense(
            self.width, activation="relu", kernel_regularizer=regularizers.L2(0.01)
        )
        self.drop = layers.Dropout(self.rate)
        self.out = layers.Dense(self.units, kernel_initializer="he_normal")
"""
FEED_FORWARD = Subject(
    source(
        f"""
class Block(layers.Layer):
    def __init__(self, units=6, width=8, rate=0.5, **kwargs):
        super().__init__(**kwargs)
        self.units, self.width, self.rate = units, width, rate
{INIT_END}
    def build(self, input_shape):
        # create
{MAKE_FFN}        # build
        self.hidden.build(input_shape)
        self.out.build((*input_shape[:-1], self.width))

    def call(self, x, training=None):
        return self.out(self.drop(self.hidden(x), training=training))

    def get_config(self):
        more = {{"units": self.units, "width": self.width, "rate": self.rate}}
        return {{**super().get_config(), **more}}
"""
    ),
    ("Block(units=6, width=8)(floats(2, 5))",),
    right={
        "moved to the end of init": ((MAKE_FFN, ""), (INIT_END, MAKE_FFN)),
        "moved, with parameters for attributes": (
            (MAKE_FFN, ""),
            (INIT_END, MAKE_FFN.replace("self.width", "width").replace("self.rate", "rate")),
        ),
    },
    wrong={
        "a dropped activation": (('activation="relu", ', ""),),
        "a dropped regularizer": ((", kernel_regularizer=regularizers.L2(0.01)", ""),),
        "a dropped initializer": ((', kernel_initializer="he_normal"', ""),),
        "another rate": (("layers.Dropout(self.rate)", "layers.Dropout(0.4)"),),
        "a constant rate that is right for the recipe": (
            ("layers.Dropout(self.rate)", "layers.Dropout(0.5)"),
        ),
        "lost training": (("training=training", "training=False"),),
        "only one child is built": (
            ("        self.out.build((*input_shape[:-1], self.width))\n", ""),
        ),
        "swapped arguments": (
            ("            self.width, activation", "            self.units, activation"),
        ),
        "no bias": (("layers.Dense(self.units, ", "layers.Dense(self.units, use_bias=False, "),),
        "a renamed attribute": (
            ("        self.hidden = layers", "        self.first = layers"),
            ("        self.hidden.build", "        self.first.build"),
            ("self.hidden(x)", "self.first(x)"),
        ),
        "an argument is not kept in the config": ((', "rate": self.rate}', "}"),),
    },
)

TWO_DENSE = "layers.Dense(4), layers.Dense(4)"
MAKE_TWINS = """        self.first = layers.Dense(self.units)
        self.second = layers.Dense(self.units)
"""
TWINS = Subject(
    source(
        f"""
class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
{INIT_END}
    def build(self, input_shape):
{MAKE_TWINS}        self.first.build(input_shape)
        self.second.build(input_shape)

    def call(self, x):
        return self.first(x) - 2.0 * self.second(x)
"""
    ),
    ("Block(4)(floats(2, 3))",),
    right={
        "moved": ((MAKE_TWINS, ""), (INIT_END, MAKE_TWINS)),
        "moved, built in the other order": (
            (MAKE_TWINS, ""),
            (INIT_END, MAKE_TWINS),
            (
                "        self.first.build(input_shape)\n        self.second.build(input_shape)\n",
                "        self.second.build(input_shape)\n        self.first.build(input_shape)\n",
            ),
        ),
    },
    wrong={
        "the other order with equal shapes": (
            (MAKE_TWINS, ""),
            (INIT_END, "".join(reversed(MAKE_TWINS.splitlines(keepends=True)))),
        ),
        "one shared instance": (
            ("        self.second = layers.Dense(self.units)", "        self.second = self.first"),
            ("        self.second.build(input_shape)\n", ""),
        ),
        "a partial move": (
            ("        self.second = layers.Dense(self.units)\n", ""),
            (INIT_END, "        self.second = layers.Dense(self.units)\n"),
        ),
        "swapped in call": (
            ("self.first(x) - 2.0 * self.second(x)", "self.second(x) - 2.0 * self.first(x)"),
        ),
        "a shared class attribute": (
            (MAKE_TWINS, ""),
            (
                "    def __init__",
                "    first, second = layers.Dense(4), layers.Dense(4)\n\n    def __init__",
            ),
        ),
    },
)

MAKE_TOWER = """        self.steps = []
        for width in self.widths:
            self.steps.append(layers.Conv1D(width, 3, padding="same"))
        if self.norm:
            self.scale = layers.LayerNormalization()
"""
TOWER = Subject(
    source(
        f"""
class Block(layers.Layer):
    def __init__(self, widths=(4, 6), norm=False, **kwargs):
        super().__init__(**kwargs)
        self.widths, self.norm = widths, norm
{INIT_END}
    def build(self, input_shape):
{MAKE_TOWER}        shape = input_shape
        for step in self.steps:
            step.build(shape)
            shape = step.compute_output_shape(shape)
        if self.norm:
            self.scale.build(shape)

    def call(self, x):
        for step in self.steps:
            x = step(x)
        return self.scale(x) if self.norm else x
"""
    ),
    ("Block((4, 6))(floats(2, 7, 3))",),
    right={
        "moved": ((MAKE_TOWER, ""), (INIT_END, MAKE_TOWER)),
        "moved as a comprehension": (
            (MAKE_TOWER, ""),
            (
                INIT_END,
                '        self.steps = [layers.Conv1D(w, 3, padding="same") for w in widths]\n'
                "        if norm:\n            self.scale = layers.LayerNormalization()\n",
            ),
        ),
    },
    wrong={
        "a layer less in the loop": (("in self.widths:", "in self.widths[:-1]:"),),
        "the loop is reversed": (("in self.widths:", "in reversed(self.widths):"),),
        "another padding": (('"same"', '"causal"'),),
        "the condition is dropped": (
            ("        if self.norm:\n            self.scale = ", "        self.scale = "),
            ("        if self.norm:\n            self.scale.build", "        self.scale.build"),
            ("self.scale(x) if self.norm else x", "self.scale(x)"),
        ),
        "the condition is inverted where the recipe does not look": (
            ("return self.scale(x) if self.norm", "return x if self.norm"),
        ),
        "the layers are hidden from Keras": (
            ("        self.steps = []\n", "        steps = []\n"),
            ("            self.steps.append", "            steps.append"),
            (
                "        shape = input_shape\n",
                "        self.held = lambda: steps\n        shape = input_shape\n",
            ),
            (
                "        for step in self.steps:\n            step.build",
                "        for step in steps:\n            step.build",
            ),
            (
                "        for step in self.steps:\n            x = ",
                "        for step in self.held():\n            x = ",
            ),
        ),
    },
)

MAKE_ATTENTION = """        self.attend = layers.MultiHeadAttention(self.heads, self.size)
        self.norm = layers.LayerNormalization(epsilon=1e-5)
"""
ATTENTION = Subject(
    source(
        f"""
class Block(layers.Layer):
    def __init__(self, heads=2, size=4, **kwargs):
        super().__init__(**kwargs)
        self.heads, self.size = heads, size
        self.supports_masking = True
{INIT_END}
    def build(self, query_shape, value_shape=None):
{MAKE_ATTENTION}        self.attend.build(query_shape, value_shape or query_shape)
        self.norm.build(query_shape)

    def call(self, query, value=None, mask=None):
        value = query if value is None else value
        mask = None if mask is None else mask[:, None, :]
        return self.norm(query + self.attend(query, value, attention_mask=mask))
"""
    ),
    ("Block(heads=2)(floats(2, 5, 6), value=floats(2, 3, 6), mask=bools(2, 3))",),
    right={"moved": ((MAKE_ATTENTION, ""), (INIT_END, MAKE_ATTENTION))},
    wrong={
        "another epsilon": (("epsilon=1e-5", "epsilon=1e-3"),),
        "heads and size swapped": (
            ("Attention(self.heads, self.size)", "Attention(self.size, self.heads)"),
        ),
        "the mask is lost": (("attention_mask=mask", "attention_mask=None"),),
        "masks are not passed on": (("        self.supports_masking = True\n", ""),),
        "the value is not used": (("self.attend(query, value, ", "self.attend(query, query, "),),
        "build takes one shape": (
            ("query_shape, value_shape=None):", "query_shape):"),
            ("(query_shape, value_shape or query_shape)", "(query_shape, query_shape)"),
        ),
    },
)

MAKE_EMBEDDING = """        self.table = layers.Embedding(self.words, self.size, mask_zero=True)
"""
EMBEDDING = Subject(
    source(
        f"""
class Block(keras.Model):
    def __init__(self, words=10, size=4, **kwargs):
        super().__init__(**kwargs)
        self.words, self.size = words, size
{INIT_END}
    def build(self, input_shape):
        self.scale = self.add_weight(shape=(self.size,), initializer="ones", name="scale")
{MAKE_EMBEDDING}        self.table.build(input_shape)

    def call(self, tokens):
        return self.table(tokens) * self.scale

    def get_config(self):
        return {{**super().get_config(), "words": self.words, "size": self.size}}
"""
    ),
    ("Block(words=10)(ints(2, 5, below=10))",),
    right={"moved": ((MAKE_EMBEDDING, ""), (INIT_END, MAKE_EMBEDDING))},
    wrong={
        "the mask of zeros is lost": ((", mask_zero=True", ""),),
        "the weight starts elsewhere": (('initializer="ones"', 'initializer="zeros"'),),
        "the weight is frozen": (('name="scale")', 'name="scale", trainable=False)'),),
        "the weight has another name": (('name="scale")', 'name="gain")'),),
        "the scale is not applied": ((" * self.scale", ""),),
        "the table is built only when called": (("        self.table.build(input_shape)\n", ""),),
    },
)

SUBJECTS = {
    "feed forward": FEED_FORWARD,
    "twins": TWINS,
    "tower": TOWER,
    "attention": ATTENTION,
    "embedding": EMBEDDING,
}
