"""Formats keep to what others have laid down: the schema of SARIF, and who counts columns how."""

from __future__ import annotations

import io
import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft4Validator

from keraslint.cli import run

SCHEMA = Path(__file__).with_name("sarif-2.1.0.schema.json")
FOUND = "keras.layers.Dense(4)"
# Before the finding: tabs, an emoji outside the basic plane, one of several code points, and CJK.
LINE = f'\t\tname = "🎉 表 👩‍💻 é"; self.dense = {FOUND}'
TEXT = f"""\
import keras


class Block(keras.layers.Layer):
\tdef build(self, input_shape):
{LINE}
\t\tsuper().build(input_shape)

\tdef call(self, x):
\t\treturn self.dense(x)
"""
ROW = 1 + TEXT.splitlines().index(LINE)
COLUMN = 1 + LINE.index(FOUND)
END = COLUMN + len(FOUND)
BYTES = 1 + len(LINE[: COLUMN - 1].encode())


@cache
def validator() -> Draft4Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft4Validator.check_schema(schema)
    return Draft4Validator(schema)


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "KERASLINT_OUTPUT_FORMAT"):
        monkeypatch.delenv(name, raising=False)
    Path("block.py").write_text(TEXT, encoding="utf-8")


def told(name: str, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    run(["check", ".", "--select", "KRL101", "--output-format", name, *more])
    return capsys.readouterr().out


def test_the_line_is_a_hard_one() -> None:
    assert COLUMN < BYTES
    assert len(LINE.encode("utf-16-le")) // 2 > len(LINE)


@pytest.mark.parametrize("flags", [[], ["--unsafe-fixes"], ["--fix"], ["--select", "ALL"]])
def test_sarif_fulfils_the_schema(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("broken.py").write_text("def f(:\n", encoding="utf-8")
    Path("latin.py").write_bytes(b"# caf\xe9\n")

    log = json.loads(told("sarif", capsys, *flags))

    assert [error.message for error in validator().iter_errors(log)] == []
    assert {result["ruleId"] for result in log["runs"][0]["results"]} >= {"KRL002", "KRL003"}


def test_sarif_of_nothing_and_of_standard_input_fulfils_the_schema(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = json.loads(told("sarif", capsys, "--ignore", "KRL101"))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    run(["check", "-", "--select", "KRL101", "--output-format", "sarif"])
    piped = json.loads(capsys.readouterr().out)

    assert list(validator().iter_errors(nothing)) == []
    assert list(validator().iter_errors(piped)) == []
    assert (nothing["runs"][0]["results"], len(piped["runs"][0]["results"])) == ([], 1)


def test_the_schema_refuses_what_is_no_sarif(capsys: pytest.CaptureFixture[str]) -> None:
    log = json.loads(told("sarif", capsys))
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0

    assert not validator().is_valid(log)


def test_sarif_points_at_the_finding_in_code_points(capsys: pytest.CaptureFixture[str]) -> None:
    (log,) = json.loads(told("sarif", capsys))["runs"]
    region = log["results"][0]["locations"][0]["physicalLocation"]["region"]

    assert log["columnKind"] == "unicodeCodePoints"
    assert (region["startLine"], region["startColumn"], region["endColumn"]) == (ROW, COLUMN, END)
    (rule,) = log["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"].startswith("A layer is created in `build()`")


def test_github_points_at_the_finding_in_characters(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = told("github", capsys).splitlines()
    properties = dict(re.findall(r"(\w+)=([^,:]*)", line.split("::")[1]))

    assert (properties["line"], properties["endLine"]) == (str(ROW), str(ROW))
    assert (properties["col"], properties["endColumn"]) == (str(COLUMN), str(END))


def test_gitlab_points_at_the_finding_in_characters(capsys: pytest.CaptureFixture[str]) -> None:
    (issue,) = json.loads(told("gitlab", capsys))

    assert issue["location"]["path"] == "block.py"
    assert issue["location"]["positions"] == {
        "begin": {"line": ROW, "column": COLUMN},
        "end": {"line": ROW, "column": END},
    }


def test_reviewdog_points_at_the_finding_in_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = json.loads(told("rdjson", capsys))["diagnostics"]

    assert one["location"]["range"]["start"] == {"line": ROW, "column": BYTES}
    assert one["location"]["range"]["end"] == {"line": ROW, "column": BYTES + len(FOUND)}


def place_in(name: str, out: str) -> Any:
    if name in ("json", "json-lines"):
        return json.loads(out)[0]["location"] if name == "json" else json.loads(out)["location"]
    if name == "junit":
        case = ElementTree.fromstring(out).find(".//testcase")
        assert case is not None
        return {"row": int(case.attrib["line"]), "column": int(case.attrib["column"])}
    patterns = {
        "azure": r"linenumber=(\d+);columnnumber=(\d+);",
        "concise": r"block\.py:(\d+):(\d+):",
        "full": r"block\.py:(\d+):(\d+):",
        "grouped": r"  (\d+):(\d+) ",
    }
    found = re.search(patterns[name], out)
    assert found
    return {"row": int(found[1]), "column": int(found[2])}


@pytest.mark.parametrize(
    "name", ["azure", "concise", "full", "grouped", "json", "json-lines", "junit"]
)
def test_all_others_count_characters_as_ruff_does(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert place_in(name, told(name, capsys)) == {"row": ROW, "column": COLUMN}
