"""The command line: what people type, what they read, and the exit code."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from command_line import FINDING, Ran, Run, started

from keraslint.rules import registry

PLACE = "10:22: KRL101 [*] "


class TestExitCodes:
    def test_clean_is_0(self, keraslint: Run) -> None:
        ran = keraslint("clean.py")

        assert (ran.code, ran.out, ran.err) == (0, "All checks passed! (1 file checked)\n", "")

    def test_findings_are_1(self, keraslint: Run) -> None:
        ran = keraslint("finding.py")

        assert ran.code == 1
        assert ran.out.startswith(f"finding.py:{PLACE}")
        assert ran.out.endswith(
            "[*] 1 fixable with `--fix`.\nFor more about a rule, try `keraslint rule KRL101`.\n"
        )

    def test_check_is_what_is_done_without_a_command(self, keraslint: Run) -> None:
        named, unnamed = keraslint("check", "finding.py"), keraslint("finding.py")

        assert named == unnamed

    def test_without_paths_check_looks_here(self, keraslint: Run) -> None:
        ran = keraslint("check")

        assert ran.code == 1
        assert "finding.py" in ran.out

    def test_exit_zero(self, keraslint: Run) -> None:
        assert keraslint("finding.py", "--exit-zero").code == 0
        assert keraslint("finding.py", "-e", "nothere.py").code == 2

    def test_exit_non_zero_on_fix(self, keraslint: Run) -> None:
        first = keraslint("finding.py", "--fix", "--exit-non-zero-on-fix")
        second = keraslint("finding.py", "--fix", "--exit-non-zero-on-fix")

        assert (first.code, second.code) == (1, 0)


class TestBadInput:
    """Each is told by name with its reason, and the other files are linted."""

    def others_are_linted(self, ran: Ran) -> bool:
        return f"finding.py:{PLACE}" in ran.out

    def test_a_missing_path(self, keraslint: Run) -> None:
        ran = keraslint("nothere.py", "finding.py")

        assert ran.code == 2
        assert ran.err == "error: nothere.py: no such file or directory\n"
        assert self.others_are_linted(ran)

    @pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege")
    def test_a_broken_link(self, keraslint: Run) -> None:
        Path("link.py").symlink_to("nothere.py")

        ran = keraslint(".")

        assert ran.code == 2
        assert ran.err == "error: link.py: broken symbolic link\n"
        assert self.others_are_linted(ran)

    @pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
    def test_an_unreadable_file(self, keraslint: Run) -> None:
        Path("closed.py").write_text("", encoding="utf-8")
        Path("closed.py").chmod(0)

        ran = keraslint(".")

        assert ran.code == 2
        assert ran.err == "error: closed.py: permission denied\n"
        assert self.others_are_linted(ran)

    def test_a_syntax_error(self, keraslint: Run) -> None:
        Path("broken.py").write_text("import keras\nclass A(keras.Layer\n", encoding="utf-8")

        ran = keraslint(".")

        assert ran.code == 1
        assert "broken.py:2:8: KRL0" in ran.out
        assert self.others_are_linted(ran)

    def test_invalid_utf8(self, keraslint: Run) -> None:
        Path("latin.py").write_bytes(b"x = 1\ny = '\xe9'\n")

        ran = keraslint(".")

        assert ran.code == 1
        assert "latin.py:2:6: KRL0" in ran.out
        assert "not valid UTF-8: byte 0xe9 at offset 11 (line 2)" in ran.out
        assert self.others_are_linted(ran)

    def test_an_unknown_encoding_and_a_null_byte(self, keraslint: Run) -> None:
        Path("a.py").write_bytes(b"# coding: klingon\n")
        Path("b.py").write_bytes(b"x\0")

        ran = keraslint(".")

        assert ran.code == 1
        assert "a.py:1:1: KRL0" in ran.out
        assert "b.py:1:2: KRL0" in ran.out
        assert self.others_are_linted(ran)

    def test_an_empty_folder(self, keraslint: Run) -> None:
        Path("empty").mkdir()

        assert keraslint("empty") == Ran(0, "", "note: no Python files found under `empty`\n")
        assert keraslint("empty", "-q") == Ran(0, "", "")

    def test_a_folder_called_py(self, keraslint: Run) -> None:
        Path("x.py").mkdir()

        ran = keraslint("x.py", "finding.py")

        assert (ran.code, ran.err) == (1, "note: no Python files found under `x.py`\n")

    @pytest.mark.parametrize(
        "flag", ["--select", "--ignore", "--extend-select", "--fixable", "--unfixable"]
    )
    def test_a_bad_code(self, keraslint: Run, flag: str) -> None:
        ran = keraslint(flag, "KRL101,KRL999", "finding.py")

        assert (ran.code, ran.out) == (2, "")
        assert f"`{flag[2:]}`: unknown rule selector `KRL999`" in ran.err
        assert ran.err.count("\n") == 1

    def test_a_bad_code_in_per_file_ignores(self, keraslint: Run) -> None:
        ran = keraslint("finding.py", "--per-file-ignores", "x.py:KRL999")

        assert (ran.code, ran.out) == (2, "")
        assert "`per-file-ignores`: unknown rule selector `KRL999`" in ran.err

    def test_a_bad_format(self, keraslint: Run) -> None:
        ran = keraslint("finding.py", "--output-format", "jsn")

        assert (ran.code, ran.out) == (2, "")
        assert ran.err == (
            "error: command line: `output-format`: unknown output format `jsn`; "
            "did you mean `json`?\n"
        )

    def test_a_bad_configuration(self, keraslint: Run) -> None:
        Path("pyproject.toml").write_text("[tool.keraslint]\nselct = []\n", encoding="utf-8")

        ran = keraslint("finding.py")

        assert (ran.code, ran.out) == (2, "")
        assert ran.err == (
            "error: pyproject.toml:2: unknown key `selct`; did you mean `select`?\n"
            "  2 | selct = []\n"
        )

    def test_a_bad_option_and_a_mistyped_command(self, keraslint: Run) -> None:
        option, command = keraslint("--fixx", "finding.py"), keraslint("chek", "finding.py")

        assert (option.code, command.code) == (2, 2)
        assert option.err.startswith("error: No such option")
        assert command.err == "error: no such command `chek`. Did you mean `check`?\n"
        assert command.out == ""

    def test_a_path_that_looks_like_a_command_is_a_path(self, keraslint: Run) -> None:
        Path("chek").mkdir()

        ran = keraslint("chek")

        assert "no such command" not in ran.err

    def test_a_selector_in_the_other_case(self, keraslint: Run) -> None:
        ran = keraslint("--select", "krl101,Layer_In_Build,krl1", "finding.py")

        assert ran.code == 2
        for meant in ("KRL101", "layer-in-build", "KRL1"):
            assert f"did you mean `{meant}`?" in ran.err

    def test_all_that_is_wrong_in_a_configuration(self, keraslint: Run) -> None:
        text = 'select = ["krl101"]\npython = "nope"\nbogus = 1\n[severity]\nkrl102 = "info"\n'
        Path("keraslint.toml").write_text(text, encoding="utf-8")

        ran = keraslint("finding.py", "--fix", "--prove")

        assert ran.code == 2
        assert "keraslint.toml:3: unknown key `bogus`" in ran.err
        assert "keraslint.toml:2: `python`: no such program: `nope`" in ran.err
        assert "keraslint.toml:1: `select`: unknown rule selector `krl101`" in ran.err
        assert "keraslint.toml:5: `severity.krl102`: unknown rule selector `krl102`" in ran.err

    def test_a_folder_for_the_interpreter(self, keraslint: Run) -> None:
        program = Path(".env/bin/python")
        program.parent.mkdir(parents=True)
        program.touch(mode=0o755)
        Path("empty").mkdir()

        given = keraslint("finding.py", "--show-settings", "--python", ".env")
        empty = keraslint("finding.py", "--fix", "--prove", "--python", "empty")

        assert f'python = "{program.absolute()}"' in given.out
        assert empty.err.endswith("`empty` is a folder without a Python (`bin/python`)\n")

    def test_prove_alone(self, keraslint: Run) -> None:
        ran = keraslint("finding.py", "--prove")

        assert (ran.code, ran.out) == (2, "")
        assert "it goes with `--fix` or `--diff`" in ran.err

    def test_an_output_file_that_cannot_be_written(self, keraslint: Run) -> None:
        ran = keraslint("finding.py", "-o", "no/such/folder")

        assert (ran.code, ran.out) == (2, "")
        assert ran.err == "error: no/such/folder: no such file or directory\n"


class TestReports:
    def test_json_for_every_tool_that_knows_ruff(self, keraslint: Run) -> None:
        ran = keraslint("finding.py", "--output-format", "json")

        (one,) = json.loads(ran.out)
        assert ran.code == 1
        assert (one["code"], one["location"]) == ("KRL101", {"row": 10, "column": 22})
        assert one["fix"]["applicability"] == "safe"

    def test_the_configured_format_holds_until_a_flag_says_otherwise(self, keraslint: Run) -> None:
        Path("keraslint.toml").write_text('output-format = "json"', encoding="utf-8")

        assert json.loads(keraslint("clean.py").out) == []
        assert keraslint("clean.py", "--output-format", "pylint").out == ""

    def test_an_output_file(self, keraslint: Run) -> None:
        ran = keraslint("finding.py", "--output-file", "report.txt", "--color", "always")

        assert (ran.code, ran.out) == (1, "")
        assert Path("report.txt").read_text(encoding="utf-8").startswith(f"finding.py:{PLACE}")

    def test_colour_only_when_wanted(self, keraslint: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        plain = keraslint("finding.py").out
        monkeypatch.setenv("FORCE_COLOR", "1")
        forced = keraslint("finding.py").out
        monkeypatch.setenv("NO_COLOR", "1")
        refused = keraslint("finding.py").out

        assert "\x1b[" in forced
        assert refused == plain
        assert "\x1b[" not in plain

    def test_quiet_prints_findings_and_nothing_else(self, keraslint: Run) -> None:
        assert keraslint("clean.py", "-q").out == ""
        assert (
            len(keraslint("finding.py", "-q", "--output-format", "concise").out.splitlines()) == 1
        )

    def test_statistics(self, keraslint: Run) -> None:
        ran = keraslint("finding.py", "--statistics")

        assert ran.out.startswith("1\tKRL101\t[*] layer-in-build\n")

    def test_statistics_do_not_silence_what_was_fixed(self, keraslint: Run) -> None:
        ran = keraslint("finding.py", "--statistics", "--fix", "--show-fixes")

        assert "- finding.py:\n    1 × KRL101\n" in ran.out

    def test_show_files(self, keraslint: Run, project: Path) -> None:
        ran = keraslint(".", "--show-files", "--exclude", "clean.py")

        assert (ran.code, ran.out) == (0, f"{project / 'finding.py'}\n")

    def test_show_settings(self, keraslint: Run) -> None:
        ran = keraslint(".", "--show-settings", "--select", "KRL101", "--isolated")

        assert ran.code == 0
        assert '\n# select is not set  # command line: ["KRL101"]\n' in ran.out
        assert "KRL101" in ran.out.splitlines()[-1]
        assert "KRL102" not in ran.out.splitlines()[-1]


class TestFlags:
    def test_select_and_ignore(self, keraslint: Run) -> None:
        assert keraslint("finding.py", "--select", "KRL102").code == 0
        assert keraslint("finding.py", "--ignore", "layer-in-build").code == 0
        assert keraslint("finding.py", "--ignore", "KRL1", "--select", "KRL101").code == 1

    def test_per_file_ignores(self, keraslint: Run) -> None:
        assert keraslint("finding.py", "--per-file-ignores", "find*.py:KRL101").code == 0
        assert keraslint("finding.py", "--per-file-ignores", "other.py:KRL101").code == 1
        assert "is not `PATTERN:CODE`" in keraslint(".", "--per-file-ignores", "x").err

    def test_extended_per_file_ignores_add_to_the_files(self, keraslint: Run) -> None:
        Path("keraslint.toml").write_text('per-file-ignores = {"clean.py" = "KRL1"}', "utf-8")

        assert keraslint("finding.py", "--extend-per-file-ignores", "finding.py:KRL101").code == 0

    def test_a_comment_silences(self, keraslint: Run) -> None:
        text = FINDING.replace("(self.units)", "(self.units)  # noqa: KRL101")
        Path("finding.py").write_text(text, encoding="utf-8")

        assert keraslint("finding.py").code == 0

    def test_target_version(self, keraslint: Run) -> None:
        Path("new.py").write_text("match x:\n    case 1: pass\n", encoding="utf-8")

        old, new = (keraslint("new.py", "--target-version", one) for one in ("py39", "py310"))

        assert (old.code, new.code) == (1, 0)
        assert (
            "KRL002 syntax error: Pattern matching is only supported in Python 3.10 and greater"
            in old.out
        )

    def test_force_exclude(self, keraslint: Run) -> None:
        excluded = ("finding.py", "--extend-exclude", "find*")

        assert keraslint(*excluded).code == 1
        assert keraslint(*excluded, "--force-exclude").code == 0


class TestFixing:
    def test_fix_writes_and_counts(self, keraslint: Run) -> None:
        ran = keraslint("finding.py", "--fix")

        assert (ran.code, ran.err) == (0, "")
        assert "Found 1 finding in 1 file (1 fixed, 0 remaining; 1 file checked)." in ran.out
        fixed = Path("finding.py").read_text(encoding="utf-8")
        assert fixed.index("keras.layers.Dense") < fixed.index("def build")
        assert keraslint("finding.py").code == 0

    def test_a_format_for_tools_leaves_the_counts_to_standard_error(self, keraslint: Run) -> None:
        ran = keraslint("finding.py", "--fix", "--output-format", "json")

        assert json.loads(ran.out) == []
        assert ran.err == "Found 1 finding in 1 file (1 fixed, 0 remaining; 1 file checked).\n"

    def test_diff_shows_and_writes_nothing(self, keraslint: Run) -> None:
        ran = keraslint("finding.py", "--diff")

        assert ran.code == 1
        assert ran.out.startswith("--- finding.py\n+++ finding.py\n@@ ")
        assert "\n-        self.dense = keras.layers.Dense(self.units)\n" in ran.out
        assert Path("finding.py").read_text(encoding="utf-8") == FINDING
        assert "1 would be fixed" in ran.err

    def test_diff_of_a_clean_file_is_empty(self, keraslint: Run) -> None:
        ran = keraslint("clean.py", "--diff")

        assert (ran.code, ran.out) == (0, "")

    def test_line_ends_and_a_byte_order_mark_survive(self, keraslint: Run) -> None:
        data = b"\xef\xbb\xbf" + FINDING.replace("\n", "\r\n").encode()
        Path("finding.py").write_bytes(data)

        keraslint("finding.py", "--fix")
        fixed = Path("finding.py").read_bytes()

        assert fixed != data
        assert fixed.startswith(b"\xef\xbb\xbfimport keras\r\n")
        assert fixed.count(b"\n") == fixed.count(b"\r\n")

    def test_unfixable_rules_are_reported_only(self, keraslint: Run) -> None:
        ran = keraslint("finding.py", "--fix", "--unfixable", "KRL101")

        assert ran.code == 1
        assert Path("finding.py").read_text(encoding="utf-8") == FINDING


class TestStandardInput:
    def test_a_dash_reads_it(self, keraslint: Run) -> None:
        ran = keraslint("-", stdin=FINDING.encode())

        assert ran.code == 1
        assert ran.out.startswith(f"-:{PLACE}")

    def test_its_name_is_told(self, keraslint: Run, project: Path) -> None:
        ran = keraslint(
            "--stdin-filename", "a/b.py", "--output-format", "json", "-", stdin=FINDING.encode()
        )

        (one,) = json.loads(ran.out)
        assert one["filename"] == str(project / "a" / "b.py")

    def test_fix_answers_with_the_source(self, keraslint: Run) -> None:
        ran = keraslint("--fix", "-", stdin=FINDING.encode())

        assert ran.code == 0
        assert ran.out.startswith("import keras\n")
        assert ran.out.index("keras.layers.Dense") < ran.out.index("def build")
        assert "(1 fixed, 0 remaining" in ran.err

    @pytest.mark.parametrize("data", ["x = 1\r\n", "class A(:\n", ""])
    def test_fix_answers_with_the_very_source_when_nothing_can_be_done(
        self, project: Path, data: str
    ) -> None:
        process = started("--fix", "-", stdin=subprocess.PIPE)
        out, _ = process.communicate(data.encode())

        assert out == data.encode()

    def test_it_goes_with_nothing_else(self, keraslint: Run) -> None:
        ran = keraslint("-", "clean.py", stdin=b"")

        assert ran.code == 2
        assert "cannot be linted together with other paths" in ran.err


class TestRulePages:
    def test_by_code_and_by_name(self, keraslint: Run) -> None:
        by_code, by_name = keraslint("rule", "KRL101"), keraslint("rule", "layer-in-build")

        assert by_code == by_name
        assert by_code.code == 0
        assert by_code.out.startswith("KRL101 layer-in-build\n")

    def test_by_a_code_in_lower_case(self, keraslint: Run) -> None:
        assert keraslint("rule", "krl101") == keraslint("rule", "KRL101")

    def test_all_as_json_and_markdown(self, keraslint: Run) -> None:
        rules = json.loads(keraslint("rule", "--all", "--output-format", "json").out)
        markdown = keraslint("rule", "--all", "--output-format", "markdown").out

        assert {"KRL101", "KRL102", "KRL103"} <= {rule["code"] for rule in rules}
        assert all(f"\n## {rule['name']} ({rule['code']})\n" in markdown for rule in rules)

    def test_an_unknown_rule(self, keraslint: Run) -> None:
        ran = keraslint("rule", "layer-in-biuld")

        assert ran.code == 2
        assert ran.err == (
            "error: rule: unknown rule selector `layer-in-biuld`; did you mean `layer-in-build`?\n"
        )

    def test_without_a_rule_they_are_listed(self, keraslint: Run) -> None:
        ran = keraslint("rule")

        first, *lines = ran.out.splitlines()
        assert ran.code == 0
        assert first.startswith("`keraslint rule RULE` prints the page of a rule")
        assert [line.split()[1] for line in lines if line.startswith("  KRL")] == [
            rule.name for rule in registry()
        ]

    def test_without_a_rule_a_program_gets_them_all(self, keraslint: Run) -> None:
        json_of_all = ("--output-format", "json")

        assert keraslint("rule", *json_of_all) == keraslint("rule", "--all", *json_of_all)

    def test_one_rule_and_all(self, keraslint: Run) -> None:
        ran = keraslint("rule", "--all", "KRL101")

        assert ran.code == 2
        assert ran.err.startswith("error: name rules, or ask for --all\n")


class TestReport:
    @pytest.mark.parametrize(
        ("flags", "complaint"),
        [
            (("--report", "x.html"), "`--report` shows what running the layers gave: it goes with"),
            (("--show-recipe",), "`--show-recipe` shows how layers were run: it goes with"),
            (("--fix", "--prove", "--report", "x.pdf"), "`x.pdf` ends neither in .html nor in"),
            (("--fix", "--prove", "--report", "no/x.html"), "there is no folder `"),
        ],
    )
    def test_what_does_not_go_together(
        self, keraslint: Run, flags: tuple[str, ...], complaint: str
    ) -> None:
        ran = keraslint("finding.py", *flags)

        assert (ran.code, ran.out) == (2, "")
        assert complaint in ran.err


class TestCompare:
    """What needs no Keras; `test_cli_compare.py` runs it."""

    def test_a_missing_file(self, keraslint: Run) -> None:
        ran = keraslint("compare", "finding.py", "nothere.py", "--layer", "Block")

        assert ran == Ran(2, "", "error: nothere.py: no such file or directory\n")

    def test_one_file_only(self, keraslint: Run) -> None:
        ran = keraslint("compare", "finding.py", "--layer", "Block")

        assert (ran.code, ran.out) == (2, "")
        assert "`--base REV`" in ran.err

    def test_a_revision_that_git_does_not_know(self, keraslint: Run) -> None:
        subprocess.run(["git", "init", "-q", "."], check=True)

        ran = keraslint("compare", "finding.py", "--base", "HEAD~7", "--layer", "Block")

        assert ran.code == 2
        assert ran.err.startswith("error: compare: git has no revision `HEAD~7` in ")
