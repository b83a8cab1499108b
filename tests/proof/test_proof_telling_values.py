"""Rewrites that only certain values of an argument tell apart, each beside a right one."""

from __future__ import annotations

import pytest

from keraslint.diagnostic import Outcome

pytestmark = pytest.mark.keras

HEAD = "import math\n\nimport keras\nfrom keras import layers, ops\n\n\n"


def scaled(parameter: str, condition: str) -> str:
    """A layer whose output a condition on a parameter changes."""
    name = parameter.partition("=")[0]
    return f"""{HEAD}\
class Block(layers.Layer):
    def __init__(self, units=4, {parameter}, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.{name} = {name}
        self.dense = layers.Dense(units)

    def build(self, input_shape):
        self.dense.build(input_shape)
        super().build(input_shape)

    def call(self, x):
        y = self.dense(x)
        chosen = {condition}
        return y * 3.0 if chosen else y
"""


def sized(parameter: str, size: str) -> str:
    """A layer with a weight whose second size is computed from the channels of the input."""
    name = parameter.partition("=")[0]
    return f"""{HEAD}\
class Block(layers.Layer):
    def __init__(self, {parameter}, **kwargs):
        super().__init__(**kwargs)
        self.{name} = {name}

    def build(self, input_shape):
        channels = input_shape[-1]
        self.kernel = self.add_weight(shape=(channels, {size}), name="kernel")

    def call(self, x):
        return ops.matmul(x, self.kernel)
"""


Texts = tuple[str, str]


def sizes(parameter: str, old: str, new: str) -> Texts:
    return sized(parameter, old), sized(parameter, new)


def areas(old: str, new: str) -> Texts:
    """A layer whose patches have two sides, given as one number or as both."""
    kept = "self.sides = (sides, sides) if isinstance(sides, int) else tuple(sides)"
    first, second = (
        sized("sides=2", size).replace("self.sides = sides", kept) for size in (old, new)
    )
    return first, second


def pair(parameter: str, old: str, new: str) -> Texts:
    return scaled(parameter, old), scaled(parameter, new)


WRONG: dict[str, Texts] = {
    "the first link dropped": pair("groups=16", "1 < self.groups < 8", "self.groups < 8"),
    "the last link dropped": pair("groups=4", "1 < self.groups < 8", "1 < self.groups"),
    "another limit": pair("groups=16", "1 < self.groups < 8", "0 < self.groups < 8"),
    "a limit let in": pair("rate=0.3", "0 < self.rate < 1", "0 < self.rate <= 1"),
    "a link that tests": pair(
        "groups=16", "True if 1 < self.groups < 8 else False", "self.groups < 8"
    ),
    "None made a truth test": pair(
        "scale=None", "self.scale is not None", "bool(not (not self.scale))"
    ),
    "a truth test made None": pair(
        "scale=None", "True if self.scale else False", "self.scale is not None"
    ),
    "None made the value of bool": pair("scale=None", "self.scale is not None", "bool(self.scale)"),
    "None by equality made a truth test": pair(
        "scale=None", "self.scale != None", "True if self.scale else False"
    ),
    "None made an or": (
        scaled("scale=None", "self.scale > 0.1").replace(
            "= scale\n", "= 2.0 if scale is None else scale\n"
        ),
        scaled("scale=None", "self.scale > 0.1").replace("= scale\n", "= scale or 2.0\n"),
    ),
    "rounded up beyond a limit": sizes(
        "ratio=2", "max(channels // self.ratio, 8)", "max(-(-channels // self.ratio), 8)"
    ),
    "rounded up beyond a number": sizes(
        "ratio=2", "max(channels // 2, 8)", "max(math.ceil(channels / 2), 8)"
    ),
    "rounded to the nearest": sizes(
        "ratio=4", "max(1, channels // 4)", "max(1, round(channels / 4))"
    ),
    "sides swapped": areas(
        "7 // self.sides[0] * (13 // self.sides[1])", "7 // self.sides[1] * (13 // self.sides[0])"
    ),
    "a half rounded": sizes("ratio=4", "channels // 2", "round(channels / 2)"),
}
RIGHT: dict[str, Texts] = {
    "links said apart": pair("groups=16", "1 < self.groups < 8", "8 > self.groups > 1"),
    "links joined": pair("rate=0.3", "self.rate > 0 and self.rate < 1", "0 < self.rate < 1"),
    "None asked otherwise": pair(
        "scale=None", "self.scale is not None", "not (self.scale is None)"
    ),
    "truth asked otherwise": pair(
        "scale=None", "True if self.scale else False", "bool(self.scale)"
    ),
    "cut off otherwise": sizes(
        "ratio=2", "max(channels // self.ratio, 8)", "max(int(channels / self.ratio), 8)"
    ),
    "divided otherwise": sizes(
        "ratio=4", "max(1, channels // 4)", "max(1, math.floor(channels / 4))"
    ),
    "sides in another order": areas(
        "7 // self.sides[0] * (13 // self.sides[1])", "13 // self.sides[1] * (7 // self.sides[0])"
    ),
    "a layer is never false": tuple(
        text.replace("= gate\n", "= layers.Dense(3) if gate else None\n")
        for text in pair("gate=False", "True if self.gate else False", "self.gate is not None")
    ),
}
UNREACHED: dict[str, tuple[Texts, str]] = {
    "a link that always holds": (
        pair("groups=4", "1 < self.groups * 1000 < 900000", "1 < self.groups * 1000"),
        "`self.groups * 1000 < 900000` was true in every case",
    ),
    "a link that is never looked at": (
        pair("groups=4", "900000 < self.groups * 1000 < 990000", "900000 < self.groups * 1000"),
        "`900000 < self.groups * 1000` was false in every case",
    ),
}


CONDITIONED = f"""{HEAD}\
class Block(layers.Layer):
    def __init__(self, hidden_units=(8,), activation="relu", axis=-1, center=True, **kwargs):
        super().__init__(**kwargs)
        self.center = center
        self.hidden_units = tuple(hidden_units)
        self.activation = activation
        self.axis = axis

    def build(self, input_shape):
        features_shape, shape = input_shape
        channels = features_shape[self.axis]
        self.hidden = []
        for units in self.hidden_units:
            layer = layers.Dense(units, activation=self.activation)
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
            self.hidden.append(layer)
        self.scale = layers.Dense(channels)
        self.scale.build(shape)
        super().build(input_shape)

    def call(self, inputs):
        features, condition = inputs
        for layer in self.hidden:
            condition = layer(condition)
        shape = [1] * len(features.shape)
        shape[0] = -1
        shape[self.axis] = features.shape[self.axis]
        outputs = features * ops.reshape(self.scale(condition), shape)
        return outputs - 0.5 if self.center else outputs
"""
MOVED = (
    CONDITIONED.replace("        self.hidden = []\n", "")
    .replace("            layer = layers.Dense(units, activation=self.activation)\n", "")
    .replace("            self.hidden.append(layer)\n", "")
    .replace("for units in self.hidden_units", "for layer in self.hidden")
    .replace(
        "= axis\n",
        "= axis\n        self.hidden = [layers.Dense(n, activation=activation)"
        " for n in self.hidden_units]\n",
    )
)
LAST = MOVED.replace("features_shape[self.axis]", "features_shape[-1]")
ANY = MOVED.replace("features_shape[self.axis]", "tuple(features_shape)[self.axis]")


def test_an_argument_that_varied_with_others_alone_has_shown_nothing(judge_all) -> None:
    wrong, right = (judge_all(CONDITIONED, one) for one in (LAST, ANY))

    assert wrong.outcome is Outcome.UNKNOWN, wrong.reason
    assert "`axis`, and that made no difference" in " ".join(wrong.coverage.missing)
    assert right.outcome is Outcome.PROVED, right.reason
    image = "Block(axis=1)([floats(2, 3, 5), floats(2, 8)])"
    assert judge_all(CONDITIONED, LAST, image).outcome is Outcome.REFUTED


TIED = """\
        if (axis == 1) is center:
            raise ValueError("axis 1 is not centered, and the last one is")
        self.center = center
"""


def test_an_argument_that_cannot_vary_alone_is_not_proved(judge_all) -> None:
    old, wrong, right = (
        text.replace("        self.center = center\n", TIED) for text in (CONDITIONED, LAST, ANY)
    )

    verdict = judge_all(old, wrong)
    assert verdict.outcome is Outcome.UNKNOWN, verdict.reason
    assert "`axis`, which never varied alone" in " ".join(verdict.coverage.missing)
    assert judge_all(old, right).outcome is Outcome.PROVED


COUNT = "height // down * (width // across)"
COVERED = f"""{HEAD}\
class Block(layers.Layer):
    def __init__(self, sides=2, whole=True, **kwargs):
        super().__init__(**kwargs)
        self.sides = (sides, sides) if isinstance(sides, int) else tuple(sides)
        self.whole = whole

    def build(self, input_shape):
        height, width = input_shape[1:3]
        down, across = self.sides
        if self.whole:
            height += -height % down
            width += -width % across
        self.table = self.add_weight(shape=({COUNT}, 3), name="table")

    def call(self, x):
        return x * ops.sum(self.table)
"""
BOTH = (
    ("self, sides=2,", "self, down=2, across=2,"),
    (
        "self.sides = (sides, sides) if isinstance(sides, int) else tuple(sides)",
        "self.down, self.across = down, across",
    ),
    ("across = self.sides", "across = self.down, self.across"),
)


def covered(old: str, new: str, *, told_apart: bool = False) -> Texts:
    """A layer that covers an image with tiles; their sides may be two arguments."""
    before = COVERED
    for one, other in BOTH if told_apart else ():
        before = before.replace(one, other)
    assert before.count(old) == 1
    return before, before.replace(old, new)


WRONG_SIDES: dict[str, Texts] = {
    "swapped where an image is covered": covered(COUNT, "height // across * (width // down)"),
    "swapped where it need not be": covered("down, across = s", "across, down = s"),
    "two arguments swapped": covered(COUNT, "height // across * (width // down)", told_apart=True),
    "two arguments kept for each other": covered(
        "self.down, self.across = down", "self.across, self.down = down", told_apart=True
    ),
}
RIGHT_SIDES: dict[str, Texts] = {
    "in another order": covered(COUNT, "width // across * (height // down)"),
    "kept as a list": covered("down, across = self.sides", "down, across = [*self.sides]"),
    "two arguments in another order": covered(
        COUNT, "width // across * (height // down)", told_apart=True
    ),
}
SQUARE = "Block()(floats(2, 8, 8, 3))"


@pytest.mark.parametrize("texts", WRONG_SIDES.values(), ids=WRONG_SIDES)
def test_sides_that_only_other_images_tell_apart_are_refuted(judge_all, texts: Texts) -> None:
    verdict = judge_all(*texts, SQUARE)

    assert verdict.outcome is Outcome.REFUTED, verdict.reason


@pytest.mark.parametrize("texts", RIGHT_SIDES.values(), ids=RIGHT_SIDES)
def test_sides_that_mean_the_same_are_proved(judge_all, texts: Texts) -> None:
    verdict = judge_all(*texts, SQUARE)

    assert verdict.outcome is Outcome.PROVED, verdict.reason


COMPARED = pair("rate=3, most=7", "self.rate < most_of(self)", "self.rate <= most_of(self)")
MOST = "\n\ndef most_of(layer):\n    return 7\n"
BOTH_WAYS = ("Block()(floats(2, 8))", "Block(rate=9)(floats(2, 8))")


def test_a_limit_is_not_proved_by_cases_on_either_side_of_it(judge_all) -> None:
    old, new = (text + MOST for text in COMPARED)

    verdict = judge_all(old, new, *BOTH_WAYS)

    assert verdict.outcome is Outcome.UNKNOWN, verdict.reason
    assert "with equal sides" in " ".join(verdict.coverage.missing)
    told = judge_all(old, new, "Block(rate=7)(floats(2, 8))")
    assert told.outcome is Outcome.REFUTED, told.reason


@pytest.mark.parametrize("texts", WRONG.values(), ids=WRONG)
def test_a_wrong_rewrite_is_refuted(judge_all, texts: Texts) -> None:
    verdict = judge_all(*texts)

    assert verdict.outcome is Outcome.REFUTED, verdict.reason


@pytest.mark.parametrize("texts", RIGHT.values(), ids=RIGHT)
def test_a_right_rewrite_is_proved(judge_all, texts: Texts) -> None:
    verdict = judge_all(*texts)

    assert verdict.outcome is Outcome.PROVED, verdict.reason


@pytest.mark.parametrize(("texts", "told"), UNREACHED.values(), ids=UNREACHED)
def test_where_no_case_tells_them_apart_nothing_is_proved(judge_all, texts, told: str) -> None:
    verdict = judge_all(*texts)

    assert verdict.outcome is Outcome.UNKNOWN, verdict.reason
    assert told in " ".join(verdict.coverage.missing)
