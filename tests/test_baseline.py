"""The baseline: what is known is not told again, wherever in its file it moves."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from command_line import FINDING

from keraslint.cli import run

CREATION = "        self.dense = keras.layers.Dense(self.units)\n"
NAME = "known.json"


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def keraslint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text(FINDING, encoding="utf-8")

    def ran(*arguments: str) -> Ran:
        code = run(["check", "--baseline", NAME, *arguments])
        told = capsys.readouterr()
        return Ran(code, told.out, told.err)

    return ran


def rewrite(old: str, new: str, file: str = "a.py") -> None:
    text = Path(file).read_text(encoding="utf-8")
    assert old in text
    Path(file).write_text(text.replace(old, new), encoding="utf-8")


def entries() -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(Path(NAME).read_text("utf-8"))["findings"]
    return found


def test_what_is_known_is_not_told_again(keraslint: Run) -> None:
    written = keraslint(".", "--update-baseline")
    after = keraslint(".")

    assert written == Ran(0, f"The baseline `{NAME}` holds 1 finding (1 new, 0 gone).\n", "")
    assert after == Ran(0, "All checks passed! (1 file checked, 1 known from the baseline)\n", "")
    assert entries() == [
        {
            "path": "a.py",
            "code": "KRL101",
            "owner": "Block",
            "line": "self.dense = keras.layers.Dense(self.units)",
            "count": 1,
        }
    ]


def test_it_survives_moved_and_indented_lines(keraslint: Run) -> None:
    keraslint(".", "--update-baseline")
    rewrite("import keras\n", "import keras\n\nX = 1\n\n")
    rewrite(
        CREATION, "        if True:\n            self.dense =  keras.layers.Dense(self.units)\n"
    )

    assert keraslint(".").code == 0


def test_a_second_equal_finding_is_new(keraslint: Run) -> None:
    keraslint(".", "--update-baseline")
    rewrite(CREATION, CREATION + CREATION)

    ran = keraslint(".", "--output-format", "concise")

    assert ran.code == 1
    assert [line.split(":")[1] for line in ran.out.splitlines() if line.startswith("a.py")] == [
        "11"
    ]


def test_another_class_another_rule_and_another_file_are_new(keraslint: Run) -> None:
    keraslint(".", "--update-baseline")
    Path("b.py").write_text(FINDING, encoding="utf-8")
    rewrite("class Block", "class Other")

    ran = keraslint(".", "--output-format", "json-lines")

    assert ran.code == 1
    assert len(ran.out.splitlines()) == 2


def test_stale_entries_are_told_until_the_baseline_is_updated(keraslint: Run) -> None:
    keraslint(".", "--update-baseline")
    keraslint(".", "--fix")
    assert keraslint(".").err == ""
    Path("a.py").write_text("import keras\n", encoding="utf-8")

    stale, quiet = keraslint("."), keraslint(".", "-q")
    updated = keraslint(".", "--update-baseline")

    assert stale.code == 0
    assert stale.err == (
        f"note: 1 entry of the baseline `{NAME}` is no longer found, such as KRL101 in a.py: "
        "`self.dense = keras.layers.Dense(self.units)`; `--update-baseline` removes what is gone\n"
    )
    assert quiet.err == ""
    assert "(0 new, 1 gone)" in updated.out
    assert keraslint(".").err == ""


def test_what_was_not_looked_at_is_neither_stale_nor_forgotten(keraslint: Run) -> None:
    Path("b.py").write_text(FINDING, encoding="utf-8")
    keraslint(".", "--update-baseline")

    assert keraslint("a.py").err == ""
    assert keraslint("a.py", "--select", "KRL102").err == ""
    keraslint("a.py", "--update-baseline", "--select", "KRL102")
    assert len(entries()) == 2


def test_a_file_that_is_gone_is_forgotten(keraslint: Run) -> None:
    Path("b.py").write_text(FINDING, encoding="utf-8")
    keraslint(".", "--update-baseline")
    Path("b.py").unlink()

    assert "such as KRL101 in b.py" in keraslint("a.py").err
    assert "(0 new, 1 gone)" in keraslint("a.py", "--update-baseline").out


def test_the_same_findings_give_the_same_bytes(keraslint: Run) -> None:
    Path("b.py").write_text(FINDING, encoding="utf-8")
    keraslint("b.py", "a.py", "--update-baseline")
    first = Path(NAME).read_bytes()
    Path(NAME).unlink()
    keraslint(".", "--update-baseline")

    assert Path(NAME).read_bytes() == first


def test_paths_are_relative_to_the_baseline(
    keraslint: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("keraslint.toml").write_text(f'baseline = "{NAME}"\n', encoding="utf-8")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.py").write_text(FINDING, encoding="utf-8")
    assert run(["check", ".", "--update-baseline"]) == 0
    monkeypatch.chdir(tmp_path / "sub")

    assert run(["check", "b.py", "../a.py"]) == 0
    assert {entry["path"] for entry in json.loads((tmp_path / NAME).read_text())["findings"]} == {
        "a.py",
        "sub/b.py",
    }


def test_what_is_known_is_not_fixed(keraslint: Run) -> None:
    keraslint(".", "--update-baseline")

    fixed, shown = keraslint(".", "--fix"), keraslint(".", "--diff")

    known = "All checks passed! (1 file checked, 1 known from the baseline)\n"
    assert (fixed.code, fixed.out) == (0, known)
    assert (shown.code, shown.err) == (0, known)
    assert Path("a.py").read_text(encoding="utf-8") == FINDING


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "no such file; `--update-baseline` writes it"),
        ("{", "not valid JSON: Expecting property name"),
        ("[]", "not a baseline: it must be an object with `version` and `findings`"),
        ('{"version": 2, "findings": []}', "its version is 2, and this keraslint reads 1"),
        ('{"version": 1, "findings": [3]}', "finding 1 must be an object with the strings `path`"),
        (
            '{"version": 1, "findings": '
            '[{"path": "", "code": "", "owner": "", "line": "", "count": 0}]}',
            "finding 1: `count` must be a whole number above zero",
        ),
    ],
)
def test_a_broken_baseline_is_one_line_with_file_and_reason(
    keraslint: Run, text: str | None, reason: str
) -> None:
    if text is not None:
        Path(NAME).write_text(text, encoding="utf-8")

    ran = keraslint(".")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: baseline {NAME}: {reason}")
    assert ran.err.count("\n") == 1


def test_updating_needs_a_file_that_can_be_written(
    keraslint: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", ".", "--update-baseline"]) == 2
    assert "--update-baseline needs to know the file" in capsys.readouterr().err
    assert run(["check", ".", "--baseline", "no/such.json", "--update-baseline"]) == 2
    assert "baseline no/such.json: no such file or directory" in capsys.readouterr().err
