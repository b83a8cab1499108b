"""`keraslint examine`: exit codes, formats, and what it refuses, mostly without a child."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from command_line import Run

from keraslint.examination import Examination
from keraslint.report import format_names
from keraslint.report.verdicts.examinations import render_examinations

BLOCK = """\
import keras


class Block(keras.layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.first = keras.layers.Dense(units)
        self.second = keras.layers.Dense(units)

    def build(self, input_shape):
        self.first.build(input_shape)

    def call(self, x):
        return self.second(self.first(x))

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Plain(keras.layers.Layer):
    def call(self, x):
        return 2 * x


class Base(keras.layers.Layer):
    pass
"""


def test_a_class_that_is_not_there_is_refused(keraslint: Run) -> None:
    ran = keraslint("examine", "finding.py", "--layer", "Nothing")

    assert ran.code == 2
    assert ran.err == "error: --layer: there is no class `Nothing` in what was named\n"


def test_where_there_is_no_layer_it_says_so(keraslint: Run, project: Path) -> None:
    (project / "none.py").write_text("x = 1\n")

    ran = keraslint("examine", "none.py")

    assert ran.code == 0
    assert ran.out == "There is no layer to examine\n"


def test_a_format_that_is_not_known_is_refused(keraslint: Run) -> None:
    ran = keraslint("examine", "--output-format", "odd", "clean.py")

    assert ran.code == 2
    assert "odd" in ran.err


def test_a_file_that_is_not_python_is_named_with_its_line(keraslint: Run, project: Path) -> None:
    (project / "half.py").write_text("x = 1\ndef build(\n")

    ran = keraslint("examine", "half.py")

    assert ran.code == 2
    assert ran.err.startswith(
        "error: half.py: it is not Python: syntax error: '(' was never closed"
    )
    assert ran.err.endswith("(line 2)\n")


@pytest.mark.keras
def test_what_is_broken_is_told_with_its_rule_and_line(keraslint: Run, project: Path) -> None:
    (project / "block.py").write_text(BLOCK)

    ran = keraslint("examine", "block.py")

    assert ran.code == 1
    assert "block.py:4: Block: broken\n" in ran.out
    told = " ".join(ran.out.split())
    assert "built: `build(shape)` does not create `second/kernel`, `second/bias` (KRL201" in told
    assert "loses `second/kernel`, `second/bias` on loading inside a model" in told
    assert "Plain: healthy" in told
    assert "Base: no layer yet: `Base` has no `call()` of its own" in told
    assert told.endswith("3 layers: 1 broken, 1 healthy, 1 without `call()`")


@pytest.mark.keras
def test_the_machine_formats_tell_the_same(keraslint: Run, project: Path) -> None:
    (project / "block.py").write_text(BLOCK)
    told = {
        name: keraslint("examine", "block.py", "--layer", "Block", "--output-format", name)
        for name in ("json", "junit", "github", "sarif", "concise")
    }

    assert {ran.code for ran in told.values()} == {1}
    (block,) = json.loads(told["json"].out)
    broken = [one["health"] for one in block["signs"] if one["condition"] == "broken"]
    assert broken == ["built", "loaded", "copied"]
    assert [weight["path"] for weight in block["weights"]][:1] == ["first/kernel"]
    assert Xml.fromstring(told["junit"].out).get("failures") == "3"
    assert told["github"].out.count("::error title=keraslint (KRL201)") == 3
    results = json.loads(told["sarif"].out)["runs"][0]["results"]
    assert [one["ruleId"] for one in results] == ["KRL201"] * 3
    assert told["concise"].out.count("KRL201 `Block` (") == 3


@pytest.mark.keras
def test_what_cannot_be_made_is_not_examined(keraslint: Run, project: Path) -> None:
    (project / "odd.py").write_text(
        "import keras\n\n\nclass Odd(keras.layers.Layer):\n"
        "    def __init__(self, thing):\n        super().__init__()\n        thing.open()\n\n"
        "    def call(self, x):\n        return x\n"
    )

    ran = keraslint("examine", "odd.py")

    assert ran.code == 2
    assert "Odd: not examined: no way to make it was found" in " ".join(ran.out.split())


NOT_EXAMINED = Examination(layer="Odd", path="odd.py", line=4, reason="no way to make it was found")


@pytest.mark.parametrize("name", [name for name in format_names() if name != "full"])
def test_each_format_says_what_was_not_examined_and_why(name: str) -> None:
    told = render_examinations([NOT_EXAMINED], {}, name, 100, False)

    assert "no way to make it was found" in told
    assert "passed" not in told
    assert "No findings" not in told


def test_what_was_not_examined_is_neither_a_pass_nor_a_failure() -> None:
    junit, github, sarif, concise = (
        render_examinations([NOT_EXAMINED], {}, name, 100, False)
        for name in ("junit", "github", "sarif", "concise")
    )

    (suite,) = Xml.fromstring(junit)
    assert (suite.get("skipped"), suite.get("failures")) == ("1", "0")
    assert suite.find("testcase/skipped") is not None
    assert github.startswith("::notice ")
    assert [one["level"] for one in json.loads(sarif)["runs"][0]["results"]] == ["note"]
    assert concise.endswith("\n1 layer: 1 not examined\n")
