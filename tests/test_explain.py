"""`keraslint explain FILE:LINE` says what is known of a class and what decided each rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keraslint.cli import run

BLOCK = """\
import keras
from company.nn import Projection, Trunk


class Block(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.norm = keras.layers.LayerNormalization()

    def build(self, input_shape):
        self.dense = keras.layers.Dense(self.units)
        self.out = keras.layers.Dense(input_shape[-1])  # keraslint: ignore[KRL103]

    def call(self, x):
        return self.out(self.dense(self.norm(x)))

    def describe(self):
        return self.units


class Helper:
    def build(self, path):
        self.path = path


class Odd(keras.layers.Layer):
    def build(self, input_shape):
        self.scale = Projection(3)

    def call(self, x):
        return x * self.scale.value


class Deep(Trunk):
    pass
"""


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("block.py").write_text(BLOCK, encoding="utf-8")


def explained(capsys: pytest.CaptureFixture[str], place: str) -> str:
    assert run(["explain", "--isolated", place]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_what_is_known_of_a_layer_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    told = explained(capsys, "block.py:12")

    assert "Block (block.py:5) is a layer descends from `keras.layers.Layer`" in told
    assert "18 describe whenever it is called" in told
    assert "> 12 `keras.layers.Dense`: needs nothing from the call of `build()`" in told
    assert "`norm` (keras.layers.LayerNormalization), " in told


def test_a_finding_has_its_fix_and_what_speaks_against_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Path("block.py").open("a", encoding="utf-8") as file:
        file.write("\n\nclass Wide(Block):\n    dense = None\n")

    told = explained(capsys, "block.py:12")

    assert "> 12 KRL101 layer-in-build: `keras.layers.Dense` is created in `build()`" in told
    assert "no fix: " in told or "unsafe fix: " in told


def test_a_rule_that_is_off_or_silenced_still_says_what_it_found(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("keraslint.toml").write_text("extend-select = ['KRL103']\nignore = ['KRL101']\n")
    assert run(["explain", "block.py:12"]) == 0

    told = " ".join(capsys.readouterr().out.split())

    assert "(not told: by `# keraslint: ignore[KRL103]` on line 13)" in told
    assert "(not told: not selected)" in told


def test_silence_has_a_reason_and_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    told = explained(capsys, "block.py:29")

    assert "Odd" in told
    assert (
        "28 KRL101 layer-in-build, KRL102 shape-known-in-init, KRL103 shape-dependent-layer, "
        "KRL106 stateless-layer-in-build: nothing, since `self.scale` is what `Projection()` gives"
        in told
    )
    assert "KRL201 unbuilt-sublayer: nothing, since the class keeps no layer of its own" in told


def test_a_class_that_is_no_layer_has_no_rules(capsys: pytest.CaptureFixture[str]) -> None:
    told = explained(capsys, "block.py:23")

    assert told == "Helper (block.py:22) is no layer descends from no class of Keras"


def test_a_base_that_was_not_found_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    told = explained(capsys, "block.py:36")

    assert "its base `Trunk` was not found" in told


def test_without_a_line_every_class_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    told = explained(capsys, "block.py")

    assert [name for name in ("Block (", "Helper (", "Odd (", "Deep (") if name in told] == [
        "Block (",
        "Helper (",
        "Odd (",
        "Deep (",
    ]


def test_json_holds_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "--isolated", "--output-format", "json", "block.py:12"]) == 0

    (told,) = json.loads(capsys.readouterr().out)

    by_code = {rule["code"]: rule for rule in told["rules"]}
    assert told["name"] == "Block"
    assert [made["line"] for made in told["created"]] == [12, 13]
    assert by_code["KRL101"]["heard"] == "found"
    assert by_code["KRL101"]["finding"]["location"]["row"] == 12
    assert by_code["KRL104"]["heard"] == "ruled out"


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("block.py:2", "block.py:2: this line is in no class; there is `Block` (line 5)"),
        ("none.py:3", "none.py: no such file"),
        ("empty.py", "empty.py: there is no class in this file"),
        ("broken.py", "broken.py:1:"),
    ],
)
def test_what_cannot_be_explained_is_an_error(
    place: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("empty.py").write_text("x = 1\n", encoding="utf-8")
    Path("broken.py").write_text("class\n", encoding="utf-8")

    assert run(["explain", "--isolated", place]) == 2
    assert says in capsys.readouterr().err


FIXED = """\
import keras


class Block(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.dense = keras.layers.Dense(self.units)
        self.dense.build(input_shape)
        self.idle = keras.layers.Dense(self.units)

    def call(self, x):
        return self.dense(x)
"""


def test_what_a_fix_moves_does_not_stay_and_what_is_only_created_is_not_built(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("fixed.py").write_text(FIXED, encoding="utf-8")
    text = explained(capsys, "fixed.py:10")

    assert "safe fix: Create the 2 layers of `Block` in `__init__`" in text
    assert "it stays" not in text
    assert "`dense` (keras.layers.Dense): `build()` builds it `idle`" in text
    assert "`idle` (keras.layers.Dense): `build()` creates it, and no other method uses it" in text


@pytest.mark.parametrize("name", ["Block", "Block.build"])
def test_a_class_may_be_named_instead_of_a_line(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", f"block.py:{name}"]) == 0

    told = capsys.readouterr().out
    assert told.startswith("Block (block.py:5) is a layer")
    assert "Helper" not in told


def test_a_name_that_is_not_there_is_told_with_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["explain", "block.py:Blok"]) == 2

    told = capsys.readouterr().err
    assert told.startswith("error: block.py: there is no class `Blok`; there is `Block` (line 5)")


def test_several_rules_are_explained_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", "KRL105", "layer-in-build"]) == 0

    told = capsys.readouterr().out
    assert "KRL101" in told
    assert "KRL105" in told
