"""The statements of two versions → those that only one of them has, and pairs of the others."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from .atoms import DEFINITIONS, Atom, atoms, header, is_compound, is_idle

Key = Callable[[ast.AST], object]
UNSEEN = frozenset({"annotation", "returns", "type_comment", "type_params", "ctx", "simple"})


@dataclass(frozen=True)
class Side:
    """One version: its statements, and those of them that the other version has not got there.

    `pairs` give, by identity, the statement of the other version that is the same.
    """

    atoms: tuple[Atom, ...]
    pairs: dict[int, ast.AST] = field(default_factory=dict)

    @property
    def differing(self) -> list[Atom]:
        return [atom for atom in self.atoms if id(atom.node) not in self.pairs]


@dataclass(frozen=True, kw_only=True)
class Differences:
    """Two versions; `key` gives for a node what makes it the same as another one."""

    before: Side
    after: Side
    key: Key


def differences(
    before: Sequence[ast.stmt], after: Sequence[ast.stmt], renamed: Mapping[str, str]
) -> Differences:
    """Pair the statements of two versions; `renamed` are names of the one after, as they were."""
    key = _key(renamed)
    old, new = Side(tuple(atoms(before))), Side(tuple(atoms(after)))
    for one, other in _pairs(before, after, key, renamed):
        old.pairs[id(one)] = other
        new.pairs[id(other)] = one
    return Differences(before=old, after=new, key=key)


def _key(renamed: Mapping[str, str]) -> Key:
    """The structure of a node, without places, annotations and docstrings."""

    def key(node: object) -> object:
        if isinstance(node, str):
            return renamed.get(node, node)
        if isinstance(node, list):
            return tuple(
                key(one) for one in node if not (isinstance(one, ast.stmt) and is_idle(one))
            )
        if not isinstance(node, ast.AST):
            return (type(node).__name__, node)
        fields = [key(value) for name, value in ast.iter_fields(node) if name not in UNSEEN]
        return (type(node).__name__, *fields)

    return key


def _pairs(
    before: Sequence[ast.stmt], after: Sequence[ast.stmt], key: Key, renamed: Mapping[str, str]
) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Definitions by their names, other statements in their order."""
    theirs = {renamed.get(d.name, d.name): d for d in after if isinstance(d, DEFINITIONS)}
    for one in before:
        if isinstance(one, DEFINITIONS) and type(theirs.get(one.name)) is type(one):
            yield from _inside(one, theirs[one.name], key, renamed)
    old = [one for one in before if not (isinstance(one, DEFINITIONS) or is_idle(one))]
    new = [one for one in after if not (isinstance(one, DEFINITIONS) or is_idle(one))]
    match = SequenceMatcher(None, [*map(key, old)], [*map(key, new)], autojunk=False)
    for tag, i, end, j, other_end in match.get_opcodes():
        if tag == "equal":
            for one, other in zip(old[i:end], new[j:other_end], strict=True):
                yield from _alike(one, other)
        elif tag == "replace":
            yield from _by_head(old[i:end], new[j:other_end], key, renamed)


def _by_head(
    old: Sequence[ast.stmt], new: Sequence[ast.stmt], key: Key, renamed: Mapping[str, str]
) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Compound statements with the same head, whose blocks differ."""
    heads = [[_head(one, key, side) for one in each] for side, each in enumerate((old, new))]
    match = SequenceMatcher(None, heads[0], heads[1], autojunk=False)
    for i, j, size in match.get_matching_blocks():
        for step in range(size):
            yield from _inside(old[i + step], new[j + step], key, renamed)


def _head(node: ast.stmt, key: Key, side: int) -> object:
    """What a compound statement is known by; a simple one is like no other."""
    if not is_compound(node):
        return side, id(node)
    return type(node).__name__, tuple(map(key, header(node)))


def _inside(
    one: ast.AST, other: ast.AST, key: Key, renamed: Mapping[str, str]
) -> Iterator[tuple[ast.AST, ast.AST]]:
    if [*map(key, header(one))] == [*map(key, header(other))]:
        yield one, other
    for name in ("body", "orelse", "finalbody"):
        yield from _pairs(getattr(one, name, []), getattr(other, name, []), key, renamed)
    for name in ("handlers", "cases"):
        both = zip(getattr(one, name, ()), getattr(other, name, ()), strict=False)
        for mine, theirs in both:
            yield from _pairs(mine.body, theirs.body, key, renamed)


def _alike(one: ast.stmt, other: ast.stmt) -> Iterator[tuple[ast.AST, ast.AST]]:
    """All statements inside of two that are the same."""
    mine, theirs = atoms([one]), atoms([other])
    for pair in zip(mine, theirs, strict=True):
        yield pair[0].node, pair[1].node
