"""Patterns: what `per-file-ignores` and `exclude` mean."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from keraslint.project.files.glob_patterns import compiled, excluded, silenced
from keraslint.settings import ConfigError, Settings


@dataclass(frozen=True)
class Named:
    code: str
    name: str
    default: bool = True


RULES = (Named("KRL101", "layer-in-build"), Named("KRL201", "unbuilt-child"))


@pytest.mark.parametrize(
    ("pattern", "path", "codes"),
    [
        ("x.py", "a/x.py", {"KRL101"}),
        ("a/*.py", "a/x.py", {"KRL101"}),
        ("a/*", "a/b/c/x.py", {"KRL101"}),
        ("a/**/x.py", "a/x.py", {"KRL101"}),
        ("**/tests/*", "tests/x.py", {"KRL101"}),
        ("b/*.py", "a/x.py", set()),
        ("!a/*", "a/x.py", set()),
        ("!a/*", "b/x.py", {"KRL101"}),
    ],
)
def test_a_file_is_spared_a_rule(tmp_path: Path, pattern: str, path: str, codes: set[str]) -> None:
    settings = replace(Settings(), root=tmp_path, per_file_ignores={pattern: ("layer-in-build",)})

    assert silenced(str(tmp_path / path), settings, RULES) == codes


def test_without_per_file_ignores_nothing_is_silenced() -> None:
    assert silenced("x.py", Settings(), RULES) == frozenset()


def test_a_selector_that_means_nothing_is_an_error(tmp_path: Path) -> None:
    settings = replace(Settings(), root=tmp_path, per_file_ignores={"*": ("KRL9",)})

    with pytest.raises(ConfigError, match="`per-file-ignores`: unknown rule selector `KRL9`"):
        silenced(str(tmp_path / "x.py"), settings, RULES)


@pytest.mark.parametrize("pattern", ["[", "{a", "a[", "(", "*.p(", "{,}", "\\", "[]", "***"])
def test_no_pattern_crashes(pattern: str, tmp_path: Path) -> None:
    patterns = compiled([pattern, f"a/{pattern}"], tmp_path)

    assert patterns.match(f"{tmp_path}/a/{pattern}", pattern) in (True, False)


def test_a_file_is_excluded_by_a_folder_above_it_but_not_above_the_project(tmp_path: Path) -> None:
    root = tmp_path / "dist" / "project"
    settings = replace(Settings(), root=root)

    assert excluded(root / "build" / "dist" / "x.py", settings)
    assert not excluded(root / "x.py", settings)


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("a[[]b.py", "a[b.py", True),
        ("a[[]b.py", "ab.py", False),
        ("[a&&b].py", "&.py", True),
        ("[!a-c].py", "d.py", True),
        ("[!a-c].py", "b.py", False),
    ],
)
def test_brackets_choose_a_character(
    tmp_path: Path, pattern: str, path: str, matches: bool
) -> None:
    found = compiled([pattern], tmp_path)

    assert found.match(str(tmp_path / path), path) is matches


def test_a_pattern_that_cannot_be_matched_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"`\[z-a\]\.py` is no file pattern: bad character range"):
        compiled(["[z-a].py"], tmp_path)
