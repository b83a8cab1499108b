"""A fix is proved from an editor: offered, run only when it is chosen, applied only when proved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conversing import Editor, edited

pytestmark = pytest.mark.editors
Json = dict[str, Any]
BLOCK = """\
import keras


class Block(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.dense = keras.layers.Dense(self.units)
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
"""
TWICE = """\
import keras


class Block(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.scale = keras.layers.EinsumDense("ab,bc->ac", input_shape[-1])
        self.dense = keras.layers.Dense(self.units)

    def call(self, x):
        return self.dense(self.scale(x))
"""
PROGRESS: Json = {"window": {"workDoneProgress": True}}


def shown(message: Json) -> bool:
    return bool(message.get("method") == "window/showMessage")


def place(text: str) -> Json:
    line = text[: text.index("keras.layers.Dense(self.units)")].count("\n")
    return {"start": {"line": line, "character": 22}, "end": {"line": line, "character": 22}}


def offered(editor: Editor, uri: str, text: str) -> Json:
    editor.open(uri, text)
    (action,) = [one for one in editor.actions(uri, place(text)) if "command" in one]
    command: Json = action["command"]
    return command


def test_it_is_offered_as_a_command(tmp_path: Path) -> None:
    with Editor(tmp_path) as editor:
        command = offered(editor, (tmp_path / "block.py").as_uri(), BLOCK)

    assert command["command"] == "keraslint.prove"
    assert command["title"].startswith("keraslint: Prove by running `Block`, then: Create the")
    assert command["command"] in editor.able["executeCommandProvider"]["commands"]


def test_a_text_that_has_changed_is_not_proved(tmp_path: Path) -> None:
    uri = (tmp_path / "block.py").as_uri()
    with Editor(tmp_path) as editor:
        command = offered(editor, uri, BLOCK)
        editor.change(uri, BLOCK + "\n")
        editor.ask("workspace/executeCommand", command)

        told = editor.hear(shown)

    assert told["params"]["message"] == "keraslint: the text has changed since: ask again"


@pytest.mark.keras
class TestRunning:
    def test_what_is_proved_is_applied(self, tmp_path: Path) -> None:
        uri = (tmp_path / "block.py").as_uri()
        with Editor(tmp_path, capabilities=PROGRESS) as editor:
            command = offered(editor, uri, BLOCK)
            editor.ask("workspace/executeCommand", command)
            told = editor.hear(shown, 120)

        assert "is proved" in told["params"]["message"]
        assert "and the fix is applied" in told["params"]["message"]
        (applied,) = [one for one in editor.told if one.get("method") == "workspace/applyEdit"]
        new = edited(BLOCK, applied["params"]["edit"]["changes"][uri])
        assert new.index("self.dense = keras.layers.Dense") < new.index("def build")
        kinds = [
            one["params"]["value"]["kind"]
            for one in editor.told
            if one.get("method") == "$/progress"
        ]
        assert kinds == ["begin", "end"]

    def test_what_is_refuted_is_not(self, tmp_path: Path) -> None:
        uri = (tmp_path / "block.py").as_uri()
        with Editor(tmp_path) as editor:
            command = offered(editor, uri, TWICE)
            editor.ask("workspace/executeCommand", command)
            told = editor.hear(shown, 120)

        assert "the fix of `Block` is refuted: " in told["params"]["message"]
        assert not [one for one in editor.told if one.get("method") == "workspace/applyEdit"]
