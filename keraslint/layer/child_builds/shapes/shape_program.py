"""The data of a program that computes shapes: expressions and statements, and their text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Var:
    """A variable of the program, which holds a shape or a list of shapes."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expr:
    """A piece of code: text, and variables between it.

    What is put for a variable is always a primary (a name, a call, a display), so that no brackets
    are needed around it. `acts`: it may be evaluated once only. `counts`: it reckons with a size
    that may be `None`.
    """

    pieces: tuple[str | Var, ...]
    acts: bool = False
    counts: bool = False

    @property
    def text(self) -> str:
        return "".join(piece if isinstance(piece, str) else piece.name for piece in self.pieces)

    @property
    def reads(self) -> frozenset[str]:
        """The variables in it."""
        return frozenset(piece.name for piece in self.pieces if isinstance(piece, Var))

    @property
    def alone(self) -> str:
        """The name of the variable that is all of it, `""` if it is more."""
        (first, *more) = self.pieces
        return first.name if isinstance(first, Var) and not more else ""

    def put(self, values: Mapping[str, Expr]) -> Expr:
        """The same with expressions in the place of some variables."""
        pieces: list[str | Var] = []
        acts, counts = self.acts, self.counts
        for piece in self.pieces:
            value = values.get(piece.name) if isinstance(piece, Var) else None
            pieces += value.pieces if value is not None else [piece]
            acts = acts or (value is not None and value.acts)
            counts = counts or (value is not None and value.counts)
        return Expr(pieces=tuple(pieces), acts=acts, counts=counts)


def expr(*pieces: str | Var | Expr) -> Expr:
    """Put code together."""
    flat: list[str | Var] = []
    for piece in pieces:
        flat += piece.pieces if isinstance(piece, Expr) else [piece]
    acts = any(piece.acts for piece in pieces if isinstance(piece, Expr))
    counts = any(piece.counts for piece in pieces if isinstance(piece, Expr))
    return Expr(pieces=tuple(piece for piece in flat if piece != ""), acts=acts, counts=counts)


def joined(parts: Iterable[Expr]) -> Expr:
    """Code with commas between."""
    found: list[str | Var | Expr] = []
    for part in parts:
        found += [", ", part] if found else [part]
    return expr(*found) if found else Expr(pieces=("",))


@dataclass(frozen=True, slots=True)
class Assign:
    """`target = value`."""

    target: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Change:
    """A line that changes a list of shapes in place."""

    target: str
    line: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """`child.build(shape)`, for the sake of which there is the program.

    There is a `guard` where the child may be built already: in an earlier turn of a `loop`, or by
    what comes before (`again`).
    """

    child: Expr
    shapes: tuple[Expr, ...]
    guard: str = ""

    @property
    def line(self) -> Expr:
        return expr(self.child, ".build(", joined(self.shapes), ")")


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """`if test:` …"""

    test: Expr
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """`for target in items:` …; `binds` are the variables that the target holds."""

    target: Expr
    items: Expr
    binds: frozenset[str]
    body: tuple[Statement, ...]


Statement = Assign | Change | Build | Branch | Loop


def builds_in(program: Iterable[Statement]) -> Iterator[Build]:
    """Every building of a child, in order."""
    for one in program:
        if isinstance(one, Build):
            yield one
        elif isinstance(one, Branch):
            yield from builds_in((*one.body, *one.orelse))
        elif isinstance(one, Loop):
            yield from builds_in(one.body)


def counts(program: Iterable[Statement]) -> bool:
    """Whether it reckons with sizes that may be `None`."""
    for one in program:
        if isinstance(one, Branch):
            found = one.test.counts or counts((*one.body, *one.orelse))
        elif isinstance(one, Loop):
            found = one.items.counts or counts(one.body)
        else:
            found = (one.value if isinstance(one, Assign) else one.line).counts
        if found:
            return True
    return False


def lines(program: Sequence[Statement], indent: str) -> Iterator[str]:
    """The text of a program."""
    for one in program:
        if isinstance(one, Branch):
            yield from _branch(one, indent)
        elif isinstance(one, Loop):
            yield f"for {one.target.text} in {one.items.text}:"
            yield from _deeper(one.body, indent)
        elif isinstance(one, Build) and one.guard:
            yield f"if not {one.child.text}.built:"
            yield f"{indent}{one.line.text}"
        else:
            yield _line(one)


def _line(one: Assign | Change | Build) -> str:
    return f"{one.target} = {one.value.text}" if isinstance(one, Assign) else one.line.text


def _branch(one: Branch, indent: str) -> Iterator[str]:
    yield f"if {one.test.text}:"
    yield from _deeper(one.body, indent)
    rest = one.orelse
    while len(rest) == 1 and isinstance(rest[0], Branch):
        yield f"elif {rest[0].test.text}:"
        yield from _deeper(rest[0].body, indent)
        rest = rest[0].orelse
    if rest:
        yield "else:"
        yield from _deeper(rest, indent)


def _deeper(program: Sequence[Statement], indent: str) -> Iterator[str]:
    yield from (f"{indent}{line}" for line in lines(program, indent))


def whole(text: Sequence[str]) -> Iterator[str]:
    """Lines of a program as statements: those that belong together are one text."""
    block: list[str] = []
    for line in text:
        if block and not line.startswith((" ", "\t", "else:", "elif ")):
            yield "\n".join(block) + "\n"
            block = []
        block.append(line)
    if block:
        yield "\n".join(block) + "\n"
