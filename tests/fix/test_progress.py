"""While layers are proved a terminal shows what, how many and how long; a pipe shows nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import keraslint
from keraslint.fix.progress import Progress

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


def test_a_line_tells_what_is_at_work_how_many_and_how_long() -> None:
    lines: list[str] = []
    progress = Progress(lines.append)

    progress.expect(3)
    for layer in ("One", "Two"):
        progress.begins(layer)
    progress.ends("One")
    progress.over()

    assert lines == [
        "proving: 0 of 3 layers done in 0:00; at One",
        "proving: 0 of 3 layers done in 0:00; at One, Two",
        "proving: 1 of 3 layers done in 0:00; at Two",
        "",
    ]


def test_a_layer_that_comes_again_is_counted_once() -> None:
    lines: list[str] = []
    progress = Progress(lambda line: None, lines.append)

    progress.expect(1)
    for again, word in ((False, "proved"), (True, ""), (True, "refuted")):
        progress.begins("One")
        progress.ends("One", word, again=again)
    progress.over()

    assert [line.partition(" (after")[0] for line in lines] == [
        "[1/1] One: proved",
        "[1/1] One, what was left: refuted",
    ]


def test_the_clock_goes_on_while_nothing_ends() -> None:
    lines: list[str] = []
    progress = Progress(lines.append, tick=0.01)

    progress.expect(1)
    progress.begins("One")
    deadline = time.monotonic() + 10.0
    while len(lines) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    progress.over()
    shown_by_then = len(lines)
    time.sleep(0.05)

    assert shown_by_then > 3
    assert all(line.startswith("proving: 0 of 1 layers done in ") for line in lines[:-1])
    assert (lines[-1], len(lines)) == ("", shown_by_then)


def shown(folder: Path, *asked: str) -> str:
    """What stderr shows on a terminal of a proof by an interpreter that has no Keras."""
    import pty

    (folder / "block.py").write_text(BLOCK, encoding="utf-8")
    python = folder / "python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    package = Path(keraslint.__file__).parent.parent
    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "keraslint", *asked, "--isolated", "--python", str(python)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(package), "TERM": "xterm"},
        check=False,
    )
    os.write(theirs, b"|")
    seen = ""
    while "|" not in seen:
        seen += os.read(ours, 2**16).decode()
    os.close(ours)
    os.close(theirs)
    return seen


ON_A_TERMINAL = pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
CHECK = ("check", "--fix", "--prove", "block.py")
COMPARE = ("compare", "block.py", "block.py")


@ON_A_TERMINAL
@pytest.mark.parametrize("asked", [CHECK, COMPARE], ids=lambda asked: asked[0])
def test_a_terminal_shows_the_line_and_clears_it(tmp_path: Path, asked: tuple[str, ...]) -> None:
    seen = shown(tmp_path, *asked)

    lines, cleared, after = seen.partition("\r\x1b[K")
    assert lines.startswith("\rproving: 0 of 1 layers done in 0:00; at Block\x1b[K")
    assert cleared
    assert after.startswith("error: nothing can be proved")


@ON_A_TERMINAL
def test_quiet_shows_none(tmp_path: Path) -> None:
    assert shown(tmp_path, *CHECK, "--quiet").startswith("error: nothing can be proved")


def test_a_pipe_gets_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from keraslint.cli import run

    (tmp_path / "block.py").write_text(BLOCK, encoding="utf-8")
    python = str(tmp_path / "nothing")

    run(["check", "--fix", "--prove", "--isolated", "--python", python, str(tmp_path)])

    assert "proving" not in capsys.readouterr().err
