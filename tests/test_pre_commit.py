"""The hooks: what pre-commit does with them, in an environment that it makes itself."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from notebook_texts import code, notebook, stored

from keraslint.cli import run

ROOT = Path(__file__).parent.parent
HOOKS = ROOT / ".pre-commit-hooks.yaml"
OURS = ("keraslint", "pyproject.toml", "README.md", "LICENSE", HOOKS.name)
DIRTY = """\
import keras


class Block(keras.layers.Layer):
    def build(self, input_shape):
        self.dense = keras.layers.Dense(4)
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
"""
FIXED = """\
import keras


class Block(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(4)

    def build(self, input_shape):
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
"""
TryRepo = Callable[..., "subprocess.CompletedProcess[str]"]


def git(*arguments: str, at: Path) -> None:
    who = ("-c", "user.name=someone", "-c", "user.email=someone@example.org")
    subprocess.run(["git", *who, *arguments], cwd=at, check=True, capture_output=True)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is published, as a git repository of its own; this copy may be none."""
    copy = tmp_path_factory.mktemp("keraslint")
    for name in OURS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    git("init", "-q", at=copy)
    git("add", "-A", at=copy)
    git("commit", "-q", "-m", "all", at=copy)
    return copy


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    git("init", "-q", at=tmp_path)
    return tmp_path


@pytest.fixture
def try_repo(ours: Path, sample: Path) -> TryRepo:
    def tried(*hook: str) -> subprocess.CompletedProcess[str]:
        git("add", "-A", at=sample)
        command = (sys.executable, "-m", "pre_commit", "try-repo", str(ours), *hook, "--all-files")
        outside = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "PYTHONPATH"))}
        return subprocess.run(
            [*command, "--verbose", "--color=never"],
            cwd=sample,
            env={**outside, "PRE_COMMIT_HOME": str(sample / ".git" / "pre-commit")},
            capture_output=True,
            text=True,
            check=False,
        )

    return tried


def hooks() -> list[dict[str, object]]:
    found: list[dict[str, object]] = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
    return found


def test_there_is_one_hook_to_check_and_one_to_fix() -> None:
    by_name = {hook["id"]: hook["entry"] for hook in hooks()}

    assert by_name == {
        "keraslint": "keraslint check --force-exclude",
        "keraslint-fix": "keraslint check --fix-only --force-exclude",
    }


@pytest.mark.parametrize("hook", hooks(), ids=lambda hook: hook["id"])
def test_a_hook_runs_nobodys_code_and_leaves_out_what_is_excluded(
    hook: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "keraslint.toml").write_text('exclude = ["dirty.py"]\n', encoding="utf-8")
    (tmp_path / "dirty.py").write_text(DIRTY, encoding="utf-8")
    words = shlex.split(str(hook["entry"]))

    code = run([*words[1:], "dirty.py"])

    assert words[0] == "keraslint"
    assert "--prove" not in words
    assert code == 0
    assert (tmp_path / "dirty.py").read_text(encoding="utf-8") == DIRTY


@pytest.mark.installs
def test_a_clean_repository_passes(sample: Path, try_repo: TryRepo) -> None:
    (sample / "clean.py").write_text(FIXED, encoding="utf-8")
    (sample / "legacy").mkdir()
    (sample / "legacy" / "dirty.py").write_text(DIRTY, encoding="utf-8")
    (sample / "keraslint.toml").write_text('extend-exclude = ["legacy"]\n', encoding="utf-8")

    tried = try_repo()

    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert tried.stdout.count("Passed") == 2
    assert tried.stdout.count("All checks passed! (1 file checked)") == 1
    assert tried.stdout.count("Nothing was fixed (1 file checked).") == 1


@pytest.mark.installs
def test_a_finding_fails_and_stays(sample: Path, try_repo: TryRepo) -> None:
    (sample / "dirty.py").write_text(DIRTY, encoding="utf-8")

    tried = try_repo("keraslint")

    assert tried.returncode == 1, tried.stdout + tried.stderr
    assert "dirty.py:6:22: KRL101 [*] `keras.layers.Dense`" in tried.stdout
    assert (sample / "dirty.py").read_text(encoding="utf-8") == DIRTY


@pytest.mark.installs
def test_the_fix_is_made_and_the_commit_is_stopped(sample: Path, try_repo: TryRepo) -> None:
    (sample / "dirty.py").write_text(DIRTY, encoding="utf-8")
    (sample / "nb.ipynb").write_text(stored(notebook(code(DIRTY))), encoding="utf-8")

    tried = try_repo("keraslint-fix")

    assert tried.returncode == 1, tried.stdout + tried.stderr
    assert "files were modified by this hook" in tried.stdout
    assert (sample / "dirty.py").read_text(encoding="utf-8") == FIXED
    expected = stored(notebook(code(FIXED)))
    assert (sample / "nb.ipynb").read_text(encoding="utf-8") == expected


@pytest.mark.installs
def test_a_repository_without_python_passes(sample: Path, try_repo: TryRepo) -> None:
    (sample / "notes.txt").write_text("class Block\n", encoding="utf-8")

    tried = try_repo()

    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert tried.stdout.count("(no files to check)Skipped") == 2
