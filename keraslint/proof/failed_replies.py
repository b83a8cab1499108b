"""A reply that holds no measurement → why, or one that was measured past what ended the process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .child_process import Reply

MOST_FATAL = 8
"""Each costs as much as all that was measured until then."""


def survived(job: dict[str, Any], measure: Callable[[dict[str, Any]], Reply]) -> Reply:
    """Measured without the further cases in which the layer ends the process.

    They are like those in which it raises: it does not work there, so that nothing can be kept.
    """
    reply = measure(job)
    fatal: list[dict[str, Any]] = []
    while reply.get("change") and len(fatal) < MOST_FATAL:
        fatal.append(reply["change"])
        reply = measure({**job, "fatal": fatal})
    return reply


def why_not(reply: dict[str, Any], timeout: float) -> str:
    """Why a reply holds no measurement; empty when it does."""
    stage = reply["stage"]
    if reply["status"] == "timeout":
        return f"the probe was ended after {timeout:g} s while {stage}"
    if reply["status"] == "memory":
        return f"the probe was ended for using too much memory while {stage}"
    if reply["status"] == "died":
        last = (reply.get("said") or "").strip().splitlines()[-1:]
        said = f": {last[0][:200]}" if last and reply["code"] not in (0,) else ""
        return f"the process ended {_ending(reply['code'])} while {stage}{said}"
    answer = reply["answer"]
    return str(answer.get("unusable") or answer.get("baseline") or "")


def _ending(code: int) -> str:
    return f"by signal {-code}" if code < 0 else f"with code {code}"
