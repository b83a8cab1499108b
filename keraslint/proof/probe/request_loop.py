"""Requests on stdin → a watched process each, several at a time → answers on what was stdout."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import IO, Any

from .preload import Preload, imports
from .read_log import ReadLog, loaded_early
from .runtime_setup import (
    choose_backend,
    installed_bytecode,
    keep_bytecode_apart,
    keep_kernels,
    keep_temporary_files,
    share_compiled,
)
from .source_overlay import module_name

QUIET = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
INHERITED = dict(os.environ)
OWN_FOLDER = Path(__file__).resolve().parents[2]
POLL = 0.01
PATIENCE = 3.0
"""A worker that waits, or that others keep waiting, has so many times the limit."""


@dataclass(kw_only=True)
class Worker:
    """A process that measures one version; `ended` says why it was stopped, if it was."""

    pid: int
    job: dict[str, Any]
    started: float
    ended: str = ""


def main() -> None:
    """Import Keras once, say hello, then serve requests until stdin ends."""
    requests, answers = _private_channels()
    os.environ.update(QUIET)
    choose_backend()
    keep_bytecode_apart(Path.cwd() / "bytecode")
    keep_temporary_files(Path.cwd() / "temporary")
    share_compiled(Path(sys.pycache_prefix or ".") / "compiled")
    with installed_bytecode():
        hello = _warm_up()
    _send(answers, hello)
    if hello["ready"] and hello["forks"]:
        _serve(requests, answers)
    elif hello["ready"]:
        with os.fdopen(requests, encoding="utf-8") as lines:
            job = json.loads(lines.readline())
        _work(job)
        answer = {"status": "done", "stage": _stage(job), "answer": _answer(job)}
        _send(answers, {**answer, "id": job["id"]})


def _serve(requests: int, answers: IO[str]) -> None:
    """Give each request a fork at once; when stdin ends, so do those that are still at work."""
    workers: list[Worker] = []
    preload = Preload(INHERITED)
    rest = b""
    while True:
        ready, _, _ = select.select([requests], [], [], POLL if workers else None)
        if ready:
            data = os.read(requests, 2**16)
            if not data:
                break
            *lines, rest = (rest + data).split(b"\n")
            workers += [_forked(json.loads(line), (requests, answers.fileno())) for line in lines]
        for worker in [worker for worker in workers if _is_over(worker)]:
            workers.remove(worker)
            reply = _reply(worker)
            told = preload.add_to(reply["answer"]) if reply["answer"] else None
            _send(answers, reply)
            if told:
                preload.learn(**told)
    for worker in workers:
        _end_group(worker.pid)
    os._exit(0)


def _private_channels() -> tuple[int, IO[str]]:
    """Take stdin and stdout away from user code: it reads nothing, and prints to nowhere."""
    requests = os.dup(0)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    return requests, answers


def _send(answers: IO[str], message: dict[str, Any]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def _warm_up() -> dict[str, Any]:
    try:
        chosen = importlib.import_module(".keras_versions.in_use", __package__).KERAS
    except Exception as error:
        return _not_ready(error)
    importlib.import_module(".measure_version", __package__)
    for slow in ("h5py", "optree", "tensorflow"):  # Keras imports them late, if they are there
        with contextlib.suppress(ImportError):
            importlib.import_module(slow)
    if chosen.backend == "tensorflow":
        keep_kernels()
    loaded_early()
    gc.collect()
    gc.freeze()
    return {
        "ready": True,
        "keras": f"{chosen.name} {chosen.version}",
        "generation": chosen.generation,
        "backend": chosen.backend,
        "python": sys.version.split()[0],
        "forks": _may_fork(),
    }


def _not_ready(error: Exception) -> dict[str, Any]:
    """What is there instead, and what is missing."""
    text, told = str(error), {}
    with contextlib.suppress(metadata.PackageNotFoundError):
        told = {"tensorflow": metadata.version("tensorflow")}
    return {
        **told,
        "ready": False,
        "found": getattr(error, "found", ""),
        "too_old": getattr(error, "too_old", False),
        "missing": getattr(error, "name", None) or "",
        "error": text if isinstance(error, ImportError) else f"{type(error).__name__}: {text}",
    }


def _may_fork() -> bool:
    """Forking is sound where nothing of Keras runs yet besides Python's own thread."""
    system = sys.platform.startswith("linux") and hasattr(os, "fork")
    return system and threading.active_count() == 1


def _forked(job: dict[str, Any], channels: tuple[int, int]) -> Worker:
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        for channel in channels:
            os.close(channel)
        _worker(job)
    return Worker(pid=pid, job=job, started=started)


def _worker(job: dict[str, Any]) -> None:
    """In the fork: measure, write the answer, leave without running exit handlers."""
    os.setsid()
    _limit_memory(job.get("memory_mb"))
    try:
        _work(job)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(70)
    os._exit(0)


def _work(job: dict[str, Any]) -> None:
    """Measure in this process, with prints going to a file and the scratch folder as current."""
    from .measure_version import run

    folder = Path(job["folder"])
    me = os.getpid()
    said = os.open(folder / "said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    keep_temporary_files(folder / "temporary")
    (folder / "work").mkdir(exist_ok=True)
    os.chdir(folder / "work")
    sys.argv[:] = [str(job["path"])]
    ours = [job["theirs"], sys.pycache_prefix, os.environ.get("JAX_COMPILATION_CACHE_DIR")]
    scratch = [folder, *map(Path, filter(None, ours)), OWN_FOLDER]
    read_log = ReadLog(scratch, INHERITED)
    read_log.begin()
    answer = run(job, lambda stage: _note_stage(folder, stage))
    answer["looked_at"] = read_log.seen(job["path"])
    answer["imports"] = imports(module_name(Path(job["path"]))[0])
    if os.getpid() != me:
        os._exit(0)
    partial = folder / "answer.partial"
    partial.write_text(json.dumps(answer), encoding="utf-8")
    partial.replace(folder / "answer.json")


def _note_stage(folder: Path, stage: str) -> None:
    (folder / "stage.txt").write_text(stage, encoding="utf-8")


def _limit_memory(megabytes: int | None) -> None:
    """Forbid to grow by more than this; a soft limit, so that it surfaces as MemoryError."""
    if not megabytes:
        return
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        allowed = pages * resource.getpagesize() + megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
    except (ImportError, OSError, ValueError):
        return


def _is_over(worker: Worker) -> bool:
    """Has the worker ended? At its limits it is made to."""
    look = os.WEXITED | os.WNOHANG | os.WNOWAIT
    if os.waitid(os.P_PID, worker.pid, look) is not None:
        return True
    if not worker.ended:
        worker.ended = _beyond(worker)
    if worker.ended:
        _end_group(worker.pid)
    return False


def _beyond(worker: Worker) -> str:
    """The limit that the worker has passed, if any."""
    limit = worker.job["timeout"]
    if _worked(worker.pid) > limit or time.monotonic() - worker.started > PATIENCE * limit:
        return "timeout"
    if _resident_mb(worker.pid) > (worker.job.get("memory_mb") or 1e9):
        return "memory"
    return ""


def _reply(worker: Worker) -> dict[str, Any]:
    """End whatever the worker started, and tell how it ended and what it measured."""
    _end_group(worker.pid)
    code = os.waitstatus_to_exitcode(os.waitpid(worker.pid, 0)[1])
    answer = _answer(worker.job) if code == 0 and not worker.ended else None
    return {
        "id": worker.job["id"],
        "status": worker.ended or ("died" if answer is None else "done"),
        "code": code,
        "change": _change(worker.job) if answer is None and not worker.ended else None,
        "stage": _stage(worker.job),
        "answer": answer,
        "seconds": time.monotonic() - worker.started,
        "said": _said(worker.job),
    }


def _end_group(pid: int) -> None:
    """End the worker's session, its forks included; it is not reaped yet, so the id is its own."""
    for send in (os.killpg, os.kill):
        try:
            send(pid, 9)
        except (ProcessLookupError, PermissionError):
            continue


def _worked(pid: int) -> float:
    """Seconds that the worker has been computing."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_mb(pid: int) -> float:
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except (OSError, IndexError):
        return 0.0
    return int(pages) * 4096 / 2**20


def _stage(job: dict[str, Any]) -> str:
    path = Path(job["folder"]) / "stage.txt"
    return path.read_text(encoding="utf-8") if path.exists() else "starting"


def _change(job: dict[str, Any]) -> Any:
    """The change to the given case under which the worker was when it ended, if any."""
    path = Path(job["folder"]) / "change.json"
    if not path.exists():
        return None
    told = json.loads(path.read_text(encoding="utf-8"))
    path.unlink()
    return told


def _said(job: dict[str, Any]) -> str:
    path = Path(job["folder"]) / "said.txt"
    return path.read_text(encoding="utf-8", errors="replace")[-2000:] if path.exists() else ""


def _answer(job: dict[str, Any]) -> Any:
    path = Path(job["folder"]) / "answer.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
