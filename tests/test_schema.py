"""The JSON schema says of a configuration what reading it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from keraslint.cli import run
from keraslint.commands.pages.config import configuration_schema
from keraslint.options import OPTIONS
from keraslint.proof.claim import ProofOptions

# Of each key: values that are right, and values that are not.
VALUES: dict[str, tuple[list[Any], list[Any]]] = {
    **dict.fromkeys(
        ("select", "extend-select", "ignore", "fixable", "extend-fixable", "unfixable"),
        ([[], ["ALL"], ["KRL"], ["KRL1", "layer-in-build"]], ["KRL1", ["KRL9"], ["KR"], [1], True]),
    ),
    **dict.fromkeys(("exclude", "extend-exclude", "src"), ([[], ["a", "b/*"]], ["a", [1], {}])),
    **dict.fromkeys(
        ("respect-gitignore", "force-exclude", "fix", "unsafe-fixes", "show-fixes"),
        ([True, False], [1, "yes", []]),
    ),
    **dict.fromkeys(("cache-dir", "python"), ([".x", "a/b"], [1, True, [".x"]])),
    **dict.fromkeys(
        ("per-file-ignores", "extend-per-file-ignores"),
        (
            [{}, {"a.py": "KRL101"}, {"tests/*": ["KRL1", "ALL"]}],
            [[], "a", {"a.py": 3}, {"a.py": ["KRL9"]}],
        ),
    ),
    "severity": (
        [{}, {"KRL103": "info"}, {"ALL": "error", "layer-in-build": "warning"}],
        [[], {"KRL103": "loud"}, {"KRL103": 1}, {"KRL9": "info"}],
    ),
    "keras": ([2, 3], [4, 1, "3", True]),
    "target-version": (["py310", "py39"], ["3.10", "py2", 310, "py310 "]),
    "output-format": (["full", "json-lines"], ["jsn", 1]),
    "baseline": (["known.json"], [1, True]),
    "recipes": ([{}, {"Block": "Block(1)()"}, {"Block": ["Block(1)()"]}], [[], {"Block": 1}]),
    "timeout": ([1, 0.5], [0, -1, "5", True]),
}


def cases(index: int) -> list[Any]:
    return [
        pytest.param(key, value, id=f"{key}={value}")
        for key, both in VALUES.items()
        for value in both[index]
    ]


def accepted(key: str, value: object) -> tuple[bool, bool]:
    """Ask the schema, and then the command line."""
    valid = Draft7Validator(json.loads(configuration_schema())).is_valid({key: value})
    Path("keraslint.toml").write_text(f"{key} = {toml(value)}\n", encoding="utf-8")
    return valid, run(["check", "--show-settings", "."]) == 0


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + "}"
    return json.dumps(value)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KERASLINT_OUTPUT_FORMAT", raising=False)
    monkeypatch.delenv("KERASLINT_CACHE_DIR", raising=False)


def test_it_is_a_schema_and_knows_every_key() -> None:
    schema = json.loads(configuration_schema())

    Draft7Validator.check_schema(schema)
    assert set(schema["properties"]) == set(OPTIONS) == set(VALUES)


@pytest.mark.parametrize(("key", "value"), cases(0))
def test_what_is_right_is_accepted_by_both(key: str, value: object) -> None:
    assert accepted(key, value) == (True, True)


@pytest.mark.parametrize(("key", "value"), cases(1))
def test_what_is_wrong_is_refused_by_both(key: str, value: object) -> None:
    assert accepted(key, value) == (False, False)


def test_an_unknown_key_is_refused_by_both() -> None:
    assert accepted("selct", []) == (False, False)


def test_the_defaults_are_valid() -> None:
    schema = json.loads(configuration_schema())
    defaults = {k: one["default"] for k, one in schema["properties"].items() if "default" in one}

    assert "exclude" in defaults
    assert list(Draft7Validator(schema).iter_errors(defaults)) == []


def test_every_key_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config"]) == 0
    told = capsys.readouterr().out
    assert run(["config", "--output-format", "json"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert run(["config", "keras"]) == 0
    one = capsys.readouterr().out

    assert [line for line in told.splitlines() if not line.startswith(" ") and line] == sorted(
        OPTIONS
    )
    assert [record["key"] for record in records] == sorted(OPTIONS)
    assert one == (
        "keras\n  The Keras that the code is written for.\n  It must be `2` or `3`.\n"
        "  Default: not set (what requirements, imports and names tell)\n"
    )
    assert one in told


def test_the_schema_is_printed_and_an_unknown_key_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["config", "--schema"]) == 0
    assert capsys.readouterr().out == configuration_schema()
    assert run(["config", "kears"]) == 2
    assert capsys.readouterr().err == "error: config: unknown key `kears`; did you mean `keras`?\n"


def test_the_limit_of_time_that_is_told_is_the_one_that_holds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    seconds = f"{ProofOptions().timeout:g}"

    assert run(["config", "timeout"]) == 0
    assert f"not set ({seconds} seconds)" in capsys.readouterr().out
    assert run(["compare", "--help"]) == 0
    assert f"(default: {seconds})" in " ".join(capsys.readouterr().out.split())
