"""The statements of one version → what each reads and writes, and the arguments it rests on."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from keraslint.proof.probe.coverage.decisions import children, walk

from .atoms import FUNCTIONS, Atom

Argument = tuple[str, str]
"""A function by its own name, and one of its parameters."""
Read = tuple[str, str]
"""`self` and the name of an attribute, or nothing and a local name."""
Seen = dict[int, Atom]


def names_read(part: ast.AST) -> set[str]:
    """The plain names that a node reads of the function around it."""
    found = {part.id} if isinstance(part, ast.Name) and not _is_stored(part) else set()
    found = found.union(*(names_read(child) for _, child in children(part)))
    return found - _of_its_own(part)


def _of_its_own(part: ast.AST) -> set[str]:
    """The names that a comprehension goes through things by."""
    targets = [one.target for one in getattr(part, "generators", ())]
    return set().union(*map(names_written, targets))


def attributes_read(part: ast.AST) -> set[str]:
    """The attributes that a node reads of the instance."""
    found = set() if _is_stored(part) else {*own(part)}
    return found.union(*(attributes_read(child) for _, child in children(part)))


def names_written(part: ast.AST) -> set[str]:
    """The plain names that a node binds in the function around it."""
    if isinstance(part, ast.comprehension):
        return names_written(part.iter).union(*map(names_written, part.ifs))
    found = {part.id} if isinstance(part, ast.Name) and _is_stored(part) else set()
    return found.union(*(names_written(child) for _, child in children(part)))


def attributes_written(part: ast.AST) -> set[str]:
    """The attributes of the instance that a node sets, or calls a method of."""
    found: set[str] = {*own(part)} if _is_stored(part) else set()
    if found:
        return found
    if isinstance(part, (ast.Subscript, ast.Attribute)) and _is_stored(part):
        found.update(_held_by(part))
    elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
        found.update(_held_by(part.func))
    return found.union(*(attributes_written(child) for _, child in children(part)))


def _held_by(node: ast.AST) -> set[str]:
    """The attribute of the instance through which something of it is reached."""
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
        if own(node):
            return {*own(node)}
    return set()


def own(node: ast.AST) -> tuple[str, ...]:
    """The attribute that `self.name` names; nothing for other nodes."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return (node.attr,) if node.value.id == "self" else ()
    return ()


def _name_read(node: ast.AST) -> set[str]:
    return {node.id} if isinstance(node, ast.Name) and not _is_stored(node) else set()


def _called_in(part: ast.AST) -> Iterator[ast.AST]:
    """The chains of attributes that calls begin with."""
    for node in walk(part):
        chain: ast.AST = node.func if isinstance(node, ast.Call) else ast.Pass()
        while isinstance(chain, ast.Attribute):
            yield chain
            chain = chain.value


def _makes_up(node: ast.AST) -> bool:
    """Does it look for an attribute by a name that is no constant?"""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return False
    constant = len(node.args) > 1 and isinstance(node.args[1], ast.Constant)
    return node.func.id in ("getattr", "methodcaller", "vars") and not constant


def _name_in(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Constant):
        return str(node.value)
    return node.id if isinstance(node, ast.Name) else ""


def _is_stored(node: ast.AST) -> bool:
    return isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del))


def parameters(node: ast.AST) -> list[str]:
    """The names of a function's parameters."""
    if not isinstance(node, FUNCTIONS):
        return []
    given = node.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return [one.arg for one in (*named, given.vararg, given.kwarg) if one is not None]


@dataclass(frozen=True)
class Dependences:
    """What the statements of one version rest on."""

    atoms: Sequence[Atom]

    @cached_property
    def functions(self) -> dict[str, ast.AST]:
        """Functions by their qualified names."""
        found = [atom for atom in self.atoms if isinstance(atom.node, FUNCTIONS)]
        return {_inside(atom): atom.node for atom in found}

    @cached_property
    def _by_function(self) -> dict[str, list[Atom]]:
        found: dict[str, list[Atom]] = {}
        for atom in self.atoms:
            found.setdefault(atom.function, []).append(atom)
        return found

    @cached_property
    def _setters(self) -> dict[str, list[Atom]]:
        found: dict[str, list[Atom]] = {}
        for atom in self.atoms:
            for name in set().union(*map(attributes_written, atom.parts)):
                found.setdefault(name, []).append(atom)
        return found

    @cached_property
    def unnamed(self) -> set[str]:
        """Private functions that nothing names, so nobody calls them; none if names are made up."""
        parts = [part for atom in self.atoms for part in atom.parts]
        nodes = [node for part in parts for node in ast.walk(part)]
        if any(_makes_up(node) for node in nodes):
            return set()
        named = {_name_in(node) for node in nodes}
        own_names = {name.rpartition(".")[2] for name in self.functions}
        private = {one for one in own_names if one.startswith("_") and not one.endswith("__")}
        return private - named

    def in_function(self, name: str) -> list[Atom]:
        """The statements of a function, by its qualified name."""
        return self._by_function.get(name, [])

    def binders(self, atom: Atom, name: str) -> list[Atom]:
        """The statements that bind a local name of the function in which an atom stands."""
        mine = self.in_function(atom.function)
        return [one for one in mine if any(name in names_written(part) for part in one.parts)]

    def is_parameter(self, atom: Atom, name: str) -> bool:
        """Is it a parameter of the function in which an atom stands?"""
        return name in parameters(self.functions.get(atom.function, ast.Pass()))

    def arguments(self, atom: Atom) -> set[Argument]:
        """The parameters that the values in an atom may rest on, through attributes and locals."""
        found: set[Argument] = set()
        seen: Seen = {id(atom): atom}
        for read in self.reads(atom):
            self._follow_read(atom, read, found, seen)
        return found

    def kept(self, atom: Atom) -> set[Argument]:
        """The constructor's parameters that an atom reads as they were given, and kept as such."""
        setters = [one for _, name in self.reads(atom) for one in self._setters.get(name, ())]
        values = [one.node.value for one in setters if isinstance(one.node, ast.Assign)]
        names = {value.id for value in values if isinstance(value, ast.Name)}
        made = [one for one in setters if one.function.endswith(".__init__")]
        return {("__init__", name) for name in names if made and self.is_parameter(made[0], name)}

    def sources(self, atom: Atom, read: Read) -> list[Atom]:
        """The statements that give what an atom reads its value, directly or not."""
        seen: Seen = {id(atom): atom}
        self._follow_read(atom, read, set(), seen)
        return [one for one in seen.values() if one is not atom]

    def reads(self, atom: Atom) -> set[Read]:
        """Attributes and local names whose values an atom takes.

        Of an object whose method is called, or that is called itself, the arguments are values.
        """
        called = {id(node) for part in atom.parts for node in _called_in(part)}
        nodes = [one for part in atom.parts for one in walk(part) if id(one) not in called]
        own_names = set().union(*map(_of_its_own, nodes))
        names = set().union(*map(_name_read, nodes)) - own_names
        attributes = {name for one in nodes if not _is_stored(one) for name in own(one)}
        mine = {name for name in names if self._is_local(atom, name)}
        return {("", name) for name in mine} | {("self", name) for name in attributes}

    def _is_local(self, atom: Atom, name: str) -> bool:
        return name != "self" and (self.is_parameter(atom, name) or bool(self.binders(atom, name)))

    def _follow(self, atom: Atom, found: set[Argument], seen: Seen) -> None:
        if id(atom) in seen:
            return
        seen[id(atom)] = atom
        for name in set().union(*map(names_read, atom.parts)):
            self._follow_read(atom, ("", name), found, seen)
        for name in set().union(*map(attributes_read, atom.parts)):
            self._follow_read(atom, ("self", name), found, seen)

    def _follow_read(self, atom: Atom, read: Read, found: set[Argument], seen: Seen) -> None:
        owner, name = read
        if not owner:
            self._follow_name(atom, name, found, seen)
            return
        for setter in self._sources(atom, name):
            self._follow(setter, found, seen)

    def _follow_name(self, atom: Atom, name: str, found: set[Argument], seen: Seen) -> None:
        if self.is_parameter(atom, name) and name != "self":
            short = atom.function.rpartition(".")[2]
            calls = [] if _is_called_from_outside(short) else [*self.calls(short)]
            found.update([] if calls else [(short, name)])
            for one in calls:
                self._follow(one, found, seen)
        for binder in self.binders(atom, name):
            self._follow(binder, found, seen)

    def _sources(self, atom: Atom, name: str) -> Iterator[Atom]:
        """The statements that give an attribute its value, or those of a method or property."""
        yield from self._setters.get(name, ())
        owner = atom.function.rpartition(".")[0]
        yield from self.in_function(f"{owner}.{name}")

    def calls(self, name: str) -> Iterator[Atom]:
        """The statements that name a function or a method."""
        for atom in self.atoms:
            read = set().union(*(attributes_read(p) | names_read(p) for p in atom.parts))
            if name in read:
                yield atom


def _is_called_from_outside(name: str) -> bool:
    """Keras calls these, with arguments of its own; and users call what is public."""
    return name in ("__init__", "build", "call") or not name.startswith("_")


def _inside(atom: Atom) -> str:
    name = atom.node.name  # type: ignore[attr-defined]
    return f"{atom.function}.{name}" if atom.function else str(name)
