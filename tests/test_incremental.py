"""A run that remembers says what a cold one says, whatever has happened to the files."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from random_edits import edited

from keraslint.engine.facts_json import read_back, written
from keraslint.engine.lint import LintResult, lint
from keraslint.project.facts import look, summarize
from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.facts.occurrences.occurrence_records import ModuleOccurrences
from keraslint.settings import Settings

FIXTURES = Path(__file__).parent.parent / "fixtures"
EDITS = 12


def readable() -> list[Path]:
    found = []
    for path in sorted(FIXTURES.rglob("*.py")):
        try:
            path.read_bytes().decode()
            compile(path.read_bytes(), path.name, "exec", dont_inherit=True)
        except (ValueError, SyntaxError):
            continue
        found.append(path)
    return found


def a_project(root: Path, dice: random.Random) -> None:
    """Fixtures as the modules of a few packages."""
    for number, path in enumerate(dice.sample(readable(), 24)):
        folder = root / dice.choice(["one", "one/inner", "two", "."])
        folder.mkdir(parents=True, exist_ok=True)
        if folder != root:
            (folder / "__init__.py").touch()
        shutil.copy(path, folder / f"module_{number}.py")


def plain(result: LintResult) -> tuple[object, ...]:
    return result.diagnostics, result.problems


MARKS = {0: (), **dict.fromkeys(range(1, 4), pytest.mark.slow)}
SEEDS = [pytest.param(seed, marks=MARKS.get(seed, pytest.mark.nightly)) for seed in range(60)]


@pytest.mark.parametrize("seed", SEEDS)
def test_after_any_edit_the_findings_are_those_of_a_cold_run(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    a_project(tmp_path, dice)
    settings = Settings(root=tmp_path, select=("ALL",))
    for _ in range(EDITS):
        warm = lint([tmp_path], settings)

        cold = lint([tmp_path], replace(settings, cache=False))

        assert plain(warm) == plain(cold)
        edited(tmp_path, dice)


def facts(text: str) -> ModuleSummary:
    return summarize(text, "package.module", "package/module.py")


@pytest.mark.parametrize("path", readable()[::5], ids=str)
def test_facts_are_read_back_as_they_were(path: Path) -> None:
    known = facts(path.read_text("utf-8"))

    assert read_back(ModuleSummary, written(known).text) == known


@pytest.mark.parametrize("path", readable()[::7], ids=str)
def test_a_comment_changes_places_and_nothing_that_is_said(path: Path) -> None:
    text = path.read_text("utf-8")
    moved = f"# a comment\n\n{text}"

    assert written(facts(moved)).shape == written(facts(text)).shape


@pytest.mark.parametrize("path", readable()[::5], ids=lambda path: path.stem)
def test_occurrences_are_read_back_as_they_were(path: Path) -> None:
    seen = look(path.read_text("utf-8"), "")

    assert read_back(ModuleOccurrences, written(seen).text) == seen


def test_what_comes_before_what_is_said_and_how_far_away_is_not() -> None:
    before = "x = 1\n\n\ndef f():\n    return x\n"

    order = written(look(before, "")).order

    assert written(look("# a comment\n" + before.replace("\n\n", "\n# more\n"), "")).order == order
    assert written(look("def f():\n    return x\n\n\nx = 1\n", "")).order != order


LAYER = """import keras

class Block(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, input_shape):
        self.dense = keras.layers.Dense(self.units)
        self.dense.build(input_shape)
        super().build(input_shape)

    def call(self, x):
        return self.dense(x)
"""
WRITER = "from blocks import Block\n\n\ndef widen(block: Block):\n    block.units = 9\n"


def test_a_comment_elsewhere_moves_the_line_that_a_fix_names(tmp_path: Path) -> None:
    (tmp_path / "blocks.py").write_text(LAYER, "utf-8")
    (tmp_path / "writer.py").write_text(WRITER, "utf-8")
    settings = Settings(root=tmp_path)
    assert _blamed(lint([tmp_path], settings)) == {5}
    (tmp_path / "writer.py").write_text(f"# a comment\n{WRITER}", "utf-8")

    found = lint([tmp_path], settings)

    assert _blamed(found) == {6}


def _blamed(result: LintResult) -> set[int]:
    fixes = [one.fix for one in result.diagnostics if one.fix is not None]
    return {objection.line for fix in fixes for objection in fix.objections}
