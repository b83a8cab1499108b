"""Command line, standard input, language server and pre-commit: the same findings, the same fix."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from conversing import ROOT, Editor, edited, edits_of
from recipes import environment

pytest.importorskip("pygls", reason="the language server needs pygls")
pytestmark = pytest.mark.editors

NAME = "block.py"
TEXTS = {
    "one": """\
import keras


class Block(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        "😀é漢"; self.dense = keras.layers.Dense(self.units)
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
""",
    "an ignored one, an unsafe one and two": """\
import keras


class Block(keras.layers.Layer):
    def __init__(self, units, channels, **kwargs):
        super().__init__(**kwargs)
        self.units, self.channels = units, channels

    def build(self, input_shape):
        self.first = keras.layers.Dense(self.units)
        self.first.build(input_shape)
        self.second = keras.layers.Dense(self.units, name="second")
        self.second.build((*input_shape[:-1], self.units))

    def call(self, x):
        return self.second(self.first(x))


class Other(keras.Model):
    def __init__(self, channels, **kwargs):
        super().__init__(**kwargs)

    def build(self, input_shape):
        self.norm = keras.layers.BatchNormalization()  # keraslint: ignore[layer-in-build]
        self.out = keras.layers.Dense(2 * input_shape[-1])


class Late(keras.layers.Layer):
    def build(self, input_shape):
        self.late = keras.layers.Dense(1)
        super().build(input_shape)
""",
}
TEXTS["carriage returns"] = TEXTS["one"].replace("\n", "\r\n")
TEXTS["clean"] = "x = 1\n"


@dataclass(frozen=True)
class Told:
    """What a door says of a text: findings by place (from 1, in characters), and the fixed text."""

    findings: list[tuple[str, str, int, int, int, int]]
    fixed: str


def project(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / NAME).write_bytes(text.encode())
    return folder


def run(command: list[str], folder: Path, stdin: bytes = b"") -> bytes:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(folder.parent / "bin"),
        input=stdin,
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr.decode()
    return done.stdout


def from_json(output: bytes) -> list[tuple[str, str, int, int, int, int]]:
    return [
        (
            one["code"],
            one["message"],
            *(one[end][key] for end in ("location", "end_location") for key in ("row", "column")),
        )
        for one in json.loads(output)
    ]


def through_a_path(folder: Path) -> Told:
    found = run(["keraslint", "check", "--output-format", "json", NAME], folder)
    run(["keraslint", "check", "--fix", NAME], folder)
    return Told(from_json(found), (folder / NAME).read_bytes().decode())


def through_standard_input(folder: Path) -> Told:
    text = (folder / NAME).read_bytes()
    command = ["keraslint", "check", "--stdin-filename", NAME]
    found = run([*command, "--output-format", "json", "-"], folder, text)
    return Told(from_json(found), run([*command, "--fix", "-"], folder, text).decode())


def through_the_server(folder: Path) -> Told:
    text, uri = (folder / NAME).read_bytes().decode(), (folder / NAME).as_uri()
    able = {"general": {"positionEncodings": ["utf-32"]}}
    nowhere = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    with Editor(folder, capabilities=able) as editor:
        found = editor.open(uri, text)
        actions = editor.actions(uri, nowhere, only=["source.fixAll.keraslint"])
    ends = ("start", "end")
    findings = [
        (
            one["code"],
            one["message"],
            *(one["range"][end][key] + 1 for end in ends for key in ("line", "character")),
        )
        for one in found
    ]
    fixed = edited(text, edits_of(actions[0], uri), "utf-32") if actions else text
    return Told(findings, fixed)


def through_pre_commit(folder: Path) -> Told:
    """The hooks' own command lines, as pre-commit puts them together: entry, args, file names."""
    found = run([*hook("keraslint"), "--output-format", "json", NAME], folder)
    run([*hook("keraslint-fix"), NAME], folder)
    return Told(from_json(found), (folder / NAME).read_bytes().decode())


def hook(name: str) -> list[str]:
    """Entry and args of a hook that `.pre-commit-hooks.yaml` declares."""
    text = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    (block,) = [part for part in text.split("- id: ")[1:] if part.split()[0] == name]
    (entry,) = re.findall(r"^ +entry: (.+)$", block, re.MULTILINE)
    (args,) = re.findall(r"^ +args: \[(.*)\]$", block, re.MULTILINE)
    return [*shlex.split(entry), *shlex.split(args.replace(",", " "))]


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for the command is a shell script")
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_finding_and_a_fix_are_the_same_through_all_four_doors(tmp_path: Path, text: str) -> None:
    doors = (through_a_path, through_standard_input, through_the_server, through_pre_commit)

    told = [door(project(tmp_path.resolve() / door.__name__, text)) for door in doors]

    assert told[1:] == told[:1] * 3
    assert bool(told[0].findings) is (text != TEXTS["clean"])
    assert (told[0].fixed != text) is (text != TEXTS["clean"])
