"""Measure how long an editor waits for findings after a key, and what the server grows to.

    python tests/benchmarks/server.py [FOLDER FILE …]

Without arguments the file is made up: 1,000 lines, of which every class is a layer that creates
layers in `build()`, alone in its folder. With them, the files are those of a real project, which is
opened as the workspace. What is typed is a letter of a name, in the last class of the file; each
time is from the moment the change is sent, over a pipe, to the moment the findings are read.
"CPU" is the processor time that the server takes for a key, whatever else the machine does;
"actions" the time to work out all that can be done anywhere in the file. Nothing is asserted: times
are for reading.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "editors"))

from conversing import Editor  # noqa: E402

LINES = 1_000
CLASS = '''

class Block{n}(keras.layers.Layer):
    """A block with two branches."""

    def __init__(self, units, rate=0.1, activation="relu", **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.rate = rate
        self.activation = activation

    def build(self, input_shape):
        self.norm = keras.layers.LayerNormalization()
        self.norm.build(input_shape)
        self.inner = keras.layers.Dense(4 * self.units, activation=self.activation)
        self.inner.build(input_shape)
        self.outer = keras.layers.Dense(input_shape[-1])
        self.outer.build((*input_shape[:-1], 4 * self.units))
        self.dropout = keras.layers.Dropout(self.rate)
        self.built = True

    def call(self, x, training=None):
        y = self.norm(x)
        y = self.inner(y)
        y = self.outer(y)
        return x + self.dropout(y, training=training)

    def get_config(self):
        config = super().get_config()
        config["units"] = self.units
        config["rate"] = self.rate
        return config
'''


def layers(lines: int) -> str:
    """A module of so many lines that is nothing but candidates."""
    text, number = "import keras\n", 0
    while text.count("\n") < lines:
        text += CLASS.format(n=number)
        number += 1
    return text


def typed(text: str, times: int) -> Iterator[str]:
    """The text as a name in its last class grows letter by letter."""
    *_, last = re.finditer(r"\n( +)(?:@.*\n +)*def ", text)
    at, indent = last.start(), last[1]
    for number in range(times):
        name = "x" * (number % 20 + 1)
        method = f"{indent}def made_{name}(self):\n{indent}  return {number}\n"
        yield f"{text[:at]}\n{method}{text[at:]}"


def wait(editor: Editor, uri: str, text: str) -> float:
    start = time.perf_counter()
    editor.change(uri, text)
    return 1000 * (time.perf_counter() - start)


def memory(process: int) -> float:
    """Megabytes that a process holds now."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        return 0.0
    return int(status.read_text().partition("VmRSS:")[2].split()[0]) / 1024


def spent(process: int) -> float:
    """Milliseconds of processor time that a process has taken."""
    status = Path(f"/proc/{process}/stat")
    if not status.exists():
        return 0.0
    user, system = status.read_text().rpartition(")")[2].split()[11:13]
    return 1000 * (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def measured(folder: Path, path: Path, times: int) -> str:
    """One line about one file."""
    text, uri = path.read_text(encoding="utf-8"), path.as_uri()
    with Editor(folder, "--isolated") as editor:
        start = time.perf_counter()
        found = editor.open(uri, text)
        opened = time.perf_counter() - start
        waits, before = [], spent(editor.process.pid)
        for number, new in enumerate(typed(text, times)):
            waits.append(wait(editor, uri, new))
            if number == times // 4:
                early = memory(editor.process.pid)
        late, work = memory(editor.process.pid), spent(editor.process.pid) - before
        everything = {"start": {"line": 0, "character": 0}, "end": {"line": 10**6, "character": 0}}
        start = time.perf_counter()
        actions = editor.actions(uri, everything)
        acted = 1000 * (time.perf_counter() - start)
    ranked = sorted(waits)
    return (
        f"{path.name:32}{text.count(chr(10)):6}{len(found):9}{statistics.median(waits):9.0f} ms"
        f"{ranked[int(len(ranked) * 0.95)]:8.0f} ms{ranked[-1]:8.0f} ms{work / times:8.0f} ms"
        f"{opened:8.2f} s"
        f"{acted:9.0f} ms {len(actions):4}{early:8.0f} MB{late:7.0f} MB"
    )


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", help="a project")
    parser.add_argument("files", nargs="*", help="files of it, relative to it")
    parser.add_argument("--times", type=int, default=100, help="keys to type")
    options = parser.parse_args()
    print(
        f"{'file':32}{'lines':>6}{'findings':>9}{'median':>12}{'95 %':>11}{'worst':>11}{'CPU':>11}"
        f"{'opened':>10}{'actions':>12}{'':5}{'memory':>11}{'later':>10}"
    )
    if options.folder is not None:
        folder = options.folder.resolve()
        for name in options.files:
            print(measured(folder, folder / name, options.times), flush=True)
        return
    with tempfile.TemporaryDirectory(prefix="keraslint-server-") as scratch:
        path = Path(scratch).resolve() / "layers.py"
        path.write_text(layers(LINES), encoding="utf-8")
        print(measured(path.parent, path, options.times))


if __name__ == "__main__":
    main()
