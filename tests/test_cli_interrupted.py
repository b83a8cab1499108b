"""A proving run that is ended from outside: what was proved is written, and nothing is left."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.keras,
    pytest.mark.skipif(os.name == "nt", reason="signals are sent"),
]

QUICK = """\
from keras import layers


class Quick(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def build(self, input_shape):
        self.dense = layers.Dense(4)
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
"""
SLOW = QUICK.replace("Quick", "Slow").replace(
    "        return self.dense(x)",
    "        import time\n\n        time.sleep(40)\n        return x",
)


def proving(folder: Path, scratch: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "keraslint", "check", "--fix", "--prove", "--jobs", "1", "."]
    recipes = ["--recipe", "Quick()(floats(2, 8))", "--recipe", "Slow()(floats(2, 8))"]
    environment = {**os.environ, "TMPDIR": str(scratch), "KERAS_BACKEND": "tensorflow"}
    return subprocess.Popen(
        [*command, *recipes],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_heeding,
    )


def _heeding() -> None:
    """What is started in the background of a shell is deaf to Ctrl-C, and so is what it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def ended(process: subprocess.Popen[str], file: Path, number: int) -> tuple[int, str]:
    """Send the signal as soon as the first file is written; give exit code and errors."""
    until = time.monotonic() + 150
    while "def __init__" in file.read_text() and time.monotonic() < until:
        text = file.read_text()
        if text.index("layers.Dense") < text.index("def build"):
            break
        time.sleep(0.2)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    return process.returncode, err


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"]
)
def test_what_was_proved_is_written_and_no_folder_is_left(
    number: int, code: int, tmp_path: Path
) -> None:
    project, scratch = tmp_path / "project", tmp_path / "scratch"
    project.mkdir()
    scratch.mkdir()
    (project / "a_quick.py").write_text(QUICK, encoding="utf-8")
    (project / "b_slow.py").write_text(SLOW, encoding="utf-8")

    done, err = ended(proving(project, scratch), project / "a_quick.py", number)

    assert done == code
    assert "[1/2] Quick: proved (after" in err
    last = err.splitlines()[-1]
    assert re.fullmatch(
        r"interrupted: 1 proved so far; 1 file written; "
        r"the same command goes on from there",
        last,
    )
    assert (project / "b_slow.py").read_text(encoding="utf-8") == SLOW
    assert [*scratch.iterdir()] == []
