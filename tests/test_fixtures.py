"""Fixtures say what is found in them, and what becomes of them: each case is held to it."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fixture_case import (
    FIXED,
    FIXTURES,
    Case,
    File,
    cases,
    expected_in,
    read,
    seen,
)

from keraslint.diagnostic import Applicability, Fix, Health, Measure, Outcome, Promise, Verdict
from keraslint.proof.prove import Claim, ProofOptions, Prover
from keraslint.proof.recipes.recipe import Recipe, recipes_for, recipes_in
from keraslint.rules import registry

CURABLE = {rule.code for rule in registry() if rule.cure is not None}


def every(*wanted: Case) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in wanted])


def has_rewrite(case: Case) -> bool:
    return any(file.fixed.exists() for file in case.files)


@every(*cases())
def test_what_is_marked_is_found_and_nothing_else(case: Case) -> None:
    found = seen(case)

    assert found.places(found.linted) == case.expected
    assert not found.linted.problems


@every(*cases())
def test_no_fix_wants_the_same_text_twice(case: Case) -> None:
    told = seen(case).linted.diagnostics

    assert not [one for one in told if "overlap" in one.why_no_fix]
    assert not [one for one in told if one.fix is not None and one.fix.overlaps]


@every(*cases())
def test_a_place_is_told_once(case: Case) -> None:
    places = Counter((d.path, d.span, d.code) for d in seen(case).linted.diagnostics)

    assert not [place for place, count in places.items() if count > 1]


@every(*cases())
def test_fixing_gives_the_expected_files_byte_for_byte(case: Case) -> None:
    texts = seen(case).texts

    assert {name: text.decode("utf-8", "replace") for name, text in texts.items()} == {
        file.name: file.after.decode("utf-8", "replace") for file in case.files
    }
    assert texts == {file.name: file.after for file in case.files}


@every(*filter(has_rewrite, cases()))
def test_a_fix_is_safe_unless_the_fixture_says_otherwise(case: Case) -> None:
    for file in case.files:
        fixes = seen(case).fixes(file) if file.fixed.exists() else []
        doubtful = [one for one in fixes if one.applicability is not Applicability.SAFE]

        assert bool(doubtful) == (file.is_unsafe and bool(fixes)), doubts_of(doubtful)
        assert all(bool(one.doubts) == (one in doubtful) for one in fixes)


def doubts_of(fixes: Iterable[Fix]) -> list[str]:
    return [doubt for one in fixes for doubt in one.doubts]


@every(*(case for case in cases() if any(file.no_fix for file in case.files)))
def test_what_must_not_be_fixed_is_not_and_the_reason_is_told(case: Case) -> None:
    for file in filter(lambda file: file.no_fix, case.files):
        offered = seen(case).fixes(file)
        reasons = {one.why_no_fix for one in seen(case).of(file)}

        assert not offered, doubts_of(offered)
        assert any(file.no_fix in reason for reason in reasons), reasons


@every(*filter(has_rewrite, cases()))
def test_a_fixed_file_parses(case: Case) -> None:
    for text in seen(case).texts.values():
        assert ast.parse(text)


@every(*cases())
def test_a_second_pass_has_nothing_to_do(case: Case) -> None:
    assert not seen(case).again.changed


@every(*filter(has_rewrite, cases()))
def test_what_is_still_found_in_a_fixed_file_is_marked_in_it(case: Case) -> None:
    found = seen(case)
    marked = {
        (file.name, line, code)
        for file in case.files
        for line, code in expected_in(file.after.decode())
    }

    assert found.places(found.relinted) <= marked


@every(*cases())
def test_a_finding_is_rewritten_or_the_reason_why_not_is_expected(case: Case) -> None:
    open_questions = [
        f"{file.name}:{line}"
        for file in case.files
        for line, code in expected_in(file.text)
        if code in CURABLE and not file.fixed.exists() and not file.no_fix
    ]

    assert not open_questions


@every(*cases())
def test_every_layer_with_a_finding_can_be_made(case: Case) -> None:
    without = [
        f"{file.name}: {owner}"
        for file in case.files
        for owner in {one.owner for one in seen(case).of(file) if one.owner}
        if not recipes_for(owner, recipes_in(file.text))
    ]

    assert not without


def test_every_rewrite_has_its_case() -> None:
    rewrites = set(FIXTURES.rglob(f"*{FIXED}"))
    files = {file.fixed for case in cases() for file in case.files}

    assert rewrites
    assert rewrites <= files


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.name) for rule in registry()])
def test_every_rule_is_found_in_its_own_folder(rule: object) -> None:
    name, code = getattr(rule, "name", ""), getattr(rule, "code", "")
    codes = {
        place[2] for case in cases() if case.id.startswith(f"{name}/") for place in case.expected
    }

    assert code in codes


# -- with the real Keras -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def prover() -> Iterator[Prover]:
    """One warm child for all the claims of this module."""
    options = ProofOptions(root=FIXTURES, backend="tensorflow", timeout=120)
    with Prover(options) as shared:
        yield shared


def promise_of(file: File, layer: str) -> Promise:
    """What all the fixes of a layer keep, and what any may mend; nothing, if none is of it."""
    case = next(case for case in cases() if file in case.files)
    promises = [one.promise for one in seen(case).fixes(file) if one.layer == layer]
    moved = [Promise(rule.promise.keeps) for rule in registry() if rule.code == "KRL101"]
    promises = promises or moved
    return Promise(
        tuple(m for m in Measure if all(m in promise.keeps for promise in promises)),
        tuple(h for h in Health if any(h in promise.mends for promise in promises)),
    )


def keras_of(file: File, layer: str) -> int:
    """2 for a layer that is surely written for Keras 2; 0: it is run on whichever there is."""
    case = next(case for case in cases() if file in case.files)
    return 2 if 2 in [one.keras for one in seen(case).fixes(file) if one.layer == layer] else 0


def layers_of(recipes: Iterable[Recipe]) -> set[str]:
    """The layers that recipes make, as they are named in them."""
    found = (re.match(r"[\w.]+(?=\()", recipe.text) for recipe in recipes)
    return {name[0] for name in found if name}


def layers_to_prove(file: File) -> list[str]:
    """The layers of a rewrite that are proved: of a doubtful one, only those rewritten."""
    case = next(case for case in cases() if file in case.files)
    layers = {one.layer for one in seen(case).fixes(file) if one.layer}
    return sorted(layers if file.is_unsafe else layers | layers_of(recipes_in(file.text)))


# Rewrites that are right, and that the proof still refutes: to be mended there.
BEFORE = "the version before cannot be called, so that nothing can be compared"
REFUTED = {
    "state-in-call/kept_late": BEFORE,
    "shape-known-in-init/same_name": "an input is made whose size is not what `width` says",
}


# Of the rewrites of a folder, these run always, then one in so many; `-m nightly` runs all of them.
FIRST, EACH = 1, 12


def rewritten() -> Iterator[Any]:
    """Each file with a rewrite: told by its name, so that nothing is linted to collect tests."""
    met: Counter[Path] = Counter()
    for file in (file for case in cases() for file in case.files if file.fixed.exists()):
        folder = file.path.relative_to(FIXTURES).parents[-2]
        name = file.path.relative_to(FIXTURES).with_suffix("").as_posix()
        reason = REFUTED.get(name)
        marks = [pytest.mark.xfail(strict=True, reason=reason)] if reason else []
        plain = not (reason or file.refuted or file.unknown)
        met[folder] += plain
        if plain and met[folder] > FIRST and met[folder] % EACH:
            marks.append(pytest.mark.nightly)
        yield pytest.param(file, id=name, marks=marks)


def proved(prover: Prover, file: File, layer: str) -> Verdict:
    claim = Claim(
        layer=layer,
        path=file.path,
        before=file.text,
        after=read(file.fixed),
        promise=promise_of(file, layer),
        recipes=recipes_for(layer, recipes_in(file.text)),
        keras=keras_of(file, layer),
    )
    return prover.prove(claim)


@pytest.mark.keras
@pytest.mark.parametrize("file", [*rewritten()])
def test_a_rewrite_is_proved_or_its_doubt_is_right(prover: Prover, file: File) -> None:
    verdicts = {layer: proved(prover, file, layer) for layer in layers_to_prove(file)}

    outcome = Outcome.REFUTED if file.refuted else Outcome.PROVED
    wanted = Outcome.UNKNOWN if file.unknown else outcome
    reasons = {layer: verdict.reason for layer, verdict in verdicts.items()}
    assert {verdict.outcome for verdict in verdicts.values()} == {wanted}, reasons
    assert all((file.unknown or file.refuted) in reason for reason in reasons.values()), reasons
    assert file.is_unsafe or not file.refuted


VERSIONS = FIXTURES / "compare"
OUTCOMES = {"Right": Outcome.PROVED, "Wrong": Outcome.REFUTED}
REASONS = {
    "feed_forward_other_order": "order",
    "feed_forward_without_build": "lost",
    "feed_forward_without_child_build": "lost",
    "residual_five_channels": "is [1, 5]",
    "unet_res_block_always": "identity",
}


def docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(read(path))) or ""


def versions() -> Iterator[tuple[Path, Path, str]]:
    """Each original with each of its versions, and the first word that is said of that one."""
    for old in sorted(VERSIONS.glob("*.py")):
        if docstring(old).startswith("The original"):
            for new in sorted(VERSIONS.glob(f"{old.stem}_*.py")):
                word = docstring(new).split(":")[0]
                if word in OUTCOMES:
                    yield old, new, word


def compared(prover: Prover, old: Path, new: Path) -> Verdict:
    recipes = recipes_in(read(old))
    (layer,) = layers_of(recipes)
    claim = Claim(
        layer=layer, path=old, before=read(old), after=read(new), recipes=recipes, after_path=new
    )
    return prover.prove(claim)


def test_every_version_that_is_wrong_is_so_for_a_reason() -> None:
    assert {new.stem for _, new, word in versions() if word == "Wrong"} == REASONS.keys()
    assert any(word == "Right" for _, _, word in versions())


@pytest.mark.keras
@pytest.mark.parametrize(
    ("old", "new", "word"), [pytest.param(*one, id=one[1].stem) for one in versions()]
)
def test_a_version_is_judged_as_it_deserves(
    prover: Prover, old: Path, new: Path, word: str
) -> None:
    verdict = compared(prover, old, new)

    assert verdict.outcome is OUTCOMES[word], verdict.reason
    assert REASONS.get(new.stem, "") in verdict.reason


@pytest.mark.keras
def test_a_baseline_that_does_not_run_is_not_held_against_the_new_version(prover: Prover) -> None:
    old, new = VERSIONS / "feed_forward_crashes.py", VERSIONS / "feed_forward_in_init.py"

    verdict = compared(prover, old, new)

    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.reason.startswith("baseline fails: ")
