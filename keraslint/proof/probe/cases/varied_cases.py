"""A case, and arguments that had one value in it → the case with other values of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from math import prod

from ..coverage.class_source import sources_of
from .case import Case, Change
from .constructor_arguments import arguments_of
from .derived_cases import argument_choices, halved
from .further_arguments import given_besides
from .recipe_inputs import Input, leaves
from .wish import Alternatives, Wish, together

LARGEST, BEYOND = 256, 33
Argument = tuple[str, str]
"""`__init__`, `build` or `call`, and a name; `bounds` for one of `__init__` by which is cut."""


def varied(case: Case, names: Collection[Argument]) -> Iterator[Wish]:
    """Other values of all these arguments at once, twice; where that fails, of each for itself."""
    asked = case.asked()
    arguments = arguments_of(case, asked)
    text = sources_of(case.cls)
    made = {name for function, name in names if function == "__init__"}
    given = {name for function, name in names if function == "call"}
    changes = [one for one in argument_choices(arguments, text) if _names(one[0]) & made]
    bounds = [name for function, name in names if function == "bounds"]
    wanted = [halved(one) if one[0].arguments else one for one in changes]
    shapes = [
        case.change.to_input(one, index)
        for index, one in enumerate(leaves((asked.args, asked.kwargs)))
    ]
    ends = (min(_most_steps(shapes), LARGEST) + BEYOND, 1)
    yield from (_upon(case.change, _cut_at(name, value)) for name in bounds for value in ends)
    besides = [wish.alternatives for wish in given_besides(case, asked, shapes)]
    wanted += [one for one in besides if one and _names(one[0]) & given]
    if any(function == "build" for function, _ in names):
        yield from (_upon(case.change, one) for one in _with_uneven_planes(wanted))
        return
    for one in _rounds(wanted):
        yield _upon(case.change, together(one))


def _cut_at(name: str, value: int) -> Wish:
    return Wish(alternatives=(Change(label=f"{name}={value}", arguments=((name, value),)),))


def _most_steps(inputs: Sequence[Input]) -> int:
    """The most steps, or pixels, of any input: no axis is longer, whatever is made of them."""
    return max((prod(one.shape[1:-1] or one.shape[1:]) for one in inputs), default=0)


def _with_uneven_planes(wanted: list[Alternatives]) -> Iterator[Wish]:
    """Images of other sides, which differ, with the usual arguments and with other ones."""
    planes = tuple(
        Change(label=f"inputs longer by {more}", longer=more, uneven=True) for more in (1, 2, 4)
    )
    yield Wish(alternatives=planes)
    first = next(_rounds(wanted))
    if first:
        yield together([planes, *first])


def _names(change: Change) -> set[str]:
    return {name for name, _ in (*change.arguments, *change.given)}


def _rounds(wanted: list[Alternatives]) -> Iterator[list[Alternatives]]:
    """The first choices for each argument, then the second ones of those that have more."""
    by_name: dict[frozenset[str], list[Alternatives]] = {}
    for one in wanted:
        by_name.setdefault(frozenset(_names(one[0])), []).append(one)
    yield [choices[0] for choices in by_name.values()]
    yield [choices[1] for choices in by_name.values() if choices[1:]]


def _upon(change: Change, wish: Wish) -> Wish:
    """The same, of a case that has changed already."""
    return replace(
        wish,
        alternatives=tuple(change.along_with(one) for one in wish.alternatives),
        otherwise=tuple(_upon(change, one) for one in wish.otherwise),
    )
