"""A case that was looked at → further ones that run what it has left out of the class."""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..attempts import attempt, failed, tried
from ..call_arguments import takes_training
from ..cases.case import Case
from ..cases.derived_cases import Told, derived
from ..cases.recipe_inputs import leaves
from ..cases.wish import Alternatives
from ..coverage.decisions import line_of
from ..coverage.recorder import RECORDER
from ..keras_versions.in_use import KERAS
from ..observations.round_trips import functional
from ..trial import Trial, flat

MOST_SECONDS = 1.5
MOST_BRANCHES = 2
MOST_OF_A_RANK = 2
OTHER_SHAPE = "another shape than it says"


@dataclass(kw_only=True)
class Guesses:
    """What became of guesses at how to call a layer that are also tried in training and on symbols.

    Where a guess works by chance, for inputs that the layer is not meant for, it often fails there.
    """

    failures: dict[int, list[str]] = field(default_factory=dict)
    pleased: bool = False

    def tried_fully(self, case: Case) -> bool:
        """Does a guess work in all ways? How it fails is noted, by the rank of its first input."""
        shapes = [one.shape for one in leaves(case.asked().args)]
        noted = self.failures.setdefault(len(shapes[0]) if shapes else 0, [])
        if len(noted) >= MOST_OF_A_RANK:
            return False
        failure = _failure(case)
        noted += [failure] if failure else []
        self.pleased = self.pleased or not failure
        return not failure

    @property
    def doubtful(self) -> bool:
        """Did all that work fail here, in a way that may come of the guess and not of the layer?

        Several ways of failing, or another shape than it says for inputs of one rank only, may.
        """
        ways = set().union(*self.failures.values())
        ranks = sum(map(bool, self.failures.values()))
        return not self.pleased and (len(ways) > 1 or (ways == {OTHER_SHAPE} and ranks < 2))


def _failure(case: Case) -> str:
    """How a call in training, or one on symbols, fails; empty where both work, and agree."""
    trial = Trial(case=case)

    def in_training() -> Any:
        layer = trial.called()
        return trial.call(layer, **({"training": True} if takes_training(layer) else {}))

    def on_symbols() -> Any:
        told = KERAS.flatten(functional(trial, trial.fresh()).outputs)
        return [tuple(one.shape) for one in told]

    outputs, told = attempt(in_training), attempt(on_symbols)
    for one in (outputs, told):
        if failed(one):
            return str(one.get("error", "")).partition(":")[0] or "skipped"
    real = [one.shape for one in flat(outputs)]
    return "" if agree(told, real) else OTHER_SHAPE


def agree(told: Sequence[Sequence[int | None]], real: Sequence[Sequence[int]]) -> bool:
    """Are these the shapes that were told? Sizes that are not known may be any."""
    return [len(one) for one in told] == [len(one) for one in real] and all(
        size is None or size == known
        for one, other in zip(told, real, strict=True)
        for size, known in zip(one, other, strict=True)
    )


def branches(case: Case, outputs: list[Any], passed: set[int]) -> Iterator[Case]:
    """Changes that decide a condition, and so pass marks that are not among the `passed`.

    What is done with one that is given, in the meantime, does not count as looking.
    """
    found, spent = 0, 0.0
    wishes = derived(case, Told(varied=lambda: True, outputs=outputs, also=""))
    for wish in sorted(wishes, key=lambda wish: not wish.decides):
        if spent > MOST_SECONDS or found >= MOST_BRANCHES or not _is_left(case.cls, passed):
            return
        started = time.process_time()
        other = _new_of(case, wish.alternatives, passed)
        spent += time.process_time() - started
        if other is not None:
            found += 1
            yield other


def _new_of(case: Case, alternatives: Alternatives, passed: set[int]) -> Case | None:
    """The first change that works, if it runs what is new."""
    for change in alternatives:
        other = replace(case, change=change)
        RECORDER.begin()
        if tried(other) is None:
            is_new = not passed.issuperset(RECORDER.taken())
            return other if is_new and not _failure(other) else None
    return None


def _is_left(cls: Any, passed: set[int]) -> bool:
    """Is there anything in the lines of the class that was not passed?"""
    try:
        lines, first = inspect.getsourcelines(cls)
        file = os.path.realpath(inspect.getfile(cls))
    except (OSError, TypeError):
        return False
    inside, known = range(first, first + len(lines)), passed | RECORDER.imported
    return any(
        number not in known and where == file and line_of(mark) in inside
        for number, (where, mark) in enumerate(RECORDER.marks)
    )


def runs_new(case: Case, passed: set[int]) -> bool:
    """Does a first call work, and run what is not among the `passed`?"""
    RECORDER.begin()
    return tried(case) is None and not passed.issuperset(RECORDER.taken())
