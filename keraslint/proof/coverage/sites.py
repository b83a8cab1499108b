"""Where changed statements ran, case by case → the cases that would tell more of them.

A statement that ran in one case has shown what it does for the arguments of that case alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from keraslint.proof.probe.coverage.decisions import arms, decisions, walk

from .atoms import DEFINITIONS, Atom, is_idle
from .dependences import Argument, attributes_written, names_written
from .gaps import PHASES, View
from .values import ARRAYS, Given, as_given, never_alone, values_of

MOST_LOOKS, MOST_VARIED, MOST_UNEVEN, MOST_BOUNDS = 2, 4, 1, 2
BOUNDS = "bounds"
"""In the place of `__init__`: an argument of it that is to be beyond the sizes of the inputs."""
FULL = 2
CUTS = (ast.FloorDiv, ast.Mod, ast.Sub)
Cases = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Look:
    """A case to measure besides: that of a recipe and a change, as closely as `depth` says.

    `vary` are arguments, of the constructor or of the call, that are to have other values there.
    """

    recipe: str
    change: Mapping[str, Any]
    depth: int = 0
    vary: tuple[Argument, ...] = ()

    def asked(self) -> dict[str, Any]:
        """As the child is asked for it."""
        return {
            "recipe": self.recipe,
            "change": self.change,
            "depth": self.depth,
            "vary": [list(one) for one in self.vary],
        }


@dataclass(frozen=True, kw_only=True)
class Site:
    """A changed statement, or an arm of an expression in it, and the cases in which it ran.

    `rests` are the arguments on which it rests, or what stands for it in the other version does.
    `decided_by` are those that decide whether it runs; `beside`, those of other conditions of the
    same function.
    """

    ran_in: tuple[int, ...]
    rests: frozenset[Argument]
    decided_by: frozenset[Argument]
    beside: frozenset[Argument] = frozenset()


def further(views: tuple[View, View], given: Sequence[Given], cases: Cases) -> list[Look]:
    """Closer looks at what was only glanced at, and other values where it ran for one alone."""
    sites = [*_sites(views[0], views[1], given), *_sites(views[1], views[0], given)]
    alone = [_look(cases[0], vary=(one,)) for one in never_alone(views, given)] if cases else []
    sides = [*_uneven(views, sites, given, cases)][:MOST_UNEVEN]
    bounds = [one for view in views for one in _bounds(view, given, cases)]
    cut = list(dict.fromkeys(one.vary for one in bounds))[:MOST_BOUNDS]
    beyond = [next(one for one in bounds if one.vary == vary) for vary in cut]
    varied = [*_varied(sites, given, cases), *alone[:MOST_VARIED]]
    return [*_closer(sites, cases), *varied, *sides, *beyond]


def _sites(view: View, other: View, given: Sequence[Given]) -> Iterator[Site]:
    changed = [
        atom
        for atom in view.changed
        if not isinstance(atom.node, DEFINITIONS) and not is_idle(atom.node)
    ]
    beside = {
        name: frozenset(_as_given(_deciding_in(view, name), given))
        for name in {atom.function for atom in changed}
    }
    for atom in changed:
        rests = _rests(view, atom, given).union(
            *(_rests(other, one, given) for one in _counterparts(atom, other))
        )
        yield from _callers(view, atom)
        deciding = _rests_of(view, atom, [b.test for b, _ in atom.under if isinstance(b, ast.If)])
        for node in (atom.node, *(arm for part in atom.parts for arm in arms(part))):
            tests = [] if node is atom.node else [d.node for p in atom.parts for d in decisions(p)]
            asked = deciding | _rests_of(view, atom, tests)
            ran_in = view.seen.cases_of(node)
            if ran_in:
                yield Site(
                    ran_in=ran_in,
                    rests=rests,
                    decided_by=frozenset(_as_given(asked, given)),
                    beside=beside[atom.function],
                )


def _deciding_in(view: View, function: str) -> set[Argument]:
    """What the conditions of a function rest on."""
    mine = [one for one in view.side.atoms if one.function == function]
    return set().union(*(view.dependences.arguments(o) for o in mine if isinstance(o.node, ast.If)))


def _callers(view: View, atom: Atom) -> Iterator[Site]:
    """Where the function is called in which a changed statement stands, if from several places."""
    name = atom.function.rpartition(".")[2]
    callers = [] if name in PHASES else [*view.dependences.calls(name)]
    for one in callers if len(callers) > 1 else ():
        ran_in = view.seen.cases_of(one.node)
        if ran_in:
            yield Site(ran_in=ran_in, rests=frozenset(), decided_by=frozenset())


def _counterparts(atom: Atom, other: View) -> list[Atom]:
    """Changed statements of the other version that set the same, or return from the same place."""
    written = _written(atom)
    return [
        one
        for one in other.changed
        if (written & _written(one))
        or (one.function == atom.function and type(one.node) is type(atom.node))
    ]


def _written(atom: Atom) -> set[str]:
    return set().union(*(attributes_written(p) | names_written(p) for p in atom.parts))


def _rests(view: View, atom: Atom, given: Sequence[Given]) -> frozenset[Argument]:
    return frozenset(_as_given(view.dependences.arguments(atom), given))


def _rests_of(view: View, atom: Atom, nodes: Sequence[ast.AST]) -> set[Argument]:
    return view.dependences.arguments(replace(atom, parts=tuple(nodes))) if nodes else set()


def _as_given(arguments: set[Argument], given: Sequence[Given]) -> set[Argument]:
    return {known for one in arguments if (known := as_given(one, given)) is not None}


def _closer(sites: Sequence[Site], cases: Cases) -> Iterator[Look]:
    """The cases of recipes are looked at closely: one such for each site that has none."""
    closely = {number for number, case in enumerate(cases) if case.get("depth", FULL) >= FULL}
    chosen: list[int] = []
    for site in sites:
        if not closely.intersection(site.ran_in) and len(chosen) < MOST_LOOKS:
            first = site.ran_in[0]
            closely.add(first)
            chosen.append(first)
    yield from (_look(cases[number], depth=FULL) for number in chosen)


def _varied(sites: Sequence[Site], given: Sequence[Given], cases: Cases) -> Iterator[Look]:
    """What varies elsewhere, or was never given, and did not where it ran, or not together."""
    wanted: dict[int, set[Argument]] = {}
    every = range(len(given))
    for site in sites:
        for argument in site.rests:
            there = set(values_of(argument, given, site.ran_in))
            may_leave = argument in site.decided_by and not any(map(_is_part, there))
            everywhere = set(values_of(argument, given, every))
            if len(there) == 1 and not may_leave and _may_vary(argument, everywhere):
                wanted.setdefault(site.ran_in[0], set()).add(argument)
        wanted.setdefault(site.ran_in[0], set()).update(_never_together(site, given))
    asked = [one for one in wanted.items() if one[1]]
    for number, arguments in asked[:MOST_VARIED]:
        yield _look(cases[number], vary=tuple(sorted(arguments)))


def _never_together(site: Site, given: Sequence[Given]) -> set[Argument]:
    """Numbers that a site rests on, each of which was another one where the rest was as usual."""
    first, *others = site.ran_in
    usual = {
        argument: value
        for argument in site.rests - site.decided_by
        for value in values_of(argument, given, (first,))
        if not value.startswith(ARRAYS)
    }
    moved = [
        {one for one, value in usual.items() if values_of(one, given, (number,)) != [value]}
        for number in others
    ]
    moving = set().union(*moved)
    return moving if len(moving) > 1 and moving not in moved else set()


def _uneven(
    views: tuple[View, View], sites: Sequence[Site], given: Sequence[Given], cases: Cases
) -> Iterator[Look]:
    """Two sides that differ where those of the input are the same, if the class divides or cuts.

    Which of them divides which side of a square makes no difference, as long as nothing is left.
    """
    planes = [("build", name) for name in _inputs_with_planes(given)]
    if not planes or not any(map(_cuts, views)):
        return
    for site in sites:
        differing = [n for n in site.ran_in if _have_two_sides(site, given[0], given[n])]
        if differing and not any(_has_uneven(planes, given[number]) for number in differing):
            others = [one for one in _moving(site, given) if _is_switch(one, given[0])]
            yield _look(cases[differing[0]], vary=(*sorted(others), *planes))


def _bounds(view: View, given: Sequence[Given], cases: Cases) -> Iterator[Look]:
    """Numbers by which a changed statement cuts, beyond what there is to cut, and below it."""
    for atom in view.changed:
        ran_in = view.seen.cases_of(atom.node)
        asked = _as_given(_rests_of(view, atom, _ends_of_slices(atom)), given) if ran_in else set()
        for function, name in sorted(asked):
            is_whole = values_of((function, name), given, ran_in[:1])[:1]
            if function == "__init__" and is_whole and is_whole[0].isdigit():
                yield _look(cases[ran_in[0]], vary=((BOUNDS, name),))


def _ends_of_slices(atom: Atom) -> list[ast.AST]:
    slices = [one for part in atom.parts for one in walk(part) if isinstance(one, ast.Slice)]
    return [end for one in slices for end in (one.lower, one.upper) if end is not None]


def _have_two_sides(site: Site, usual: Given, case: Given) -> bool:
    """Does it rest on a pair of numbers that differ, or on two that are usually the same?"""
    made = [one for one in sorted(site.rests) if one[0] == "__init__"]
    if any(_differ(value) for one in made for value in values_of(one, [case], (0,))):
        return True
    now = {one: values_of(one, [case], (0,)) for one in made}
    then = {one: values_of(one, [usual], (0,)) for one in made}
    whole = [one for one in made if then[one] and then[one][0].isdigit()]
    return any(then[a] == then[b] and now[a] != now[b] for a, b in combinations(whole, 2))


def _is_switch(argument: Argument, usual: Given) -> bool:
    return values_of(argument, [usual], (0,)) in (["True"], ["False"])


def _inputs_with_planes(given: Sequence[Given]) -> list[str]:
    return [name for name, value in given[0]["call"].items() if _planes(value)] if given else []


def _cuts(view: View) -> bool:
    """Does a version divide whole numbers, or subtract?"""
    nodes = (node for atom in view.side.atoms for part in atom.parts for node in ast.walk(part))
    return any(isinstance(node, ast.BinOp) and isinstance(node.op, CUTS) for node in nodes)


def _moving(site: Site, given: Sequence[Given]) -> set[Argument]:
    """Arguments of the constructor that have varied around a site, without deciding on it."""
    free = {one for one in (site.rests | site.beside) - site.decided_by if one[0] == "__init__"}
    return {one for one in free if len(set(values_of(one, given, site.ran_in))) > 1}


def _differ(value: str) -> bool:
    """Are these two whole numbers, and not the same?"""
    found = re.fullmatch(r"[(\[](\d+), (\d+)[)\]]", value)
    return found is not None and found[1] != found[2]


def _planes(value: str) -> list[str]:
    """The two sizes between the batch and the channels of an image."""
    found = re.fullmatch(r"\w+\(\d+, (\d+), (\d+), \d+\)", value)
    return [*found.groups()] if found else []


def _has_uneven(planes: Sequence[Argument], case: Given) -> bool:
    found = [_planes(value) for one in planes for value in values_of(one, [case], (0,))]
    return any(len(set(sides)) > 1 for sides in found)


def _may_vary(argument: Argument, values: set[str]) -> bool:
    return len(values) > 1 or (argument[0] == "call" and values == {"None"})


def _is_part(value: str) -> bool:
    """A number that another one can stand for, whatever is decided by it."""
    try:
        return float(value) % 1 != 0
    except ValueError:
        return False


def _look(case: Mapping[str, Any], depth: int = 0, vary: tuple[Argument, ...] = ()) -> Look:
    return Look(recipe=case["recipe"], change=case["change"], depth=depth, vary=vary)
