"""A brief proof leaves out what would tell nothing new, and no more than that."""

from __future__ import annotations

import pytest

from keraslint.diagnostic import CheckStatus, Outcome
from keraslint.proof.claim import Claim
from keraslint.proof.recipes.recipe import Recipe

pytestmark = pytest.mark.keras

OWNERS = {"reloads: sequential", "reloads: plain"}
BEFORE = """\
from keras import layers


class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.dense = layers.Dense(self.units)
        self.dense.build(input_shape)

    def call(self, inputs):
        return self.dense(inputs)
"""
CONFIG = """
    def get_config(self):
        return {**super().get_config(), "units": self.units}
"""
RECIPE = "Block(3)(floats(2, 8))"
TWO = BEFORE.replace(
    "        self.dense = layers.Dense(self.units)\n",
    "        self.dense = layers.Dense(input_shape[-1])\n"
    "        self.head = layers.Dense(self.units)\n",
).replace("self.dense(inputs)", "self.head(self.dense(inputs))")
DEPENDENT_LAST = TWO.replace("        self.head = layers.Dense(self.units)\n", "").replace(
    "= units\n", "= units\n        self.head = layers.Dense(units)\n", 1
)


def moved(text: str) -> str:
    text = text.replace("        self.dense = layers.Dense(self.units)\n", "")
    return text.replace("= units\n", "= units\n        self.dense = layers.Dense(self.units)\n", 1)


def kept(verdict) -> set[str]:
    return {check.name for check in verdict.checks if check.status is CheckStatus.KEPT}


def test_owners_that_build_nothing_are_left_out_where_a_functional_model_is_loaded_whole(
    judge_all, judge_briefly
):
    before = BEFORE + CONFIG

    whole, brief = (judge(before, moved(before), RECIPE) for judge in (judge_all, judge_briefly))

    assert whole.outcome is brief.outcome is Outcome.PROVED
    assert kept(whole) >= OWNERS
    assert kept(whole) - kept(brief) == {
        *OWNERS,
        "old file: sequential",
        "old file: plain",
        "reloads: clone",
    }


def test_they_are_looked_at_where_no_functional_model_can_be_loaded(judge_briefly):
    """With such a `get_config()`, a file of the layer lacks what it was made with."""
    before = BEFORE + CONFIG.replace(', "units": self.units', "")

    verdict = judge_briefly(before, moved(before), RECIPE)

    assert verdict.outcome is Outcome.PROVED
    assert "reloads: functional" not in kept(verdict)
    assert "reloads: plain" in kept(verdict)


@pytest.mark.parametrize(
    ("after", "outcome", "cases"),
    [(DEPENDENT_LAST, Outcome.REFUTED, 1), (moved(BEFORE + CONFIG), Outcome.PROVED, None)],
)
def test_what_is_doubted_is_glanced_at_in_one_case_before_it_is_proved(
    brief_prover, tmp_path, after, outcome, cases
):
    file = tmp_path / "block.py"
    before = TWO if cases else BEFORE + CONFIG
    file.write_text(before, encoding="utf-8")
    claim = Claim(
        layer="Block",
        path=file,
        before=before,
        after=after,
        recipes=(Recipe(RECIPE),),
        doubted=True,
    )

    verdict = brief_prover.prove(claim)

    assert verdict.outcome is outcome, verdict.reason
    assert verdict.coverage is not None
    assert len(verdict.coverage.cases) == 1 if cases else len(verdict.coverage.cases) > 1
