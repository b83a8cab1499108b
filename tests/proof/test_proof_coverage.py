"""What of two versions has to run: read off their texts, and off what running them has passed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from keraslint.diagnostic import Coverage
from keraslint.proof.coverage.judged import Version, judged
from keraslint.proof.probe.coverage.dict_inputs import dict_advice, keys_read
from keraslint.proof.probe.coverage.instrument import instrumented
from keraslint.proof.probe.coverage.recorder import Recorder

Drive = Callable[[Any], object]
BLOCK = """\
class Block:
    def __init__(self, units=4, flag=False, kind="sum", ratio=2):
        self.units = units
        self.flag = flag
        self.kind = kind
        self.ratio = ratio

    def build(self, shape):
        if shape is None:
            raise ValueError("no shape")
        self.dense = [self.units]
        self.other = None

    def call(self, x, mask=None):
        y = x + len(self.dense)
        if self.flag:
            y = y + self.extra(2)
        if self.kind == "max":
            return y * 3
        return y

    def extra(self, by):
        return by * self.units

    def score(self, other):
        return len(self.dense) * other
"""
PLAIN: Mapping[str, str] = {"units": "4", "flag": "False", "kind": "'sum'", "ratio": "2"}


def plain(cls: Any) -> None:
    block = cls()
    block.build((2, 8))
    block.call(1)


def flagged(cls: Any) -> None:
    plain(cls)
    block = cls(flag=True)
    block.build((2, 8))
    block.call(1)


def every(cls: Any) -> None:
    flagged(cls)
    block = cls(kind="max")
    block.build((2, 8))
    block.call(1)
    block.score(2)


def version(text: str, drive: Drive) -> Version:
    recorder = Recorder()
    recorder.install()
    space: dict[str, Any] = {"__name__": "block"}
    exec(instrumented(text, "block.py", recorder, "/block.py"), space)
    recorder.end_import()
    drive(space["Block"])
    ran = recorder.told(recorder.taken())
    return Version(
        text=text, layer="Block", path="/block.py", name="block.py", answer={"ran": ran}, around={}
    )


def compared(
    before: str,
    after: str,
    drive: Drive = plain,
    *,
    given: Sequence[Mapping[str, str]] = (PLAIN, {name: f"{v}?" for name, v in PLAIN.items()}),
    effects: Sequence[int] = (0, 1),
    driven: Sequence[Drive] = (),
) -> tuple[Coverage, str]:
    cases = [
        {
            "label": f"case {number}",
            "recipe": "Block()(floats(2, 8))",
            "change": {},
            "given": {"__init__": one, "call": {"x": "floats(2, 8)", "mask": "None"}},
            "effect": effects[number],
        }
        for number, one in enumerate(given)
    ]
    sides = [
        [{**case, **version(text, one).answer} for case, one in zip(cases, driven, strict=True)]
        if driven
        else cases
        for text in (before, after)
    ]
    found = judged(version(before, drive), version(after, drive), *sides)
    assert found is not None
    return found.coverage, found.recipe


def missing(after: str, drive: Drive = plain, before: str = BLOCK) -> list[str]:
    return [*compared(before, after, drive)[0].missing]


def swapped(*swaps: tuple[str, str], text: str = BLOCK) -> str:
    for old, new in swaps:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


HOISTED = swapped(
    ("        self.dense = [self.units]\n", ""),
    (
        "        self.ratio = ratio\n",
        "        self.ratio = ratio\n        self.dense = [self.units]\n",
    ),
)


def test_the_same_text_has_nothing_to_run() -> None:
    assert missing(BLOCK, lambda cls: None) == []


def test_a_move_needs_only_what_was_moved() -> None:
    assert missing(HOISTED) == []


def test_a_move_that_never_ran_is_missing_on_both_sides() -> None:
    told = missing(HOISTED, lambda cls: None)

    assert told == [
        "block.py:11: `self.dense = [self.units]` never ran",
        "block.py:7: `self.dense = [self.units]` never ran",
    ]


def test_a_statement_of_one_version_that_never_ran_is_missing_with_the_condition_around_it() -> (
    None
):
    after = swapped(("return y * 3", "return y * 2"))
    told = '`self.kind == "max"` was false in every case, so `return y * {}` never ran'

    assert missing(after) == [
        f"block.py:18: {told.format(3)}",
        f"block.py:18: {told.format(2)}",
    ]
    assert missing(after, every) == []


def test_a_method_that_was_never_called_is_missing_if_it_differs() -> None:
    assert missing(swapped(("* other", "+ other"))) == [
        "block.py:26: `return len(self.dense) * other` never ran",
        "block.py:26: `return len(self.dense) + other` never ran",
    ]


def test_the_condition_of_a_moved_statement_is_missing_while_one_of_its_arms_never_ran() -> None:
    before = swapped(
        ("        self.other = None", "        if self.flag:\n            self.other = 1")
    )
    after = swapped(
        ("        self.other = None\n", ""),
        (
            "        self.ratio = ratio\n",
            "        self.ratio = ratio\n        if self.flag:\n            self.other = 1\n",
        ),
    )

    assert "`self.flag` was false in every case" in missing(after, before=before)[0]
    assert missing(after, flagged, before) == []


def test_a_statement_that_left_a_condition_makes_both_arms_of_it_tell() -> None:
    kept = "        if self.flag:\n            self.other = 2\n"
    before = swapped(
        ("        self.other = None\n", f"{kept}            self.third = 3\n"),
    )
    after = swapped(
        ("        self.other = None\n", kept),
        ("        self.ratio = ratio\n", "        self.ratio = ratio\n        self.third = 3\n"),
    )

    def only_flagged(cls: Any) -> None:
        block = cls(flag=True)
        block.build((2, 8))
        block.call(1)

    assert missing(after, only_flagged, before) == [
        "block.py:12: `self.flag` was true in every case"
    ]


def test_a_guard_that_both_have_need_not_refuse() -> None:
    guard = '        if shape is None:\n            raise ValueError("no shape")\n'
    moved = swapped(
        (guard, ""), ("        self.other = None\n", f"        self.other = None\n{guard}")
    )

    assert missing(moved) == []


def test_a_guard_that_one_has_must_refuse_or_never_be_asked() -> None:
    after = swapped(("shape is None", "shape is None or shape[0] > 9"))

    assert any("`shape[0] > 9` was false in every case" in one for one in missing(after))


def test_the_arms_of_an_expression_count() -> None:
    before = swapped(("return by * self.units", "return by if self.flag else self.units"))
    after = swapped(("return by * self.units", "return by if self.flag else 4"))

    def asked(cls: Any) -> None:
        plain(cls)
        cls().extra(1)

    told = missing(after, asked, before)

    assert told[0] == "block.py:23: `self.flag` was false in every case"


def test_each_argument_of_an_extreme_must_have_been_the_one() -> None:
    before = swapped(("[self.units]", "[max(1, self.units // self.ratio)]"))
    after = swapped(("[self.units]", "[self.units // self.ratio]"))

    assert missing(after, before=before)[0] == (
        "block.py:11: `max(1, self.units // self.ratio)` never gave `1`"
    )


def test_a_loop_must_have_had_a_second_turn() -> None:
    before = swapped(("self.other = None", "self.other = [u for u in range(self.ratio - 1)]"))
    after = swapped(("self.other = None", "self.other = [0 for u in range(self.ratio - 1)]"))

    assert (
        "the loop over `range(self.ratio - 1)` never had a second turn"
        in missing(after, before=before)[0]
    )


def test_what_uses_a_changed_attribute_must_have_run() -> None:
    after = swapped(("self.dense = [self.units]", "self.dense = [self.units, 0][:1]"))

    assert missing(after) == ["block.py:26: `return len(self.dense) * other` never ran"]
    assert missing(after, every) == []


def test_a_changed_local_that_nothing_read_is_missing() -> None:
    before = swapped(
        ("        if self.flag:\n", "        z = 1\n        if self.flag:\n"),
        ("self.extra(2)", "z"),
    )
    after = swapped(("z = 1", "z = 2"), text=before)

    assert missing(after, before=before) == [
        "block.py:17: `self.flag` was false in every case, so `y = y + z` never ran"
    ]


def test_an_argument_that_one_version_does_not_read_must_have_varied() -> None:
    before = swapped(("self.other = None", "self.other = [self.kind]"))
    after = swapped(("self.other = None", 'self.other = ["sum"]'))

    told, _ = compared(before, after, given=(PLAIN, PLAIN))
    with_others, _ = compared(before, after)
    varied, _ = compared(before, after, given=(PLAIN, {**PLAIN, "kind": "'max'"}))

    assert told.missing == (
        "block.py:12: `kind` was `'sum'` in every case, and one version does not depend on it",
    )
    assert with_others.missing == (
        "block.py:12: only one version depends on `kind`, which never varied alone",
    )
    assert varied.missing == ()


def test_an_argument_must_have_varied_where_it_is_read_and_a_value_of_another_case_is_told() -> (
    None
):
    before = swapped(("self.extra(2)", "self.extra(self.ratio)"))
    half = {**PLAIN, "ratio": "0.5"}
    given = (half, {**half, "flag": "True"}, {**half, "ratio": "0.25"})

    told, recipe = compared(
        before,
        BLOCK,
        flagged,
        given=given,
        effects=(0, 1, 2),
        driven=(plain, flagged, plain),
    )

    assert told.missing == (
        "block.py:17: `ratio` was `0.5` in the only case that reaches it, "
        "and one version does not depend on it",
    )
    assert recipe == "Block(ratio=0.25)(floats(2, 8))"


def test_arguments_that_stand_for_each_other_must_have_differed() -> None:
    before = swapped(("self.other = None", "self.other = [self.units]"))
    after = swapped(("self.other = None", "self.other = [self.ratio]"))
    alike = ({**PLAIN, "ratio": "4"}, {**PLAIN, "units": "8", "ratio": "8"})

    told, _ = compared(before, after, given=alike)

    assert "block.py:12: `units` and `ratio` were the same in every case" in told.missing


def test_an_argument_that_one_version_reads_must_have_made_a_difference() -> None:
    before = swapped(("self.other = None", "self.other = [self.kind]"))
    after = swapped(("self.other = None", 'self.other = ["sum"]'))
    alone = (PLAIN, {**PLAIN, "kind": "'mean'"})

    told, _ = compared(before, after, given=alone, effects=(5, 5))
    other, _ = compared(before, after, given=alone, effects=(5, 6))

    assert told.missing == (
        "block.py:12: only one version depends on `kind`, and that made no difference to it",
    )
    assert other.missing == ()


def test_the_value_of_what_one_version_reads_must_have_come_about_in_every_way() -> None:
    before = swapped(
        ("self.units = units", "self.units = units or 2"),
        ("self.other = None", "self.other = [self.units]"),
    )
    after = swapped(("[self.units]\n\n", "[self.ratio]\n\n"), text=before)

    assert "block.py:3: `units` was true in every case" in missing(after, before=before)


def test_what_stands_for_a_value_that_one_version_reads_must_have_run() -> None:
    before = swapped(
        (
            "y = x + len(self.dense)",
            "y = 1\n        if mask:\n            x = x * 2\n        y = x",
        ),
    )
    after = swapped(("        y = x\n", "        y = 1\n"), text=before)

    assert any("x = x * 2" in told for told in missing(after, before=before))


def test_what_a_comprehension_goes_through_is_no_value_of_the_function() -> None:
    before = swapped(
        ("self.units = units\n", "self.units = units\n        self.rest = [i for i in range(1)]\n"),
        ("x + len(self.dense)\n", "x\n        for i in (1, 2):\n            y = y + i\n"),
    )
    after = swapped(("y = y + i", "y = y + 1.5"), text=before)

    assert not any("range(1)" in told for told in missing(after, before=before))


def test_an_option_that_is_taken_out_of_keyword_arguments_must_have_been_given() -> None:
    before = swapped(
        ("ratio=2):", "ratio=2, **rest):"),
        ("self.ratio = ratio", "self.ratio = ratio\n        self.bias = rest.pop('bias', 0)"),
        ("self.other = None", "self.other = [self.bias]"),
    )
    after = swapped(("[self.bias]", "[0]"), text=before)

    assert "block.py:7: `rest.pop('bias', 0)` never found what it looks for" in missing(
        after, before=before
    )


def test_what_is_looked_up_elsewhere_than_in_a_dict_has_no_outcomes() -> None:
    registry = "class Registry:\n    def get(self, name):\n        return name\n\n\n"
    before = f"{registry}REGISTRY = Registry()\n\n\n" + swapped(
        ("self.kind = kind", "self.kind = REGISTRY.get(kind)"),
        ("self.other = None", "self.other = [self.kind]"),
    )
    after = swapped(("[self.kind]", "[self.ratio]"), text=before)

    assert [one for one in missing(after, before=before) if "REGISTRY" in one] == []


def test_a_comparison_whose_value_is_used_must_have_been_both() -> None:
    before = swapped(("self.other = None", "self.other = [self.ratio, self.ratio > 40]"))
    after = swapped(("self.other = None", "self.other = [self.ratio, False]"))

    assert missing(after, before=before) == [
        "block.py:12: `self.ratio > 40` was false in every case"
    ]


def test_a_private_method_that_nothing_names_need_not_run() -> None:
    after = swapped(("    def extra", "    def _unused(self):\n        return 1\n\n    def extra"))
    made_up = swapped(("return by * self.units", 'return getattr(self, "_" + by)'), text=after)

    assert missing(after) == []
    assert missing(made_up) != []


def test_a_helper_of_the_module_belongs_to_the_class_that_calls_it() -> None:
    helper = "def doubled(x):\n    return x and 2 * x\n\n\n"
    before = helper + swapped(("return y * 3", "return doubled(y)"))
    other = before.replace("x and 2", "x or 2")

    assert missing(other, before=before) != []
    assert missing(f"def unused():\n    return 1\n\n\n{BLOCK}") == []


def test_a_helper_in_another_file_that_has_changed_belongs_to_it_too() -> None:
    text = "from helpers import doubled\n\n\n" + swapped(("return y * 3", "return doubled(y)"))
    old = "def doubled(x):\n    return 2 * x\n\n\ndef unrelated():\n    return 1\n"
    new = old.replace("2 * x", "x + x").replace("return 1", "return 2")
    answer = {"ran": {"/helpers.py": []}}
    versions = [
        Version(
            text=text,
            layer="Block",
            path="/block.py",
            name="block.py",
            answer=answer,
            around={"/helpers.py": helpers},
        )
        for helpers in (old, new)
    ]

    found = judged(versions[0], versions[1], [], [])

    assert found is not None
    assert found.coverage.missing == (
        "helpers.py:2: `return 2 * x` never ran",
        "helpers.py:2: `return x + x` never ran",
        "block.py:22: `return doubled(y)` never ran",
    )


def test_what_else_never_ran_is_told_and_is_no_gap() -> None:
    coverage, _ = compared(BLOCK, HOISTED)

    assert coverage.missing == ()
    assert coverage.never == (
        "block.py:10: `shape is None` was false in every case",
        "block.py:16: `self.flag` was false in every case",
        'block.py:18: `self.kind == "max"` was false in every case',
        "block.py:23: `extra()`",
        "block.py:26: `score()`",
        "`mask` was never given to `call()`",
    )
    assert coverage.cases == ("case 0", "case 1")
    assert coverage.lines_after == len(HOISTED.splitlines())
    assert {2, 3, 4, 5, 6} <= set(coverage.ran_after)
    assert 22 in coverage.missed_after


@pytest.mark.parametrize(
    ("swap", "recipe"),
    [
        (("return y * 3", "return y"), "Block(kind='max')(floats(2, 8))"),
        (("self.extra(2)", "self.extra(1)"), "Block(flag=True)(floats(2, 8))"),
    ],
)
def test_a_recipe_is_told_that_makes_the_condition_true(swap: tuple[str, str], recipe: str) -> None:
    _, told = compared(BLOCK, swapped(swap))

    assert told == recipe


READS = """\
class Block:
    def call(self, features, training=None):
        mask = features.get("mask")
        return features["token_ids"] + features["dense"] + other["no"]
"""


def test_the_keys_that_call_reads_are_told_with_a_recipe() -> None:
    assert keys_read(READS, "Block") == ["mask", "token_ids", "dense"] or keys_read(
        READS, "Block"
    ) == ["token_ids", "dense", "mask"]
    assert dict_advice(READS, "Block", "Block()").startswith("`call()` reads the keys ")
    assert '"token_ids": ints(2, 6, below=4)' in dict_advice(READS, "Block", "Block()")
    assert dict_advice(BLOCK, "Block", "Block()") == ""
