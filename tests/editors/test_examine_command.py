"""A layer is examined from an editor: offered on the line of its class, run only when chosen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conversing import Editor

pytestmark = pytest.mark.editors
Json = dict[str, Any]
TWO = """\
import keras


class Late(keras.layers.Layer):
    def build(self, input_shape):
        super().build(input_shape)
        self.dense = keras.layers.Dense(4)

    def call(self, x):
        return self.dense(x)


class Sound(keras.layers.Layer):
    def call(self, x):
        return 2 * x


class Other:
    pass
"""


def shown(message: Json) -> bool:
    return bool(message.get("method") == "window/showMessage")


def at(word: str) -> Json:
    line = TWO[: TWO.index(word)].count("\n")
    return {"start": {"line": line, "character": 3}, "end": {"line": line, "character": 3}}


def offered(editor: Editor, uri: str, word: str) -> list[Json]:
    actions = [one for one in editor.actions(uri, at(word)) if "command" in one]
    return [one["command"] for one in actions if one["command"]["command"] == "keraslint.examine"]


def test_it_is_offered_where_a_layer_class_begins(tmp_path: Path) -> None:
    uri = (tmp_path / "two.py").as_uri()
    with Editor(tmp_path) as editor:
        editor.open(uri, TWO)
        titles = [one["title"] for one in offered(editor, uri, "class Late")]
        nothing = [offered(editor, uri, word) for word in ("class Other", "return 2", "import")]
        able = editor.able["executeCommandProvider"]["commands"]

    assert titles == ["keraslint: Examine by running `Late`: does it train, freeze, save, load …?"]
    assert nothing == [[], [], []]
    assert "keraslint.examine" in able


@pytest.mark.keras
def test_what_is_broken_is_told_with_its_cause_and_the_rest_is_in_the_log(tmp_path: Path) -> None:
    uri = (tmp_path / "two.py").as_uri()
    said = []
    with Editor(tmp_path) as editor:
        editor.open(uri, TWO)
        for word in ("class Late", "class Sound"):
            (command,) = offered(editor, uri, word)
            editor.ask("workspace/executeCommand", command)
            said.append(editor.hear(shown, 120)["params"]["message"])
        logged = [one for one in editor.told if one.get("method") == "window/logMessage"]

    assert said[0].startswith("keraslint: `Late` is broken: ")
    assert "(KRL" in said[0]
    assert said[1].startswith("keraslint: `Sound` is healthy: ")
    assert any("two.py:4" in one["params"]["message"] for one in logged)
