"""What a report advises where a proof came to nothing."""

from __future__ import annotations

from keraslint.diagnostic import Outcome, Verdict
from keraslint.report.verdicts.advice import NO_RECIPE, advice

FAILS = "baseline fails: importing a.py fails: ModuleNotFoundError: No module named "


def unknown(reason: str, recipe: str = "") -> Verdict:
    return Verdict(outcome=Outcome.UNKNOWN, layer="Block", reason=reason, recipe=recipe)


def test_modules_that_are_missing_are_named_once_by_their_packages() -> None:
    verdicts = [unknown(f"{FAILS}'{name}'") for name in ("pandas", "grain.python", "pandas")]

    (line,) = advice(verdicts)

    assert line.startswith("no `grain`, `pandas`: install them beside Keras")
    assert "--python" in line


def test_a_layer_that_cannot_be_called_wants_a_recipe() -> None:
    assert advice([unknown("baseline fails: no way to call it was found")]) == [NO_RECIPE]


def test_both_are_said_where_both_are_so() -> None:
    lines = advice([unknown(f"{FAILS}'pandas'"), unknown("no way to make it was found")])

    assert len(lines) == 2


def test_nothing_is_advised_where_a_recipe_worked_or_something_was_shown() -> None:
    verdicts = [
        unknown("two calls disagree", "Block()"),
        Verdict(outcome=Outcome.REFUTED, layer="Block", reason="x"),
    ]

    assert advice(verdicts) == []
