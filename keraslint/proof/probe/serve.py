"""Requests on stdin → one worker process each, watched → one answer each on what was stdout."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import IO, Any

QUIET = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
POLL = 0.01


def main() -> None:
    """Import Keras once, say hello, then serve requests until stdin ends."""
    requests, answers = _private_channels()
    os.environ.update(QUIET)
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    _keep_bytecode_apart()
    hello = _warm_up()
    _send(answers, hello)
    if not hello["ready"]:
        return
    for line in requests:
        job = json.loads(line)
        if hello["forks"]:
            _send(answers, _in_a_fork(job, (requests, answers)))
        else:
            _work(job)
            _send(answers, {"status": "done", "answer": _answer(job)})
            return


def _keep_bytecode_apart() -> None:
    """Compile the project's files once, and write nothing beside them."""
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(Path.cwd() / "bytecode")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def _private_channels() -> tuple[IO[str], IO[str]]:
    """Take stdin and stdout away from user code: it reads nothing, and prints to nowhere."""
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
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
        import keras
    except ImportError as error:
        return {"ready": False, "missing": error.name or "", "error": str(error)}
    except Exception as error:
        return {"ready": False, "missing": "", "error": f"{type(error).__name__}: {error}"}
    if not hasattr(keras, "ops"):
        version = getattr(keras, "__version__", "2")
        return {"ready": False, "missing": "", "error": f"Keras {version} is too old: 3 is needed"}
    importlib.import_module(".job", __package__)
    for slow in ("h5py", "optree"):
        with contextlib.suppress(ImportError):
            importlib.import_module(slow)
    gc.collect()
    gc.freeze()
    return {
        "ready": True,
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
        "python": sys.version.split()[0],
        "forks": _may_fork(),
    }


def _may_fork() -> bool:
    """Forking is sound where nothing of Keras runs yet besides Python's own thread."""
    system = sys.platform.startswith("linux") and hasattr(os, "fork")
    return system and threading.active_count() == 1


def _in_a_fork(job: dict[str, Any], channels: tuple[IO[str], IO[str]]) -> dict[str, Any]:
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        for channel in channels:
            os.close(channel.fileno())
        _worker(job)
    status, code = _watch(pid, job, started)
    reply = {"status": status, "code": code, "stage": _stage(job)}
    answer = _answer(job) if status == "done" else None
    if status == "done" and answer is None:
        reply["status"] = "died"
    return {**reply, "answer": answer, "seconds": time.monotonic() - started, "said": _said(job)}


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
    from .job import run

    folder = Path(job["folder"])
    me = os.getpid()
    said = os.open(folder / "said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    (folder / "work").mkdir(exist_ok=True)
    os.chdir(folder / "work")
    sys.argv[:] = [str(job["path"])]
    answer = run(job, lambda stage: _note_stage(folder, stage))
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


def _watch(pid: int, job: dict[str, Any], started: float) -> tuple[str, int]:
    """Wait for the worker, end it at its limits, and end whatever it started."""
    ended = ""
    look = os.WEXITED | os.WNOHANG | os.WNOWAIT
    while os.waitid(os.P_PID, pid, look) is None:
        if not ended and time.monotonic() - started > job["timeout"]:
            ended = "timeout"
        elif not ended and _resident_mb(pid) > (job.get("memory_mb") or 1e9):
            ended = "memory"
        if ended:
            _end_group(pid)
        time.sleep(POLL)
    _end_group(pid)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return (ended or ("done" if code == 0 else "died")), code


def _end_group(pid: int) -> None:
    """End the worker's session, its forks included; it is not reaped yet, so the id is its own."""
    for send in (os.killpg, os.kill):
        try:
            send(pid, 9)
        except (ProcessLookupError, PermissionError):
            continue


def _resident_mb(pid: int) -> float:
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except (OSError, IndexError):
        return 0.0
    return int(pages) * 4096 / 2**20


def _stage(job: dict[str, Any]) -> str:
    path = Path(job["folder"]) / "stage.txt"
    return path.read_text(encoding="utf-8") if path.exists() else "starting"


def _said(job: dict[str, Any]) -> str:
    path = Path(job["folder"]) / "said.txt"
    return path.read_text(encoding="utf-8", errors="replace")[-2000:] if path.exists() else ""


def _answer(job: dict[str, Any]) -> Any:
    path = Path(job["folder"]) / "answer.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
