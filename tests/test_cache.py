"""What was found is remembered, and forgotten as soon as anything it rests on has changed."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from keraslint.cache import KEPT, Cache, digest
from keraslint.diagnostic import Unresolved, WrittenFor
from keraslint.engine.diagnostics_json import packed, unpacked
from keraslint.engine.forked_pool import forked
from keraslint.engine.lint import LintResult, lint
from keraslint.engine.store import FILE, Store
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


def database(project: Path) -> Path:
    return project / ".keraslint_cache" / FILE


def change_what_is_remembered(project: Path, old: str, new: str) -> None:
    """As the store would: with seals that are right."""
    with sqlite3.connect(database(project)) as to:
        rows = to.execute("SELECT key, body FROM kept WHERE key LIKE 'answer %'").fetchall()
    store = Store(database(project).parent)
    store.keep({key: body.replace(old, new) for key, body in rows})
    store.close()


def test_what_is_remembered_is_what_was_found(project: Path) -> None:
    first = run(project)
    second = run(project)

    assert database(project).is_file()
    assert first.diagnostics
    assert second == first


def test_the_cache_is_really_read(project: Path) -> None:
    run(project)
    change_what_is_remembered(project, "created in `build()`", "remembered")

    assert "remembered" in run(project).diagnostics[0].message
    assert "remembered" not in run(project, cache=False).diagnostics[0].message


def test_a_comment_in_a_file_that_others_rest_on_is_no_reason_to_look_at_them(
    project: Path,
) -> None:
    run(project)
    change_what_is_remembered(project, "created in `build()`", "remembered")
    (project / "base.py").write_text(f"# a comment\n\n{BASE}", encoding="utf-8")

    assert "remembered" in run(project).diagnostics[0].message


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


@pytest.mark.parametrize("damage", [b"", b"{", b"SQLite format 3\0" * 50, b"\x00" * 5000])
def test_a_damaged_database_is_made_anew(project: Path, damage: bytes) -> None:
    whole = run(project)
    database(project).write_bytes(damage)

    healed = run(project)

    assert healed.diagnostics == whole.diagnostics
    assert all("damaged" in one.reason and one.is_note for one in healed.problems)
    assert len(healed.problems) == (len(damage) > 100)
    change_what_is_remembered(project, "created in `build()`", "remembered")
    assert "remembered" in run(project).diagnostics[0].message


@pytest.mark.parametrize("seed", range(12))
def test_a_database_with_a_wrong_byte_tells_nothing_wrong(project: Path, seed: int) -> None:
    dice = random.Random(seed)
    whole = run(project)
    for _ in range(8):
        data = bytearray(database(project).read_bytes())
        for _ in range(40):
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        database(project).write_bytes(data)

        assert run(project).diagnostics == whole.diagnostics


def test_a_row_that_is_not_what_was_written_is_a_miss(project: Path) -> None:
    whole = run(project)
    with sqlite3.connect(database(project)) as to:
        to.execute("UPDATE kept SET body = replace(body, 'created', 'remembered')")

    assert run(project) == whole


@pytest.mark.parametrize("text", ["", "{", "[]", '{"rows": 3}', "null", "[1,2]"])
def test_a_sealed_row_that_means_nothing_is_a_miss(project: Path, text: str) -> None:
    whole = run(project)
    with sqlite3.connect(database(project)) as to:
        keys = [key for (key,) in to.execute("SELECT key FROM kept") if not key.startswith("code")]
    store = Store(database(project).parent)
    store.keep(dict.fromkeys(keys, text))
    store.close()

    assert run(project) == whole


def test_a_full_disk_keeps_nothing_and_is_said(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.keep({"a": "1"})
    assert store._connection is not None
    store._connection.execute("PRAGMA max_page_count = 4")

    store.keep({"b": "x" * 100_000})

    assert "full" in store.complaint
    assert store.many("ab") == {"a": "1"}


def test_a_database_that_cannot_be_written_is_read(project: Path) -> None:
    run(project)
    change_what_is_remembered(project, "created in `build()`", "remembered")
    database(project).chmod(0o444)
    database(project).parent.chmod(0o555)
    try:
        found = run(project).diagnostics
    finally:
        database(project).parent.chmod(0o755)

    assert "remembered" in found[0].message


def test_several_stores_write_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keraslint.engine.store._PATIENCE", 60.0)  # on a busy machine, too

    def work(number: int) -> None:
        store = Store(tmp_path)
        for turn in range(25):
            store.keep({f"{number} {turn}": "x" * 3000})
        store.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    keys = [f"{number} {turn}" for number in range(4) for turn in range(25)]
    assert len(Store(tmp_path).many(keys)) == 100


def test_a_database_that_grows_loses_what_was_not_needed_for_longest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keraslint.engine.store.LARGEST", 500_000)
    for day in range(6):
        monkeypatch.setattr("keraslint.engine.store._today", lambda day=day: day)
        store = Store(tmp_path)
        assert day == 0 or "always" in store.many(["always"])
        store.keep({f"{day}": "x" * 200_000, **({"always": "1"} if day == 0 else {})})
        store.close()

    left = Store(tmp_path).many(["always", *"012345"])
    assert {"always", "5"} <= left.keys()
    assert "0" not in left


def test_a_folder_that_cannot_be_used_is_no_cache(project: Path) -> None:
    (project / ".keraslint_cache").write_text("a file is in the way")

    found = run(project)

    assert found.diagnostics
    assert all(one.is_note for one in found.problems)


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
    noted = (
        (Unresolved(path="a.py", name="A", source="lib", assumed=True),),
        (WrittenFor(path="a.py", keras=2, says="why"),),
    )

    assert unpacked(packed(found, [1], noted)) == (found, [1], noted)


@pytest.mark.parametrize("cache", [False, True])
def test_several_processes_give_what_one_gives(
    project: Path, monkeypatch: pytest.MonkeyPatch, *, cache: bool
) -> None:
    alone = lint([project], Settings(root=project, cache=False))
    monkeypatch.setattr("keraslint.engine.incremental.READ_FROM", 0)
    monkeypatch.setattr("keraslint.engine.incremental.LOOK_FROM", 0)
    monkeypatch.setattr("keraslint.engine.incremental.workers", lambda: 3)

    together = lint([project], Settings(root=project, cache=cache))

    assert together == alone
    assert lint([project], Settings(root=project, cache=cache)) == alone
    assert alone.diagnostics


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing to fork")
def test_a_child_that_dies_is_made_good() -> None:
    mine = os.getpid()

    def work(number: int) -> int:
        if number == 2 and os.getpid() != mine:
            os._exit(3)
        return number * 10

    assert forked(work, [1, 2, 3]) == [10, 20, 30]
