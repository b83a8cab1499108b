"""`--watch`: an answer for each change, and none without."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path

import pytest
from command_line import CLEAN, FINDING

from keraslint.cli import run
from keraslint.commands.request import Request
from keraslint.commands.watch import watched
from keraslint.settings import ConfigError

Change = Callable[[], object]


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text(CLEAN, encoding="utf-8")


def write(name: str, text: str) -> Change:
    return lambda: Path(name).write_text(text, encoding="utf-8")


def answers(changes: Sequence[Change], **flags: object) -> list[str]:
    """Watch while one change after another is made, each between two looks."""
    left = iter(changes)

    class Over(Exception):
        pass

    def pause(_: float) -> None:
        change = next(left, None)
        if change is None:
            raise Over
        change()

    found: list[str] = []
    with suppress(Over):
        for told, _ in watched(Request(paths=(".",), flags=flags), pause):
            found.append(told.err or told.out.splitlines()[0])
    return found


def test_it_answers_at_once_and_after_each_change_only() -> None:
    nothing = lambda: None  # noqa: E731

    told = answers([nothing, write("a.py", FINDING), nothing, write("a.py", CLEAN), nothing])

    assert [line[:11] for line in told] == ["All checks ", "a.py:10:22:", "All checks "]


def test_what_is_not_there_cannot_be_watched() -> None:
    with pytest.raises(ConfigError, match="`nowhere`: no such file or folder to watch"):
        next(watched(Request(paths=("nowhere",), flags={}), lambda _: None))


def test_new_files_and_lost_files_are_changes() -> None:
    told = answers([write("b.py", FINDING), Path("b.py").unlink])

    assert [line[:11] for line in told] == ["All checks ", "b.py:10:22:", "All checks "]


def test_a_configuration_that_breaks_is_told_and_may_be_mended() -> None:
    write("a.py", FINDING)()

    mended = write("keraslint.toml", 'select = ["KRL6"]')
    told = answers([write("keraslint.toml", "selct = 1"), mended])

    assert told[0].startswith("a.py:10:22:")
    assert told[1] == "error: keraslint.toml:1: unknown key `selct`; did you mean `select`?\n"
    assert told[2].startswith("All checks passed!")


def test_what_it_has_fixed_itself_is_no_news() -> None:
    told = answers([write("a.py", FINDING), lambda: None, lambda: None], fix=True)

    assert len(told) == 2
    assert told[1].startswith("Found 1 finding in 1 file (1 fixed, 0 remaining")


def test_it_tells_how_many_files_it_watches() -> None:
    write("keraslint.toml", "")()

    ((_, files),) = islice(watched(Request(paths=(".",), flags={})), 1)

    assert files == 2


@pytest.mark.parametrize("others", [["-"], ["--add-noqa"], ["--update-baseline"]])
def test_it_goes_with_nothing_that_is_done_once(
    others: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "--watch", *others]) == 2
    assert capsys.readouterr().err.startswith("error: `--watch` does not go together with ")


@pytest.mark.skipif(os.name == "nt", reason="no such signals")
def test_an_interrupt_ends_it(tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-m", "keraslint", "--watch", "."]
    with out.open("w") as stream:
        process = subprocess.Popen(
            command,
            stdout=stream,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=tmp_path,
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )
        _until(lambda: "All checks passed!" in out.read_text(encoding="utf-8"))
        (tmp_path / "a.py").write_text(FINDING, encoding="utf-8")
        _until(lambda: "a.py:10:22: KRL101" in out.read_text(encoding="utf-8"))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)

    assert process.returncode == 130
    assert err.split(b"\n").count(b"Watching 1 file for changes (Ctrl-C ends it).") == 2
    assert err.endswith(b"\ninterrupted\n")
    assert "\x1b" not in out.read_text(encoding="utf-8")


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
