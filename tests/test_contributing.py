"""What is written for contributors names files, folders and commands that exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from keraslint.cli import run

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".github"
TEXT = (FOLDER / "CONTRIBUTING.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROSE = FENCE.sub("", TEXT)
TOOLS = {
    "keraslint",
    "ruff",
    "mypy",
    "pytest",
    "python",
    "python3",
    ".venv-test/bin/pip",
    ".venv-test/bin/pytest",
}
# Words that stand for a name of the reader's own.
PLACEHOLDERS = {"fixtures/RULE/CASE.py", "CASE.py", "CASE.fixed.py", "_consequence.py"}
ALL = re.compile(r"(?<![\w/])(?:[\w.-]+/)+[\w.-]*|\b[\w]+\.(?:py|md|txt|json)\b")


def paths() -> Iterator[str]:
    """What looks like a path in code within the prose; short ones are below the package."""
    for code in re.findall(r"`([^`\n]+)`", PROSE):
        found = ALL.fullmatch(code.partition(" ")[0] if code.startswith("tests") else code)
        if found and found[0] not in PLACEHOLDERS:
            yield found[0]


def commands() -> list[list[str]]:
    blocks = (text for language, text in FENCE.findall(TEXT) if language == "sh")
    return [shlex.split(line, comments=True) for block in blocks for line in block.splitlines()]


def drawn() -> set[str]:
    """The paths of the map, from the package down."""
    (text,) = (text for language, text in FENCE.findall(TEXT) if language == "text")
    found: set[str] = set()
    parent = ""
    for inner, names in re.findall(r"^(│ +)?[├└]── ((?:[\w.]+/?(?:, )?)+)", text, re.MULTILINE):
        for name in names.replace("/", "").split(", "):
            parent = parent if inner else name
            found.add(f"{parent}/{name}" if inner else name)
    return found


def test_paths_that_are_named_exist() -> None:
    named = [*paths()]
    missing = [
        p for p in named if not any((top / p).exists() for top in (ROOT, ROOT / "keraslint"))
    ]

    assert len(named) > 15
    assert not missing


def test_commands_name_tools_and_files_that_exist() -> None:
    words = [word for command in commands() for word in command]
    files = [
        word.partition(":")[0] for word in words if re.match(r"(?:tests|fixtures|keraslint)/", word)
    ]

    assert {command[0] for command in commands()} <= TOOLS
    assert files
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_what_pytest_is_asked_to_select_is_there() -> None:
    pairs = (pair for command in commands() for pair in pairwise(command))
    chosen = {value for flag, value in pairs if flag == "-k"} - {"untracked-sublayer"}

    assert chosen
    for name in chosen:
        rule, _, case = name.partition("/")
        assert (ROOT / "fixtures" / rule / (f"{case}.py" if case else "")).exists()


def test_the_map_shows_every_room_and_no_other() -> None:
    package = ROOT / "keraslint"
    tops = {p.name for p in package.iterdir() if not p.name.startswith("_")} - {"py.typed"}
    shown = drawn()

    assert {name for name in shown if "/" not in name} == tops
    assert [name for name in shown if not (package / name).exists()] == []
    assert {"project/facts", "layer/motion", "proof/probe"} <= shown


@pytest.mark.parametrize(
    "name", re.findall(r"`keraslint ([a-z]+)`", PROSE + str(FENCE.findall(TEXT)))
)
def test_commands_of_keraslint_exist(name: str) -> None:
    assert run([name, "--help"]) == 0


@pytest.mark.parametrize(
    "page", sorted((FOLDER / "ISSUE_TEMPLATE").glob("*.md")), ids=lambda p: p.stem
)
def test_an_issue_template_has_the_head_that_is_read(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    used = re.findall(r"`keraslint ([a-z]+)", text)

    assert re.match(r"---\nname: .+\nabout: .+\nlabels: .+\n---\n", text)
    assert all(run([command, "--help"]) == 0 for command in used)
    assert "Versions: `keraslint --version`" in text


def test_the_changelog_has_the_form_that_people_know() -> None:
    text = (FOLDER / "CHANGELOG.md").read_text(encoding="utf-8")
    version = re.findall(
        r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE
    )[0]
    versions = re.findall(r"^## (.+)$", text, re.MULTILINE)
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))

    assert versions[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", one) for one in versions[1:])
    assert version in versions[1]
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
