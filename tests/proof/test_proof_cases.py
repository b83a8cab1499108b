"""Which values and inputs are tried besides those of a recipe."""

from __future__ import annotations

from dataclasses import replace

import pytest

np = pytest.importorskip("numpy")

from keraslint.proof.probe.cases.case import (  # noqa: E402
    Call,
    Case,
    Change,
    Construction,
    with_items,
)
from keraslint.proof.probe.cases.derived_cases import choice_wishes  # noqa: E402
from keraslint.proof.probe.cases.further_arguments import given_besides  # noqa: E402
from keraslint.proof.probe.cases.other_values import (  # noqa: E402
    choices,
    other_values,
    uneven_sides,
)
from keraslint.proof.probe.cases.parameter_kinds import (  # noqa: E402
    KINDS,
    invalid_values,
    kind_of,
    may_be_channels,
)
from keraslint.proof.probe.cases.recipe_inputs import Input  # noqa: E402
from keraslint.proof.probe.cases.size_cases import (  # noqa: E402
    beyond_limits,
    beyond_numbers,
    held_arguments,
    held_sizes,
    lone_inputs,
    other_kinds,
    sizes_in_text,
)

FLOATS = Input(kind="floats", shape=(2, 6, 8), dtype="float32")


def changes(wishes) -> list[Change]:
    return [change for wish in wishes for change in wish.alternatives]


def test_each_kind_of_parameter_has_a_pattern_that_only_one_row_has() -> None:
    patterns = [kind.pattern for kind in KINDS]

    assert len(set(patterns)) == len(patterns)


@pytest.mark.parametrize(
    "text",
    [
        "layers.Dense(3, activation=gate)",
        "layers.Dense(3, activation=self.gate, name='x')",
        "self.act = keras.activations.get(gate)",
    ],
)
def test_an_argument_is_of_the_kind_that_it_is_handed_on_as(text: str) -> None:
    assert kind_of("gate") is None
    assert next(other_values("gate", "sigmoid", text)) == "tanh"


def test_names_that_a_class_compares_with_are_tried_each() -> None:
    text = 'if mode == "max":\n    pass\nelif self.mode == "sum":\n    pass'

    assert choices("mode", "max", text) == ("sum", "other")


def test_a_choice_for_which_sizes_are_too_small_is_tried_with_larger_ones() -> None:
    text = 'if self.kind == "linear":\n    a\nelif self.kind == "full":\n    b\n'
    arguments = {"kind": "linear", "head_dim": 4, "rate": 0.5, "wavelength": 10000}

    first = next(choice_wishes(arguments, text))

    assert [change.arguments for change in first.alternatives] == [
        (("kind", "full"),),
        (("kind", "full"), ("head_dim", 16)),
    ]


def test_what_is_tested_for_truth_may_be_none() -> None:
    assert choices("groups", 2, "if groups:\n    pass") == (None,)


def test_sequences_grow_and_shrink_whatever_is_in_them() -> None:
    assert list(other_values("kinds", ("conv", "attn"), "")) == [
        ("conv", "attn", "attn"),
        ("conv",),
    ]


@pytest.mark.parametrize(
    ("value", "text", "expected"),
    [
        (2, "self.sides = (sides, sides)", [(2, 4), (2, 3)]),
        (2, "self.sides = (sides,) * 2", [(2, 4), (2, 3)]),
        (2, "self.sides = sides", []),
        ((3, 3), "", [(3, 6), (3, 4)]),
        ([3, 3], "", [[3, 6], [3, 4]]),
        ((3, 4), "", []),
        ((0, 0), "", []),
        ((1, [2]), "", []),
        ("same", "(sides, sides)", []),
    ],
)
def test_two_sides_that_are_one_number_differ(value, text: str, expected: list) -> None:
    assert list(uneven_sides("sides", value, text)) == expected


def test_heads_are_no_channels_and_an_invalid_value_is_not_the_given_one() -> None:
    assert not may_be_channels("num_heads")
    assert may_be_channels("filters")
    assert 1 not in invalid_values("groups", 1)


def test_each_of_several_inputs_has_other_channels_alone() -> None:
    made = changes(lone_inputs([FLOATS, FLOATS], {}))

    assert {change.alone for change in made} == {0, 1}
    first = made[0]
    assert [first.to_input(FLOATS, index).shape[-1] for index in (0, 1)] == [10, 8]


def test_no_input_alone_has_other_channels_where_the_constructor_is_told_how_many() -> None:
    made = changes(lone_inputs([FLOATS, FLOATS], {"in_channels": 8}))

    assert [change for change in made if change.channels] == []


def test_what_tells_the_channels_follows_them_whatever_they_are_changed_for() -> None:
    arguments = {"ratio": 16, "in_channels": 8}

    made = changes(sizes_in_text([FLOATS], arguments, "max(1, channels // self.ratio)"))

    assert [one.arguments for one in made] == [(("in_channels", n),) for n in (63, 64)]


def test_channels_go_below_and_above_what_they_are_divided_by() -> None:
    text = "max(1, channels // self.ratio)"
    more, fewer = (changes(sizes_in_text([FLOATS], {"ratio": r}, text)) for r in (16, 4))

    assert [change.channels for change in more] == [(8, 63), (8, 64)]
    assert [change.channels for change in fewer] == [(8, 3), (8, 15)]


@pytest.mark.parametrize(
    ("text", "news"),
    [
        ("max(self.least, channels // self.ratio)", [15, 12]),
        ("max(int(channels * 0.2), 3)", [24, 20]),
        ("min(channels // 2, 2)", [3, 7]),
        ("max(channels * 2, 4)", [1]),
        ("max(self.least, channels)", []),
    ],
)
def test_channels_go_beyond_what_a_part_of_them_is_held_to(text: str, news: list[int]) -> None:
    arguments = {"least": 2, "ratio": 4}

    made = changes(held_sizes(arguments, 8, f"held = {text}", []))

    assert [change.channels for change in made] == [(8, new) for new in news]


def test_an_argument_goes_beyond_the_other_one_that_it_is_held_to() -> None:
    text = "held = min(top_k, self.experts)"

    made = changes(held_arguments({"top_k": 2, "experts": 8}, text))

    assert [change.arguments for change in made] == [(("top_k", 9),), (("experts", 1),)]
    assert not changes(held_arguments({"top_k": 2}, "held = min(top_k, len(experts))"))


def test_an_argument_varies_at_channels_where_it_makes_a_difference() -> None:
    text = "held = max(self.least, channels // self.ratio)"
    others = [(Change(label="ratio=5", arguments=(("ratio", 5),)),)]

    made = changes(held_sizes({"least": 2, "ratio": 4}, 8, text, others))

    assert [(one.channels, one.arguments) for one in made] == [
        (channels, arguments)
        for arguments in ((), (("ratio", 5),))
        for channels in ((8, 15), (8, 12))
    ]


def test_channels_are_tried_whose_part_is_nearly_the_next_whole_number() -> None:
    made = changes(sizes_in_text([FLOATS], {"ratio": 0.25}, "int(channels * self.ratio)"))

    assert [change.channels for change in made] == [(8, 11)]
    assert not changes(sizes_in_text([FLOATS], {"rate": 0.25}, "Dropout(self.rate)"))


@pytest.mark.parametrize("below", [1, 2, 50])
def test_whole_numbers_hold_what_stands_for_padding(below: int) -> None:
    array = Input(kind="ints", shape=(2, 3), dtype="int32", below=below).array(0)

    assert {0, min(1, below - 1)} <= set(array.flat)
    assert array.max() < below


def test_a_greatest_length_is_below_that_of_the_input() -> None:
    words = Input(kind="ints", shape=(2, 6), dtype="int32")

    for given in (FLOATS, words):
        made = changes(beyond_limits([given], {"max_length": 32, "hidden_dim": 9}))
        assert [change.arguments for change in made] == [(("max_length", 5),)]


class Cached:
    def __init__(self, num_heads, head_dim):
        pass

    def call(self, x, cache=None, start=0):
        pass


def test_arguments_of_the_call_are_given_that_a_recipe_leaves_out() -> None:
    case = Case(cls=Cached, text="Cached(2, 4)", space={})
    made = Construction((), {"num_heads": 2, "head_dim": 4})
    asked = Call(construction=made, args=(FLOATS,), kwargs={})

    given = [change.given[0] for change in changes(given_besides(case, asked, [FLOATS]))]

    assert given[0] == ("start", "1")
    assert ("cache", "floats(2, 2, 6, 2, 4)") in given
    assert ("cache", "(floats(2, 2, 6, 4), floats(2, 2, 6, 4))") in given


def test_whole_numbers_go_beyond_those_of_the_constructor() -> None:
    ids = Input(kind="ints", shape=(2, 6), dtype="int32")
    change = changes(beyond_numbers([ids], {"vocab": 20}))[0]

    assert change.to_input(ids, 0).below == 40


def test_lists_of_inputs_grow_and_shrink() -> None:
    pair = [FLOATS, replace(FLOATS, shape=(2, 3, 8))]
    made = changes(other_kinds(pair, ((pair,), {})))

    assert [change.items for change in made if change.items] == [5, 3, 1]
    assert with_items(pair, 3) == [*pair, pair[1]]
    assert with_items(pair, 1) == pair[:1]
    assert with_items(FLOATS, 3) is FLOATS


def test_one_step_and_numbers_of_another_kind_are_tried_and_a_dict_with_fewer_keys() -> None:
    made = changes(other_kinds([FLOATS], (({"x": FLOATS, "y": FLOATS},), {})))

    assert made[0].to_input(FLOATS, 0).shape == (2, 1, 8)
    assert [change.keys for change in made if change.keys] == [("x",), ("y",)]
    assert [change.kind for change in made if change.kind] == ["ints", "bools"]
