"""Rewrites of a dozen usual layers, written without knowledge of the probe: none is proved wrongly.

Most of the wrong ones were proved at first: what they change shows in one branch alone, together
with another argument, an optional input or a dtype policy.
"""

from __future__ import annotations

import ast

import pytest
from rewrites_of_edges import EDGES
from rewrites_of_heads import HEADS
from rewrites_of_images import IMAGES
from rewrites_of_inputs import INPUTS
from rewrites_of_sequences import SEQUENCES
from rewrites_of_states import STATES

from keraslint.diagnostic import Outcome

SUBJECTS = SEQUENCES | IMAGES | HEADS | STATES | INPUTS | EDGES
RIGHT = [(name, what) for name, subject in SUBJECTS.items() for what in subject.right]
WRONG = [(name, what) for name, subject in SUBJECTS.items() for what in subject.wrong]


def layer_of(text: str) -> str:
    return next(one.name for one in ast.parse(text).body if isinstance(one, ast.ClassDef))


def test_there_are_both_kinds_for_a_dozen_layers() -> None:
    assert len(SUBJECTS) == 22
    assert all(subject.right and subject.wrong for subject in SUBJECTS.values())


@pytest.mark.nightly
@pytest.mark.parametrize(("name", "what"), RIGHT)
def test_a_right_rewrite_of_a_usual_layer_is_proved(judge, name, what) -> None:
    subject = SUBJECTS[name]
    after = subject.rewritten(subject.right[what])

    verdict = judge(subject.before, after, *subject.recipes, layer=layer_of(subject.before))

    assert verdict.outcome is Outcome.PROVED, verdict.reason


@pytest.mark.nightly
@pytest.mark.parametrize(("name", "what"), WRONG)
def test_a_wrong_rewrite_of_a_usual_layer_is_not_proved(judge, name, what) -> None:
    subject = SUBJECTS[name]
    after = subject.rewritten(subject.wrong[what])

    verdict = judge(subject.before, after, *subject.recipes, layer=layer_of(subject.before))

    assert verdict.outcome is not Outcome.PROVED
    assert verdict.reason
