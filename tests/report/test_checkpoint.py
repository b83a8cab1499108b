"""The one line on old checkpoints: yes, no with what is lost, or unknown with the reason."""

from __future__ import annotations

from dataclasses import replace

from keraslint.diagnostic import OldFile, Outcome, Verdict
from keraslint.report.verdicts.checkpoint import checkpoint_answer

PROVED = Verdict(outcome=Outcome.PROVED, layer="Block")
LOADS = OldFile(kind=".keras", loads=True, loaded=True)
LOST = OldFile(kind=".weights.h5", loads=False, loaded=True, detail="the weights of `d` are lost")
NEVER = OldFile(kind="legacy .h5", loads=False, loaded=False, detail="ValueError: no")
UNTRIED = OldFile(kind="legacy .h5", loads=None, loaded=None)


def answer(*files: OldFile) -> str:
    return checkpoint_answer(replace(PROVED, old_files=files))


def test_yes_names_the_kinds_of_files() -> None:
    assert answer(LOADS, UNTRIED) == "yes (.keras)"


def test_one_format_is_named_once_and_its_exceptions_by_themselves() -> None:
    sequential = replace(LOADS, kind=".keras of a Sequential")
    owned = replace(NEVER, kind=".keras of a model that builds the layer")

    assert answer(LOADS, sequential) == "yes (.keras)"
    assert answer(sequential) == "yes (.keras of a Sequential)"
    assert answer(LOADS, owned, sequential) == (
        "yes (.keras; not .keras of a model that builds the layer, "
        "which the old code cannot load either)"
    )


def test_what_the_old_code_could_not_load_either_is_no_loss() -> None:
    assert (
        answer(LOADS, NEVER)
        == "yes (.keras; not legacy .h5, which the old code cannot load either)"
    )


def test_no_says_what_is_lost() -> None:
    also = replace(LOST, kind="legacy .h5")

    assert answer(LOST) == "no: .weights.h5: the weights of `d` are lost"
    assert answer(LOADS, LOST, also) == (
        "no: .weights.h5, legacy .h5: the weights of `d` are lost; nothing is lost from .keras"
    )


def test_what_never_loaded_is_told_apart() -> None:
    assert answer(NEVER) == "no, nor into the old code: legacy .h5: ValueError: no"


def test_unknown_has_a_reason() -> None:
    failed = Verdict(outcome=Outcome.UNKNOWN, layer="Block", reason="baseline fails: ValueError")

    assert checkpoint_answer(failed) == "unknown: baseline fails: ValueError"
    assert answer(UNTRIED) == "unknown: no file of the old version could be saved"
