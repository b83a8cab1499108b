"""Layers as texts: the forms that creation can take, and pairs that must (not) be alike."""

from __future__ import annotations

from textwrap import indent

HEAD = "import keras\nfrom keras import layers, ops\n\n\n"
MAKE = "self.dense = layers.Dense(self.units)"
KEEP = "super().build(input_shape)"
BUILD = "self.dense.build(input_shape)"


def block(
    init: str = "",
    build: str | None = None,
    call: str = "return self.dense(x)",
    *,
    config: str = "units",
    parameter: str = "input_shape",
) -> str:
    """The text of a layer `Block(units=4)` with these bodies."""
    lines = [f"def __init__(self, units=4, **kwargs):\n{indent(_INIT + init, '    ')}"]
    if build is not None:
        lines.append(f"def build(self, {parameter}):\n{indent(build, '    ')}")
    lines.append(f"def call(self, x):\n{indent(call, '    ')}")
    pair = f"'{config}': self.{config}"
    lines.append(f"def get_config(self):\n    return {{**super().get_config(), {pair}}}")
    return f"{HEAD}class Block(layers.Layer):\n{indent(chr(10).join(lines), '    ')}\n"


_INIT = "super().__init__(**kwargs)\nself.units = units\n"

FORMS = {
    "V1": block(build=MAKE),
    "V2": block(build=f"{MAKE}\n{BUILD}"),
    "A1": block(MAKE),
    "A2": block(MAKE, KEEP),
    "A4": block(MAKE, BUILD),
}


def subclass(text: str) -> str:
    """A `Block` that changes what its base class has stored."""
    body = "def __init__(self, **kwargs):\n    super().__init__(**kwargs)\n    self.units = 16"
    base = text.replace("class Block(", "class Base(")
    return f"{base}\n\nclass Block(Base):\n{indent(body, '    ')}\n"


def dropout(init: str = "pass", build: str = "") -> str:
    """A layer whose built-in base locks itself while it is constructed."""
    made = f"super().__init__(0.1, **kwargs)\n{init}"
    text = f"{HEAD}class Block(layers.Dropout):\n    def __init__(self, **kwargs):\n"
    text += indent(made, " " * 8) + "\n"
    if build:
        text += f"    def build(self, input_shape):\n        {build}\n"
    return f"{text}    def call(self, x):\n        return self.dense(x)\n"


DROPPED = "return self.drop(self.dense(x))"
ACT = "return self.act(x)"
OR_X = "return x if self.dense is None else self.dense(x)"
CONDITIONAL = block(
    "self.dense = None", f"if input_shape[-1] != self.units:\n    {MAKE}\n    {BUILD}", OR_X
)
TWO = "return self.ind(self.dep(x))"
DEP, IND = "self.dep = layers.Dense(input_shape[-1])", "self.ind = layers.Dense(3)"
FLAG = f"self.flag = input_shape[-1] != self.units\nif self.flag:\n    {BUILD}"
STANDARD = "Block(units=4)(floats(2, 3))"

# before, after, recipe, outcome, words of the reason
PAIRS: dict[str, tuple[str, str, str, str, str]] = {
    "build's parameter is renamed": (
        FORMS["V2"],
        block(MAKE, "self.dense.build(shape)", parameter="shape"),
        STANDARD,
        "refuted",
        "parameters of `build()` were (input_shape) and are (shape)",
    ),
    "the projection is always there, seen on the identity case": (
        CONDITIONAL,
        block(MAKE, BUILD, OR_X),
        "Block(units=4)(floats(2, 4))",
        "refuted",
        "for input (2, 4) the output changed: 0 weights before, 2 after (`dense/kernel`, "
        "`dense/bias` are new): the identity case is no longer an identity",
    ),
    "the projection is always there, only its own case is given": (
        CONDITIONAL,
        block(MAKE, BUILD, OR_X),
        STANDARD,
        "refuted",
        "for input (2, 4) the output changed",
    ),
    "the projection is always made and used under a flag": (
        CONDITIONAL,
        block(f"{MAKE}\nself.flag = False", FLAG, "return self.dense(x) if self.flag else x"),
        "Block(units=4)(floats(2, 4))",
        "proved",
        "",
    ),
    "a subclass changes what was stored": (
        subclass(FORMS["V1"]),
        subclass(FORMS["A2"]),
        "Block()(floats(2, 3))",
        "refuted",
        "shape of `dense/kernel` was [3, 16] and is [3, 4]",
    ),
    "the attribute was a hyper-parameter": (
        block("self.act = 'relu'", "self.act = layers.Activation(self.act)", ACT, config="act"),
        block("self.act = layers.Activation('relu')", KEEP, ACT, config="act"),
        STANDARD,
        "refuted",
        "`get_config()` before build changed: `act` was 'relu' and is Activation",
    ),
    "only one of two layers moves": (
        block(build=f"{DEP}\nself.ind = layers.Dense(input_shape[-1] * 0 + 3)", call=TWO),
        block(IND, DEP, TWO),
        STANDARD,
        "refuted",
        "another order: at 0 `dep/kernel` before, `ind/kernel` after",
    ),
    "build is called in init": (
        block("self.build((None, 3))", f"{MAKE}\n{BUILD}"),
        block(f"self.build((None, 3))\n{MAKE}", KEEP),
        STANDARD,
        "refuted",
        "it cannot be constructed: ValueError: You cannot add new elements of state",
    ),
    "the base class locks in init": (
        dropout(build="self.dense = layers.Dense(4)"),
        dropout("self.dense = layers.Dense(4)"),
        "Block()(floats(2, 3))",
        "refuted",
        "it cannot be constructed",
    ),
    "init freezes what is there already": (
        block("self.trainable = False", MAKE),
        block(f"{MAKE}\nself.trainable = False", KEEP),
        STANDARD,
        "refuted",
        "trainable of `dense/kernel` was True and is False",
    ),
    "a dropout moves": (
        block(build="self.drop = layers.Dropout(0.5)", call="return self.drop(x)"),
        block("self.drop = layers.Dropout(0.5)", KEEP, "return self.drop(x)"),
        STANDARD,
        "proved",
        "",
    ),
    "dropouts beside drawn weights move": (
        block(build=f"{MAKE}\nself.drop = layers.Dropout(0.5)\n{BUILD}", call=DROPPED),
        block(f"{MAKE}\nself.drop = layers.Dropout(0.5)", BUILD, DROPPED),
        STANDARD,
        "proved",
        "",
    ),
    "the number of channels is frozen": (
        block(build="self.dense = layers.Dense(input_shape[-1])"),
        block("self.dense = layers.Dense(3)", KEEP),
        STANDARD,
        "refuted",
        "shape of `dense/kernel`",
    ),
    "call loses its activation": (
        block(build=f"{MAKE}\n{BUILD}", call="return ops.relu(self.dense(x))"),
        block(MAKE, BUILD),
        STANDARD,
        "refuted",
        "for input (2, 3) the output differs: by up to",
    ),
}
