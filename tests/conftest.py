"""What holds for all tests: markers, no deadlines, and a project in which the command line runs."""

from __future__ import annotations

import io
import sys
from collections import Counter
from pathlib import Path

import pytest
from command_line import CLEAN, FINDING, Ran, Run
from hypothesis import settings

from keraslint.cli import run

SLOW = ("slow", "installs", "editors", "nightly")
FEW, EACH = 2, 3
"""Of the cases of one test that runs Keras, so many run always, and then one in so many."""

# Machines are shared: how long an example takes says nothing.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A quick run, which leaves out Keras, leaves out all else that is slow as well.

    A run of all tests takes a sample of the many cases of those that run Keras; a run that names
    a file, or that asks for something by `-k` or `-m`, takes all that it asks for.
    """
    if config.args == config.getini("testpaths") and not config.option.keyword:
        _sample(items)
    asked = config.option.markexpr
    if "not keras" not in asked:
        return
    unasked = [marker for marker in SLOW if marker not in asked.replace(f"not {marker}", "")]
    slow = [item for item in items if any(map(item.get_closest_marker, unasked))]
    items[:] = [item for item in items if item not in slow]
    config.hook.pytest_deselected(items=slow)


def _sample(items: list[pytest.Item]) -> None:
    """Mark as `nightly` what a sample leaves out."""
    met: Counter[str] = Counter()
    for item in items:
        name, _, case = item.nodeid.partition("[")
        if case and item.get_closest_marker("keras") and not item.get_closest_marker("nightly"):
            met[name] += 1
            if met[name] > FEW and met[name] % EACH:
                item.add_marker(pytest.mark.nightly)


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found must not depend on the environment in which the tests happen to run."""
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with nothing around it: a linted file is read with the project it lies in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def project(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NO_COLOR", "FORCE_COLOR", "KERASLINT_OUTPUT_FORMAT", "KERASLINT_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    (elsewhere / "finding.py").write_text(FINDING, encoding="utf-8")
    (elsewhere / "clean.py").write_text(CLEAN, encoding="utf-8")
    return elsewhere


@pytest.fixture
def keraslint(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    def ran(*arguments: str, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        code = run(arguments)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return ran
