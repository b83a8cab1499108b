"""Where changed statements ran, case by case → the cases that would tell more of them.

A statement that ran in one case has shown what it does for the arguments of that case alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from keraslint.proof.probe.coverage.decisions import arms, decisions

from .atoms import DEFINITIONS, Atom, is_idle
from .dependences import Argument, attributes_written, names_written
from .gaps import PHASES, View
from .values import ARRAYS, Given, as_given, never_alone, values_of

MOST_LOOKS, MOST_VARIED = 2, 4
FULL = 2
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
    `decided_by` are those that decide whether it runs.
    """

    ran_in: tuple[int, ...]
    rests: frozenset[Argument]
    decided_by: frozenset[Argument]


def further(views: tuple[View, View], given: Sequence[Given], cases: Cases) -> list[Look]:
    """Closer looks at what was only glanced at, and other values where it ran for one alone."""
    sites = [*_sites(views[0], views[1], given), *_sites(views[1], views[0], given)]
    alone = [_look(cases[0], vary=(one,)) for one in never_alone(views, given)] if cases else []
    return [*_closer(sites, cases), *_varied(sites, given, cases), *alone[:MOST_VARIED]]


def _sites(view: View, other: View, given: Sequence[Given]) -> Iterator[Site]:
    for atom in view.changed:
        if isinstance(atom.node, DEFINITIONS) or is_idle(atom.node):
            continue
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
                    ran_in=ran_in, rests=rests, decided_by=frozenset(_as_given(asked, given))
                )


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
