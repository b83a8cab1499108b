"""Layers with known defects, sound ones, and the examples of the rules' pages, examined."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from keraslint.commands.running.examine import Request, answer
from keraslint.rules import Rule, registry

HERE = Path(__file__).parent
Found = Mapping[str, dict[str, Any]]
pytestmark = pytest.mark.keras
DEFECTS = {
    name: tuple(re.findall(r'"([^"]+)"', healths))
    for name, healths in re.findall(
        r'^    "(\w+)": \((.*)\),$', (HERE / "unhealthy_layers.py").read_text(), re.MULTILINE
    )
}
SOUND = re.findall(r"^class (\w+)", (HERE / "sound_layers.py").read_text(), re.MULTILINE)
# What a page says of these shows in no class by itself: a model that is put together, chance.
UNSHOWN = {"unsafe-lambda"}


def examined(*paths: Path, **more: Any) -> list[dict[str, Any]]:
    told = answer(Request(paths=paths, output_format="json", isolated=True, **more))
    found: list[dict[str, Any]] = json.loads(told.out)
    return found


def broken(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["health"]: one for one in found["signs"] if one["condition"] == "broken"}


@pytest.fixture(scope="module")
def unhealthy() -> Found:
    return {one["layer"]: one for one in examined(HERE / "unhealthy_layers.py")}


@pytest.fixture(scope="module")
def sound() -> Found:
    return {one["layer"]: one for one in examined(HERE / "sound_layers.py")}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_known_defect_is_named(name: str, unhealthy: Found) -> None:
    assert broken(unhealthy[name]).keys() & {*DEFECTS[name]}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_layer_is_never_called_broken(name: str, sound: Found) -> None:
    assert sound[name]["reason"] == ""
    assert broken(sound[name]) == {}
    assert sound[name]["healthy"]


def test_there_are_enough_of_both() -> None:
    assert len(DEFECTS) >= 20
    assert len(SOUND) >= 20


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """The examples of all pages that claim something to be broken, by file."""
    folder = tmp_path_factory.mktemp("pages")
    for rule in registry():
        for section in ("Bad", "Good") if rule.explains else ():
            (text,) = re.findall(
                rf"^## {section}$.*?^```python\n(.*?)^```$", rule.page, re.M | re.S
            )
            (folder / f"{rule.name}_{section}.py").write_text(text)
    return {Path(one["path"]).stem: one for one in examined(folder)}


def every() -> pytest.MarkDecorator:
    rules = [rule for rule in registry() if rule.explains and rule.name not in UNSHOWN]
    return pytest.mark.parametrize("rule", rules, ids=lambda rule: str(rule.name))


@every()
def test_what_a_page_says_of_bad_is_seen_broken_and_named(rule: Rule, pages: Found) -> None:
    found = pages[f"{rule.name}_Bad"]
    named = {found["code"], *(one["code"] for one in broken(found).values())}

    assert rule.code in named
    assert named <= {rule.code, ""}


BLOCKS = """\
import keras


class Convolution(keras.layers.Layer):
    def __init__(self, filters=4, name="convolution"):
        super().__init__(name=name)
        self.filters = filters

    def build(self, input_shape):
        self.conv = keras.layers.Conv2D(self.filters, 3)  # noqa: KRL101
        self.conv.build(input_shape)

    def call(self, x):
        return self.conv(x)

    def get_config(self):
        return {**super().get_config(), "filters": self.filters}
"""
MODELS = """\
import keras
from blocks import Convolution


class Stack(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first = Convolution(4)
        self.attention = keras.layers.MultiHeadAttention(2, 4)

    def build(self, input_shape):
        self.first.build(input_shape)
        inner = self.first.conv.compute_output_shape(input_shape)
        self.attention.build(inner, inner)

    def call(self, x):
        x = self.first(x)
        return self.attention(x, x)
"""


def test_the_cause_is_the_rule_of_what_failed_also_in_a_child(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.keraslint]\nignore = ['KRL4']\n")
    (tmp_path / "blocks.py").write_text(BLOCKS)
    (tmp_path / "models.py").write_text(MODELS)
    recipe = "Stack()(floats(2, 8, 8, 3))", "Convolution()(floats(2, 8, 8, 3))"
    told = answer(Request(paths=(tmp_path,), output_format="json", recipe=recipe))
    child, owner = json.loads(told.out)

    loaded, frozen = broken(child)["loaded"], broken(child)["frozen"]
    assert "unexpected keyword argument" in loaded["error"]
    assert (loaded["code"], loaded["line"]) == ("KRL403", 5)
    assert (frozen["code"], frozen["line"]) == ("KRL101", 10)
    below = broken(owner)["frozen"]
    assert {name.split("/")[0] for name in below["weights"]} == {"attention", "first"}
    assert (below["code"], below["line"], Path(below["path"]).name) == ("KRL101", 10, "blocks.py")


@every()
def test_good_is_healthy(rule: Rule, pages: Found) -> None:
    assert pages[f"{rule.name}_Good"]["healthy"]
