"""What people who come from ruff type: flags and commands mean here what they mean there."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import FINDING, Run


@pytest.mark.parametrize(
    "words",
    [
        ["-q", "check", "finding.py"],
        ["--quiet", "--config", "fix = false", "check", "finding.py"],
        ["-q", "--select", "KRL1", "--per-file-ignores", "x:KRL2", "check", "finding.py"],
        ["--ignore=KRL2", "-q", "check", "finding.py"],
        ["-q", "--select", "KRL101", "finding.py"],
        ["check", "-q", "finding.py"],
        ["-q", "finding.py"],
    ],
)
def test_options_may_stand_before_the_command(
    project: Path,
    keraslint: Run,
    words: list[str],
) -> None:
    ran = keraslint(*words)

    assert ran.code == 1
    assert ran.out.startswith("finding.py:10:22: KRL101")
    assert "Found" not in ran.out


def test_fix_only_tells_nothing_of_what_is_left(project: Path, keraslint: Run) -> None:
    text = FINDING + "    def get_config(self):\n        return {}\n"
    Path("finding.py").write_text(text, encoding="utf-8")
    left = keraslint("check", "--fix", "finding.py")

    Path("finding.py").write_text(text, encoding="utf-8")
    ran = keraslint("check", "--fix-only", "finding.py")

    assert left.code == 1
    assert ran.code == 0
    assert ran.out == "Fixed 1 finding in 1 file (1 file checked).\n"
    assert "self.dense = " in Path("finding.py").read_text("utf-8").split("def build")[0]


def test_fix_only_does_not_say_that_all_is_well(project: Path, keraslint: Run) -> None:
    Path("broken.py").write_text("def (", encoding="utf-8")
    shown = keraslint("check", "--fix-only", "--diff", "finding.py")

    assert keraslint("check", "--fix-only", "broken.py").out == (
        "Nothing was fixed (1 file checked).\n"
    )
    assert shown.err == "Would fix 1 finding in 1 file (1 file checked).\n"


def test_what_may_not_be_fixed_is_not_called_fixable(project: Path, keraslint: Run) -> None:
    plain = keraslint("check", "--unfixable", "KRL101", "finding.py")
    fixed = keraslint("check", "--fixable", "KRL201", "--fix", "finding.py")
    counted = keraslint("check", "--unfixable", "KRL101", "--statistics", "finding.py")

    for ran in (plain, fixed):
        assert "KRL101 `keras" in ran.out
        assert "= no fix: the settings `fixable` and `unfixable` leave this rule out\n" in ran.out
        assert "fixable with" not in ran.out
    assert counted.out.startswith("1\tKRL101\t[ ] layer-in-build\n")


def test_a_reason_stands_behind_the_codes_and_is_heeded(project: Path, keraslint: Run) -> None:
    added = keraslint("check", "--add-noqa=old checkpoints", "finding.py")
    silent = keraslint("finding.py")
    loud = keraslint("--ignore-noqa", "finding.py")

    assert added.out == "Added 1 noqa directive.\n"
    assert "  # noqa: KRL101 old checkpoints\n" in Path("finding.py").read_text("utf-8")
    assert (silent.code, loud.code) == (0, 1)


def test_a_path_behind_add_noqa_is_no_reason(project: Path, keraslint: Run) -> None:
    keraslint("check", "--add-noqa", "finding.py")

    assert "  # noqa: KRL101\n" in Path("finding.py").read_text("utf-8")


def test_a_reason_that_would_end_the_comment_is_refused(project: Path, keraslint: Run) -> None:
    ran = keraslint("check", "--add-noqa=a\nb", "finding.py")

    assert ran.code == 2
    assert ran.err == "error: --add-noqa: a reason is one line of text without `#`\n"
    assert "noqa" not in Path("finding.py").read_text("utf-8")


def test_silent_prints_nothing_and_the_exit_code_tells(project: Path, keraslint: Run) -> None:
    found = keraslint("-s", "finding.py", "missing.py")
    clean = keraslint("--silent", "clean.py")

    assert (found.code, found.out, found.err) == (2, "", "")
    assert (clean.code, clean.out, clean.err) == (0, "", "")


def test_verbose_says_what_holds(project: Path, keraslint: Run) -> None:
    Path("keraslint.toml").write_text('ignore = ["KRL101"]\n', encoding="utf-8")

    ran = keraslint("-v", "finding.py")

    assert ran.code == 0
    assert "configuration: " in ran.err
    assert "keraslint.toml" in ran.err
    assert "KRL101" not in ran.err.split("rules: ")[1].splitlines()[0]


def test_the_cache_is_removed_and_nothing_else(project: Path, keraslint: Run) -> None:
    keraslint("finding.py")
    removed, again = keraslint("clean"), keraslint("clean")
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("years of work", encoding="utf-8")
    refused = keraslint("clean", "--cache-dir", "mine")

    assert removed.out == "Removed the cache at `.keraslint_cache`.\n"
    assert again.out == "There is no cache at `.keraslint_cache`.\n"
    assert (refused.code, Path("mine/thesis.txt").is_file()) == (2, True)
    assert "not a cache of keraslint" in refused.err


def test_version_and_help_are_commands_too(project: Path, keraslint: Run) -> None:
    assert keraslint("version").out == keraslint("--version").out
    assert keraslint("help").out == keraslint("--help").out
    assert "--fix-only" in keraslint("help", "check").out
    assert keraslint("help", "chekc").code == 2


def test_environment_variables_are_named_in_the_help(project: Path, keraslint: Run) -> None:
    told = keraslint("check", "--help").out

    assert "KERASLINT_OUTPUT_FORMAT" in told
    assert "KERASLINT_CACHE_DIR" in told


@pytest.mark.parametrize("root", [None, "fix = false\n"])
def test_a_configuration_further_down_that_does_not_hold_is_told(
    project: Path,
    keraslint: Run,
    root: str | None,
) -> None:
    Path("sub").mkdir()
    Path("sub/keraslint.toml").write_text('ignore = ["ALL"]\n', encoding="utf-8")
    Path("sub/finding.py").write_text(FINDING, encoding="utf-8")
    if root:
        Path("keraslint.toml").write_text(root, encoding="utf-8")
    instead = "`keraslint.toml` does" if root else "the defaults do"

    ran, alone = keraslint("."), keraslint("sub")

    note = f"`sub/keraslint.toml` does not hold for this run, {instead}: lint that folder by itself"
    assert ran.err == f"note: {note}\n"
    assert "sub/finding.py" in ran.out
    assert (alone.code, alone.err) == (0, "note: no rule is selected that looks at layers\n")


def test_a_run_without_rules_says_so(project: Path, keraslint: Run) -> None:
    ran = keraslint("check", "--config", "select = []", "finding.py")

    assert (ran.code, ran.err) == (0, "note: no rule is selected that looks at layers\n")
