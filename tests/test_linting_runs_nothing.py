"""Linting reads: it neither imports nor runs what it lints, and writes nothing but its cache."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import keraslint

FIXTURES = Path(__file__).parent.parent / "fixtures"
PACKAGE = Path(keraslint.__file__).parent
CACHE = ".keraslint_cache"
HEAVY = {"jax", "keras", "numpy", "tensorflow", "torch"}
OUR_TOOLS = {"click", "keraslint", "libcst", "pathspec", "tomli"}
EVENTS = ("exec", "socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system")
# A layer to be fixed, and a module that tells on whoever runs it.
TRAP = """\
import pathlib

import keras

pathlib.Path(__file__).with_suffix(".ran").touch()


class Trap(keras.layers.Layer):
    def build(self, input_shape):
        self.dense = keras.layers.Dense(4)
        super().build(input_shape)
"""
NO_CANDIDATE = """\
import keras


class Plain(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(4)

    def build(self, input_shape):
        self.dense.build(input_shape)
"""
WATCH = f"""\
import json, os, sys

opened, ran = [], []
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def watch(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)):
        opened.append((os.fsdecode(os.path.abspath(args[0])), bool((args[2] or 0) & WRITES)))
    elif event.startswith({EVENTS!r}) and event != "exec":
        ran.append([event, repr(args)])
    elif event == "exec" and not args[0].co_filename.startswith("<"):
        ran.append([event, args[0].co_filename])


import keraslint.cli

if hasattr(os, "sched_setaffinity"):  # on one core, no child shares the work: none would be seen
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
sys.addaudithook(watch)
code = keraslint.cli.run(sys.argv[1:])
sys.stdout.flush()
print()
print(json.dumps(dict(code=code, opened=opened, ran=ran, modules=sorted(sys.modules))))
"""


@dataclass(frozen=True)
class Watched:
    """What a run of the command line did: exit code, files opened, code run, modules imported."""

    code: int
    opened: tuple[tuple[Path, bool], ...]
    ran: tuple[tuple[str, str], ...]
    modules: frozenset[str]

    @property
    def packages(self) -> set[str]:
        return {name.split(".")[0] for name in self.modules}


def watched(*arguments: str, folder: Path) -> Watched:
    """Run a command line under an audit hook, in a process of its own."""
    command = [sys.executable, "-B", "-c", WATCH, *arguments]
    run = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.stdout, run.stderr
    told = json.loads(run.stdout.splitlines()[-1])
    return Watched(
        told["code"],
        tuple((Path(path), writes) for path, writes in told["opened"]),
        tuple((event, what) for event, what in told["ran"]),
        frozenset(told["modules"]),
    )


# All the fixtures, under an audit hook.
ALL = pytest.mark.slow


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All the fixtures, and a trap among them."""
    root = tmp_path_factory.mktemp("project").resolve()
    shutil.copytree(FIXTURES, root / "fixtures")
    (root / "fixtures" / "trap.py").write_text(TRAP, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def linting(project: Path) -> Watched:
    return watched("fixtures", "--select", "ALL", "--isolated", folder=project)


@ALL
def test_the_fixtures_are_linted(linting: Watched, project: Path) -> None:
    read = {path for path, _ in linting.opened}

    assert linting.code == 1
    assert set(project.rglob("*.py")) <= read


@ALL
def test_neither_keras_nor_the_linted_code_is_imported(linting: Watched, project: Path) -> None:
    linted = {path.stem.split(".")[0] for path in project.rglob("*.py")} - {"__init__"}

    assert not linting.packages & HEAVY
    assert not linting.packages & (linted - sys.stdlib_module_names)
    assert not list(project.rglob("*.ran"))


@ALL
def test_no_process_and_no_connection_is_started(linting: Watched) -> None:
    assert not [what for what in linting.ran if what[0] != "exec"]


@ALL
def test_no_code_is_run_but_ours_and_pythons(linting: Watched, project: Path) -> None:
    run = [Path(file) for event, file in linting.ran if event == "exec"]

    assert run
    assert not [file for file in run if not is_known(file)]


@ALL
def test_only_linted_files_are_opened(linting: Watched, project: Path) -> None:
    opened = [path for path, _ in linting.opened]

    assert not [path for path in opened if project not in path.parents and not is_known(path)]


@ALL
def test_nothing_is_written_but_the_cache(linting: Watched) -> None:
    written = {path for path, writes in linting.opened if writes}

    assert not [path for path in written if CACHE not in path.parts]


def test_fixing_without_proof_runs_nothing_either(tmp_path: Path) -> None:
    (tmp_path / "trap.py").write_text(TRAP, encoding="utf-8")

    fixing = watched("check", "--fix", "trap.py", "--isolated", folder=tmp_path)

    assert (tmp_path / "trap.py").read_text(encoding="utf-8") != TRAP
    assert not fixing.packages & {*HEAVY, "trap"}
    assert not (tmp_path / "trap.ran").exists()
    assert not [what for what in fixing.ran if what[0] != "exec"]


def test_without_a_candidate_libcst_is_not_imported(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text(NO_CANDIDATE, encoding="utf-8")

    run = watched("plain.py", "--isolated", folder=tmp_path)

    assert run.code == 0
    assert "libcst" not in run.packages


@ALL
def test_with_a_candidate_it_is(linting: Watched) -> None:
    assert "libcst" in linting.packages


def is_known(path: Path) -> bool:
    """Part of Python, of keraslint, or of what keraslint is made with."""
    sites = [index for index, part in enumerate(path.parts) if part == "site-packages"]
    if sites:
        name = path.parts[sites[-1] + 1].split(".")[0].split("-")[0]
        return name in OUR_TOOLS
    python = {Path(sys.prefix), Path(sys.base_prefix), Path(json.__file__).parent.parent}
    return bool(python & set(path.parents)) or PACKAGE in path.parents
