"""The command line as a process: signals, closed pipes, and output that cannot be written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from command_line import FINDING, Ran, Run, started

from keraslint import __version__
from keraslint.project.files.source import Trouble, Unreadable


class TestProcess:
    def test_version_and_help(self, keraslint: Run) -> None:
        assert keraslint("--version").out == f"keraslint {__version__}\n"
        assert "Examples:" in keraslint("--help").out
        assert keraslint() == Ran(2, "", keraslint("--help").out)
        assert "Rule selection:" in keraslint("check", "--help").out

    @pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("clean.py",)])
    def test_what_is_not_needed_is_not_imported(
        self, project: Path, arguments: tuple[str, ...]
    ) -> None:
        code = (
            "import sys; from keraslint.cli import run; run(sys.argv[1:]); "
            "print(*sys.modules, file=sys.stderr)"
        )
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            capture_output=True,
            text=True,
            env=environment,
            check=True,
        )

        heavy = {"keras", "tensorflow", "numpy", "libcst", "pathspec", "keraslint.proof.prove"}
        assert "keraslint.cli" in done.stderr.split()
        assert not heavy & set(done.stderr.split())

    @pytest.mark.skipif(os.name == "nt", reason="no such pipes")
    def test_a_reader_that_has_seen_enough_is_no_error(self, project: Path) -> None:
        with started("finding.py", "--output-format", "json") as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            said = process.stderr.read()

        assert (process.returncode, said) == (1, b"")

    @pytest.mark.skipif(os.name == "nt", reason="no such signals")
    def test_an_interrupt_ends_quietly(self, project: Path) -> None:
        heeded = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # not so in the background
        process = started("-", stdin=subprocess.PIPE, preexec_fn=heeded)
        assert process.stdin is not None
        process.stdin.write(b"#" * 200_000)  # more than a pipe holds: it is reading by now
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()

        assert (process.returncode, err.strip()) == (130, b"interrupted")

    def test_a_name_that_the_terminal_cannot_show_is_no_crash(self, project: Path) -> None:
        Path("名.py").write_text(FINDING, encoding="utf-8")
        environment = {"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(Path(__file__).parents[1])}
        done = subprocess.run(
            [sys.executable, "-m", "keraslint", "名.py"],
            capture_output=True,
            env={**os.environ, **environment},
            check=False,
        )

        assert done.returncode == 1
        assert rb"\u540d.py:10:22:" in done.stdout


class TestLostOutput:
    """What cannot be written is one line on standard error, and misuse; never a bug of ours."""

    @pytest.mark.parametrize("words", [["finding.py"], ["--help"], ["rule", "KRL101"]])
    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
    def test_a_full_disk(self, project: Path, words: list[str]) -> None:
        with Path("/dev/full").open("w") as full:
            ran = subprocess.run(
                [sys.executable, "-m", "keraslint", *words],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )

        assert ran.returncode == 2
        assert ran.stderr == "error: the output is lost: no space left on device\n"

    def test_a_closed_stream(self, project: Path) -> None:
        ran = subprocess.run(
            f"{sys.executable} -m keraslint finding.py >&-",
            shell=True,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

        assert ran.returncode == 2
        assert ran.stderr == "error: the output is lost: standard output is closed\n"

    def test_what_python_says_of_linted_code_stays_with_python(self, project: Path) -> None:
        text = FINDING.replace("Dense(self.units)", 'Dense(1if True else 2, name="\\d")')
        Path("odd.py").write_text(text, encoding="utf-8")

        ran = subprocess.run(
            [sys.executable, "-m", "keraslint", "check", "--diff", "odd.py"],
            capture_output=True,
            text=True,
            check=False,
        )

        assert "Warning" not in ran.stderr


def test_what_could_not_be_written_is_told_as_found(project: Path, keraslint: Run) -> None:
    Path("sub").mkdir()
    Path("sub/finding.py").write_text(FINDING, encoding="utf-8")
    target = Path("sub/finding.py").resolve()

    def refuse(*_: object, **__: object) -> Unreadable:
        return Unreadable(
            path=str(target), kind=Trouble.OTHER, reason="cannot be written: it is read-only"
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keraslint.fix.written_files.write_atomically", refuse)
        ran = keraslint("check", "--fix", str(target))

    assert ran.code == 2
    assert "KRL101" in ran.out
    assert "Found 1 finding in 1 file (1 file checked, 1 file could not be written)." in ran.out


@pytest.mark.skipif(os.name == "nt", reason="a shell of Unix")
class TestOpenedByTheShell:
    """Streams that a shell closes, and pipes that it gives a name."""

    def ran(self, words: str) -> subprocess.CompletedProcess[str]:
        command = ["bash", "-c", f"{sys.executable} -m keraslint {words}"]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    def test_closed_input_concerns_only_who_reads_it(self, project: Path) -> None:
        named, piped = self.ran("clean.py <&-"), self.ran("- <&-")

        assert (named.returncode, named.stderr) == (0, "")
        for one in (piped, self.ran("server <&-")):
            assert (one.returncode, one.stderr) == (2, "error: standard input is closed\n")

    def test_a_pipe_is_read_as_a_file(self, project: Path) -> None:
        ran = self.ran("check --output-format concise <(cat finding.py)")

        assert (ran.returncode, ran.stderr) == (1, "")
        assert ":10:22: KRL101 [*] " in ran.stdout

    def test_a_pipe_is_not_written(self, project: Path) -> None:
        ran = self.ran("check --fix <(cat finding.py)")

        assert ran.returncode == 2
        assert "cannot be written: it is a pipe or a device, not a file\n" in ran.stderr
        assert "1 file could not be written" in ran.stdout
