"""What each function of a module does to the values that it gets hold of, as plain data.

A *reference* says where a value comes from, as an access path that is cut to four steps:
`self.a.b`, `sizes.[]` (an item), `#3` (what the third call returns), `*self.a` (a new object that
holds it), `'text` (a constant), `!` (a number or the like, which cannot change; `!None`, `!0`,
`!-` and `!()` are those that many a layer refuses, `!~head_*` is a text that is put together),
`<module>` (the file itself). Names are those of the function; what they are bound to is in `bound`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, NamedTuple

from keraslint.diagnostic import PLACE, Line, Lines

Refs = tuple[str, ...]

ITEM = "[]"
PLAIN = ("!",)
NOTHING = ("!()",)
"""An empty display that is an argument: nobody else has it."""
THIS_FILE = "<module>"
ALL = "*"
"""In place of an attribute: one whose name is computed."""
EQUAL = "operator.eq"
"""What `==` and `!=` call, with both sides as its arguments."""
CONTAINS = "operator.contains"
"""What `in` calls, and `match` for each key of a mapping: with the container and the key."""
ERRORS = ("TypeError", "ValueError", "AttributeError")
"""The errors that a fix may take away: the lines in which one of them is caught are noted."""


class Store(NamedTuple):
    """An attribute in Store or Del context; `later`: inside a function that may run at any time."""

    base: Refs
    attribute: str
    value: Refs
    line: Line
    later: bool


class Change(NamedTuple):
    """An item, or an augmented name, in Store or Del context; `key` if it is a constant text.

    `scales`: only an array or a list is changed so, a number is not.
    """

    refs: Refs
    key: str
    line: Line
    later: bool
    scales: bool = False


class Call(NamedTuple):
    """A call: `leaf` is its callee's text, `receiver` what stands before the last dot.

    Of `*rest` and `**rest` the items are given; their place or name is `*`.
    """

    number: int
    leaf: str
    receiver: Refs
    method: str
    arguments: tuple[tuple[str, Refs], ...]
    line: Line
    later: bool

    def argument(self, place: int, name: str = "") -> Refs:
        """What is given at a place or by a name, nothing if neither."""
        for given, refs in self.arguments:
            if given in (str(place), name):
                return refs
        return ()


class Inner(NamedTuple):
    """A function inside a function: what its parameters are called, and what it returns."""

    parameters: tuple[str, ...]
    returns: Refs


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrences:
    """One function, the body of one class, or what a module runs itself.

    `kind` is function, class or module. `loads` are the access paths that it reads, `tests` those
    whose truth or existence it asks for, `rebound` the names of others that it binds, `names` those
    that it reads and does not bind. `lines` says where a class or module binds a name, `hints` the
    annotation of a parameter, the type of its default and what it is as a constant, as
    `int=NoneType=!None`, `loops` the first and the last line of each loop, `heeded` of what may
    raise an error that is caught, by its name, `iterated` the values whose items a loop, a `*` or
    a tuple of names goes through.
    """

    name: str
    owner: str
    kind: str
    line: Line
    last: Line
    parameters: tuple[str, ...]
    decorators: tuple[str, ...]
    bound: dict[str, Refs]
    stores: tuple[Store, ...]
    changes: tuple[Change, ...]
    calls: tuple[Call, ...]
    returns: Refs
    loads: frozenset[str]
    tests: frozenset[str]
    rebound: frozenset[str]
    inner: dict[str, Inner] = field(default_factory=dict)
    lines: dict[str, Annotated[tuple[int, ...], PLACE]] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    loops: tuple[Lines, ...] = ()
    heeded: dict[str, tuple[Lines, ...]] = field(default_factory=dict)
    iterated: frozenset[str] = frozenset()

    def call(self, number: int) -> Call | None:
        """The call of a number."""
        return next((call for call in self.calls if call.number == number), None)

    def heeds(self, line: int, errors: Iterable[str]) -> bool:
        """Whether a line stands where one of some errors is caught."""
        return any(
            first <= line <= last for name in errors for first, last in self.heeded.get(name, ())
        )

    def granted(self, ref: str) -> frozenset[str]:
        """The attributes that it takes for granted: it reads them, and does not ask for them."""
        start = f"{ref}."
        below = (path[len(start) :] for path in self.loads - self.tests if path.startswith(start))
        return frozenset(path.partition(".")[0] for path in below)

    def hint(self, parameter: str) -> tuple[str, str, str]:
        """The annotation of a parameter, the type of its default, and the default."""
        told, given, default = (*self.hints.get(parameter, "").split("=", 2), "", "")[:3]
        return told, given, default

    def aliases(self, refs: Iterable[str]) -> frozenset[str]:
        """References, and the names that may be bound to one of them."""
        found = set(refs)
        size = 0
        while size < len(found):
            size = len(found)
            found |= {name for name, bound in self.bound.items() if not found.isdisjoint(bound)}
        return frozenset(found)

    @property
    def is_static(self) -> bool:
        return "staticmethod" in self.decorators

    @property
    def is_wrapped(self) -> bool:
        """Whether a decorator may give something else in its place."""
        return bool(set(self.decorators) - {"staticmethod", "classmethod", "property"})

    @property
    def takes_class(self) -> bool:
        return "classmethod" in self.decorators or self.name in ("__new__", "__init_subclass__")

    @property
    def is_property(self) -> bool:
        return any("property" in one or one.endswith(".getter") for one in self.decorators)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleOccurrences:
    """All functions of one file; `imported` are the last names of what it imports, `*` for all.

    `strange` are its classes with a base that is neither imported nor a class of the file.
    """

    path: str
    functions: tuple[Occurrences, ...]
    imported: frozenset[str] = frozenset()
    strange: tuple[str, ...] = ()


def sign(value: object) -> str:
    """What is known of a constant that is no text."""
    if value is None:
        return "!None"
    return "!0" if value.__class__ in (int, float) and not value else PLAIN[0]


def root(ref: str) -> str:
    """The name that an access path begins with."""
    return ref.lstrip("*").partition(".")[0]


def below(refs: Refs, step: str) -> Refs:
    """The references to an attribute, or to an item, of what is referred to."""
    found: list[str] = []
    for ref in refs:
        if ref[0] in "'!":
            found += (ref,) if step == ITEM else ()
        elif ref[0] == "*":
            found += (ref, ref[1:])
        elif ref.count(".") > 3:
            found.append(ref)
        else:
            found.append(f"{ref}.{step}")
    return tuple(found)


def held(refs: Refs) -> Refs:
    """The references of a new object that holds what is referred to."""
    return tuple(ref if ref[0] == "*" else f"*{ref}" for ref in refs if ref[0] not in "'!")
