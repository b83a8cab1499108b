"""What is made of measurements: old files over all cases, errors told once, their sentences."""

from __future__ import annotations

from typing import Any

import pytest

from keraslint.diagnostic import CheckStatus, Health, Measure, Outcome, Promise
from keraslint.proof.evidence import old_files
from keraslint.proof.probe.error_text import sentence
from keraslint.proof.verdict import judge

LOADED = {"lost": [], "outputs": True, "warnings": []}


def weight(key: str, *shape: int) -> dict[str, Any]:
    told = {"key": key, "shape": shape, "dtype": "float32", "constraint": None}
    return {**told, "trainable": True, "seed": False}


def case(label: str, *weights: dict[str, Any], **facts: Any) -> dict[str, Any]:
    order = [one["key"] for one in weights]
    return {"label": label, "facts": {"weights": list(weights), "order": order, **facts}}


KERNEL = weight("conv/kernel", 3, 3, 4, 8)
SAVED = {"functional reload": LOADED}
READ = {"old functional": LOADED}


def test_a_checkpoint_is_lost_if_one_case_has_other_weights_though_no_file_of_it_was_written() -> (
    None
):
    before = [case("input (2, 8)", KERNEL, **SAVED), case("with `in_channels=4`", KERNEL)]
    wider = weight("skip/kernel", 3, 3, 4, 8)
    before[1]["facts"]["weights"].append(weight("skip/kernel", 1, 1, 4, 8))
    after = [case("input (2, 8)", KERNEL, **READ), case("with `in_channels=4`", KERNEL, wider)]

    told = old_files(before, after)[0]

    assert (told.kind, told.loads, told.loaded) == (".keras", False, True)
    assert "`skip/kernel` has the shape (1, 1, 4, 8) and the new layer (3, 3, 4, 8)" in told.detail
    assert told.detail.endswith("(for with `in_channels=4`)")


def test_a_checkpoint_is_lost_where_the_new_version_fails_though_no_file_of_it_was_written() -> (
    None
):
    lossy = {"lost": ["conv/kernel"], "outputs": False, "warnings": []}
    saved = {**SAVED, "owner reload": lossy}
    before = [case("a", KERNEL, **saved), case("b with `stride=2`", KERNEL, called={})]
    failing = case("b with `stride=2`", called={"error": "ValueError: no"})

    told = old_files(before, [case("a", KERNEL, **READ, **{"old owner": LOADED}), failing])

    for one in told[:2]:
        assert (one.loads, one.loaded) == (False, True)
        assert one.detail == "the new layer fails: ValueError: no (for b with `stride=2`)"


def test_a_checkpoint_is_not_lost_where_the_old_version_fails_too() -> None:
    failing = case("b", called={"error": "ValueError: no"})

    told = old_files([case("a", KERNEL, **SAVED), failing], [case("a", KERNEL, **READ), failing])

    assert told[0].loads is True


def test_other_names_of_weights_alone_lose_no_file() -> None:
    before = [case("a", KERNEL, **SAVED), case("b", KERNEL)]
    renamed = weight("other/kernel", 3, 3, 4, 8)

    told = old_files(before, [case("a", KERNEL, **READ), case("b", renamed)])[0]

    assert told.loads is True


def test_a_kind_of_file_that_was_never_saved_is_not_told_of_as_lost() -> None:
    told = old_files([case("a", KERNEL)], [case("a", weight("conv/kernel", 1))])[0]

    assert (told.loads, told.detail) == (None, "no such file could be saved")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("plain", "plain"),
        (
            "{{function_node __wrapped__MatMul_device_/job:localhost/task:0/device:CPU:0}} "
            "Matrix size-incompatible: In[0]: [2,8], In[1]: [4,4] [Op:MatMul] name: \n\n"
            "Arguments received by B.call():",
            "Matrix size-incompatible: In[0]: [2,8], In[1]: [4,4]",
        ),
        (
            "Graph execution error:\n\nDetected at node 'a/MatMul' defined at (most recent call "
            'last):\n  File "x.py", line 1\n\nsizes differ: 3 and 4\n\t [[{{node a/MatMul}}]]',
            "sizes differ: 3 and 4",
        ),
        (
            "Exception encountered when calling B.call().\n\n\x1b[1mno dense\x1b[0m\n\nArguments",
            "no dense",
        ),
        (
            'Input 0 of layer "a" is incompatible with the layer: expected axis -1 to\nhave the '
            "value 8, but received\nshape=(2, 4). Say `units`.\nFull shape received: (2, 4)",
            'Input 0 of layer "a" is incompatible with the layer: expected axis -1 to have the '
            "value 8, but received shape=(2, 4). Say `units`.",
        ),
        (
            "Some weights are missing:\n- kernel\n- bias\n\nArguments received by B.call():",
            "Some weights are missing: - kernel - bias",
        ),
        (f"{'It is so. ' * 29}It is otherwise and long.", ("It is so. " * 29).rstrip()),
        ("word " * 80, f"{'word ' * 59}word …"),
        ("", ""),
    ],
)
def test_an_error_is_cut_to_its_sentence(text: str, told: str) -> None:
    assert sentence(text) == told


def test_a_version_that_cannot_be_called_says_so_once() -> None:
    error = {"error": "ValueError: no"}
    before = [case("input (2, 8)", KERNEL, made=True, called={"runs": 1}, **SAVED)]
    after = [{"label": "input (2, 8)", "facts": {"made": True, "called": error}}]

    outcome, reason, checks = judge(before, after, Promise())

    assert outcome is Outcome.REFUTED
    assert "ValueError: no" in reason
    assert [one.name for one in checks if one.status is CheckStatus.BROKEN] == ["calls"]


WRITES = Promise((Measure.WEIGHTS, Measure.OUTPUTS), (Health.RELOADS,))
REFUSED = {"error": "TypeError: got an unexpected keyword argument 'steps'"}


def made_again(told: object) -> list[dict[str, Any]]:
    runs: dict[str, Any] = {"made": True, "from config": told}
    versus = {"inference": {"compared": 1, "differs": 0}}
    return [case("input (2, 8)", versus=versus, **runs)]


def test_a_fix_of_the_configuration_from_which_no_layer_can_be_made_is_not_proved() -> None:
    outcome, reason, _ = judge(made_again(REFUSED), made_again(REFUSED), WRITES)

    assert outcome is Outcome.UNKNOWN
    assert "both versions fail" in reason
    assert "steps" in reason


def test_it_is_if_one_can_be_made_now() -> None:
    outcome, reason, _ = judge(made_again(REFUSED), made_again(LOADED), WRITES)

    assert outcome is Outcome.PROVED, reason


def test_other_fixes_need_not_mend_what_failed_before() -> None:
    outcome, reason, _ = judge(made_again(REFUSED), made_again(REFUSED), Promise())

    assert outcome is Outcome.PROVED, reason


BUILDS = Promise(mends=(Health.RELOADS, Health.BUILDS))


def loaded_by_an_owner(lost: list[str]) -> list[dict[str, Any]]:
    told = {"lost": lost, "outputs": not lost, "warnings": []}
    versus = {"inference": {"compared": 1, "differs": 0}}
    runs: dict[str, Any] = {"made": True, "owner reload": told}
    return [case("input (2, 8)", KERNEL, versus=versus, **runs)]


def test_a_fix_that_brings_not_all_weights_back_is_not_proved_and_names_those_that_stay_lost():
    before = loaded_by_an_owner(["query/kernel", "key/kernel"])
    after = loaded_by_an_owner(["key/kernel"])

    outcome, reason, _ = judge(before, after, BUILDS)

    assert outcome is Outcome.UNKNOWN
    assert "`key` (kernel)" in reason
    assert "stay lost" in reason


def test_it_is_proved_if_all_come_back_or_if_that_was_not_its_claim() -> None:
    before = loaded_by_an_owner(["query/kernel"])

    whole = judge(before, loaded_by_an_owner([]), BUILDS)
    other = judge(before, before, Promise())

    assert (whole[0], other[0]) == (Outcome.PROVED, Outcome.PROVED)


BUILT = {"weights": [], "warnings": []}


def copied(told: object, *, built: object = None) -> list[dict[str, Any]]:
    runs: dict[str, Any] = {"made": True, "deep copy": told, "built alone": built or BUILT}
    versus = {"inference": {"compared": 1, "differs": 0}}
    return [case("input (2, 8)", KERNEL, versus=versus, **runs)]


SILENT = {"lost": ["conv/kernel"], "outputs": False}
NEVER_BUILT = {"error": "ValueError: Layer 'dense' was never built"}


def test_an_error_where_every_weight_was_lost_without_a_word_is_told_and_refutes_nothing() -> None:
    outcome, reason, checks = judge(copied(SILENT), copied(NEVER_BUILT), Promise())

    changed = [one.detail for one in checks if one.status is CheckStatus.CHANGED]
    assert outcome is Outcome.PROVED, reason
    assert len(changed) == 1
    assert "never built" in changed[0]
    assert "lost" in changed[0]


def test_it_refutes_where_building_fails_or_a_weight_had_been_kept() -> None:
    kept = copied({"lost": [], "outputs": False})
    broken = copied(NEVER_BUILT, built={"error": "TypeError: no"})

    outcomes = [
        judge(before, after, Promise())[0]
        for before, after in ((kept, copied(NEVER_BUILT)), (copied(SILENT), broken))
    ]

    assert outcomes == [Outcome.REFUTED, Outcome.REFUTED]
