"""Fixes of one class are proved together; a bad one does not hide the good ones."""

from __future__ import annotations

from dataclasses import replace

from keraslint.diagnostic import (
    ORDER_CHANGES,
    Applicability,
    Check,
    CheckStatus,
    Edit,
    Fix,
    Health,
    Measure,
    Outcome,
    Promise,
    Span,
    Verdict,
)
from keraslint.fix.progress import Progress
from keraslint.fix.proved_fixes import Proving
from keraslint.project.files.source import Source, decode
from keraslint.proof.prove import Claim

TEXT = "one = 1\n\ntwo = 2\n\nthree = 3\n"
ALL = tuple(Measure)


def source() -> Source:
    decoded = decode(TEXT.encode(), "block.py")
    assert isinstance(decoded, Source)
    return decoded


def fix(line: int, content: str, *, keeps: tuple[Measure, ...] = ALL, layer: str = "Block") -> Fix:
    """Replace a whole line."""
    width = len(TEXT.splitlines()[line - 1])
    edits = (Edit(Span.of(line, 1, line, width + 1), content),)
    promise = Promise(keeps, (Health.BUILDS,))
    return Fix(
        applicability=Applicability.SAFE,
        message=f"write {content}",
        edits=edits,
        layer=layer,
        promise=promise,
    )


class Bench:
    """Refutes every text that contains the word `bad`, and remembers what it was asked."""

    def __init__(self) -> None:
        self.claims: list[Claim] = []

    def prove(self, claim: Claim) -> Verdict:
        self.claims.append(claim)
        wrong = "bad" in claim.after
        return Verdict(outcome=Outcome.REFUTED if wrong else Outcome.PROVED, layer=claim.layer)


def settle(*fixes: Fix) -> tuple[list[str], list[Claim], Proving]:
    lines: list[str] = []
    bench = Bench()
    proving = Proving(bench.prove, lambda layer, source: (), Progress(lines.append))
    proved = proving.settle(source(), fixes)
    return [one.message for one, _ in proved], bench.claims, proving


def test_good_fixes_of_a_class_cost_one_proof() -> None:
    proved, claims, _ = settle(fix(1, "first = 1"), fix(3, "second = 2"))

    assert sorted(proved) == ["write first = 1", "write second = 2"]
    assert [claim.after for claim in claims] == ["first = 1\n\nsecond = 2\n\nthree = 3\n"]


def test_a_bad_fix_does_not_hide_good_ones() -> None:
    fixes = fix(1, "first = 1"), fix(3, "bad = 2"), fix(5, "third = 3")

    proved, claims, proving = settle(*fixes)

    assert sorted(proved) == ["write first = 1", "write third = 3"]
    assert len(claims) == 4
    outcomes = {key[2]: verdict.outcome for key, verdict in proving.tried.items()}
    assert outcomes["write bad = 2"] is Outcome.REFUTED


def test_each_fix_is_proved_upon_those_before_it() -> None:
    _, claims, _ = settle(fix(1, "first = 1"), fix(3, "second = 2", keeps=(Measure.OUTPUTS,)))

    assert claims[1].before == claims[0].after
    assert claims[1].after == "first = 1\n\nsecond = 2\n\nthree = 3\n"


def test_fixes_with_other_promises_are_not_excused_by_each_other() -> None:
    strict, lax = fix(1, "first = 1"), fix(3, "second = 2", keeps=(Measure.OUTPUTS,))

    _, claims, _ = settle(strict, lax)

    by_promise = {claim.promise.keeps for claim in claims}
    assert by_promise == {ALL, (Measure.OUTPUTS,)}


def test_of_fixes_that_touch_the_widest_is_tried_first_and_the_next_if_it_is_refuted() -> None:
    wide, narrow = fix(1, "bad = 1 + 0"), fix(1, "first = 1")

    proved, claims, _ = settle(narrow, wide)

    assert proved == ["write first = 1"]
    assert ["bad" in claim.after for claim in claims] == [True, False]


def test_classes_of_one_file_are_proved_upon_each_other() -> None:
    proved, claims, _ = settle(fix(1, "first = 1"), fix(3, "second = 2", layer="Other"))

    assert len(proved) == 2
    assert [claim.layer for claim in claims] == ["Block", "Other"]
    assert claims[1].before == claims[0].after


def test_what_running_cannot_clear_is_not_run() -> None:
    doubtful = Fix(
        applicability=Applicability.UNSAFE,
        message="doubtful",
        edits=fix(1, "first = 1").edits,
        layer="Block",
        unseen=("a subclass",),
    )

    proved, claims, proving = settle(doubtful)

    assert (proved, claims) == ([], [])
    (verdict,) = proving.tried.values()
    assert verdict.reason == "cannot be proved by running this class: a subclass"


def test_a_rewrite_that_is_no_python_is_refuted_without_running_it() -> None:
    proved, claims, _ = settle(fix(1, "first = ("))

    assert (proved, claims) == ([], [])


def test_what_is_left_of_a_fix_that_changed_the_order_of_weights_is_doubted() -> None:
    broken = Check(name="order of weights", status=CheckStatus.BROKEN)
    claims: list[Claim] = []

    def prove(claim: Claim) -> Verdict:
        claims.append(claim)
        wrong = "bad" in claim.after
        checks = (broken,) if wrong else ()
        return Verdict(
            outcome=Outcome.REFUTED if wrong else Outcome.PROVED, layer=claim.layer, checks=checks
        )

    proving = Proving(prove, lambda layer, source: (), Progress(lambda line: None))
    wide = replace(fix(1, "bad = 1 + 0"), doubts=(ORDER_CHANGES,))
    rest = replace(fix(3, "bad = 2 + 0"), doubts=(ORDER_CHANGES,))

    first = proving.settle(source(), [wide, fix(1, "first = 1")])
    proving.forget("block.py", "Block")
    second = proving.settle(source(), [rest])

    assert [one.message for one, _ in first] == ["write first = 1"]
    assert second == []
    assert [claim.doubted for claim in claims] == [False, False, True]
