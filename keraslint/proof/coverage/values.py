"""Two versions and the values that were given in each case → arguments that did not vary enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .atoms import Atom
from .dependences import Argument
from .gaps import View

Given = Mapping[str, Mapping[str, str]]
"""Of one case: the values of the arguments of `__init__` and of `call`, as text."""
ARRAYS = ("floats(", "ints(", "bools(", "zeros(")
OF_KERAS = frozenset({"self", "name", "dtype", "trainable", "training"})


@dataclass(frozen=True, kw_only=True)
class Unvaried:
    """An argument that one version reads in `atom` and the other does not read there.

    `value` is what it was in every case; with `other`, it was always the same as that argument.
    """

    side: int
    atom: Atom
    argument: Argument
    value: str
    other: Argument | None = None


def unvaried(views: tuple[View, View], cases: Sequence[Given]) -> Iterator[Unvaried]:
    """Arguments without which the versions would have agreed in the cases that ran, too."""
    mine, theirs = (_read_by(view, cases) for view in views)
    for side, (own, others) in enumerate(((mine, theirs), (theirs, mine))):
        for argument, atom in own.items():
            if argument not in others:
                yield from _alone(side, atom, argument, others.keys() - own.keys(), cases)


def _alone(
    side: int, atom: Atom, argument: Argument, others: set[Argument], cases: Sequence[Given]
) -> Iterator[Unvaried]:
    values = _values(argument, cases)
    if len(set(values)) == 1:
        yield Unvaried(side=side, atom=atom, argument=argument, value=values[0])
        return
    for other in sorted(others):
        if other[0] == argument[0] and values and values == _values(other, cases):
            yield Unvaried(side=side, atom=atom, argument=argument, value="", other=other)


def _values(argument: Argument, cases: Sequence[Given]) -> list[str]:
    """The values in all cases; none for an array whose numbers, which are random, are read."""
    function, name = argument
    asked = "call" if function == "build" else function
    values = [case[asked][name] for case in cases if name in case.get(asked, {})]
    return [] if function == "call" and any(one.startswith(ARRAYS) for one in values) else values


def _read_by(view: View, cases: Sequence[Given]) -> dict[Argument, Atom]:
    """The arguments that changed statements rest on, each with the first that does."""
    found: dict[Argument, Atom] = {}
    for atom in view.changed:
        for argument in sorted(view.dependences.arguments(atom)):
            known = _as_given(argument, cases)
            if known is not None:
                found.setdefault(known, atom)
    return found


def _as_given(argument: Argument, cases: Sequence[Given]) -> Argument | None:
    """An argument of `__init__` or `call`; one of `build` by the input whose shape it is."""
    function, name = argument
    names = [*(cases[0].get("call", ()) if cases else ())]
    if function == "build":
        short = name.removesuffix("_shape").removesuffix("_shapes")
        name = short if short in names else "".join(names[:1])
    if name in OF_KERAS or function not in ("__init__", "build", "call"):
        return None
    return function, name
