"""An interpreter without Keras, for `--prove` and `compare`: told once, and what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from keraslint.cli import run

BLOCK = """\
import keras


class {name}(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.dense = keras.layers.Dense(self.units)
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
"""


@pytest.fixture
def python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An interpreter that finds the standard library only; beside it, a file of two layers."""
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nexec /usr/bin/env python3 -S -I "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    text = BLOCK.format(name="One") + BLOCK.format(name="Other")
    (tmp_path / "blocks.py").write_text(text, encoding="utf-8")
    return str(python)


@pytest.mark.parametrize(
    "asked",
    [
        ("check", "--fix", "--prove", "blocks.py"),
        ("check", "--diff", "--prove", "--output-format", "json", "blocks.py"),
        ("compare", "blocks.py", "blocks.py"),
    ],
    ids=" ".join,
)
def test_it_is_told_once_with_a_way_out_and_nothing_is_written(
    python: str, asked: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    before = Path("blocks.py").read_bytes()

    code = run([*asked, "--isolated", "--no-cache", "--python", python])
    out, err = capsys.readouterr()

    assert (code, out) == (2, "")
    assert err == (
        f"error: nothing can be proved: keras is not installed in {python}\n"
        "  name the interpreter that has your Keras: --python path/to/python\n"
    )
    assert Path("blocks.py").read_bytes() == before


def test_what_needs_no_proof_needs_no_keras(
    python: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("blocks.py").write_text("x = 1  # noqa: KRL101\n", encoding="utf-8")

    code = run(["check", "--fix", "--prove", "--isolated", "--no-cache", "--python", python, "."])

    assert code == 0
    assert Path("blocks.py").read_text(encoding="utf-8") == "x = 1\n"
