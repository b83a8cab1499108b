"""The scaffold of a rule is registered and complete in form, and overwrites nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.slow
NAME, CODE = "toy-sublayer-rule", "KRL699"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The house in another place, where a rule may be added to it."""
    for folder in ("keraslint", "tests", "fixtures"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for file in ("README.md", "pyproject.toml"):
        shutil.copyfile(ROOT / file, tmp_path / file)
    return tmp_path


def run(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )


def add(root: Path, name: str = NAME, code: str = CODE) -> subprocess.CompletedProcess[str]:
    command = ("tests/new_rule.py", name, "--code", code, "--summary", "A toy", "--root", str(root))
    return run(root, *command)


def test_a_new_rule_is_registered_with_a_page_fixtures_and_its_row(copy: Path) -> None:
    added = add(copy)

    assert added.returncode == 0, added.stderr
    assert run(copy, "-m", "keraslint", "rule", NAME).returncode == 0
    assert f"| {CODE} | `{NAME}` | A toy |" in (copy / "README.md").read_text()
    wanted = (
        "test_a_page_has_its_sections_in_order or test_a_rule_has_one_name"
        " or test_every_rule_has_fixtures or test_every_page_about_layers_is_observed"
    )
    files = ("tests/test_rule_pages.py", "tests/test_house.py")
    tested = run(copy, "-m", "pytest", "-n", "0", "-k", wanted, *files)
    assert tested.returncode == 0, tested.stdout


def test_its_own_tests_say_what_is_left_to_be_done(copy: Path) -> None:
    add(copy)

    files = ("tests/test_rule_pages.py", "tests/test_fixtures.py")
    tested = run(copy, "-m", "pytest", "-n", "0", "-k", NAME, "-m", "not keras", *files)

    assert tested.returncode == 1
    assert f"test_bad_is_found_exactly_once[{NAME}]" in tested.stdout
    assert f"test_every_rule_is_found_in_its_own_folder[{NAME}]" in tested.stdout


def test_a_name_or_a_code_that_is_taken_is_refused(copy: Path) -> None:
    taken = copy / "keraslint" / "rules" / "building" / "unbuilt_sublayer.py"
    before = taken.read_bytes()

    assert add(copy, name="unbuilt-sublayer").returncode != 0
    assert add(copy, code="KRL201").returncode == 2
    assert add(copy, name="Sublayer").returncode == 2
    assert taken.read_bytes() == before
