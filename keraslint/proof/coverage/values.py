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
NEVER_ALONE = "never alone"
ARRAYS = ("floats(", "ints(", "bools(", "zeros(")
OF_KERAS = frozenset({"self", "name", "dtype", "trainable", "training"})


@dataclass(frozen=True, kw_only=True)
class Unvaried:
    """An argument that one version reads in `atom` and the other does not read there.

    `value` is what it was in every case that reached the statement, or that it made no difference,
    or never varied alone; with `other`, it was always the same as that argument. `reached` counts
    those cases, 0 for all.
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
    for one in _read_by_one(views, cases):
        side, argument = one.side, one.argument
        there = _where_read(views[side], argument, cases)
        reached = len(there) if len(there) < len(cases) else 0
        same = [*_same(one, there)]
        yield from (replace(found, reached=reached) for found in same)
        if _shows_in_effects(one):
            groups = _differing_alone(argument, cases, effects[side])
            if not same and _varies_with_others(argument, cases):
                yield Unvaried(side=side, atom=one.atom, argument=argument, value=NEVER_ALONE)
            elif groups and all(len({effect for _, effect in group}) == 1 for group in groups):
                yield Unvaried(side=side, atom=one.atom, argument=argument, value=NO_DIFFERENCE)


def never_alone(views: tuple[View, View], cases: Sequence[Given]) -> list[Argument]:
    """Arguments that one version alone reads, and of which no two cases differ in them alone.

    What came out then may have come from others: `axis=1` is `axis=-1` for a matrix.
    """
    unknown: Effects = [None] * len(cases)
    return [
        one.argument
        for one in _read_by_one(views, cases)
        if _shows_in_effects(one) and not _differing_alone(one.argument, cases, unknown)
    ]


@dataclass(frozen=True, kw_only=True)
class _ReadByOne:
    """An argument that one version alone reads, in `atom`; `lacking` are those it does not read."""

    side: int
    argument: Argument
    atom: Atom
    lacking: frozenset[Argument]


def _read_by_one(views: tuple[View, View], cases: Sequence[Given]) -> Iterator[_ReadByOne]:
    mine, theirs = (_read_by(view, cases) for view in views)
    for side, (own, others) in enumerate(((mine, theirs), (theirs, mine))):
        lacking = frozenset(others.keys() - own.keys())
        for argument, atom in own.items():
            if argument not in others:
                yield _ReadByOne(side=side, argument=argument, atom=atom, lacking=lacking)


def _shows_in_effects(one: _ReadByOne) -> bool:
    """Is it an argument of the constructor that shows in what comes out of building and calling?"""
    return one.argument[0] == "__init__" and one.atom.function.rpartition(".")[2] in PHASES


def _varies_with_others(argument: Argument, cases: Sequence[Given]) -> bool:
    """Was it another one only where other arguments were? The input may differ: it may have to."""
    made = [{"__init__": case["__init__"]} for case in cases]
    varies = len(set(_values(argument, cases))) > 1
    return varies and not _differing_alone(argument, made, [None] * len(made))


def _differing_alone(
    argument: Argument, cases: Sequence[Given], effects: Effects
) -> list[set[tuple[str, object]]]:
    """The values and effects of cases that differ in the argument alone."""
    function, name = argument
    by_rest: dict[str, set[tuple[str, object]]] = {}
    for case, effect in zip(cases, effects, strict=True):
        rest = {**case, function: {k: v for k, v in case[function].items() if k != name}}
        by_rest.setdefault(repr(rest), set()).add((case[function].get(name, ""), effect))
    return [group for group in by_rest.values() if len({value for value, _ in group}) > 1]


def _same(one: _ReadByOne, cases: Sequence[Given]) -> Iterator[Unvaried]:
    """Was it the same in all cases, or always as an argument that the other version reads?"""
    values = _values(one.argument, cases)
    told = Unvaried(side=one.side, atom=one.atom, argument=one.argument, value="")
    if len(set(values)) == 1:
        yield replace(told, value=values[0])
        return
    for other in sorted(one.lacking):
        if other[0] == one.argument[0] and values and values == _values(other, cases):
            yield replace(told, other=other)


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
