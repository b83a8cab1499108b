"""Two measurements and a promise → proved, refuted with the first clause that broke, or unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from keraslint.diagnostic import Check, CheckStatus, Health, Measure, Outcome, Promise

from .measures.case_pair import Clause, Pair, by_owner
from .measures.health import lost_when_built
from .measures.ranked_checks import MEANINGS, NOT_MEASURED, clauses_of

WORST = (
    CheckStatus.BROKEN,
    CheckStatus.CHANGED,
    CheckStatus.MENDED,
    CheckStatus.KEPT,
    CheckStatus.SKIPPED,
)

Case = dict[str, Any]

_MADE_AGAIN = "reloads: config"


@dataclass(frozen=True, slots=True)
class Unsteady:
    """Checks in which two runs of the version before differ, with how: these tell nothing.

    `by_order`: it walks a set of layers, whose order is another one each time. Then no check tells
    anything: one in which those two agree may do so by chance.
    """

    checks: Mapping[str, str] = field(default_factory=dict)
    by_order: bool = False

    @property
    def reason(self) -> str:
        detail = next(iter(self.checks.values()))
        if self.by_order:
            return f"the version before differs from itself, as the order of a `set` does: {detail}"
        return f"two runs of the version before differ, too: {detail}"


STEADY = Unsteady()


def judge(
    before: Sequence[dict[str, Any]],
    after: Sequence[dict[str, Any]],
    promise: Promise,
    unsteady: Unsteady = STEADY,
) -> tuple[Outcome, str, tuple[Check, ...]]:
    """Compare the cases of two versions; give outcome, reason and all checks."""
    pairs = [
        Pair(before=b, after=a, all_before=before) for b, a in zip(before, after, strict=False)
    ]
    told = (_promised(clause, promise) for pair in pairs for clause in _told_of(pair))
    found = [_if_steady(clause, unsteady) for clause in told]
    checks = tuple(_merged(found))
    broken = [clause for clause in found if clause.status is CheckStatus.BROKEN]
    if broken:
        return Outcome.REFUTED, min(broken, key=lambda clause: clause.rank).detail, checks
    if unsteady.checks:
        return Outcome.UNKNOWN, unsteady.reason, checks
    if not before or len(before) != len(after):
        return Outcome.UNKNOWN, "not every case was measured on both versions", checks
    nothing = _no_evidence(pairs)
    if nothing:
        return Outcome.UNKNOWN, nothing, checks
    failing = _is_not_made_again(checks, promise) or _stay_lost(pairs, promise)
    if failing:
        return Outcome.UNKNOWN, failing, checks
    return Outcome.PROVED, "", checks


def _is_not_made_again(checks: Sequence[Check], promise: Promise) -> str:
    """Why a fix of the configuration has not helped: no layer can be made of it, as before."""
    if Measure.CONFIG in promise.keeps or Health.RELOADS not in promise.mends:
        return ""
    same = (one for one in checks if one.name == _MADE_AGAIN)
    return next((one.detail for one in same if one.status is CheckStatus.SKIPPED), "")


def _stay_lost(pairs: Sequence[Pair], promise: Promise) -> str:
    """The weights that a fix which is to bring them back leaves lost, as far as it is one."""
    if Measure.CONFIG not in promise.keeps or Health.RELOADS not in promise.mends:
        return ""
    for pair in pairs:
        lost = lost_when_built(pair)
        if lost:
            return (
                f"for {pair.label} the weights of {by_owner(lost)} stay lost when a model that "
                "builds the layer is loaded: the fix brings not all of them back"
            )
    return ""


def not_measured(keras: int) -> tuple[Check, ...]:
    """What this Keras has not, by name."""
    return tuple(
        Check(
            name=name,
            status=CheckStatus.SKIPPED,
            detail=f"not measured: {why}",
            meaning=MEANINGS[name],
        )
        for name, why in NOT_MEASURED[keras].items()
    )


def _told_of(pair: Pair) -> list[Clause]:
    """All clauses of a case; of a version that cannot be called, the one that says so."""
    clauses = [*clauses_of(pair)]
    broken = [clause for clause in clauses if clause.status is CheckStatus.BROKEN]
    if pair.runs_after or not broken:
        return clauses
    return [min(broken, key=lambda clause: clause.rank)]


def as_far_as(
    after: Sequence[dict[str, Any]], before: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The cases before; where one after was left off, with no more facts than that one has."""
    return [*map(_cut, before, after), *before[len(after) :]]


def _cut(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    if not after["settled"]:
        return before
    facts = {name: value for name, value in before["facts"].items() if name in after["facts"]}
    return {**before, "facts": facts}


def clauses_under(
    promise: Promise, before: Case, after: Case, all_before: Sequence[Case]
) -> list[Clause]:
    """What one case shows, most telling first, under the promise of a fix."""
    pair = Pair(before=before, after=after, all_before=all_before)
    return [_promised(clause, promise) for clause in _told_of(pair)]


def _if_steady(clause: Clause, unsteady: Unsteady) -> Clause:
    says_nothing = unsteady.by_order or clause.name in unsteady.checks
    if clause.status is CheckStatus.BROKEN and says_nothing:
        return clause.with_status(CheckStatus.SKIPPED)
    return clause


def _promised(clause: Clause, promise: Promise) -> Clause:
    """What a fix does not promise to keep may change; health may never break."""
    excused = isinstance(clause.about, Measure) and clause.about not in promise.keeps
    if clause.status is CheckStatus.BROKEN and excused:
        return clause.with_status(CheckStatus.CHANGED)
    return clause


def _merged(found: list[Clause]) -> Iterator[Check]:
    """One check per name, with the worst that any case showed, in order of importance."""
    names = {clause.name: clause.rank for clause in sorted(found, key=lambda c: c.rank)}
    for name in names:
        clauses = [clause for clause in found if clause.name == name]
        worst = min(clauses, key=lambda clause: WORST.index(clause.status))
        about = worst.about.value if worst.about else ""
        yield Check(
            name=name, status=worst.status, detail=worst.detail, about=about, meaning=MEANINGS[name]
        )


def _no_evidence(pairs: list[Pair]) -> str:
    """Why nothing is shown, or nothing when outputs were compared in at least one case."""
    for pair in pairs:
        if None in (pair.repeats("outputs"), pair.repeats("outputs in training")):
            return f"for {pair.label} two calls of the new version disagree"
    disagree = [pair.before_says("outputs", "repeats") is False for pair in pairs]
    if any(disagree[:1]):  # the first case is what people use; others may be trivial
        return "two calls of the layer disagree, so its outputs cannot be compared"
    if any(pair.compared("inference") for pair in pairs):
        return ""
    if any(disagree):
        return "two calls of the layer disagree, so its outputs cannot be compared"
    reasons = [str(pair.error_before(n)) for pair in pairs for n in ("state", "outputs")]
    reason = next((text for text in reasons if text), "")
    return f"its outputs could not be compared{': ' + reason if reason else ''}"
