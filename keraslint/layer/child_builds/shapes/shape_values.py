"""What an expression of `call()` stands for while its shapes are followed, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from keraslint.layer.child_builds.shapes.shape_program import Expr, Var, expr
from keraslint.project.names.definitions import ClassRef, FunctionRef
from keraslint.project.names.keras_api import Symbol

Target = Symbol | ClassRef


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing is known; `why` names the code for which nothing could be told.

    It is `optional` if it is an argument of `call()` that may be left out.
    """

    why: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Nothing:
    """`None`."""


class Token:
    """Stands for sizes that are not known: equal only to itself. An input's size is `given`."""

    def __init__(self, *, given: bool = False) -> None:
        self.given = given


Size = Token | str
"""A size: what it is called as code, or a token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One size of a shape, or (`run`) several, as code that has to be unpacked."""

    code: Expr
    size: Size
    run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """A tensor: its shape as code, and what is known of that shape.

    `front` stands for all sizes but the last, `last` for that one, `rank` for how many there are;
    `shrunk` is the `front` of which it has some sizes, and 1 instead of the others; `reduced` is
    that of the tensor of which it is a mean or a maximum: beside that one it is stretched again.
    It is `loose` where the code may be wrong in other sizes than the last; `doubts` say where it
    may be wrong in any. `parts` are its sizes, if they are listed, `batch` is the first of them.
    """

    shape: Expr
    front: Token = field(default_factory=Token)
    last: Size = field(default_factory=Token)
    loose: bool = False
    doubts: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    rank: Token = field(default_factory=Token)
    batch: Expr | None = None
    shrunk: Token | None = None
    reduced: Token | None = None

    def like(self, other: Tensor) -> bool:
        """Whether both have the same shape."""
        return self.front is other.front and same_size(self.last, other.last)

    def doubted(self, *doubts: str) -> Tensor:
        return replace(self, doubts=tuple(dict.fromkeys((*self.doubts, *doubts))))


def same_size(one: Size, other: Size) -> bool:
    return one is other or (isinstance(one, str) and one == other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """An argument of `call()` of which nobody knows yet whether it is one tensor or several.

    `tensor` is what it is if it is one; `parts` are remembered so that each is always the same.
    """

    shape: Expr
    tensor: Tensor
    parts: dict[str, Input] = field(default_factory=dict, compare=False)

    def part(self, index: str) -> Input:
        if index not in self.parts:
            shape = expr(self.shape, f"[{index}]")
            self.parts[index] = Input(
                shape=shape, tensor=Tensor(shape=shape, batch=expr(shape, "[0]"))
            )
        return self.parts[index]


@dataclass(frozen=True, slots=True)
class Group:
    """A tuple or a list whose items are known."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A dictionary whose keys are known."""

    items: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Several:
    """A list of tensors of which only the program knows how many: `shapes` is a list there."""

    shapes: Expr
    item: Tensor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A number, a text, a flag: the same in `build()` as in `call()`.

    `value` is the constant, if it is `known`; `size` what the number is called as a size.
    """

    code: Expr
    size: Size
    value: object = None
    known: bool = False

    @property
    def may_be_none(self) -> bool:
        """Whether it is a size that need not be told: any but the last of an input."""
        given = isinstance(self.size, Token) and self.size.given
        return bool(self.code.reads) and not given and self.code.pieces[-1] != "[-1]"


@dataclass(frozen=True, slots=True)
class Sizes:
    """The value of `x.shape` (then `of` is the tensor), or a tuple that is made of such."""

    parts: tuple[Part, ...]
    of: Tensor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A sub-layer, or a list or a dictionary of such, and the classes that each may be of.

    `attribute` is where the class keeps it.
    """

    code: Expr
    targets: tuple[Target, ...]
    attribute: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A method of the layer itself."""

    method: FunctionRef


@dataclass(frozen=True, slots=True)
class Weight:
    """A variable of the layer; `sizes` are its shape, if told."""

    sizes: tuple[Size, ...] | None = None


@dataclass(frozen=True, slots=True)
class Closure:
    """A function that is defined inside the one that is followed, with what its names held."""

    node: cst.FunctionDef
    names: Mapping[str, Value] = field(compare=False)


Value = (
    Unknown
    | Nothing
    | Tensor
    | Input
    | Group
    | Table
    | Several
    | Plain
    | Sizes
    | Layer
    | Bound
    | Weight
    | Closure
)

Texts = tuple[str, str, str]
"""The code of an operation, and of its two operands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What an operation is called on; `text` is its code, for a doubt."""

    plain: Sequence[Value]
    named: Mapping[str, Value]
    text: str = "a sum or a product"

    @property
    def texts(self) -> Texts:
        return self.text, "one operand", "the other operand"

    def get(self, place: int, *names: str) -> Value | None:
        if place < len(self.plain):
            return self.plain[place]
        return next((self.named[name] for name in names if name in self.named), None)


UNKNOWN = Unknown()


def var(name: str) -> Expr:
    return Expr(pieces=(Var(name),))


def constant(value: object) -> Plain:
    return Plain(code=expr(repr(value)), size=repr(value), value=value, known=True)


def sizes_of(tensor: Tensor) -> Sizes:
    return Sizes((Part(code=tensor.shape, size=tensor.last, run=True),), tensor)
