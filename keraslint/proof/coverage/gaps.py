"""Two versions and what of them ran → what tells them apart, or may, and never ran.

A statement tells two versions apart if it stands in one of them alone. So may what a decision in
it chooses; the arms around it, if the other version does the same elsewhere; what uses an attribute
that such statements set; and a value that only one version reads.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from keraslint.proof.probe.coverage.decisions import (
    EMPTY,
    FILLED,
    RAN,
    Decision,
    arms,
    decisions,
    mark_of,
    place_of,
    walk,
)

from .atoms import FUNCTIONS, Arm, Atom, is_idle, refuses
from .dependences import (
    Dependences,
    attributes_read,
    attributes_written,
    names_read,
    names_written,
)
from .differences import Differences, Side

LITERALS = (ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Constant)
ASKS_FOR = (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)
BUILT = "built"
"""Keras decides on it: it builds each layer once, and that is no matter of what is given."""
Marks = Mapping[str, Collection[str]]
PHASES = frozenset({"__init__", "build", "call"})


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The marks that one version has passed, by file, in cases and on the way to its own errors.

    `by_case` are those that were passed in each case, whatever was measured in it; `in_calls`,
    those that were passed by making and calling the layer as the case asks.
    """

    ran: Marks
    refusing: Marks
    by_case: tuple[Marks, ...] = ()
    in_calls: tuple[Marks, ...] = ()

    @staticmethod
    def in_case(marks: Marks, node: ast.AST, outcome: str) -> bool:
        """Did a node run, or have this outcome, in the case with these marks?"""
        return mark_of(node, outcome) in marks.get(getattr(node, "file", ""), ())

    def cases_of(self, node: ast.AST) -> tuple[int, ...]:
        """The numbers of the cases in which a node ran.

        Where calls run it, those are meant: that a measurement with other inputs, as with masked
        ones, has run it too does not say that the others have.
        """
        for every in (self.in_calls, self.by_case):
            found = tuple(i for i, one in enumerate(every) if self.in_case(one, node, RAN))
            if found:
                return found
        return ()

    def has(self, node: ast.AST, outcome: str, *, refusing: bool = False) -> bool:
        """Did a node run, or have this outcome?"""
        if self.in_case(self.ran, node, outcome):
            return True
        return refusing and self.in_case(self.refusing, node, outcome)


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What never happened in one version (0: before, 1: after): `node` ran, or had an outcome."""

    side: int
    node: ast.AST
    outcome: str
    kind: str = RAN
    atom: Atom | None = None


@dataclass(frozen=True)
class Touched:
    """What may be another thing than it was: attributes and methods of the instance, functions."""

    attributes: frozenset[str]
    functions: frozenset[str]

    def __or__(self, other: Touched) -> Touched:
        return Touched(self.attributes | other.attributes, self.functions | other.functions)


@dataclass(frozen=True, kw_only=True)
class View:
    """One version in comparison with the other."""

    number: int
    differences: Differences
    seen: Seen

    @property
    def side(self) -> Side:
        return (self.differences.before, self.differences.after)[self.number]

    @property
    def other(self) -> Side:
        return (self.differences.after, self.differences.before)[self.number]

    @cached_property
    def dependences(self) -> Dependences:
        return Dependences(self.side.atoms)

    @cached_property
    def _their_dependences(self) -> Dependences:
        return Dependences(self.other.atoms)

    @cached_property
    def _theirs(self) -> dict[object, list[Atom]]:
        found: dict[object, list[Atom]] = {}
        for atom in self.other.differing:
            found.setdefault(self._key(atom), []).append(atom)
        return found

    def _key(self, atom: Atom) -> object:
        return tuple(map(self.differences.key, atom.parts)), type(atom.node).__name__

    @cached_property
    def differing(self) -> list[Atom]:
        """The statements of this version alone, but for those that nothing in it can reach."""
        dead = self.dependences.unnamed
        return [
            atom
            for atom in self.side.differing
            if not (dead & {*atom.function.split("."), getattr(atom.node, "name", "")})
        ]

    def is_moved(self, atom: Atom) -> bool:
        """Does the other version hold the same statement elsewhere, on names that mean the same?"""
        return any(self._means(atom) == self._they_mean(one) for one in self.moved_to(atom))

    def moved_to(self, atom: Atom) -> list[Atom]:
        """The same statement, where the other version has it."""
        return self._theirs.get(self._key(atom), [])

    def _means(self, atom: Atom) -> object:
        return _meanings(atom, self.dependences, self.differences)

    def _they_mean(self, atom: Atom) -> object:
        return _meanings(atom, self._their_dependences, self.differences)

    @cached_property
    def changed(self) -> list[Atom]:
        """The differing statements that the other version has not got, wherever one looks."""
        return [atom for atom in self.differing if not self.is_moved(atom)]

    @cached_property
    def touched(self) -> Touched:
        """Attributes that changed statements set or work on, and functions that hold them."""
        attributes: set[str] = set()
        functions: set[str] = set()
        for atom in self.changed:
            attributes.update(*map(attributes_written, atom.parts))
            owner, _, name = atom.function.rpartition(".")
            if name and name not in PHASES:
                (attributes if owner else functions).add(name)
        return Touched(frozenset(attributes - {BUILT}), frozenset(functions))


def _meanings(atom: Atom, dependences: Dependences, differences: Differences) -> object:
    """What the local names that a statement reads are bound by."""
    found: list[object] = []
    for name in sorted(set().union(*map(names_read, atom.parts))):
        bound = dependences.binders(atom, name)
        parameter = dependences.is_parameter(atom, name) and name != "self"
        where = atom.function.rpartition(".")[2] if parameter else ""
        found.append(
            (name, where, [tuple(map(differences.key, one.parts)) for one in bound if one != atom])
        )
    return found


def gaps(*views: View) -> Iterator[Gap]:
    """All that is missing in two versions, the most telling first."""
    touched = views[0].touched | views[1].touched
    for rule in (_differing, _deciding, _around, partial(_emptiness, views=views)):
        for view in views:
            yield from rule(view)
    for view in views:
        yield from _using(view, touched)
        yield from _unread(view)


def _differing(view: View) -> Iterator[Gap]:
    """Statements of one version alone that never ran."""
    for atom in view.differing:
        is_raise = isinstance(atom.node, ast.Raise)
        if is_idle(atom.node) or (is_raise and view.is_moved(atom)):
            continue
        if not view.seen.has(atom.node, RAN, refusing=is_raise):
            yield Gap(side=view.number, node=atom.node, outcome=RAN, atom=atom)


def _deciding(view: View) -> Iterator[Gap]:
    """Outcomes that decisions in such statements never had."""
    for atom in view.differing:
        moved, guard = view.is_moved(atom), is_guard(atom.node)
        if moved and guard:
            continue
        for decision in decisions_of(atom):
            if moved and decision.kind in ("extreme", "lookup", "compared"):
                continue
            yield from missing(view, atom, decision, refusing=guard)
        if not moved:
            yield from _left_out(view, atom)


def _emptiness(view: View, views: Sequence[View]) -> Iterator[Gap]:
    """Values that are tested where the other version asks for None, and never were false else."""
    other = views[1 - view.number]
    nodes = [one for atom in other.changed for part in atom.parts for one in walk(part)]
    if not any(map(_asks_for_none, nodes)):
        return
    theirs = {view.differences.key(one.node) for one in _tested(other.changed)}
    for atom in view.changed:
        for one in _tested([atom]):
            filled = view.seen.has(one.node, FILLED) and not view.seen.has(one.node, EMPTY)
            if filled and view.differences.key(one.node) not in theirs:
                yield Gap(side=view.number, node=one.node, outcome=EMPTY, kind=one.kind, atom=atom)


def _tested(found: Sequence[Atom]) -> Iterator[Decision]:
    """Names and attributes whose truth, or length, is asked for."""
    for one in (one for atom in found for one in decisions_of(atom)):
        if one.kind == "truth" and isinstance(_without_length(one.node), (ast.Name, ast.Attribute)):
            yield one


def _without_length(node: ast.AST) -> ast.AST:
    is_length = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "len"
    return node.args[0] if is_length and node.args else node  # type: ignore[attr-defined]


def _asks_for_none(node: ast.AST) -> bool:
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ASKS_FOR):
        return False
    return getattr(node.comparators[0], "value", 0) is None


def _left_out(view: View, atom: Atom) -> Iterator[Gap]:
    for arm in [arm for part in atom.parts for arm in arms(part)]:
        if not view.seen.has(arm, RAN) and view.seen.has(atom.node, RAN):
            yield Gap(side=view.number, node=arm, outcome=RAN, kind="arm", atom=atom)


def decisions_of(atom: Atom) -> Iterator[Decision]:
    """The decisions in what an atom evaluates."""
    tested = isinstance(atom.node, (ast.If, ast.While))
    for part in atom.parts:
        if isinstance(atom.node, (ast.For, ast.AsyncFor)) and part is atom.node.iter:
            yield from _of_loop(part)
        yield from decisions(part, tested=tested)


def _of_loop(iterated: ast.expr) -> Iterator[Decision]:
    yield Decision(kind="loop", node=iterated, outcomes=("one", "more"))


def missing(view: View, atom: Atom, decision: Decision, *, refusing: bool = False) -> Iterator[Gap]:
    """The outcomes that a decision never had, as far as they are asked for."""
    if isinstance(decision.node, ast.Attribute) and decision.node.attr == BUILT:
        return
    outcomes = decision.outcomes
    seen = any(view.seen.has(decision.node, one) for one in outcomes)
    if decision.kind in ("compared", "lookup") and not seen:
        return  # of arrays, in no dict, or never reached: then its statement is missing
    if decision.kind == "loop":
        outcomes = ("one",) if _is_fixed(decision.node) else ("more",)
    for outcome in outcomes:
        if not view.seen.has(decision.node, outcome, refusing=refusing):
            yield Gap(
                side=view.number, node=decision.node, outcome=outcome, kind=decision.kind, atom=atom
            )


def _is_fixed(iterated: ast.expr) -> bool:
    """Is the number of turns the same whatever is given?"""
    if isinstance(iterated, ast.Call) and not iterated.keywords:
        return all(map(_is_fixed, iterated.args)) and isinstance(iterated.func, ast.Name)
    return isinstance(iterated, LITERALS)


def is_guard(node: ast.AST) -> bool:
    """Does it do nothing but refuse, or let pass?"""
    if isinstance(node, ast.If):
        return refuses(node.body) and not node.orelse
    return isinstance(node, ast.Assert)


def _around(view: View) -> Iterator[Gap]:
    """Conditions around such statements in both versions, if the other one acts outside of them."""
    for atom in view.differing:
        targets = set().union(*map(attributes_written, atom.parts))
        for branch, arm in atom.under if targets else ():
            theirs = view.side.pairs.get(id(branch))
            if theirs is None or not isinstance(branch, ast.If) or is_guard(branch):
                continue
            if _acts_outside(view.other, targets, (theirs, arm)):
                for decision in decisions(branch.test, tested=True):
                    yield from missing(view, atom, decision)


def _acts_outside(other: Side, targets: set[str], arm: Arm) -> bool:
    """Does the other version do something to these attributes, and not in this arm?"""
    return any(
        arm not in atom.under and targets & set().union(*map(attributes_written, atom.parts))
        for atom in other.differing
    )


def _using(view: View, touched: Touched) -> Iterator[Gap]:
    """What uses an attribute that differing statements set, and never ran."""
    for atom in view.side.atoms:
        if id(atom.node) not in view.side.pairs or isinstance(atom.node, (ast.Raise, *FUNCTIONS)):
            continue
        if not any(_uses(part, touched) for part in atom.parts):
            continue
        if not view.seen.has(atom.node, RAN):
            yield Gap(side=view.number, node=atom.node, outcome=RAN, kind="use", atom=atom)
            continue
        for decision in decisions_of(atom):
            if decision.kind == "truth" and _uses(decision.node, touched):
                yield from missing(view, atom, decision)
        for arm in [arm for part in atom.parts for arm in arms(part)]:
            if _uses(arm, touched) and not view.seen.has(arm, RAN):
                yield Gap(side=view.number, node=arm, outcome=RAN, kind="use", atom=atom)


def _uses(node: ast.AST, touched: Touched) -> bool:
    return bool(attributes_read(node) & touched.attributes or names_read(node) & touched.functions)


def _unread(view: View) -> Iterator[Gap]:
    """Local values that differing statements bind and nothing that ran has read."""
    for atom in view.changed:
        for name in sorted(set().union(*map(names_written, atom.parts))):
            mine = view.dependences.in_function(atom.function) if atom.function else ()
            readers = [one for one in mine if one is not atom and _reads(one, name)]
            if readers and not any(view.seen.has(one.node, RAN) for one in readers):
                yield Gap(
                    side=view.number, node=readers[0].node, outcome=RAN, kind="use", atom=readers[0]
                )


def _reads(atom: Atom, name: str) -> bool:
    return any(name in names_read(part) for part in atom.parts)


def cause_of(gap: Gap, view: View) -> Gap | None:
    """The condition that never let a statement run, if it was asked at all."""
    if gap.outcome != RAN or gap.atom is None or not isinstance(gap.node, ast.stmt):
        return None
    around = [(one, arm) for one, arm in gap.atom.under if isinstance(one, ast.If)]
    asked, arm = next((o for o in reversed(around) if view.seen.has(o[0], RAN)), (None, ""))
    leaves = decisions(asked.test, tested=True) if isinstance(asked, ast.If) else ()
    never = [
        (leaf, outcome)
        for leaf in leaves
        for outcome in leaf.outcomes
        if not view.seen.has(leaf.node, outcome)
    ]
    if not never:
        return None
    leaf, outcome = min(never, key=lambda one: one[1] != arm)
    atom = _atom_of(asked, view)
    return Gap(side=gap.side, node=leaf.node, outcome=outcome, kind=leaf.kind, atom=atom)


def _atom_of(node: ast.AST | None, view: View) -> Atom | None:
    return next((one for one in view.side.atoms if one.node is node), None)


def first_by_place(found: Sequence[Gap]) -> list[Gap]:
    """Each place once."""
    seen: dict[tuple[int, str, str, str], Gap] = {}
    for gap in found:
        file = getattr(gap.node, "file", "")
        seen.setdefault((gap.side, file, place_of(gap.node), gap.outcome), gap)
    return list(seen.values())
