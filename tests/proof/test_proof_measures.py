"""Each measure: the rewrites that it catches, and those that no other one would."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from measured import ELSEWHERE, FOR_TWO, LAYER, ON_KERAS_2, RECIPE, TOLD, TWO_INPUTS, WRONG

from keraslint.diagnostic import CheckStatus, Outcome, Verdict
from keraslint.proof.evidence import FILES, WARNED
from keraslint.proof.measures.case_pair import Pair
from keraslint.proof.measures.ranked_checks import APART, CHECKS, MEASURES

PROBE = Path(__file__).parents[2] / "keraslint" / "proof" / "probe"

FEW = ("other files", "created when built", "a mask is not heeded", "no mixed precision")
# What a correct rewrite may change: it is told, and never held against one.
MAY_CHANGE = {"random draws", "captured dtypes", "names", "seed paths", "unbuilt sub-layers"}


def named(verdict: Verdict, status: CheckStatus) -> set[str]:
    return {check.name for check in verdict.checks if check.status is status}


def test_every_measure_has_a_rewrite_that_it_catches() -> None:
    caught = {name for one in WRONG.values() for name in one.breaks}
    caught |= {name for _, _, _, name in ELSEWHERE.values()}
    caught |= {name for _, _, breaks in ON_KERAS_2.values() for name in breaks}

    assert {name for name, _, _ in CHECKS} - caught == MAY_CHANGE


class Asked(dict[str, Any]):
    """Facts of which none is there, and the names that were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return default


def asked_for() -> set[str]:
    facts = Asked()
    case = {"label": "input (2, 8)", "facts": facts}
    pair = Pair(before=case, after=case, all_before=[case])
    for _, _, judge in CHECKS:
        assert list(judge(pair)) is not None
    return {*facts.names, *WARNED, *(name for _, *names in FILES for name in names)}


def observed() -> Iterator[str]:
    """Patterns of the names under which something may be noted: the texts in the probe."""
    for file in PROBE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield re.escape(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [p.value if isinstance(p, ast.Constant) else "" for p in node.values]
                if any(re.search(r"[a-z]{3}", str(part)) for part in parts):
                    yield ".+".join(re.escape(str(part)) for part in parts)
    measures = (*MEASURES, *APART)
    yield from (re.escape(o.fact.name) for one in measures for o in one.observations)


def test_judges_ask_only_for_what_is_observed() -> None:
    asked = asked_for()

    noted = re.compile("|".join(sorted(set(observed()))))
    assert len(asked) > 60
    assert {name for name in asked if not noted.fullmatch(name)} == set()
    assert not noted.fullmatch("gradeints")
    assert not noted.fullmatch("outputs in trainign")


def test_most_measures_have_one_that_only_they_catch() -> None:
    alone = {name for one in WRONG.values() if len(one.breaks) == 1 for name in one.breaks}

    assert len(alone) >= 18


@pytest.mark.keras
@pytest.mark.parametrize("name", FEW)
def test_what_is_wrong_is_caught_by_what_measures_it(judge_all, name) -> None:
    verdict = judge_all(LAYER, WRONG[name].text, RECIPE)

    assert verdict.outcome is Outcome.REFUTED
    assert named(verdict, CheckStatus.BROKEN) == WRONG[name].breaks


@pytest.mark.keras
@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_is_wrong_with_other_layers_is_caught_by_what_measures_it(judge_all, name) -> None:
    before, after, recipe, measure = ELSEWHERE[name]

    verdict = judge_all(before, after, recipe)

    assert verdict.outcome is Outcome.REFUTED
    assert measure in named(verdict, CheckStatus.BROKEN)


@pytest.mark.nightly
@pytest.mark.parametrize("name", WRONG)
def test_all_that_is_wrong_is_caught_by_what_measures_it(judge_all, name) -> None:
    verdict = judge_all(LAYER, WRONG[name].text, RECIPE)

    assert verdict.outcome is Outcome.REFUTED
    assert named(verdict, CheckStatus.BROKEN) == WRONG[name].breaks


LATE = """\
from keras import layers, metrics, ops


class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.seen = metrics.Mean()
        {init}

    def build(self, input_shape):
        {build}
        super().build(input_shape)

    def call(self, x, training=None):
        self.seen.update_state(ops.mean(x))
        return self.drop(self.late(x), training=training)
"""
MADE = "self.late, self.drop = layers.Dense(self.units), layers.Dropout(0.5)"
EARLY = LATE.format(init=MADE, build="self.late.build(input_shape)")


@pytest.mark.keras
def test_what_may_change_is_told_as_expected_and_what_got_better_as_mended(judge_all) -> None:
    late = LATE.format(init="pass", build=MADE)

    verdict = judge_all(late, EARLY, "Block(4)(floats(2, 8))")

    assert verdict.outcome is Outcome.PROVED, verdict.reason
    assert named(verdict, CheckStatus.CHANGED) >= {"captured dtypes", "seed paths"}
    assert named(verdict, CheckStatus.MENDED) >= {
        *("freezes", "builds", "reloads: owner", "reloads: copy", "old file: owner"),
    }
    assert all(one.loads for one in verdict.old_files)


@pytest.mark.keras
def test_files_that_tell_of_one_shape_load_where_build_takes_two(judge_all) -> None:
    verdict = judge_all(TWO_INPUTS, TOLD, FOR_TWO)

    assert verdict.outcome is Outcome.PROVED, verdict.reason
    assert named(verdict, CheckStatus.KEPT) >= {"build parameters", "old file: plain"}
    assert named(verdict, CheckStatus.MENDED) >= {"old file: owner", "reloads: functional"}
