"""What was seen broken, and what the rules have found → the rule that is named as the cause."""

from __future__ import annotations

import pytest

from keraslint.diagnostic import Diagnostic, Span
from keraslint.examination import Condition, Examination, Part, Sign, Symptom
from keraslint.proof.error_symptoms import symptom_of
from keraslint.proof.examine.named_causes import with_causes
from keraslint.report.palette import Palette
from keraslint.report.verdicts.examinations import table

OWN, OTHER = "/project/model.py", "/project/blocks.py"
REFUSED = "TypeError: Block.__init__() got an unexpected keyword argument 'trainable'"
PARTS = (
    Part(at="", file=OWN, name="Model"),
    Part(at="down/0", file=OTHER, name="Block"),
    Part(at="attention", file="", name="MultiHeadAttention"),
)


def finding(code: str, owner: str, path: str, line: int, message: str = "") -> Diagnostic:
    span = Span.of(line, 1, line, 2)
    return Diagnostic(code=code, name="", message=message, path=path, span=span, owner=owner)


def examined(*signs: Sign, reason: str = "") -> Examination:
    return Examination(
        layer="Model", path=OWN, line=1, signs=signs, reason=reason, parts=PARTS if signs else ()
    )


def sign(symptom: Symptom, *weights: str, error: str = "", health: str = "loaded") -> Sign:
    return Sign(
        health=health,
        condition=Condition.BROKEN,
        detail=f"fails: {error}",
        symptom=symptom,
        error=error,
        weights=weights,
    )


@pytest.mark.parametrize(
    ("seen", "cause"),
    [
        (sign(Symptom.WEIGHTS_LOST, "head/kernel"), "KRL201, line 4"),
        (sign(Symptom.ARGUMENT_FORGOTTEN), "KRL401, line 2"),
        (sign(Symptom.BASE_ARGUMENT_REFUSED, error=REFUSED), "KRL403, blocks.py line 7"),
        (sign(Symptom.NOT_FROZEN, "down/0/conv/kernel"), "KRL101, blocks.py line 9"),
        (sign(Symptom.NOT_FROZEN, "head/kernel"), ""),
        (sign(Symptom.OTHER_ERROR, error="ValueError: no"), ""),
    ],
)
def test_the_rule_of_what_failed_is_named(seen: Sign, cause: str) -> None:
    findings = [
        finding("KRL601", "Model", OWN, 3, "`self.extra` is a `set`"),
        finding("KRL201", "Model", OWN, 4, "`build()` does not build `self.head`"),
        finding("KRL401", "Model", OWN, 2),
        finding("KRL403", "Model", OWN, 3),
        finding("KRL403", "Block", OTHER, 7),
        finding("KRL101", "Block", OTHER, 9, "`layers.Dense` is created in `build()`"),
        finding("KRL101", "Block", "/another/blocks.py", 1),
    ]

    (named,) = with_causes(examined(seen), findings).signs

    assert named.cause == cause


def test_a_layer_of_keras_that_makes_its_own_children_is_named() -> None:
    seen = sign(Symptom.NOT_FROZEN, "attention/_key_dense/kernel")

    (named,) = with_causes(examined(seen), []).signs

    assert named.detail.endswith("Keras' own `MultiHeadAttention` makes them when it is built")


def test_why_a_layer_was_not_examined_has_a_cause_too() -> None:
    reason = "it cannot be called: ValueError: You cannot add new elements of state to a layer"
    found = with_causes(examined(reason=reason), [finding("KRL104", "Model", OWN, 8)])

    assert found.cause == "KRL104, line 8"


def test_a_finding_outside_of_any_class_counts_within_the_lines_of_the_layer() -> None:
    seen = sign(Symptom.CONFIG_UNREADABLE, error="a `lambda`")
    found = [finding("KRL404", "", OWN, 12)]

    assert with_causes(examined(seen), found, range(10, 20)).signs[0].code == "KRL404"
    assert with_causes(examined(seen), found, range(20, 30)).signs[0].code == ""


def test_an_error_is_quoted_once() -> None:
    seen = [sign(Symptom.OTHER_ERROR, error=REFUSED, health=name) for name in ("loaded", "cloned")]

    text = "\n".join(table(examined(*seen), 200, Palette(False)))

    assert text.count(REFUSED) == 1
    assert "cloned: fails: the same error as for *loaded*" in text


@pytest.mark.parametrize(
    ("error", "symptom"),
    [
        (REFUSED, Symptom.BASE_ARGUMENT_REFUSED),
        ("Block.__init__() got an unexpected keyword argument 'rate'", Symptom.OTHER_ERROR),
        ("__init__() missing 1 required positional argument: 'units'", Symptom.ARGUMENT_MISSING),
        ("the object must override `get_config()` in order to be", Symptom.CONFIG_MISSING),
        ("Layer 'dense' was never built and thus it doesn't", Symptom.NEVER_BUILT),
        ("tf.function only supports singleton tf.Variables", Symptom.STATE_REFUSED),
        ('can only concatenate tuple (not "list") to tuple', Symptom.SHAPES_NOT_ADDED),
        ("Incompatible shapes: [2,6,4] vs. [2,6]", Symptom.OTHER_ERROR),
    ],
)
def test_errors_are_told_apart(error: str, symptom: Symptom) -> None:
    assert symptom_of(error) is symptom
