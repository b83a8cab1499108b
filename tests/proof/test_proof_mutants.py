"""Right rewrites are proved, and no wrong one ever is."""

from __future__ import annotations

import pytest
from mutants import SUBJECTS

from keraslint.diagnostic import Outcome

pytestmark = pytest.mark.keras

RIGHT = [(name, what) for name, subject in SUBJECTS.items() for what in subject.right]
WRONG = [(name, what) for name, subject in SUBJECTS.items() for what in subject.wrong]


@pytest.mark.parametrize(("name", "what"), RIGHT)
def test_a_right_rewrite_is_proved(judge_all, name, what):
    subject = SUBJECTS[name]

    verdict = judge_all(subject.before, subject.rewritten(subject.right[what]), *subject.recipes)

    assert verdict.outcome is Outcome.PROVED, verdict.reason


@pytest.mark.parametrize(("name", "what"), WRONG)
def test_a_wrong_rewrite_is_refuted(judge_all, name, what):
    subject = SUBJECTS[name]

    verdict = judge_all(subject.before, subject.rewritten(subject.wrong[what]), *subject.recipes)

    assert verdict.outcome is Outcome.REFUTED
    assert verdict.reason
