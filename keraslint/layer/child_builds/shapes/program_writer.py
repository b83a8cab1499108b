"""The state of following `call()`: what each name holds, what was written so far, what is built."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from keraslint.layer.child_builds.shapes.shape_program import Assign, Expr, Statement
from keraslint.layer.child_builds.shapes.shape_values import (
    Group,
    Input,
    Part,
    Plain,
    Several,
    Sizes,
    Table,
    Tensor,
    Token,
    Unknown,
    Value,
    same_size,
    var,
)
from keraslint.layer.child_builds.shapes.tensor_sizes import shape_of, sizes

Names = dict[str, Value]
WORD = re.compile(r"[A-Za-z_]\w*")
HIDDEN = "\0"
"""Begins the name of what has none in the code."""


@dataclass(slots=True, kw_only=True)
class State:
    """All that a trial may have to take back.

    `built` says of each child, as code, whether it is surely built (else: maybe). `lost` are
    attributes of which something cannot be told, with the code that is to blame.
    """

    out: list[Statement] = field(default_factory=list)
    names: Names = field(default_factory=dict)
    built: dict[str, bool] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    lost: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, None] = field(default_factory=dict)
    called: dict[str, None] = field(default_factory=dict)
    unbuilding: dict[str, object] = field(default_factory=dict)

    def copy(self) -> State:
        return State(
            out=list(self.out),
            names=dict(self.names),
            built=dict(self.built),
            used=set(self.used),
            lost=dict(self.lost),
            doubts=dict(self.doubts),
            called=dict(self.called),
            unbuilding=dict(self.unbuilding),
        )


class Writer:
    """Writes the program; `taken` are names that `build()` uses for something else."""

    def __init__(self, taken: Collection[str]) -> None:
        self.now = State()
        self._taken = set(taken)
        self._outer: list[Names] = []
        self.loops: list[tuple[frozenset[str], str]] = []
        self.unasked = False

    def write(self, statement: Statement) -> None:
        self.now.out.append(statement)

    @contextmanager
    def aside(self) -> Iterator[list[Statement]]:
        """Write to another list for a while."""
        before, self.now.out = self.now.out, []
        aside = self.now.out
        try:
            yield aside
        finally:
            self.now.out = before

    @contextmanager
    def keeping(self, names: Names) -> Iterator[None]:
        """Let no variable be overwritten that these names hold."""
        self._outer.append(names)
        try:
            yield
        finally:
            self._outer.pop()

    @contextmanager
    def unasking(self, unasked: bool) -> Iterator[None]:
        """What is written for a while stands under a condition that `build()` cannot ask."""
        before, self.unasked = self.unasked, self.unasked or unasked
        try:
            yield
        finally:
            self.unasked = before

    def repeats(self, child: str) -> bool:
        """Whether a loop around may come to the same child twice."""
        words = set(WORD.findall(child))
        for names, items in reversed(self.loops):
            if not words & names:
                return True
            words |= set(WORD.findall(items))
        return False

    # -- variables -------------------------------------------------------------------------

    def variable(self, local: str, *, many: bool = False) -> str:
        """The variable that follows a local name of `call()`: free to be assigned now."""
        stem = local.removesuffix("s") if many and len(local) > 2 else local
        wanted = f"{stem}_shapes" if many else f"{local}_shape"
        wanted = wanted.strip(HIDDEN)
        if wanted.replace("s_shape", "_shape") in self._taken:
            wanted = "hidden_shape"  # `inputs_shape` beside `input_shape`
        return self._free(wanted, but=local)

    def temporary(self, name: str) -> str:
        """A variable that is assigned once."""
        wanted = f"{name.strip('_') or 'hidden'}_shape"
        count = 1
        found = wanted
        while found in self.now.used or found in self._taken:
            count += 1
            found = f"{wanted}_{count}"
        self.now.used.add(found)
        return found

    def _free(self, wanted: str, but: str) -> str:
        found = wanted = wanted.strip(HIDDEN)
        count = 1
        while found in self._taken or self._is_held(found, but):
            count += 1
            found = f"{wanted}_{count}"
        self.now.used.add(found)
        return found

    def _is_held(self, variable: str, but: str) -> bool:
        for names in (*self._outer, self.now.names):
            for name, value in names.items():
                mine = name == but and names is self.now.names
                if variable in mentioned(value) and not (mine and _is_variable(value, variable)):
                    return True
        return False

    def assign(self, variable: str, shape: Expr) -> None:
        if shape.alone != variable:
            self.write(Assign(variable, shape))

    def hold(self, local: str, value: Value) -> None:
        """Let a local name hold a value, and a variable its shape."""
        if isinstance(value, Tensor) and value.shape.alone not in self._taken:
            value = self.stored(value, self.variable(local))
        self.now.names[local] = value

    def stored(self, value: Tensor, variable: str) -> Tensor:
        """The same tensor, with its shape in a variable."""
        self.assign(variable, value.shape)
        parts = () if any(variable in part.code.reads for part in value.parts) else value.parts
        stale = value.batch is not None and variable in value.batch.reads
        batch = None if stale else value.batch
        return replace(value, shape=var(variable), parts=parts, batch=batch)

    # -- two ways to get here ---------------------------------------------------------------

    def merge(self, one: State, other: State, *, both_ran: bool) -> None:
        """Go on after two arms; where they `both_ran`, no variable tells which one counts."""
        now = self.now
        names: Names = {}
        for name in dict.fromkeys((*one.names, *other.names)):
            left, right = one.names.get(name), other.names.get(name)
            if left is None or right is None or left == right:
                names[name] = left or right or Unknown()
            else:
                now.names = {**names}
                names[name] = self._merged(name, left, right, one, other, both_ran=both_ran)
        now.names = names
        for key in dict.fromkeys((*one.built, *other.built)):
            sure = (one.built.get(key, False), other.built.get(key, False))
            now.built[key] = any(sure) if both_ran else all(sure)
        for state in (one, other):
            now.used |= state.used
            now.lost.update(state.lost)
            now.doubts.update(state.doubts)
            now.called.update(state.called)
            now.unbuilding.update(state.unbuilding)

    def _merged(
        self, name: str, left: Value, right: Value, one: State, other: State, *, both_ran: bool
    ) -> Value:
        first, second = _tensor(left), _tensor(right)
        plain = _plain(left), _plain(right)
        if plain[0] is not None and plain[1] is not None and not both_ran:
            return self._chosen(name, (plain[0], plain[1]), left, (one, other))
        if first is None or second is None:
            return self._without_argument(name, left, right) if both_ran else Unknown(f"`{name}`")
        if both_ran:
            same = first.like(second)
            return first.doubted(*second.doubts) if same else Unknown(f"`{name}`")
        variable = self._arm_variable(name, (first, second), (one.names, other.names))
        for state, value in ((one, first), (other, second)):
            if value.shape.alone != variable:
                state.out.append(Assign(variable, value.shape))
        return replace(joined_tensor(first, second), shape=var(variable), parts=())

    def _chosen(
        self, name: str, codes: tuple[Expr, Expr], like: Value, arms: Sequence[State]
    ) -> Value:
        """A number, or a tuple of sizes, of which only the program knows which one it is."""
        variable = self._free(name, but=name)
        for arm, code in zip(arms, codes, strict=True):
            arm.out.append(Assign(variable, code))
        if isinstance(like, Plain):
            return Plain(code=var(variable), size=Token())
        return Sizes((Part(code=var(variable), size=Token(), run=True),))

    @staticmethod
    def _without_argument(name: str, left: Value, right: Value) -> Value:
        """`if x is None: x = …`, where nobody knows what `x` is else."""
        for tensor, other in ((_tensor(left), right), (_tensor(right), left)):
            if tensor is not None and isinstance(other, Unknown) and other.optional:
                return tensor.doubted(f"`call()` is taken to be called without `{name}`")
        return Unknown(f"`{name}`")

    def _arm_variable(self, name: str, values: Sequence[Tensor], arms: Sequence[Names]) -> str:
        """The variable that both arms assign; the one that an arm has chosen, if it is free."""
        chosen = [value.shape.alone for value in values]
        wanted = f"{name.strip(HIDDEN)}_shape"
        more = (f"{wanted}_{count}" for count in range(2, 1000))
        for found in (*filter(None, chosen), wanted, *more):
            envs = (*self._outer, self.now.names, *arms)
            if found not in self._taken and not any(_has(env, found, name) for env in envs):
                break
        self.now.used.add(found)
        return found


def _has(names: Names, variable: str, but: str) -> bool:
    """Whether another name's value is written down in a variable."""
    return any(variable in mentioned(value) for name, value in names.items() if name != but)


def joined_tensor(first: Tensor, second: Tensor) -> Tensor:
    """What is known of a tensor that is one or the other."""
    front = first.front if first.front is second.front else Token()
    last = first.last if same_size(first.last, second.last) else Token()
    doubts = tuple(dict.fromkeys((*first.doubts, *second.doubts)))
    rank = first.rank if first.rank is second.rank else Token()
    batch = first.batch if first.batch == second.batch else None
    loose = first.loose or second.loose
    return Tensor(
        shape=first.shape,
        front=front,
        last=last,
        loose=loose,
        doubts=doubts,
        rank=rank,
        batch=batch,
        reduced=first.reduced if first.reduced is second.reduced else None,
    )


def _tensor(value: Value) -> Tensor | None:
    if isinstance(value, Input):
        return value.tensor
    return value if isinstance(value, Tensor) else None


def _plain(value: Value) -> Expr | None:
    """A number or a tuple of sizes as code."""
    if isinstance(value, Plain):
        return value.code
    parts = sizes(value)
    return shape_of(parts) if parts and "None" not in (p.code.text for p in parts) else None


def _is_variable(value: Value, variable: str) -> bool:
    if isinstance(value, Several):
        return value.shapes.alone == variable
    return isinstance(value, Tensor) and value.shape.alone == variable


def mentioned(value: Value | None) -> frozenset[str]:
    """The variables in which a value is written down."""
    if isinstance(value, Tensor):
        inside = [part.code.reads for part in value.parts]
        batch = value.batch.reads if value.batch is not None else frozenset[str]()
        return value.shape.reads.union(batch, *inside)
    if isinstance(value, Input):
        return value.shape.reads
    if isinstance(value, Several):
        return value.shapes.reads
    if isinstance(value, Plain):
        return value.code.reads
    if isinstance(value, Sizes):
        return frozenset().union(*(part.code.reads for part in value.parts))
    if isinstance(value, Group):
        return frozenset().union(*map(mentioned, value.items))
    if isinstance(value, Table):
        return frozenset().union(*map(mentioned, value.items.values()))
    return frozenset()
