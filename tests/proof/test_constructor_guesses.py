"""What is guessed for the arguments of a constructor, by what the class does with them."""

from __future__ import annotations

import pytest

pytest.importorskip("numpy")

from keraslint.proof.probe.cases.constructor_guesses import makings


class NamedHeads:
    def __init__(self, tasks):
        self.tasks = tasks

    def build(self, input_shape):
        for task in self.tasks:
            self.add(name=task)


class Named:
    def __init__(self, output_names):
        self.output_names = output_names


class Wrapper:
    def __init__(self, inner, hidden):
        self.inner, self.hidden = inner, hidden

    def call(self, x):
        return self.inner(x) + self.hidden


@pytest.mark.parametrize(
    ("cls", "expected"),
    [
        (NamedHeads, {"tasks": '("first", "second")'}),
        (Named, {"output_names": '("first", "second")'}),
        (Wrapper, {"inner": "layers.Dense(8)", "hidden": "16"}),
    ],
)
def test_the_first_guess_follows_what_the_class_does(cls, expected) -> None:
    assert next(makings(cls)) == expected
