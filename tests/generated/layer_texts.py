"""A Hypothesis strategy: the text of a module with a layer that creates children in `build()`."""

from __future__ import annotations

from textwrap import indent

from hypothesis import strategies as st

Piece = tuple[str, str, str, str]
"""What a child adds to `__init__`, to `build()`, to `call()`, and to the class's other methods."""

ARGUMENTS = ((), (3,), (4, 1, False), (2, 3, True, "b"))
UNITS = st.sampled_from(["self.units", "self.units + 1", "3", "2 * self.units"])


@st.composite
def plain(draw: st.DrawFn, name: str) -> Piece:
    placeholder = draw(st.sampled_from(["", f"self.{name} = None\n"]))
    built = draw(st.sampled_from(["", f"self.{name}.build(input_shape)\n"]))
    comment = draw(st.sampled_from(["", "# a child\n", "\n"]))
    create = f"{comment}self.{name} = layers.Dense({draw(UNITS)})\n"
    return placeholder, create + built, f"total += ops.sum(self.{name}(x))\n", ""


@st.composite
def conditional(draw: st.DrawFn, name: str) -> Piece:
    test = draw(st.sampled_from(["self.flag", "self.kind == 'a'", "x_dim > 4", "self.depth > 1"]))
    other = draw(st.sampled_from(["", f"else:\n    self.{name} = None\n"]))
    built = draw(st.sampled_from(["", f"    self.{name}.build(input_shape)\n"]))
    build = f"if {test}:\n    self.{name} = layers.Dense({draw(UNITS)})\n{built}{other}"
    call = f"if self.{name} is not None:\n    total += ops.sum(self.{name}(x))\n"
    return f"self.{name} = None\n", f"x_dim = input_shape[-1]\n{build}", call, ""


@st.composite
def looped(draw: st.DrawFn, name: str) -> Piece:
    first = draw(st.booleans())
    body = draw(
        st.sampled_from(
            [
                f"self.{name}.append(layers.Dense(self.units + i))\n",
                f"d = layers.Dense(self.units)\nd.build(input_shape)\nself.{name}.append(d)\n",
                f"d = layers.Dense(self.units)\nself.{name}.append(d)\nd.build(input_shape)\n",
                f"if self.flag:\n    self.{name}.append(layers.Dense(2))\n",
                f"self.{name} += [layers.Dense(2), layers.Dropout(0.1)]\n",
            ]
        )
    )
    made = f"self.{name} = []\n"
    loop = f"for i in range(self.depth):\n{indent(body, '    ')}"
    call = f"for child in self.{name}:\n    total += ops.sum(child(x))\n"
    return (made, loop, call, "") if first else ("", made + loop, call, "")


@st.composite
def other(draw: st.DrawFn, name: str) -> Piece:
    call = f"total += ops.sum(self.{name}(x))\n"
    kind = draw(st.integers(0, 6))
    if kind == 0:
        return "", f"self.{name} = layers.Dense(input_shape[-1])\n", call, ""
    if kind == 1:
        return "", f"self.{name} = layers.Dropout(0.2)\n", call, ""
    if kind == 2:
        width = f"width = self.units * 2\nself.{name} = layers.Dense(width)\n"
        return "", width, call, ""
    if kind == 3:
        helper = f"def _make_{name}(self):\n    self.{name} = layers.Dense(self.units)\n"
        return "", f"self._make_{name}()\n", call, helper
    if kind == 4:
        stack = "keras.Sequential([layers.Dense(self.units), layers.ReLU()])"
        return "", f"self.{name} = {stack}\n", call, ""
    if kind == 5:
        weight = f"self.{name}_scale = self.add_weight(shape=(input_shape[-1],))\n"
        return "", weight, f"total += ops.sum(x * self.{name}_scale)\n", ""
    children = f"self.{name} = [layers.Dense(self.units) for _ in range(self.depth)]\n"
    return "", children, f"for child in self.{name}:\n    total += ops.sum(child(x))\n", ""


@st.composite
def layer_texts(draw: st.DrawFn) -> str:
    """A module with `Block`, maybe `Sub`, both made by any of `ARGUMENTS`."""
    pieces = [
        draw(st.one_of(plain(f"c{n}"), conditional(f"c{n}"), looped(f"c{n}"), other(f"c{n}")))
        for n in range(draw(st.integers(1, 4)))
    ]
    closing = draw(st.sampled_from(["super().build(input_shape)\n", "self.built = True\n", ""]))
    init = "".join(piece[0] for piece in pieces)
    build = "".join(piece[1] for piece in pieces) + closing
    call = "".join(piece[2] for piece in pieces)
    methods = "".join(f"\n{piece[3]}" for piece in pieces if piece[3])
    text = (
        "import keras\nfrom keras import layers, ops\n\n\n"
        "class Block(layers.Layer):\n"
        "    def __init__(self, units=4, depth=2, flag=True, kind='a', **kwargs):\n"
        "        super().__init__(**kwargs)\n"
        "        self.units = units\n        self.depth = depth\n"
        "        self.flag = flag\n        self.kind = kind\n"
        f"{indent(init, ' ' * 8)}\n"
        f"    def build(self, input_shape):\n{indent(build, ' ' * 8)}\n"
        f"{indent(methods, ' ' * 4)}\n"
        "    def call(self, x):\n        total = 0.0\n"
        f"{indent(call, ' ' * 8)}        return x + total\n"
    )
    return text + draw(st.sampled_from(["", *_SUBCLASSES]))


_SUBCLASSES = (
    "\n\nclass Sub(Block):\n    pass\n",
    "\n\nclass Sub(Block):\n    def __init__(self, *args, **kwargs):\n"
    "        super().__init__(*args, **kwargs)\n        self.units = 7\n",
    "\n\nclass Sub(Block):\n    def __init__(self, *args, **kwargs):\n"
    "        super().__init__(*args, **kwargs)\n        self.extra = layers.Dense(2)\n\n"
    "    def call(self, x):\n        return super().call(x) + ops.sum(self.extra(x))\n",
    "\n\nclass Sub(Block):\n    def build(self, input_shape):\n"
    "        self.extra = layers.Dense(2)\n        super().build(input_shape)\n\n"
    "    def call(self, x):\n        return super().call(x) + ops.sum(self.extra(x))\n",
)
