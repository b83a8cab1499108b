"""A session fixes what it may, writes whole files, and comes to rest."""

from __future__ import annotations

import codecs
import os
import subprocess
import sys
from pathlib import Path

import pytest

import keraslint
from keraslint.fix.session import FixResult, fix
from keraslint.settings import Settings

pytestmark = pytest.mark.usefixtures("elsewhere")
CREATION = "        self.dense = keras.layers.Dense(self.units)\n"
BEFORE = f"""\
import keras

NAME = "n"  # é


class Block(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
{CREATION}        self.dense.build(input_shape)  # é

    def call(self, x):
        return self.dense(x)
"""
AFTER = BEFORE.replace(CREATION, "").replace("= units\n", f"= units\n{CREATION}")
SHAPE_KNOWN = """\
import keras


class Block(keras.layers.Layer):
    def __init__(self, in_channels, **kwargs):
        super().__init__(**kwargs)
        self.in_channels = in_channels

    def build(self, input_shape):
        self.one = keras.layers.Dense(input_shape[-1])
        self.one.build(input_shape)

    def call(self, x):
        return self.one(x)


class Other(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def build(self, input_shape):
        self.two = keras.layers.Dense(4)
        self.two.build(input_shape)

    def call(self, x):
        return self.two(x)
"""


@pytest.fixture
def block(tmp_path: Path) -> Path:
    return written(tmp_path / "block.py", BEFORE.encode())


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def fixed(path: Path, *, unsafe: bool = False, write: bool = True, **settings: object) -> FixResult:
    root = path if path.is_dir() else path.parent
    asked = Settings(root=root, **settings)  # type: ignore[arg-type]
    return fix([path], asked, unsafe=unsafe, prove=None, write=write)


# -- what is fixed -------------------------------------------------------------------------------


def test_a_safe_fix_is_written_and_told(block: Path) -> None:
    result = fixed(block)

    assert block.read_text(encoding="utf-8") == AFTER
    assert [(one.action, one.code) for one in result.settled] == [("written", "KRL101")]
    assert result.fixed == {(str(block), "KRL101"): 1}
    assert result.diagnostics == ()


def test_what_goes_with_the_fix_of_another_rule_counts_under_its_own_code(tmp_path: Path) -> None:
    unbuilt = BEFORE.replace("        self.dense.build(input_shape)  # é\n", "")
    file = written(tmp_path / "block.py", unbuilt.encode())

    result = fixed(file)

    assert result.fixed == {(str(file), "KRL101"): 1, (str(file), "KRL201"): 1}
    assert result.at_first == 2


def test_the_second_session_finds_nothing_to_do(block: Path) -> None:
    fixed(block)

    again = fixed(block)

    assert not again.changed
    assert not again.settled
    assert block.read_text(encoding="utf-8") == AFTER


def test_without_writing_the_file_stays_and_the_new_text_is_told(block: Path) -> None:
    result = fixed(block, write=False)

    assert block.read_text(encoding="utf-8") == BEFORE
    assert result.changed[str(block)][1] == AFTER
    assert [one.action for one in result.settled] == ["shown"]


def test_an_unsafe_fix_waits_until_it_is_asked_for(tmp_path: Path) -> None:
    file = written(tmp_path / "block.py", SHAPE_KNOWN.encode())

    safe = fixed(file)
    after_safe = file.read_text(encoding="utf-8")
    fixed(file, unsafe=True)

    assert [diagnostic.code for diagnostic in safe.diagnostics] == ["KRL102"]
    assert "self.one = keras.layers.Dense(input_shape[-1])" in after_safe
    assert "self.one = keras.layers.Dense(in_channels)" in file.read_text(encoding="utf-8")


def test_a_rule_that_is_not_fixable_is_only_reported(block: Path) -> None:
    result = fixed(block, unfixable=("KRL101",))

    assert block.read_text(encoding="utf-8") == BEFORE
    assert [diagnostic.code for diagnostic in result.diagnostics] == ["KRL101"]


def test_fixes_of_one_file_that_meet_are_applied_one_after_another(tmp_path: Path) -> None:
    both = SHAPE_KNOWN.replace(
        "        self.one.build(input_shape)\n",
        "        self.one.build(input_shape)\n"
        "        self.more = keras.layers.Dense(4)\n"
        "        self.more.build(input_shape)\n",
    )
    file = written(tmp_path / "block.py", both.encode())

    result = fixed(file, unsafe=True)

    assert result.diagnostics == ()
    assert not fixed(file, unsafe=True).changed


def test_a_file_that_cannot_be_read_does_not_keep_others_from_being_fixed(block: Path) -> None:
    written(block.with_name("broken.py"), b"class Block(:\n    def build(self): pass\n")
    written(block.with_name("bytes.py"), b'NAME = "\xe9"\n')

    result = fixed(block.parent)

    assert block.read_text(encoding="utf-8") == AFTER
    assert sorted(one.code for one in result.diagnostics) == ["KRL002", "KRL003"]


# -- bytes ---------------------------------------------------------------------------------------

COOKIE = "# -*- coding: latin-1 -*-\n"
ENCODED = {
    "utf-8": lambda text: text.encode(),
    "byte order mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "latin-1": lambda text: (COOKIE + text).encode("latin-1"),
    "carriage returns": lambda text: text.replace("\n", "\r\n").encode(),
    "old carriage returns": lambda text: text.replace("\n", "\r").encode(),
    "no end of the last line": lambda text: text.rstrip("\n").encode(),
    "form feeds": lambda text: text.replace("\n\nclass", "\n\f\nclass").encode(),
    "tabs": lambda text: text.replace("    ", "\t").encode(),
}


@pytest.mark.parametrize("name", ENCODED)
def test_bytes_outside_the_fix_stay(tmp_path: Path, name: str) -> None:
    encode = ENCODED[name]
    file = written(tmp_path / "block.py", encode(BEFORE))

    result = fixed(file)

    assert not result.problems
    assert file.read_bytes() == encode(AFTER)


def test_mixed_line_ends_stay_where_they_are(tmp_path: Path) -> None:
    head, body = BEFORE.split("\n\n\n")
    mixed = f"{head}\n\n\n".replace("\n", "\r\n") + body
    file = written(tmp_path / "block.py", mixed.encode())

    fixed(file)

    after = file.read_bytes()
    assert after.startswith(f"{head}\n\n\n".replace("\n", "\r\n").encode())
    assert after.replace(b"\r\n", b"\n") == AFTER.encode()
    unchanged = set(mixed.encode().splitlines(keepends=True)) - {CREATION.encode()}
    assert unchanged <= set(after.splitlines(keepends=True))


def test_the_mode_of_the_file_stays(block: Path) -> None:
    block.chmod(0o755)

    fixed(block)

    assert block.stat().st_mode & 0o777 == 0o755


# -- writing that fails --------------------------------------------------------------------------

LIMITED = """\
import resource, signal, sys

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
from keraslint.cli import run

sys.exit(run(sys.argv[1:]))
"""


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(keraslint.__file__).parent.parent)}


@pytest.mark.skipif(sys.platform == "win32", reason="no limits for one process")
def test_a_disk_that_is_full_loses_nothing(block: Path) -> None:
    large = written(block.with_name("large.py"), (BEFORE + "# x\n" * 500).encode())

    run = subprocess.run(
        [sys.executable, "-B", "-c", LIMITED, "check", "--fix", "--isolated", str(block.parent)],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )

    assert run.returncode == 2
    assert "large.py: cannot be written" in run.stderr
    assert large.read_bytes() == (BEFORE + "# x\n" * 500).encode()
    assert block.read_text(encoding="utf-8") == AFTER
    assert sorted(path.name for path in block.parent.glob("*.py*")) == ["block.py", "large.py"]
    assert not list(block.parent.glob(".*.keraslint"))


# -- standard input ------------------------------------------------------------------------------


def piped(data: bytes, *flags: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "keraslint", "check", "--isolated", *flags, "-"]
    return subprocess.run(command, input=data, capture_output=True, env=environment(), check=False)


@pytest.mark.parametrize("name", ENCODED)
def test_standard_input_comes_out_fixed_with_its_own_bytes(name: str) -> None:
    encode = ENCODED[name]

    run = piped(encode(BEFORE), "--fix", "--stdin-filename", "block.py")

    assert run.stdout == encode(AFTER)
    assert run.returncode == 0


@pytest.mark.parametrize(
    "data", [b"", b"x = 1", b"\xff\xfe", BEFORE.replace("units", "u").encode()]
)
def test_standard_input_that_is_not_fixed_comes_out_as_it_went_in(data: bytes) -> None:
    assert piped(data, "--fix", "--unfixable", "KRL101").stdout == data
