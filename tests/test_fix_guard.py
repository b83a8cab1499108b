"""A fix whose own edits overlap would lose text: it is never offered, and the finding stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keraslint.diagnostic import Applicability, Edit, Fix, Span
from keraslint.engine import analysis
from keraslint.engine.lint import lint_texts
from keraslint.project.files.source import typed
from keraslint.rules import Cure, Rule, registry
from keraslint.settings import Settings

BLOCK = """\
import keras


class Block(keras.layers.Layer):
    def build(self, input_shape):
        self.dense = keras.layers.Dense(4)

    def call(self, x):
        return self.dense(x)
"""


@pytest.mark.parametrize(("second", "offered"), [((6, 5, 7, 1), False), ((7, 1, 7, 1), True)])
def test_overlapping_edits_are_no_fix(
    second: tuple[int, int, int, int], offered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits = (Edit(Span.of(6, 1, 7, 1), ""), Edit(Span.of(*second), ""))
    fix = Fix(applicability=Applicability.SAFE, message="Fix", edits=edits, layer="Block")
    rules = tuple(_with(rule, fix) for rule in registry())
    monkeypatch.setattr(analysis, "registry", lambda: rules)

    settings = Settings(select=("KRL101",), cache=False)
    (told,) = lint_texts([typed(BLOCK, "none/block.py")], settings).diagnostics

    assert (told.fix is not None) == offered
    assert ("two edits of the fix overlap" in told.why_no_fix) != offered


def _with(rule: Rule, fix: Fix) -> Rule:
    return replace(rule, cure=lambda layer, finding: Cure(fix)) if rule.code == "KRL101" else rule
