"""Claims that two versions of a layer are alike → verdicts, by running both in a child process."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from keraslint.diagnostic import Outcome, Verdict

from .claim import Claim, ProofOptions, after_job, before_job
from .evidence import evidence, old_files
from .verdict import judge

__all__ = ["Claim", "ProofOptions", "Prover", "prove"]

PROBE = Path(__file__).parent / "probe" / "__main__.py"
START_LIMIT = 180.0
GRACE = 15.0
KEPT_BASELINES = 8


def prove(claims: Iterable[Claim], options: ProofOptions) -> Iterator[Verdict]:
    """Give one verdict per claim, in order, each when asked for; one child serves them all."""
    with Prover(options) as prover:
        for claim in claims:
            yield prover.prove(claim)


class Prover:
    """A warm child process that serves claims one after another; started at the first claim."""

    def __init__(self, options: ProofOptions) -> None:
        self.options = options
        self._child: _Child | None = None
        self._broken = ""
        self._scratch = tempfile.TemporaryDirectory(prefix="keraslint-", ignore_cleanup_errors=True)
        self._measured: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Prover:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child and remove what was measured."""
        self._end_child()
        self._scratch.cleanup()

    def prove(self, claim: Claim, *, timeout: float | None = None) -> Verdict:
        """Build and run both versions of one layer; `timeout` overrides that of the options."""
        started = time.monotonic()
        options = self.options if timeout is None else replace(self.options, timeout=timeout)
        try:
            verdict = self._settle(claim, options)
        except _Gone as error:
            verdict = _unknown(claim, str(error))
        seconds = time.monotonic() - started
        environment = self._child.environment if self._child else ""
        return replace(verdict, seconds=seconds, environment=environment)

    def _settle(self, claim: Claim, options: ProofOptions) -> Verdict:
        before = self._baseline(before_job(claim, options))
        wrong = _why_not(before, options.timeout)
        if wrong:
            return _unknown(claim, f"baseline fails: {wrong}")
        cases = before["answer"]["cases"]
        used = "\n".join(dict.fromkeys(case["recipe"] for case in cases))
        layer = claim.after_layer or claim.layer
        with tempfile.TemporaryDirectory(dir=self._scratch.name) as folder:
            job = after_job(claim, options, cases)
            after = self._measure({**job, "folder": folder, "theirs": before["folder"]})
        wrong = _why_not(after, options.timeout)
        if wrong:
            slow = after["status"] == "timeout" and before["seconds"] > options.timeout / 4
            outcome = Outcome.UNKNOWN if slow else Outcome.REFUTED
            return Verdict(outcome, layer, f"the rewritten layer fails: {wrong}", used)
        other = after["answer"]["cases"]
        outcome, reason, checks = judge(cases, other, claim.promise)
        verdict = Verdict(outcome, layer, reason, used, checks)
        seen, files = evidence(cases, other), old_files(cases, other)
        return replace(verdict, evidence=seen, old_files=files)

    def _baseline(self, job: dict[str, Any]) -> dict[str, Any]:
        """Measure the version before, once for all claims about it that follow one another."""
        key = json.dumps(job, sort_keys=True)
        if key not in self._measured:
            while len(self._measured) >= KEPT_BASELINES:
                oldest = self._measured.pop(next(iter(self._measured)))
                shutil.rmtree(oldest["folder"], ignore_errors=True)
            folder = tempfile.mkdtemp(dir=self._scratch.name)
            reply = self._measure({**job, "folder": folder, "theirs": None})
            self._measured[key] = {**reply, "folder": folder}
        return self._measured[key]

    def _measure(self, job: dict[str, Any]) -> dict[str, Any]:
        """Have one version measured; a child that is gone is started again once for the next."""
        if self._broken:
            raise _Gone(self._broken)
        if self._child is None or self._child.spent:
            self._end_child()
            self._child = self._start()
        try:
            return self._child.ask(job, job["timeout"] + GRACE)
        except _Gone:
            self._end_child()
            raise

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None

    def _start(self) -> _Child:
        try:
            return _Child(self.options)
        except _Gone as error:
            self._broken = str(error)
            raise


def _unknown(claim: Claim, reason: str) -> Verdict:
    recipe = "\n".join(recipe.text for recipe in claim.recipes)
    return Verdict(Outcome.UNKNOWN, claim.after_layer or claim.layer, reason, recipe)


class _Gone(Exception):
    """There is no child to ask; the text says why."""


class _Child:
    """One probe process and the lines it says."""

    def __init__(self, options: ProofOptions) -> None:
        self.python = options.interpreter
        self._home = tempfile.mkdtemp(prefix="keraslint-probe-")
        self._process = self._popen(options)
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        hello = self._hear(START_LIMIT)
        if not hello["ready"]:
            self.close()
            raise _Gone(_not_ready(hello, self.python))
        self.forks: bool = hello["forks"]
        self.spent = False
        self.environment = f"keras {hello['keras']}, {hello['backend']}, python {hello['python']}"

    def _popen(self, options: ProofOptions) -> subprocess.Popen[str]:
        environment = dict(os.environ)
        if options.backend:
            environment["KERAS_BACKEND"] = options.backend
        try:
            return subprocess.Popen(
                [self.python, "-u", str(PROBE)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                cwd=self._home,
                env=environment,
            )
        except OSError as error:
            shutil.rmtree(self._home, ignore_errors=True)
            raise _Gone(f"cannot run {self.python}: {error.strerror}") from error

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def _hear(self, limit: float) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=limit)
        except queue.Empty:
            self.close()
            raise _Gone(f"the probe was ended after {limit:.0f} s without an answer") from None
        if line is None:
            raise _Gone(f"the probe in {self.python} ended without an answer")
        heard: dict[str, Any] = json.loads(line)
        return heard

    def ask(self, job: dict[str, Any], limit: float) -> dict[str, Any]:
        """Send one job and wait for its answer."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(job) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise _Gone("the probe is gone") from error
        self.spent = not self.forks
        return self._hear(limit)

    def close(self) -> None:
        """End the process and remove its folder."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        shutil.rmtree(self._home, ignore_errors=True)


def _not_ready(hello: dict[str, Any], python: str) -> str:
    if hello["missing"] == "keras":
        return f"keras is not installed in {python}"
    return f"keras cannot be imported in {python}: {hello['error']}"


def _why_not(reply: dict[str, Any], timeout: float) -> str:
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
