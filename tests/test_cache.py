"""What was found is remembered, and forgotten as soon as anything it rests on has changed."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from keraslint.cache import KEPT, Cache, digest
from keraslint.engine.diagnostics_json import packed, unpacked
from keraslint.engine.forked_pool import forked
from keraslint.engine.lint import LintResult, lint
from keraslint.settings import Settings

BASE = """\
from keras import layers


class Base(layers.Layer):
    pass
"""
BLOCK = """\
from keras import layers

from base import Base


class Block(Base):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.dense = layers.Dense(self.units)
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "base.py").write_text(BASE, encoding="utf-8")
    (tmp_path / "block.py").write_text(BLOCK, encoding="utf-8")
    return tmp_path


def run(project: Path, *, cache: bool = True) -> LintResult:
    return lint([project / "block.py"], Settings(root=project, cache=cache))


def entries(project: Path) -> list[Path]:
    return sorted((project / ".keraslint_cache").glob("*.json"))


def test_what_is_remembered_is_what_was_found(project: Path) -> None:
    first = run(project)
    second = run(project)

    assert len(entries(project)) == 1
    assert first.diagnostics
    assert second == first


def test_the_cache_is_really_read(project: Path) -> None:
    run(project)
    entry = entries(project)[0]
    entry.write_text(entry.read_text().replace("created in `build()`", "remembered"))

    assert "remembered" in run(project).diagnostics[0].message
    assert "remembered" not in run(project, cache=False).diagnostics[0].message


def test_a_change_in_another_file_is_seen(project: Path) -> None:
    assert run(project).diagnostics
    (project / "base.py").write_text("class Base:\n    pass\n", encoding="utf-8")

    assert not run(project).diagnostics


def test_a_new_file_that_hides_another_is_seen(project: Path) -> None:
    assert run(project).diagnostics
    (project / "base").mkdir()
    (project / "base/__init__.py").write_text("class Base:\n    pass\n", encoding="utf-8")

    assert not run(project).diagnostics


def test_another_selection_is_another_entry(project: Path) -> None:
    run(project)
    settings = replace(Settings(root=project), ignore=("KRL101",))

    assert not lint([project / "block.py"], settings).diagnostics


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"rows": 3}', "null", "\x00"])
def test_a_damaged_entry_is_a_miss(project: Path, damage: str) -> None:
    whole = run(project)
    entries(project)[0].write_text(damage)

    assert run(project) == whole
    assert json.loads(entries(project)[0].read_text())


def test_a_folder_that_cannot_be_used_is_no_cache(project: Path) -> None:
    (project / ".keraslint_cache").write_text("a file is in the way")

    assert run(project).diagnostics


def test_the_folder_ignores_itself_and_does_not_grow(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    for number in range(KEPT + 5):
        cache.put(digest([str(number).encode()]), "{}")

    assert len(list((tmp_path / "cache").glob("*.json"))) == KEPT
    assert "*" in (tmp_path / "cache/.gitignore").read_text().split()
    assert not list((tmp_path / "cache").glob(".*.[0-9]*"))


def test_digests_keep_lists_apart() -> None:
    assert digest([b"ab", b"c"]) != digest([b"a", b"bc"])


def test_diagnostics_survive_the_archive(project: Path) -> None:
    found = run(project, cache=False).diagnostics

    assert unpacked(packed(found, [1])) == (found, [1])


def test_several_processes_give_what_one_gives(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = lint([project], Settings(root=project, cache=False))
    monkeypatch.setattr("keraslint.engine.analysis.POOL_FROM", 0)
    monkeypatch.setattr("keraslint.engine.analysis.workers", lambda: 3)

    together = lint([project], Settings(root=project, cache=False))

    assert together == alone
    assert alone.diagnostics


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing to fork")
def test_a_child_that_dies_is_made_good() -> None:
    mine = os.getpid()

    def work(number: int) -> int:
        if number == 2 and os.getpid() != mine:
            os._exit(3)
        return number * 10

    assert forked(work, [1, 2, 3]) == [10, 20, 30]
