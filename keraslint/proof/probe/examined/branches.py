"""A case that was looked at → further ones that run what it has left out of the class."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..attempts import attempt, failed, tried
from ..call_arguments import takes_training
from ..cases.case import Case
from ..cases.derived_cases import Told, derived
from ..coverage.recorder import RECORDER
from ..observations.round_trips import functional
from ..trial import Trial

MOST_SECONDS = 1.5
MOST_BRANCHES = 2


def tried_fully(case: Case) -> bool:
    """Can the layer be called in training and on symbols as well?

    Where a guess works by chance, for inputs that the layer is not meant for, it often cannot.
    """
    trial = Trial(case=case)

    def in_training() -> Any:
        layer = trial.called()
        return trial.call(layer, **({"training": True} if takes_training(layer) else {}))

    told = [attempt(in_training), attempt(lambda: functional(trial, trial.fresh()))]
    return not any(map(failed, told))


def branches(case: Case, outputs: list[Any], passed: set[int]) -> Iterator[Case]:
    """Changes that decide a condition, and so pass marks that are not among the `passed`."""
    until = time.process_time() + MOST_SECONDS
    found = 0
    for wish in derived(case, Told(varied=lambda: True, outputs=outputs, also="")):
        for change in wish.alternatives:
            if time.process_time() > until or found >= MOST_BRANCHES:
                return
            other = replace(case, change=change)
            if not runs_new(other, passed):
                continue
            if tried_fully(other):
                found += 1
                yield other
            break


def runs_new(case: Case, passed: set[int]) -> bool:
    """Does a first call work, and run what is not among the `passed`?"""
    RECORDER.begin()
    return tried(case) is None and not passed.issuperset(RECORDER.taken())
