"""The work of proving is spread: over parts of the files whose reports are joined, over workers."""

from __future__ import annotations

import json
import os
import signal
import threading
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from keraslint.cli import run
from keraslint.proof.elsewhere import FarProver
from keraslint.proof.prove import Claim, ProofOptions

NAMES = ("First", "Second", "Third")
BLOCK = """\
from keras import layers
from {module} import units_of


class {name}(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units_of(units)

    def build(self, input_shape):
        self.dense = layers.Dense(self.units)
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
# keraslint: recipe {name}(4)(floats(2, 8))
"""
MOVED = "        self.dense = layers.Dense(self.units)\n"


@pytest.fixture
def blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        text = BLOCK.format(name=name, module="sizes_of_blocks")
        Path(f"{name.lower()}.py").write_text(text, encoding="utf-8")
    Path("sizes_of_blocks.py").write_text("def units_of(n):\n    return n\n", encoding="utf-8")
    return tmp_path


def claim(folder: Path, name: str, *, right: bool = True) -> Claim:
    path = folder / f"{name.lower()}.py"
    before = path.read_text(encoding="utf-8")
    created = "        self.units = units_of(units)\n"
    new = MOVED if right else MOVED.replace("self.units", "self.units + 1")
    after = before.replace(MOVED, "").replace(created, created + new)
    return Claim(layer=name, path=path, before=before, after=after)


def proved(*words: str) -> list[Any]:
    file = f"{len(words)}-{'-'.join(words).replace('/', '_')}.json"
    run(["check", ".", "--isolated", "--no-cache", "--diff", "--prove", *words, "--report", file])
    told: list[Any] = json.loads(Path(file).read_text(encoding="utf-8"))
    return told


@pytest.mark.keras
def test_parts_that_are_joined_are_the_whole(
    blocks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = proved()
    first, second = proved("--shard", "1/2"), proved("--shard", "2/2")
    capsys.readouterr()

    code = run(["report", *sorted(map(str, Path().glob("2-*.json"))), "-o", "joined.json"])
    told = capsys.readouterr().out
    joined = json.loads(Path("joined.json").read_text(encoding="utf-8"))

    def essence(one: Any) -> tuple[str, ...]:
        return one["filename"], one["layer"], one["outcome"], one["recipe"], one["diff"]

    assert (code, told) == (0, "3 layers in 2 reports: 3 proved\n")
    assert {len(first), len(second)} == {1, 2}
    assert sorted(map(essence, joined)) == sorted(map(essence, whole))
    assert [one["checks"] for one in joined if one["layer"] == "Third"] == [
        one["checks"] for one in (*first, *second) if one["layer"] == "Third"
    ]


@pytest.mark.keras
def test_a_page_is_made_of_several_reports(blocks: Path) -> None:
    proved("--shard", "1/2")

    assert run(["report", "2---shard-1_2.json", "-o", "page.html"]) == 0
    page = Path("page.html").read_text(encoding="utf-8")
    assert page.count("<article") == len(proved("--shard", "1/2"))
    assert "Recipe" in page


@pytest.mark.parametrize("part", ["0/2", "3/2", "2", "a/b"])
def test_a_part_that_is_none_is_an_error(
    part: str, blocks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", ".", "--diff", "--prove", "--shard", part]) == 2
    assert f"--shard `{part}`: not a part such as `2/8`" in capsys.readouterr().err


def test_a_part_goes_with_proving(blocks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", ".", "--diff", "--shard", "1/2"]) == 2
    assert "`--shard` divides the work of proving" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["nonsense", "{}", "[1]", '[{"layer": "A"}]'])
def test_what_is_no_report_is_an_error(
    text: str, blocks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bad.json").write_text(text, encoding="utf-8")

    assert run(["report", "bad.json"]) == 2
    assert "error: bad.json: not a report that" in capsys.readouterr().err


@pytest.mark.keras
def test_any_executor_proves_with_the_files_of_the_project(blocks: Path, tmp_path: Path) -> None:
    with (
        ThreadPoolExecutor(1) as executor,
        FarProver(ProofOptions(root=blocks), executor, 1) as prover,
    ):
        right = prover.prove(claim(blocks, "First"))
        wrong = prover.prove(claim(blocks, "Second", right=False))

    assert (right.outcome.value, right.reason) == ("proved", "")
    assert wrong.outcome.value == "refuted"


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
def test_a_worker_that_is_lost_costs_a_retry(blocks: Path) -> None:
    distributed = pytest.importorskip("distributed")
    from keraslint.proof.dask_cluster import prover_for

    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        options = ProofOptions(root=blocks, scheduler=cluster.scheduler_address)
        with prover_for(options) as prover:
            victim = next(iter(cluster.workers.values()))
            killer = threading.Timer(4.0, os.kill, (victim.pid, signal.SIGKILL))
            killer.start()
            told = prover.each(prover.prove, [claim(blocks, name) for name in NAMES])
            killer.join()

    assert [(one.layer, one.outcome.value, one.reason) for one in told] == [
        (name, "proved", "") for name in NAMES
    ]


class Never(Executor):
    """An executor whose workers never answer."""

    def __init__(self) -> None:
        self.asked = threading.Event()

    def submit(self, *_: Any, **__: Any) -> Any:
        self.asked.set()
        return Future()


def test_a_run_that_is_ended_waits_for_no_worker(blocks: Path) -> None:
    executor = Never()
    with FarProver(ProofOptions(root=blocks), executor, 1) as prover, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(prover.prove, claim(blocks, "First"))
        assert executor.asked.wait(30)
        while not prover._at_work:
            threading.Event().wait(0.01)

        prover.stop("the proof was broken off")
        told = waiting.result(30)

    assert told.outcome.value == "unknown"
    assert told.reason.startswith("no worker has proved it")
