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
from keraslint.project.facts import summarize
from keraslint.project.facts.module_facts import ModuleSummary
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


SEEDS = [pytest.param(seed, marks=() if seed < 4 else pytest.mark.nightly) for seed in range(60)]


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
