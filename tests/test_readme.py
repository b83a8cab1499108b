"""What README.md shows is what keraslint does; `python tests/test_readme.py` renews its table."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from keraslint.cli import run
from keraslint.report.rule_pages import pages_markdown, rules_table
from keraslint.rule_selection import selected
from keraslint.rules import registry
from keraslint.settings import load

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
COMMANDS = {"check", "rule", "compare", "config", "editors", "server"}
CI = ROOT / ".ci" / "run"
TABLE = re.compile(r"(?<=<!-- rules -->\n).*(?=<!-- /rules -->)", re.DOTALL)
BLOCK = re.compile(
    r"^<!-- ([\w ]+)(?:: ([^\n]+))? -->\n```\w+\n(.*?)\n```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Block:
    """A block of code: what kind it is, what makes it, and its text."""

    kind: str
    source: str
    text: str

    @property
    def arguments(self) -> list[str]:
        return shlex.split(self.source)[1:]

    @property
    def output(self) -> str:
        """What is shown of a run, without the line that repeats the command."""
        return self.text.removeprefix(f"$ {self.source}\n")


def text() -> str:
    return README.read_text(encoding="utf-8")


def blocks(kind: str) -> list[Block]:
    return [Block(*found) for found in BLOCK.findall(text()) if found[0] == kind]


@pytest.fixture
def at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run where README's commands are meant to be run, on a terminal of 100 columns."""
    monkeypatch.chdir(ROOT)
    _same_everywhere(monkeypatch)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The fixtures in another place, where the proving commands may write."""
    shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures")
    shutil.copytree(ROOT / "fixtures" / "unet", tmp_path / ".venv" / "unet")
    monkeypatch.chdir(tmp_path)
    _same_everywhere(monkeypatch)
    return tmp_path


def _same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("KERASLINT_OUTPUT_FORMAT", raising=False)


def test_what_is_shown_of_a_file_is_in_it() -> None:
    shown = blocks("before")

    assert shown
    for block in shown:
        assert block.text in (ROOT / block.source).read_text(encoding="utf-8")


@pytest.mark.usefixtures("at_root")
@pytest.mark.parametrize("block", blocks("run"), ids=lambda block: block.source)
def test_what_is_shown_of_a_run_is_what_it_prints(
    block: Block, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(block.arguments)

    assert code == 1
    assert capsys.readouterr().out.rstrip() == block.output
    assert block.text.startswith(f"$ {block.source}\n")


def test_some_runs_are_shown() -> None:
    assert len(blocks("run")) == 2
    assert len(blocks("prove")) == 2


@pytest.mark.keras
@pytest.mark.usefixtures("copy")
@pytest.mark.parametrize("block", blocks("prove"), ids=lambda block: block.source)
def test_what_is_shown_of_a_proof_is_what_it_says(
    block: Block, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(block.arguments)

    out = capsys.readouterr().out.rstrip()
    if "compare" in block.arguments:  # of which only the verdict is shown
        out = out.splitlines()[0]
    assert uncounted(out) == uncounted(block.output)
    assert code == (1 if "refuted" in block.output else 0)


def uncounted(text: str) -> str:
    """Without the number of cases: how many are derived depends on how fast the machine is."""
    return re.sub(r"\b\d+(?= (cases|more)\b)", "N", text)


def test_the_first_command_runs_what_is_shown() -> None:
    (command,) = blocks("command 1")

    assert "'.[prove]'" in command.text
    assert any(command.text.endswith(f"/bin/{block.source}") for block in blocks("prove"))


def test_the_second_command_is_what_ci_runs() -> None:
    (command,) = blocks("command 2")

    assert command.text.endswith("/bin/pytest")
    assert "<!-- command 2 -->" in CI.read_text(encoding="utf-8")


def test_the_table_holds_every_rule() -> None:
    (table,) = TABLE.findall(text())

    assert table == rules_table(registry())


def test_the_generated_reference_has_the_same_table_and_a_page_for_each_row() -> None:
    (table,) = TABLE.findall(text())
    reference = pages_markdown(registry())
    headings = re.findall(r"^## ([\w-]+) \((KRL\d+)\)$", reference, re.MULTILINE)

    assert table in reference
    assert headings == [
        (name, code) for code, name in re.findall(r"^\| (KRL\d+) \| `([\w-]+)` ", table, re.M)
    ]


def test_every_rule_that_is_named_exists() -> None:
    known = {rule.code for rule in registry()} | {"KRL1"}

    assert set(re.findall(r"KRL\d+", text())) <= known


def test_the_configuration_that_is_shown_can_be_read(tmp_path: Path) -> None:
    (shown,) = re.findall(r"^```toml\n(.*?)^```$", text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "pyproject.toml").write_text(shown, encoding="utf-8")

    settings = load(tmp_path)

    assert settings.recipes
    assert "KRL103" not in selected(settings, registry())


def commands() -> Iterator[list[str]]:
    for block in re.findall(r"^```sh\n(.*?)^```$", text(), re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("keraslint "):
                yield shlex.split(line, comments=True)[1:]


@pytest.mark.parametrize("arguments", [*commands()], ids=" ".join)
def test_every_flag_in_the_usage_exists(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    own = arguments[0] if arguments[0] in COMMANDS else "check"

    assert run([own, "--help"]) == 0
    shown = capsys.readouterr().out
    assert [word for word in arguments if word.startswith("-") and word not in shown] == []


def test_the_tests_that_are_named_exist_and_are_as_many_as_is_said() -> None:
    named = re.findall(r"tests/[\w/]+\.py", text())
    hazards = (ROOT / "tests" / "layer" / "hazards.txt").read_text(encoding="utf-8")
    (said,) = re.findall(r"More than (\d+) layers", text())

    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).exists()] == []
    assert hazards.count("\n### ") > int(said)


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text()):
        assert (ROOT / target).exists()


def test_nothing_from_another_machine_is_shown() -> None:
    assert not re.findall(r"/(?:tmp|home|root|Users|work)/", text())


if __name__ == "__main__":
    README.write_text(TABLE.sub(lambda _: rules_table(registry()), text()), encoding="utf-8")
    sys.exit(0)
