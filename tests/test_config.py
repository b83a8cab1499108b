"""Configuration: what is read, what is refused and in which words, which rules are on."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from keraslint.diagnostic import Severity
from keraslint.options import OPTIONS
from keraslint.project.files.glob_patterns import excluded
from keraslint.rule_selection import fixable, selected, severities
from keraslint.settings import ConfigError, Selection, Settings, load


@dataclass(frozen=True)
class Named:
    code: str
    name: str
    default: bool = True
    severity: Severity = Severity.WARNING


RULES = (
    Named("KRL002", "invalid-syntax"),
    Named("KRL101", "layer-in-build"),
    Named("KRL102", "shape-known-in-init"),
    Named("KRL103", "shape-dependent-layer", default=False),
    Named("KRL201", "unbuilt-child"),
)


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def refused(folder: Path, text: str) -> str:
    write(folder, "keraslint.toml", text)
    with pytest.raises(ConfigError) as caught:
        load(folder)
    return str(caught.value)


def test_every_field_that_users_set_is_an_option_and_every_option_a_field() -> None:
    ours = {"root", "file", "flags", "cache", "origins", "ignore-noqa", "any-use"}
    fields = {name.replace("_", "-") for name in Settings.__dataclass_fields__} - ours

    assert fields == set(OPTIONS)


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    settings = load(tmp_path, isolated=True)

    assert settings == Settings()


def test_the_nearest_table_wins_and_a_pyproject_without_ours_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", "[tool.keraslint]\nkeras = 2\n")
    write(tmp_path, "a/pyproject.toml", "[tool.ruff]\nline-length = 9  # not keraslint\n")
    write(tmp_path, "a/b/x.py", "")

    settings = load(tmp_path / "a" / "b")

    assert (settings.keras, settings.root) == (2, tmp_path)


def test_a_file_of_our_own_comes_before_pyproject(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", "[tool.keraslint]\nkeras = 2\n")
    write(tmp_path, "keraslint.toml", "keras = 3\n")

    settings = load(tmp_path)

    assert settings.keras == 3


def test_all_kinds_of_values_are_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        "keraslint.toml",
        'select = ["KRL1"]\nforce-exclude = true\ntarget-version = "py310"\ntimeout = 5\n'
        '[recipes]\nBlock = "Block(4)(floats(2, 8))"\n'
        '[per-file-ignores]\n"tests/*" = ["KRL1"]\n',
    )

    settings = load(tmp_path)

    assert settings.select == ("KRL1",)
    assert settings.force_exclude is True
    assert settings.target_version == "py310"
    assert settings.timeout == 5.0
    assert settings.recipes == {"Block": ("Block(4)(floats(2, 8))",)}
    assert settings.per_file_ignores == {"tests/*": ("KRL1",)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("selct = []", "unknown key `selct`; did you mean `select`?"),
        ("extend_select = []", "unknown key `extend_select`; did you mean `extend-select`?"),
        ("zzz = 1", "unknown key `zzz`"),
        ("[tool.keraslint]\nfix = true", "unknown key `tool`; in a file of keraslint's own, keys"),
        ("[lint]\nselect = []", "unknown key `lint`; keraslint's options stand directly in"),
        ('select = "KRL1"', '`select` must be a list of strings, not `"KRL1"`'),
        ("select = [1]", "`select` must be a list of strings, not `[1]`"),
        ("fix = 1", "`fix` must be `true` or `false`, not `1`"),
        ("keras = 4", "`keras` must be `2` or `3`, not `4`"),
        ("keras = true", "`keras` must be `2` or `3`, not `true`"),
        ("timeout = 0", "`timeout` must be a number of seconds above zero, not `0`"),
        ('target-version = "3.10"', "`target-version` must be a Python version such as"),
        ("recipes = 3", "`recipes` must be a table of strings or lists of strings"),
        ("select = [", "not valid TOML: "),
    ],
)
def test_a_mistake_is_one_line_with_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    said = refused(tmp_path, text)

    line = "" if "TOML" in message else ":1"
    assert f"keraslint.toml{line}: {message}" in said
    assert "\n" not in said


def test_all_mistakes_are_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    text = '# ours\nfix = 2\n\nselct = []\n[per-file-ignores]\n"a.py" = 3\n'

    said = refused(tmp_path, text).splitlines()

    places = [re.search(r"keraslint\.toml:\d+: ", line) for line in said]
    assert [place[0] for place in places if place] == [
        "keraslint.toml:2: ",
        "keraslint.toml:4: ",
        "keraslint.toml:6: ",
    ]


def test_a_wrong_item_of_a_table_is_told_with_its_own_line_and_without_the_others(
    tmp_path: Path,
) -> None:
    said = refused(tmp_path, '[severity]\nKRL101 = "error"\n"KRL102" = "bad"\n')

    assert said.endswith('not `{"KRL102": "bad"}`')
    assert "keraslint.toml:3: " in said


def test_in_a_pyproject_only_our_own_table_counts(tmp_path: Path) -> None:
    text = "[tool.ruff]\nfix = 1\n[tool.keraslint]\nselect = []\nfix = 1\n"
    text += "[tool.keraslint.recipes]\nB = 1\n"
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load(tmp_path)

    fix, recipes = caught.value.messages
    assert "pyproject.toml:5: `fix`" in fix
    assert "pyproject.toml:7: `recipes`" in recipes


def test_severities_are_those_of_the_most_specific_selector() -> None:
    settings = replace(Settings(), severity={"ALL": "info", "KRL101": "error", "KRL1": "warning"})

    grades = severities(settings, RULES)

    assert (grades["KRL101"], grades["KRL103"]) == (Severity.ERROR, Severity.WARNING)
    assert grades["KRL201"] is Severity.INFO


def test_a_table_that_is_no_table_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", "[tool]\nkeraslint = 3\n")

    with pytest.raises(ConfigError, match=r"`tool.keraslint` must be a table"):
        load(tmp_path)


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "keraslint.toml").write_bytes(b'select = ["\xff"]')

    with pytest.raises(ConfigError, match=r"keraslint.toml: not UTF-8 \(byte 11\)"):
        load(tmp_path)


def test_a_missing_config_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--config `.*nothere.toml`: no such file"):
        load(tmp_path, config=[str(tmp_path / "nothere.toml")])


def test_a_config_pair_overrides_the_file_and_flags_override_the_pair(tmp_path: Path) -> None:
    write(tmp_path, "keraslint.toml", 'keras = 2\ncache-dir = "a"\noutput-format = "json"')

    settings = load(
        tmp_path,
        config=["keras = 3", "cache-dir='b'"],
        flags={"cache-dir": "c", "output-format": None},
    )

    assert (settings.keras, settings.output_format) == (3, "json")
    assert settings.path(settings.cache_dir) == Path.cwd() / "c"


def test_a_bad_config_pair_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match="--config `kears = 3`: unknown key `kears`; did you mean"
    ):
        load(tmp_path, config=["kears = 3"])


def test_isolated_and_a_named_file_contradict_each_other(tmp_path: Path) -> None:
    file = write(tmp_path, "keraslint.toml", "keras = 2")

    with pytest.raises(ConfigError, match="--isolated"):
        load(tmp_path, config=[str(file)], isolated=True)


def test_extend_exclude_of_the_command_line_adds_to_the_file(tmp_path: Path) -> None:
    write(tmp_path, "keraslint.toml", 'extend-exclude = ["a"]')

    settings = load(tmp_path, flags={"extend-exclude": ("b",)})

    assert settings.extend_exclude == ("a", "b")


def chosen(flags: Selection = Selection(), **file: tuple[str, ...]) -> set[str]:  # noqa: B008
    settings = replace(Settings(), flags=flags, **file)  # type: ignore[arg-type]
    return set(selected(settings, RULES))


FILES = {"KRL002"}
DEFAULTS = FILES | {"KRL101", "KRL102", "KRL201"}


def test_the_default_rules_are_on() -> None:
    assert chosen() == DEFAULTS


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ({"select": ("KRL1",)}, FILES | {"KRL101", "KRL102", "KRL103"}),
        ({"select": ("layer-in-build",)}, FILES | {"KRL101"}),
        ({"select": ("ALL",)}, DEFAULTS | {"KRL103"}),
        ({"select": ()}, FILES),
        ({"extend_select": ("KRL103",)}, DEFAULTS | {"KRL103"}),
        ({"ignore": ("KRL1",)}, FILES | {"KRL201"}),
        ({"ignore": ("KRL002",)}, DEFAULTS - FILES),
        ({"ignore": ("ALL",)}, set()),
        ({"select": ("KRL101",), "ignore": ("KRL1",)}, FILES | {"KRL101"}),
        ({"select": ("KRL1",), "ignore": ("KRL101",)}, FILES | {"KRL102", "KRL103"}),
        ({"select": ("KRL101",), "ignore": ("KRL101",)}, FILES),
    ],
)
def test_the_most_specific_selector_wins(
    file: Mapping[str, tuple[str, ...]], expected: set[str]
) -> None:
    assert chosen(**file) == expected


def test_select_on_the_command_line_forgets_the_files_choice() -> None:
    flags = Selection(select=("KRL2",))

    assert chosen(flags, select=("KRL1",), ignore=("KRL201",)) == FILES | {"KRL201"}


def test_ignore_on_the_command_line_beats_a_more_specific_select_in_the_file() -> None:
    flags = Selection(ignore=("KRL1",))

    assert chosen(flags, select=("KRL101", "KRL2"), ignore=("KRL002",)) == {"KRL201"}


@pytest.mark.parametrize(
    ("selector", "hint"),
    [
        ("KRL9", "unknown rule selector `KRL9`"),
        ("KRL110", "; did you mean `KRL1"),
        ("KRL9", "; `keraslint rule` lists the rules"),
        ("layer-in-biuld", "; did you mean `layer-in-build`?"),
        ("E501", "unknown rule selector `E501`"),
        ("", "unknown rule selector ``"),
        ("KR", "unknown rule selector `KR`"),
    ],
)
def test_an_unknown_selector_is_named_with_its_place(selector: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        chosen(Selection(ignore=(selector,)))

    assert str(caught.value).startswith("command line: `ignore`: ")
    assert hint in str(caught.value)


def test_fixable_minus_unfixable() -> None:
    settings = replace(Settings(), fixable=("KRL1",), unfixable=("KRL102",))

    assert fixable(settings, RULES) == {"KRL101", "KRL103"}
    assert fixable(replace(settings, extend_fixable=("KRL201",)), RULES) == {
        "KRL101",
        "KRL103",
        "KRL201",
    }


def test_the_file_is_shown_relative_to_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert refused(tmp_path, "fix = 2").startswith("keraslint.toml:1: ")
    assert os.sep not in refused(tmp_path, "fix = 2")


def test_what_is_typed_starts_where_one_stands_and_what_is_written_where_the_file_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "keraslint.toml", 'exclude = ["a/b.py"]\npython = ".venv/bin/python"\n')
    inside = tmp_path / "in [side]"
    inside.mkdir()
    monkeypatch.chdir(inside)

    settings = load(
        inside, config=['cache-dir = "c"'], flags={"extend-exclude": ("x/y.py", "z.py")}
    )

    assert settings.root == tmp_path
    assert settings.exclude == ("a/b.py",)
    assert settings.python == str(tmp_path / ".venv/bin/python")
    assert settings.path(settings.cache_dir) == inside / "c"
    assert excluded(inside / "x" / "y.py", settings)
    assert excluded(tmp_path / "z.py", settings)
    assert not excluded(tmp_path / "x" / "y.py", settings)


def test_a_program_without_a_slash_is_looked_up_elsewhere(tmp_path: Path) -> None:
    write(tmp_path, "keraslint.toml", 'python = "python3"\n')

    assert load(tmp_path).python == "python3"
