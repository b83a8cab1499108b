"""Right rewrites are proved, and no wrong one ever is."""

from __future__ import annotations

import pytest
from mutant_blind_spots import BLIND_SPOTS
from mutant_bounds import BOUNDS
from mutant_corners import CORNERS
from mutant_graphs import GRAPHS
from mutant_kinds import KINDS
from mutant_layers import LAYERS
from mutant_precisions import PRECISIONS
from mutant_sequences import SEQUENCES
from mutant_untold import UNTOLD
from mutants import SUBJECTS
from mutation import right, wrong

from keraslint.diagnostic import Outcome

Mutant = tuple[str, tuple[str, ...], str]


def _by_hand() -> tuple[dict[str, Mutant], dict[str, Mutant]]:
    rights, wrongs = {}, {}
    by_hand = (
        SUBJECTS | CORNERS | UNTOLD | BLIND_SPOTS | PRECISIONS | SEQUENCES | GRAPHS | BOUNDS | KINDS
    )
    for name, subject in by_hand.items():
        for found, swaps in ((rights, subject.right), (wrongs, subject.wrong)):
            for what, swap in swaps.items():
                mutant = (subject.before, subject.recipes, subject.rewritten(swap))
                found[f"{name}: {what}"] = mutant
    return rights, wrongs


RIGHT, WRONG = _by_hand()
for name, parts in LAYERS.items():
    before, recipes = parts.before(), (parts.call,)
    RIGHT |= {f"{name}: {what}": (before, recipes, text) for what, text in right(parts)}
    WRONG |= {f"{name}: {what}": (before, recipes, text) for what, text in wrong(parts)}
FEW_RIGHT, FEW_WRONG = list(RIGHT)[::13], list(WRONG)[::14]


def test_there_are_many_mutants_and_few_of_them_run_each_time():
    assert len(SUBJECTS) + len(LAYERS) >= 25
    assert len(RIGHT) > 90  # README says so
    assert len(WRONG) > 390
    assert len(FEW_RIGHT) + len(FEW_WRONG) <= 40


@pytest.mark.keras
@pytest.mark.parametrize("name", FEW_RIGHT)
def test_a_right_rewrite_is_proved(judge_briefly, name):
    before, recipes, after = RIGHT[name]

    verdict = judge_briefly(before, after, *recipes)

    assert verdict.outcome is Outcome.PROVED, verdict.reason


@pytest.mark.keras
@pytest.mark.parametrize("name", FEW_WRONG)
def test_a_wrong_rewrite_is_refuted(judge_briefly, name):
    before, recipes, after = WRONG[name]

    verdict = judge_briefly(before, after, *recipes)

    assert verdict.outcome is Outcome.REFUTED
    assert verdict.reason


@pytest.mark.nightly
@pytest.mark.parametrize("name", RIGHT)
def test_every_right_rewrite_is_proved(judge_briefly, name):
    before, recipes, after = RIGHT[name]

    verdict = judge_briefly(before, after, *recipes)

    assert verdict.outcome is Outcome.PROVED, verdict.reason


@pytest.mark.nightly
@pytest.mark.parametrize("name", WRONG)
def test_no_wrong_rewrite_is_proved(judge_briefly, name):
    before, recipes, after = WRONG[name]

    verdict = judge_briefly(before, after, *recipes)

    assert verdict.outcome is Outcome.REFUTED, verdict.outcome
    assert verdict.reason
