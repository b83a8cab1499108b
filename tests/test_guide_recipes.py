"""The page on recipes: every example in it makes and calls a layer, and it names every word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from keraslint.commands.pages.guide import GUIDES
from keraslint.diagnostic import Outcome
from keraslint.proof.prove import Claim, ProofOptions, Prover
from keraslint.proof.recipes.recipe import Recipe
from keraslint.settings import load

TEXT = (GUIDES / "recipes.md").read_text(encoding="utf-8")
LAYERS = """\
import keras
from keras import layers, ops

SIZES = (1, 2, 3)


class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(units)

    def call(self, x):
        return self.dense(x)


class Tokens(layers.Layer):
    def __init__(self, vocabulary, **kwargs):
        super().__init__(**kwargs)
        self.embedding = layers.Embedding(vocabulary, 4)

    def call(self, ids):
        return self.embedding(ids)


class Masked(layers.Layer):
    def call(self, x, mask=None, training=None):
        return x if mask is None else x * ops.cast(mask, x.dtype)[..., None]


class Cell(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.state_size = units
        self.dense = layers.Dense(units)

    def call(self, inputs, states):
        state = self.dense(inputs) + states[0]
        return state, [state]


class Pair(layers.Layer):
    def call(self, one, other):
        return one + other


class Summed(layers.Layer):
    def call(self, inputs):
        return inputs[0] + inputs[1]


class Features(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.embedding = layers.Embedding(10, 8)

    def call(self, inputs):
        return inputs["dense"] + ops.mean(self.embedding(inputs["token_ids"]), axis=1)


class Wrapper(layers.Layer):
    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, x):
        return self.inner(x)
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def examples() -> list[str]:
    return list(dict.fromkeys(line for block in blocks("python") for line in block.splitlines()))


def test_every_maker_of_inputs_and_every_name_is_told_of() -> None:
    from keraslint.proof.recipes.constructions import PLAIN

    inputs = {"floats", "ints", "bools", "zeros"}
    told = set(re.findall(r"`(\w+)[`(]", TEXT))

    assert inputs | {"keras", "layers", "ops", "np", "random"} <= told
    assert {"floats", "ints", "bools"} <= PLAIN


def test_the_configuration_that_is_shown_can_be_read(tmp_path: Path) -> None:
    (table,) = blocks("toml")
    (tmp_path / "pyproject.toml").write_text(table, encoding="utf-8")

    assert [*load(tmp_path).recipes] == ["Block"]


@pytest.mark.keras
def test_every_example_makes_and_calls_a_layer(tmp_path: Path) -> None:
    file = tmp_path / "layers_of_mine.py"
    file.write_text(LAYERS, encoding="utf-8")
    claims = [
        Claim(
            layer=example.partition("(")[0],
            path=file,
            before=LAYERS,
            after=LAYERS,
            recipes=(Recipe(example),),
        )
        for example in examples()
    ]

    with Prover(ProofOptions(root=tmp_path, memory_mb=3000, backend="tensorflow")) as prover:
        verdicts = prover.each(prover.prove, claims)

    wrong = {one.recipe: one.reason for one in verdicts if one.outcome is not Outcome.PROVED}
    assert wrong == {}
    assert len(verdicts) == 15
