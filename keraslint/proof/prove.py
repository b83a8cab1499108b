"""Claims that two versions of a layer are alike → verdicts, by running both in a child process."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from types import TracebackType
from typing import Any, TypeVar

from keraslint.diagnostic import Outcome, Verdict
from keraslint.settings import ConfigError

from .child_process import Child, Gone, Lost, Reply, census
from .claim import Claim, ProofOptions, after_job, before_job
from .coverage.sites import Look
from .coverage.verdicts import covered
from .evidence import evidence, old_files
from .failed_replies import survived, why_not
from .ledger import Ledger, LookedAt, both, still_holds
from .own_process import measured_apart
from .probe.coverage.dict_inputs import dict_advice
from .second_look import seen_again, without_marks
from .self_agreement import unsteady
from .verdict import STEADY, Unsteady, as_far_as, judge, not_measured

__all__ = ["Claim", "ProofOptions", "Prover", "prove"]

GRACE = 15.0
PATIENCE = 3.0
KEPT_BASELINES = 8
ATTEMPTS = 3
"""To measure both versions beside the same other files: fixes of these may be written meanwhile."""
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def prove(claims: Iterable[Claim], options: ProofOptions) -> Iterator[Verdict]:
    """Give one verdict per claim, in order, each when asked for; one child serves them all."""
    with Prover(options) as prover:
        for claim in claims:
            yield prover.prove(claim)


@dataclass(kw_only=True)
class _Baseline:
    """The version before of some claims: what was measured, the files it wrote, who reads them.

    `again` is what further runs showed of its cases: by number, depth, and how sets are walked.
    """

    reply: Reply
    folder: str
    again: dict[tuple[int, int, bool], dict[str, Any]] = field(default_factory=dict)
    readers: int = 0

    @property
    def holds(self) -> bool:
        """Whether all the files that it rests on are as they were."""
        looked_at = _looked_at(self.reply)
        return looked_at is None or still_holds(looked_at)


class Prover:
    """A warm child process that serves claims, several at a time; started at the first claim."""

    def __init__(self, options: ProofOptions) -> None:
        self.options = options
        self._children: list[Child] = []
        self._broken: dict[int, Gone] = {}
        self._stopped: Gone | None = None
        self._was_ready = False
        self._lock = threading.RLock()
        self._ledger: Ledger | None = None
        self._scratch = tempfile.TemporaryDirectory(prefix="keraslint-", ignore_cleanup_errors=True)
        self._measured: dict[str, _Baseline] = {}

    def __enter__(self) -> Prover:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def require_keras(self) -> None:
        """Raise `ConfigError` if no child could ever be started: nothing can be proved then."""
        if self.useless:
            reason, *way_out = self.useless
            raise ConfigError("\n  ".join([f"nothing can be proved: {reason}", *way_out]))

    @property
    def useless(self) -> tuple[str, ...]:
        """Why no child could ever be started, and what helps; empty where one could."""
        broken = next(iter(self._broken.values()), None)
        if broken is None or self._was_ready:
            return ()
        return (str(broken), broken.way_out) if broken.way_out else (str(broken),)

    def stop(self, reason: str) -> None:
        """End what is at work; all that is asked from now on is unknown for this reason."""
        self._stopped = Gone(reason)
        self._end_children()

    def close(self) -> None:
        """End the children and remove what was measured."""
        self._end_children()
        self._scratch.cleanup()

    def prove(self, claim: Claim, *, timeout: float | None = None) -> Verdict:
        """Build and run both versions of one layer; `timeout` overrides that of the options."""
        options = self.options if timeout is None else replace(self.options, timeout=timeout)
        ledger = self._open_ledger()
        known = ledger.recall(claim, options) if ledger else None
        if known is not None:
            return known
        started = time.monotonic()
        try:
            verdict, looked_at = self._settle(claim, options)
        except Gone as error:
            verdict = replace(_unknown(claim, str(error)), advice=error.way_out)
            looked_at = None
        seconds = time.monotonic() - started
        environment = self.environment(claim.keras)
        verdict = replace(verdict, seconds=seconds, environment=environment)
        if ledger and looked_at:
            ledger.note(claim, options, verdict, looked_at)
        return verdict

    def _open_ledger(self) -> Ledger | None:
        """The verdicts of earlier runs; none for an interpreter that cannot tell its packages."""
        with self._lock:
            folder = self.options.cache_dir
            if self._ledger is None and folder is not None:
                told = census(self.options.interpreter, self.options.backend)
                if told:
                    self._ledger = Ledger(folder, told)
                else:
                    self.options = replace(self.options, cache_dir=None)
            return self._ledger

    @property
    def at_once(self) -> int:
        """How many claims are worked at together."""
        return self.options.at_a_time

    def each(self, work: Callable[[_Item], _Result], items: Sequence[_Item]) -> list[_Result]:
        """Do some work that proves for each item, several at a time; results come in order."""
        pool = ThreadPoolExecutor(self.at_once)
        try:
            return list(pool.map(work, items))
        except BaseException:
            self.stop("the proof was broken off")
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _settle(self, claim: Claim, options: ProofOptions) -> tuple[Verdict, LookedAt | None]:
        """The verdict, and what it rests on if it would be the same another time."""
        jobs = [before_job(claim, options)]
        jobs = [{**jobs[0], "glance": True}, *jobs] if claim.doubted else jobs
        for job in jobs:
            for _ in range(ATTEMPTS):
                with self._baseline(job) as baseline:
                    settled = self._compare(claim, options, baseline)
                if baseline.holds:
                    break
            if settled[0].outcome is Outcome.REFUTED:
                break
        return settled

    def _compare(
        self, claim: Claim, options: ProofOptions, baseline: _Baseline
    ) -> tuple[Verdict, LookedAt | None]:
        before = baseline.reply
        wrong = why_not(before, options.timeout)
        if wrong:
            verdict = _unknown(claim, f"baseline fails: {wrong}")
            return replace(verdict, advice=_about_inputs(claim)), _looked_at(before)
        cases = before["answer"]["cases"]
        used = "\n".join(dict.fromkeys(case["recipe"] for case in cases))
        layer = claim.after_layer or claim.layer
        with tempfile.TemporaryDirectory(dir=self._scratch.name) as folder:
            job = after_job(claim, options, without_marks(cases))
            module = before["answer"]["module"]
            job |= {"folder": folder, "theirs": baseline.folder, "module": module}
            after = self._measure(job)
        looked_at = _looked_at(before, after)
        wrong = why_not(after, options.timeout)
        if wrong:
            slow = after["status"] == "timeout" and before["seconds"] > options.timeout / 4
            outcome = Outcome.UNKNOWN if slow else Outcome.REFUTED
            return Verdict(
                outcome=outcome,
                layer=layer,
                reason=f"the rewritten layer fails: {wrong}",
                recipe=used,
            ), looked_at
        answers = before["answer"], after["answer"]
        verdict, looks = _judged(claim, *answers)
        jobs = (before_job(claim, options), job)
        if looks:
            again = seen_again(answers, looks, jobs, self._measure, self._scratch.name)
            verdict = _judged(claim, *again)[0] if again else verdict
        if verdict.outcome is Outcome.REFUTED:
            same = {**jobs[0], "theirs": baseline.folder, "module": module}
            parts = unsteady(answers, claim.promise, partial(self._again, baseline, same))
            verdict = _judged(claim, *answers, parts)[0] if parts.checks else verdict
        if options.deep and verdict.outcome is Outcome.PROVED:
            first = ({**jobs[0], "cases": cases[:1]}, {**job, "cases": cases[:1]})
            verdict = measured_apart(verdict, first, self._measure, self._scratch.name)
        return verdict, looked_at

    def _again(
        self, baseline: _Baseline, job: dict[str, Any], number: int, depth: int, backwards: bool
    ) -> dict[str, Any]:
        """A case of a baseline, measured once more for all its claims."""
        key = number, depth, backwards
        if key not in baseline.again:
            cases = without_marks(baseline.reply["answer"]["cases"][number : number + 1])
            asked = {**job, "cases": [{**one, "depth": depth} for one in cases], "first": number}
            with tempfile.TemporaryDirectory(dir=self._scratch.name) as folder:
                reply = self._measure({**asked, "folder": folder, "backwards": backwards})
            baseline.again[key] = reply["answer"] if reply["status"] == "done" else {}
        return baseline.again[key]

    @contextmanager
    def _baseline(self, job: dict[str, Any]) -> Iterator[_Baseline]:
        """The version before, measured once for all claims about it that follow one another."""
        key = json.dumps(job, sort_keys=True)
        with self._lock:
            baseline = self._measured.get(key)
        if baseline is None or not baseline.holds:
            folder = tempfile.mkdtemp(dir=self._scratch.name)
            reply = survived({**job, "folder": folder, "theirs": None}, self._measure)
            baseline = _Baseline(reply=reply, folder=folder)
        with self._lock:
            self._measured[key] = baseline
            baseline.readers += 1
            self._forget_baselines()
        try:
            yield baseline
        finally:
            with self._lock:
                baseline.readers -= 1

    def _forget_baselines(self) -> None:
        """Forget the oldest that nobody reads."""
        idle = [key for key, one in self._measured.items() if not one.readers]
        for key in idle[: max(len(self._measured) - KEPT_BASELINES, 0)]:
            shutil.rmtree(self._measured.pop(key).folder, ignore_errors=True)

    def measured(self, job: dict[str, Any]) -> Reply:
        """Have one version measured by itself, in a folder that is removed afterwards."""
        with tempfile.TemporaryDirectory(dir=self._scratch.name) as folder:
            return self._measure({**job, "folder": folder, "theirs": None})

    def _measure(self, job: dict[str, Any]) -> Reply:
        """Have one version measured; if the child ended over another one's job, once more."""
        try:
            return self._asked(job)
        except Lost:
            return self._asked(job)

    def _asked(self, job: dict[str, Any]) -> Reply:
        with self._lock:
            child = self._ready_child(job["keras"])
            if not child.forks:
                return self._answer(child, job)
        return self._answer(child, job)

    def _answer(self, child: Child, job: dict[str, Any]) -> Reply:
        try:
            return child.ask(job, job["timeout"] * PATIENCE + GRACE)
        except Gone:
            with self._lock:
                self._end(child)
            raise

    def _ready_child(self, keras: int) -> Child:
        """The child that has this Keras; one that is gone or used up is started again."""
        broken = self._stopped or self._broken.get(keras)
        if broken:
            raise broken
        child = self._child_with(keras)
        if child is not None and child.spent:
            self._end(child)
            child = None
        if child is None:
            try:
                child = self._new_child(keras)
            except Gone as error:
                self._broken[keras] = error
                raise
            self._children.append(child)
            self._was_ready = True
        return child

    def _new_child(self, keras: int) -> Child:
        kept = self.options.cache_dir
        compiled = kept.with_name("compiled") if kept is not None else None
        return Child(self.options.interpreter, self.options.backend, keras, compiled)

    def _child_with(self, keras: int) -> Child | None:
        """The child that has this Keras; where it may be either, Keras 3 whoever asked before."""
        wanted = keras or 3
        exact = [one for one in self._children if one.generation == wanted]
        other = [one for one in self._children if one.asked == keras]
        return next(iter([*exact, *other]), None)

    def environment(self, keras: int) -> str:
        child = self._child_with(keras)
        return child.environment if child is not None else ""

    def _end(self, child: Child) -> None:
        if child in self._children:
            self._children.remove(child)
            child.close()

    def _end_children(self) -> None:
        for child in list(self._children):
            self._end(child)


def _judged(
    claim: Claim,
    before: dict[str, Any],
    after: dict[str, Any],
    parts: Unsteady = STEADY,
) -> tuple[Verdict, tuple[Look, ...]]:
    """The verdict on what both versions showed, and cases that would tell more."""
    other = after["cases"]
    cases = as_far_as(other, before["cases"])
    outcome, reason, checks = judge(cases, other, claim.promise, parts)
    verdict = Verdict(
        outcome=outcome,
        layer=claim.after_layer or claim.layer,
        reason=reason,
        recipe="\n".join(dict.fromkeys(case["recipe"] for case in cases)),
        checks=checks + not_measured(before["keras"]),
        evidence=evidence(cases, other),
        old_files=old_files(cases, other),
    )
    return covered(verdict, claim, before, after)


def _unknown(claim: Claim, reason: str) -> Verdict:
    recipe = "\n".join(recipe.text for recipe in claim.recipes)
    return Verdict(
        outcome=Outcome.UNKNOWN,
        layer=claim.after_layer or claim.layer,
        reason=reason,
        recipe=recipe,
    )


def _about_inputs(claim: Claim) -> str:
    """A recipe to try where the layer takes a dict of inputs."""
    made = claim.recipes[0].construction if claim.recipes else f"{claim.layer}(…)"
    return dict_advice(claim.before, claim.layer, made)


def _looked_at(*replies: Reply) -> LookedAt | None:
    """What measurements rest on; nothing is known where one was ended or could not import."""
    answers = [reply["answer"] for reply in replies if reply["status"] == "done"]
    if len(answers) < len(replies) or any("unusable" in answer for answer in answers):
        return None
    looked_at: LookedAt = reduce(both, (answer["looked_at"] for answer in answers))
    return looked_at
