"""What changes behaviour when it is moved is never offered as a safe fix."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from keraslint.diagnostic import Applicability, Fix
from keraslint.engine.lint import lint_texts
from keraslint.project.files.source import Source
from keraslint.settings import Settings

HEAD = """\
import keras
from keras import layers, ops
from keras.layers import Dense, Layer, ReLU, Lambda
"""
PLAIN = """
class Block(Layer):
    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        self.n = n

    def build(self, s):
        self.d = Dense(self.n)
        self.d.build(s)

    def call(self, x):
        return self.d(x)
"""


def cases(file: str) -> dict[str, str]:
    """The cases of a file by their titles."""
    text = Path(__file__).with_name(file).read_text("utf-8")
    parts = (part.partition("\n") for part in re.split(r"(?m)^### ", text)[1:])
    return {name.strip(): body for name, _, body in parts}


def files(folder: Path, body: str) -> list[Source]:
    """The files of a case that is a project, in a folder of their own."""
    parts = (part.partition("\n") for part in re.split(r"(?m)^--- ", body)[1:])
    return [Source(path=str(folder / name.strip()), text=text) for name, _, text in parts]


CASES = cases("hazards.txt")
PROJECTS = cases("hazardous_projects.txt")
HARMLESS = cases("harmless_projects.txt")
SEEN = cases("seen_by_users.txt")
UNSEEN = cases("unseen_by_users.txt")
MOVES = ("KRL101", "KRL102", "KRL103")


@pytest.mark.parametrize("name", CASES)
def test_a_hazard_is_never_fixed_as_if_it_were_safe(name: str, tmp_path: Path) -> None:
    source = Source(path=str(tmp_path / f"{name}.py"), text=HEAD + CASES[name])

    found = lint_texts([source], Settings(root=tmp_path, select=("KRL0", "KRL1"), cache=False))
    fixes = [d.fix for d in found.diagnostics if d.fix is not None]

    assert not found.problems
    assert all(fix.applicability is not Applicability.SAFE for fix in fixes)


@pytest.mark.parametrize("name", PROJECTS)
def test_no_file_of_a_project_can_tell_that_a_safe_fix_was_made(name: str, tmp_path: Path) -> None:
    found = lint_texts(
        files(tmp_path, PROJECTS[name]), Settings(root=tmp_path, select=MOVES, cache=False)
    )
    fixes = [d.fix for d in found.diagnostics if d.fix is not None]

    assert not found.problems
    assert all(fix.applicability is not Applicability.SAFE for fix in fixes)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_nothing_in_a_project_can_tell_is_safe(name: str, tmp_path: Path) -> None:
    found = lint_texts(
        files(tmp_path, HARMLESS[name]), Settings(root=tmp_path, select=MOVES, cache=False)
    )
    fixes = [d.fix for d in found.diagnostics if d.code == "KRL101" and d.fix is not None]

    assert not found.problems
    assert fixes
    assert all(fix.applicability is Applicability.SAFE for fix in fixes), fixes[0].doubts


def _fixes(name: str, body: str, root: Path) -> list[Fix]:
    """The fixes of the rule that a case is named after."""
    settings = Settings(root=root, select=(name.partition(" ")[0],), keras=3, cache=False)
    found = lint_texts(files(root, body), settings)
    assert not found.problems
    return [d.fix for d in found.diagnostics if d.fix is not None]


@pytest.mark.parametrize("name", SEEN)
def test_what_users_of_a_class_go_by_is_not_changed_as_if_it_were_safe(
    name: str, tmp_path: Path
) -> None:
    fixes = _fixes(name, SEEN[name], tmp_path)

    assert all(fix.applicability is not Applicability.SAFE for fix in fixes)


@pytest.mark.parametrize("name", UNSEEN)
def test_what_no_user_of_a_class_goes_by_is_safe(name: str, tmp_path: Path) -> None:
    fixes = _fixes(name, UNSEEN[name], tmp_path)

    assert fixes
    assert all(fix.applicability is Applicability.SAFE for fix in fixes), fixes[0].doubts


def test_the_plain_case_would_be_safe(tmp_path: Path) -> None:
    source = Source(path=str(tmp_path / "plain.py"), text=HEAD + PLAIN)

    found = lint_texts([source], Settings(root=tmp_path, cache=False))
    fixes = [d.fix for d in found.diagnostics if d.fix is not None]

    assert [fix.applicability for fix in fixes] == [Applicability.SAFE]


USER = """
from blocks import Block


def wide():
    block = Block(4)
    block.n {}= 8
    return block
"""


@pytest.mark.parametrize("operator", ["", "+"])
def test_what_another_file_sets_on_a_layer_is_not_moved_as_if_it_were_safe(
    operator: str, tmp_path: Path
) -> None:
    sources = [
        Source(path=str(tmp_path / "blocks.py"), text=HEAD + PLAIN),
        Source(path=str(tmp_path / "user.py"), text=USER.format(operator)),
    ]

    found = lint_texts(sources, Settings(root=tmp_path, select=("KRL101",), cache=False))
    fixes = [d.fix for d in found.diagnostics if d.fix is not None]

    assert [fix.doubts for fix in fixes] == [("`wide()` sets `self.n`",)]
