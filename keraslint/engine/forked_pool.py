"""A function and chunks of work → results in order, each chunk computed in a forked child."""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

_Work = TypeVar("_Work")
_Result = TypeVar("_Result")


def workers() -> int:
    """How many processes can work at a time; 1 where a process cannot fork safely."""
    if not hasattr(os, "fork") or threading.active_count() > 1:
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def forked(work: Callable[[_Work], _Result], chunks: Sequence[_Work]) -> list[_Result]:
    """Compute all chunks, the first one here; a child that fails is made good here.

    A child sees all that this process knows, and hands back nothing but its pickled result.
    """
    children = [_start(work, chunk) for chunk in chunks[1:]]
    results = [work(chunk) for chunk in chunks[:1]]
    for chunk, (pid, pipe) in zip(chunks[1:], children, strict=True):
        answer = _read(pid, pipe)
        results.append(pickle.loads(answer) if answer else work(chunk))
    return results


def _start(work: Callable[[_Work], _Result], chunk: _Work) -> tuple[int, int]:
    mine, theirs = os.pipe()
    pid = os.fork()
    if pid:
        os.close(theirs)
        return pid, mine
    try:
        os.close(mine)
        with os.fdopen(theirs, "wb") as pipe:
            pickle.dump(work(chunk), pipe, pickle.HIGHEST_PROTOCOL)
        os._exit(0)
    except BaseException:
        os._exit(1)


def _read(pid: int, pipe: int) -> bytes:
    """A child's answer, empty if it did not finish."""
    with os.fdopen(pipe, "rb") as stream:
        answer = stream.read()
    _, status = os.waitpid(pid, 0)
    return answer if status == 0 else b""
