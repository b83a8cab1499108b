"""What names do not tell is inferred from its use, said, and never safe to move."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from keraslint.diagnostic import Applicability, Diagnostic
from keraslint.engine.lint import lint_texts
from keraslint.fix.apply import apply
from keraslint.project.files.source import Source
from keraslint.settings import Settings

HEAD = """\
import keras
from elsewhere import MLP, FancyQuantizer, PReLUActivation, find, get_activation, metrics, TABLE

def conv(*args):
    return find("conv")(*args)

class Mine(MLP):
    def message(self, x):
        return x

class Rounding(FancyQuantizer):
    pass

class Block(keras.layers.Layer):
    def __init__(self, norm=None, **kwargs):
        super().__init__(**kwargs)
        self.norm = norm
        self.parts = []

    def build(self, input_shape):
"""
CALLS = """
    def call(self, x, training=False):
        return self.inner(x)
"""
TELLS = """
    def call(self, x, training=False):
        return self.inner(x, training=training)
"""


def found_in(text: str, folder: Path) -> tuple[Diagnostic, ...]:
    settings = Settings(root=folder, select=("KRL101", "KRL102", "KRL103"), cache=False)
    return lint_texts([Source(path=str(folder / "assumed.py"), text=text)], settings).diagnostics


def built(body: str, folder: Path, rest: str = "") -> tuple[Diagnostic, ...]:
    return found_in(HEAD + indent(dedent(body), " " * 8) + rest, folder)


GIVEN_OUT = """
    def all_parts(self):
        return [self.first] + self.parts

    def call(self, x, training=False):
        for part in self.all_parts():
            x = part(x)
        return x
"""
BUILT = "self.inner.build(input_shape)\n"


@pytest.mark.parametrize(
    ("body", "rest"),
    [
        (f"self.inner = self.norm(axis=-1)\n{BUILT}", ""),
        (f"self.inner = MLP(3)\n{BUILT}", ""),
        (f"self.inner = conv(3)\n{BUILT}", ""),
        (f"self.inner = find(3)\n{BUILT}", ""),
        ("self.inner = MLP(3)\n", CALLS),
        ("self.inner = find(3)\n", CALLS),
        ("self.inner = conv(3)\n", CALLS),
        ("self.inner = self.norm(3)\n", CALLS),
        ("self.inner = TABLE['a'](3)\n", CALLS),
        ("self.inner = Nowhere(3)\n", CALLS),
        ("self.inner = Mine(3)\n", CALLS),
        ("self.first = MLP(3)\n", GIVEN_OUT),
        ("self.parts = [MLP(3)]\n", GIVEN_OUT),
        ("cls = find('it')\nself.inner = cls(3)\n", CALLS),
        ("inner = MLP(3)\nself.inner = inner\n", CALLS),
        ("def make(cls):\n    return cls(3)\nself.inner = make(self.norm)\n", CALLS),
        ("self.inner = get_activation('it')\n", TELLS),
        ("self.inner = MLP(3)\nself.inner.trainable = False\n", ""),
        ("self.inner = keras.Sequential([MLP(3), keras.layers.ReLU()])\n", ""),
    ],
)
def test_what_is_used_as_a_layer_is_assumed_to_be_one(body: str, rest: str, tmp_path: Path) -> None:
    found = built(body, tmp_path, rest)

    assert "assumed to" in "".join(one.message for one in found)
    assert all(one.fix is None or one.fix.applicability is Applicability.UNSAFE for one in found)


@pytest.mark.parametrize(
    ("body", "rest"),
    [
        ("self.inner = self.norm(axis=-1)\n", ""),
        ("self.inner = conv(3)\n", ""),
        ("self.inner = MLP(3)\n", ""),
        (f"self.inner = FancyQuantizer()\n{BUILT}", ""),
        ("part = conv(self, 'a/b')\npart.trainable = False\n", ""),
        ("self.inner = conv(self, 'a/b')\nself.inner.trainable = False\n", ""),
        ("self.norm.build(input_shape)\n", ""),
        ("self.inner = get_activation('it')\n", CALLS),
        ("self.inner = PReLUActivation()\n", CALLS),
        ("self.activation = find('it')\n", CALLS.replace("inner", "activation")),
        (f"self.inner = metrics.Flips()\n{BUILT}", ""),
        ("self.inner = find\n", CALLS),
        ("self.inner = print(3)\n", CALLS),
        ("self.inner = MLP(3)\n", CALLS.replace("(x)", "()")),
        ("self.inner = MLP(3)\n", CALLS.replace("call", "outside")),
    ],
)
def test_nothing_else_is_assumed(body: str, rest: str, tmp_path: Path) -> None:
    assert not built(body, tmp_path, rest)


@pytest.mark.parametrize(
    ("make", "call"),
    [
        (
            "for _ in range(3):\n    self.parts.append(MLP(3))\n",
            "for part in self.parts:\n    x = part(x)\n",
        ),
        (
            "for _ in range(3):\n    part = MLP(3)\n    self.parts.append(part)\n",
            "for n, part in enumerate(self.parts):\n    x = part(x)\n",
        ),
        ("self.parts = [MLP(3) for _ in range(3)]\n", "x = self.parts[0](x)\n"),
        ("self.parts = {'a': MLP(3)}\n", "for _, part in self.parts.items():\n    x = part(x)\n"),
        ("self.parts = {}\nself.parts['a'] = MLP(3)\n", "x = self.parts['a'](x)\n"),
        ("setattr(self, f'part{3}', MLP(3))\n", "x = getattr(self, f'part{3}')(x)\n"),
        ("self.parts = MLP(3)\n", "x = self.helped(x, self.parts)\n"),
    ],
)
def test_it_may_be_held_in_a_list_or_a_dict(make: str, call: str, tmp_path: Path) -> None:
    rest = f"    def call(self, x):\n{indent(call, ' ' * 8)}        return x\n"
    rest += "    def helped(self, x, part):\n        return part(x)\n"
    (found,) = built(make, tmp_path, rest)

    assert "`MLP` (not found; assumed to be a layer, since `call()` calls it)" in found.message


def test_a_method_may_hand_on_what_it_makes_of_an_argument(tmp_path: Path) -> None:
    rest = f"    def make(self, kind):\n        return kind(3)\n{CALLS}"
    (found,) = built("self.inner = self.make(self.norm)\n", tmp_path, rest)

    assert found.message.startswith("`kind()` (assumed to make a layer, since `call()` calls it)")


@pytest.mark.parametrize("tail", ["", "    def call(self, x):\n        return self.other(x)\n"])
def test_a_layer_does_not_leave_a_branch_in_which_something_unknown_stays(
    tail: str, tmp_path: Path
) -> None:
    body = """\
    if self.norm:
        self.first = MLP(3)
        self.other = keras.layers.Dense(3)
    """
    (found,) = built(body, tmp_path, tail)

    assert found.fix is None
    assert found.why_no_fix == "`self.first`, made in the same `if`, stays in `build()`"


def test_it_leaves_one_in_which_what_stays_needs_the_shape(tmp_path: Path) -> None:
    body = """\
    if self.norm:
        self.first = MLP(input_shape[-1])
        self.other = keras.layers.Dense(3)
    """
    (found,) = built(body, tmp_path)

    assert found.fix is not None


SHAPED = "def build(self, input_shape):\n    self.dense = keras.layers.Dense(3)\n"
CALLED = "def call(self, x):\n    return self.dense(x)\n"


def of_a_base(body: str, folder: Path, base: str = "BaseLayer") -> tuple[Diagnostic, ...]:
    head = f"import keras\nfrom company.nn import {base}\n\nclass Block({base}):\n"
    return found_in(head + indent(body, " " * 4), folder)


@pytest.mark.parametrize(
    "body",
    [
        SHAPED + CALLED,
        SHAPED + "    self.built = True\n",
        SHAPED + "    super().build(input_shape)\n",
        SHAPED.replace("input_shape", "shapes") + CALLED,
        SHAPED.replace("input_shape", "_") + CALLED,
        "def build(self, input_shape):\n    self.parts = [keras.layers.Dense(3)]\n"
        "    self.w = self.add_weight()\n"
        "def call(self, x):\n    return self.parts[0](x)\n",
    ],
)
def test_a_class_that_builds_itself_from_a_shape_is_assumed_to_be_a_layer(
    body: str, tmp_path: Path
) -> None:
    (found,) = of_a_base(body, tmp_path)

    assert found.message.endswith(
        "; `Block` is assumed to be a layer, since its base `BaseLayer` was not found"
    )
    assert found.fix is None or found.fix.applicability is Applicability.UNSAFE


@pytest.mark.parametrize(
    "body",
    [
        SHAPED,
        SHAPED.replace("input_shape", "hp") + CALLED,
        SHAPED.replace("input_shape", "config") + CALLED,
        SHAPED.replace(", input_shape", "") + CALLED,
        SHAPED + "    model = keras.Sequential([self.dense])\n    return model\n" + CALLED,
        SHAPED.replace("keras.layers.Dense", "dict") + "def call(self, x):\n    return x\n",
        SHAPED + "def update_state(self, x):\n    self.seen = self.dense(x)\n",
        SHAPED + "def __call__(self, x):\n    return self.dense(x)\n",
    ],
)
def test_what_has_a_build_and_is_no_layer_stays_what_it_is(body: str, tmp_path: Path) -> None:
    assert not of_a_base(body, tmp_path)


@pytest.mark.parametrize("base", ["object", "abc.ABC", "tf.Module", "torch.nn.Module"])
def test_a_class_on_a_base_that_is_no_layer_is_none(base: str, tmp_path: Path) -> None:
    head = f"import abc, keras, torch\nimport tensorflow as tf\n\nclass Block({base}):\n"

    assert not found_in(head + indent(SHAPED + CALLED, " " * 4), tmp_path)


def test_what_descends_from_an_assumed_layer_is_assumed_too(tmp_path: Path) -> None:
    text = "import keras\nfrom company.nn import BaseLayer\n\nclass Block(BaseLayer):\n"
    text += indent(SHAPED + CALLED, " " * 4)
    text += "\nclass Net(keras.layers.Layer):\n    def build(self, input_shape):\n"
    text += "        self.block = Block()\n"
    first, second = found_in(text, tmp_path)

    assert "is assumed to be a layer" in first.message
    assert "`Block` (assumed to be a layer, since it builds itself as one)" in second.message


RESIDUAL = """\
from keras import layers
from some_library.blocks import Convolution

class Residual(layers.Layer):
    def __init__(self, in_channels, out_channels, **kwargs):
        super().__init__(**kwargs)
        self.out_channels = out_channels
        self.project = None
        self.norm = None

    def build(self, input_shape):
        in_channels = input_shape[-1]
        if in_channels != self.out_channels:
            # match the channels
            self.project = Convolution(
                in_channels=in_channels,  # as they come
                out_channels=self.out_channels,
            )
            # and their scale
            self.norm = layers.BatchNormalization()
        super().build(input_shape)

    def call(self, x, training=False):
        if self.project is not None:
            x = self.norm(self.project(x, training=training), training=training)
        return x
"""


def test_both_layers_of_a_branch_move_under_one_condition_with_their_comments(
    tmp_path: Path,
) -> None:
    source = Source(path=str(tmp_path / "assumed.py"), text=RESIDUAL)
    first, second = found_in(RESIDUAL, tmp_path)
    assert first.fix is not None
    init, _, build = apply(source, [first.fix]).text.partition("    def build")

    assert (first.code, second.code, first.fix) == ("KRL102", "KRL102", second.fix)
    assert first.fix.applicability is Applicability.UNSAFE
    assert "that `Convolution()` makes a layer, and does nothing else, is assumed" in (
        first.fix.doubts
    )
    assert init.count("if in_channels != self.out_channels:") == 1
    assert [line.strip() for line in init.split("\n") if "#" in line] == [
        "# match the channels",
        "in_channels=in_channels,  # as they come",
        "# and their scale",
    ]
    assert "Convolution" not in build
    assert "BatchNormalization" not in build
