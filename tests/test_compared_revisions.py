"""Of a git revision, `compare --base` looks at the files that it looks at as they are now."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from keraslint.commands.running.class_pairs import Pairs, since
from keraslint.settings import Settings

LAYER = """\
import keras


class Block(keras.layers.Layer):
    def call(self, x):
        return x + 1
"""
EDITED = LAYER.replace("x + 1", "x + 2")
OLDER = LAYER.replace("Block", "Older")
AS_DEFAULTS = Settings(root=Path())


def git(*arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], check=True)


def notebook(text: str) -> str:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": text}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old").mkdir()
    (tmp_path / "layer.py").write_text(LAYER, encoding="utf-8")
    (tmp_path / "book.ipynb").write_text(notebook(LAYER), encoding="utf-8")
    (tmp_path / "tool").write_text(LAYER, encoding="utf-8")
    (tmp_path / "old" / "layer.py").write_text(OLDER, encoding="utf-8")
    git("init", "-q", ".")
    git("add", ".")
    git("commit", "-qm", "x")
    return tmp_path


def compared(*paths: str, settings: Settings = AS_DEFAULTS) -> Pairs:
    return since("HEAD", [Path(path) for path in paths], None, None, settings)


def files(pairs: Pairs) -> list[str]:
    return [Path(pair.new.path).name for pair in pairs.pairs]


@pytest.mark.parametrize("asked", [(), ("book.ipynb",), ("tool", "layer.py")])
def test_nothing_is_new_where_nothing_changed(repository: Path, asked: tuple[str, ...]) -> None:
    pairs = compared(*asked)

    assert (pairs.pairs, pairs.notes) == ((), ())


def test_a_notebook_is_compared_with_what_it_was(repository: Path) -> None:
    (repository / "book.ipynb").write_text(notebook(EDITED), encoding="utf-8")

    pairs = compared()

    assert (files(pairs), pairs.notes) == (["book.ipynb"], ())


def test_a_file_that_is_named_is_compared_whatever_it_is_called(repository: Path) -> None:
    (repository / "tool").write_text(EDITED, encoding="utf-8")

    pairs = compared("tool")

    assert (files(pairs), pairs.notes) == (["tool"], ())


def test_what_is_left_out_is_not_gone(repository: Path) -> None:
    (repository / "old" / "layer.py").write_text(OLDER.replace("+ 1", "+ 2"), encoding="utf-8")
    without = replace(AS_DEFAULTS, extend_exclude=("old",))

    assert compared(settings=without).notes == ()
    assert files(compared()) == ["layer.py"]


def test_what_git_ignores_by_now_is_not_gone(repository: Path) -> None:
    (repository / ".gitignore").write_text("old/\n", encoding="utf-8")
    (repository / "old" / "layer.py").write_text(OLDER.replace("+ 1", "+ 2"), encoding="utf-8")

    assert compared().notes == ()


def test_only_what_would_have_been_looked_at_is_gone(repository: Path) -> None:
    (repository / "layer.py").unlink()
    (repository / "old" / "layer.py").unlink()
    without = replace(AS_DEFAULTS, extend_exclude=("old",))

    assert compared(settings=without).notes == ("`Block` (layer.py) is gone",)
    assert len(compared().notes) == 2
    assert compared("old/layer.py", settings=without).notes == ("`Older` (old/layer.py) is gone",)
