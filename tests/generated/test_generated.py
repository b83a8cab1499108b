"""Whatever layer is written, linting it comes to rest, and a safe fix leaves it what it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from keraslint.engine.lint import lint_texts
from keraslint.fix.session import fix
from keraslint.project.files.source import Source
from keraslint.settings import Settings

sys.path.insert(0, str(Path(__file__).parent))
from layer_texts import ARGUMENTS, layer_texts

NAME = str(Path(tempfile.gettempdir(), "nowhere", "b.py"))
"""There is no other file around it, which would have to be read each time."""
ASKED = Settings(root=Path(tempfile.gettempdir()), select=("ALL",), cache=False)


def fixed(text: str, *, unsafe: bool = False) -> str:
    done = fix([], ASKED, unsafe=unsafe, prove=None, write=False, stdin=(NAME, text.encode()))

    assert not done.problems
    return done.changed[NAME][1] if NAME in done.changed else text


@pytest.mark.slow
@settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=[*HealthCheck])
@given(layer_texts())
def test_fixes_parse_and_come_to_rest(text: str) -> None:
    once = fixed(text)
    doubtful = fixed(text, unsafe=True)

    compile(once, "once", "exec")
    compile(doubtful, "doubtful", "exec")
    assert fixed(once) == once
    assert fixed(doubtful, unsafe=True) == doubtful


@settings(max_examples=30, derandomize=True, deadline=None, suppress_health_check=[*HealthCheck])
@given(layer_texts())
def test_findings_of_creations_point_at_calls(text: str) -> None:
    source = Source(path=NAME, text=text)

    found = lint_texts([source], ASKED)

    for item in (d for d in found.diagnostics if d.code.startswith("KRL1")):
        pointed = text[source.offset(item.span.start) : source.offset(item.span.end)]
        assert pointed.startswith(("layers.", "keras.Sequential("))
        assert pointed.endswith(")")


def pairs(count: int) -> list[tuple[str, str]]:
    """Texts with what a safe fix makes of them."""
    found: list[tuple[str, str]] = []

    @settings(max_examples=count, derandomize=True, deadline=None,
              suppress_health_check=[*HealthCheck], database=None)  # fmt: skip
    @given(layer_texts())
    def collect(text: str) -> None:
        after = fixed(text)
        if after != text:
            found.append((text, after))

    collect()
    return list(dict.fromkeys(found))


def differences(found: list[tuple[str, str]]) -> list[list[str]]:
    child = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("execute.py"))],
        input=json.dumps({"pairs": found, "arguments": ARGUMENTS}),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    told: list[list[str]] = json.loads(child.stdout.splitlines()[-1])
    return told


@pytest.mark.keras
def test_a_safe_fix_leaves_the_layers_what_they_were() -> None:
    found = pairs(45)[:25]

    assert len(found) >= 10
    assert differences(found) == []


@pytest.mark.keras
@pytest.mark.nightly
def test_many_safe_fixes_leave_the_layers_what_they_were() -> None:
    assert differences(pairs(600)) == []
