"""Two versions and the values that were given in each case → arguments that did not vary enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .atoms import Atom
from .dependences import Argument
from .gaps import PHASES, View

Given = Mapping[str, Mapping[str, str]]
"""Of one case: the values of the arguments of `__init__` and of `call`, as text."""
Effects = Sequence[object]
NO_DIFFERENCE = "no difference"
ARRAYS = ("floats(", "ints(", "bools(", "zeros(")
OF_KERAS = frozenset({"self", "name", "dtype", "trainable", "training"})


@dataclass(frozen=True, kw_only=True)
class Unvaried:
    """An argument that one version reads in `atom` and the other does not read there.

    `value` is what it was in every case that reached the statement, or that it made no difference;
    with `other`, it was always the same as that argument. `reached` counts those cases, 0 for all.
    """

    side: int
    atom: Atom
    argument: Argument
    value: str
    other: Argument | None = None
    reached: int = 0


def unvaried(
    views: tuple[View, View], cases: Sequence[Given], effects: Sequence[Effects]
) -> Iterator[Unvaried]:
    """Arguments without which the versions would have agreed in the cases that ran, too.

    `effects` tell for each version what came out of each case: the same for the same results.
    """
    mine, theirs = (_read_by(view, cases) for view in views)
    for side, (own, others) in enumerate(((mine, theirs), (theirs, mine))):
        for argument, atom in own.items():
            if argument in others:
                continue
            there = _where_read(views[side], argument, cases)
            reached = len(there) if len(there) < len(cases) else 0
            for one in _alone(side, atom, argument, others.keys() - own.keys(), there):
                yield replace(one, reached=reached)
            if effects and _made_no_difference(atom, argument, cases, effects[side]):
                yield Unvaried(side=side, atom=atom, argument=argument, value=NO_DIFFERENCE)


def _made_no_difference(
    atom: Atom, argument: Argument, cases: Sequence[Given], effects: Effects
) -> bool:
    """Were there cases that differ in the argument alone, and did the same come out of all?"""
    told = _groups(argument, cases, effects) if _is_told_apart(atom, argument) else []
    return bool(told) and all(len({effect for _, effect in group}) == 1 for group in told)


def _is_told_apart(atom: Atom, argument: Argument) -> bool:
    """Does an argument of the constructor show in what comes out of building and calling?"""
    return argument[0] == "__init__" and atom.function.rpartition(".")[2] in PHASES


def never_alone(views: tuple[View, View], cases: Sequence[Given]) -> list[Argument]:
    """Arguments that one version alone reads, and that only ever varied together with others.

    What came out then may have come from the others: `axis=1` is `axis=-1` for a matrix.
    """
    mine, theirs = (_read_by(view, cases) for view in views)
    nothing: Effects = [None] * len(cases)
    return [
        argument
        for own, others in ((mine, theirs), (theirs, mine))
        for argument, atom in own.items()
        if argument not in others and _is_told_apart(atom, argument)
        if not _groups(argument, cases, nothing)
    ]


def _groups(
    argument: Argument, cases: Sequence[Given], effects: Effects
) -> list[set[tuple[str, object]]]:
    """The values and effects of cases that differ in the argument alone."""
    function, name = argument
    by_rest: dict[str, set[tuple[str, object]]] = {}
    for case, effect in zip(cases, effects, strict=True):
        rest = {**case, function: {k: v for k, v in case[function].items() if k != name}}
        by_rest.setdefault(repr(rest), set()).add((case[function].get(name, ""), effect))
    return [group for group in by_rest.values() if len({value for value, _ in group}) > 1]


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


def _where_read(view: View, argument: Argument, cases: Sequence[Given]) -> list[Given]:
    """The cases in which a changed statement ran that reads the argument, itself or as kept."""
    reading = [atom for atom in view.changed if argument in view.dependences.kept(atom)]
    numbers = {number for atom in reading for number in view.seen.cases_of(atom.node)}
    return [cases[number] for number in sorted(numbers)] or list(cases)


def _values(argument: Argument, cases: Sequence[Given]) -> list[str]:
    """The values in all cases; none for an array whose numbers, which are random, are read."""
    values = values_of(argument, cases, range(len(cases)))
    is_array = argument[0] == "call" and any(one.startswith(ARRAYS) for one in values)
    return [] if is_array else values


def values_of(argument: Argument, cases: Sequence[Given], numbers: Iterable[int]) -> list[str]:
    """The values in the cases of these numbers."""
    function, name = argument
    asked = "call" if function == "build" else function
    wanted = [cases[number].get(asked, {}) for number in numbers]
    return [case[name] for case in wanted if name in case]


def _read_by(view: View, cases: Sequence[Given]) -> dict[Argument, Atom]:
    """The arguments that changed statements rest on, each with the first that does."""
    found: dict[Argument, Atom] = {}
    for atom in view.changed:
        for argument in sorted(view.dependences.arguments(atom)):
            known = as_given(argument, cases)
            if known is not None:
                found.setdefault(known, atom)
    return found


def as_given(argument: Argument, cases: Sequence[Given]) -> Argument | None:
    """An argument of `__init__` or `call`; one of `build` by the input whose shape it is."""
    function, name = argument
    names = [*(cases[0].get("call", ()) if cases else ())]
    if function == "build":
        short = name.removesuffix("_shape").removesuffix("_shapes")
        name = short if short in names else "".join(names[:1])
    if name in OF_KERAS or function not in ("__init__", "build", "call"):
        return None
    return function, name
