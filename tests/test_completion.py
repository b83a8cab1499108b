"""Shell completion, asked for as a shell's script asks for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
START = "import sys; from keraslint.cli import run; sys.exit(run(sys.argv[1:]))"


def completed(line: str) -> list[str]:
    """Complete the last word of a line."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "_KERASLINT_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split(" ")) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-c", START], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("keraslint ch", ["plain,check"]),
        ("keraslint sr", ["file,sr"]),
        ("keraslint check sr", ["file,sr"]),
        ("keraslint src --unsafe", ["plain,--unsafe-fixes"]),
        ("keraslint --f", ["plain,--fix", "plain,--fix-only", "plain,--fixable"]),
        ("keraslint check --output-format js", ["plain,json", "plain,json-lines"]),
        ("keraslint check --select layer-in", ["plain,layer-in-build"]),
        ("keraslint check --select KRL102,layer-in", ["plain,KRL102,layer-in-build"]),
        ("keraslint rule shape-k", ["plain,shape-known-in-init"]),
        ("keraslint config extend-p", ["plain,extend-per-file-ignores"]),
    ],
)
def test_words_are_completed(line: str, expected: list[str]) -> None:
    assert [one for one in completed(line) if one in expected] == expected


def test_nothing_typed_yet_offers_the_commands() -> None:
    offered = completed("keraslint ")

    assert {"plain,check", "plain,compare", "plain,config", "plain,rule"} <= set(offered)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_scripts_are_there(shell: str) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "_KERASLINT_COMPLETE": f"{shell}_source",
    }
    done = subprocess.run(
        [sys.executable, "-c", START], env=environment, capture_output=True, text=True, check=True
    )

    assert "_KERASLINT_COMPLETE" in done.stdout
    assert done.stderr == ""
