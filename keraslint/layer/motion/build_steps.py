"""A `build()` in steps, with what each needs and which of them make layers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import libcst as cst

from keraslint.diagnostic import Span
from keraslint.layer.method_steps import Creation, Step, names_read
from keraslint.layer.method_syntax import Method, local_function
from keraslint.layer.motion.shape_dependence import Enter, Flow
from keraslint.layer.motion.shape_parameters import answers_used
from keraslint.layer.name_uses import held_values
from keraslint.layer.statement_parts import only_small
from keraslint.project.names.definitions import ClassRef, FunctionRef

Key = tuple[str, str, int]
"""What tells a method from others."""


@dataclass(eq=False, slots=True, kw_only=True)
class Body:
    """A `build()` in steps, and what each needs. `twins` pairs another body's steps with these."""

    method: Method
    steps: Sequence[Step]
    flow: Flow
    twins: dict[Step, Step] = field(default_factory=dict)

    @property
    def all(self) -> list[Step]:
        """Every step, in source order."""
        return [inner for step in self.steps for inner in step.all()]

    def pair(self, other: Body) -> None:
        """Pair the steps of the body that this one was made from with its own."""
        mine = [inner for step in self.steps for inner in step.all()]
        theirs = [inner for step in other.steps for inner in step.all()]
        if len(mine) == len(theirs):
            self.twins = dict(zip(theirs, mine, strict=True))

    def answers(self, step: Step, names: Iterable[str]) -> set[str]:
        """The answering parameters that a step, what surrounds it and what it reads, use."""
        found: set[str] = set()
        todo, seen = [step], set()
        while todo:
            current = todo.pop()
            if current in seen:
                continue
            seen.add(current)
            nodes = [_header(place) for place in (current, *current.within())]
            found |= answers_used(list(names), *nodes)
            reads = names_read([current])
            todo += [
                s
                for outer in self.steps
                for s in outer.all()
                if s.is_whole and s.order < current.order and reads & set(s.writes)
            ]
        return found


def _header(step: Step) -> cst.CSTNode:
    if isinstance(step.node, cst.If):
        return step.node.test
    return step.node.iter if isinstance(step.node, cst.For) else step.node


class Makers:
    """Tells which steps make layers, themselves or through what they call."""

    def __init__(self, enter: Enter) -> None:
        self._enter = enter

    def creators(self, body: Body) -> set[Step]:
        """The steps that make a layer, and those that put one that was made where it belongs."""
        everything = body.all
        found = {s for s in everything if s.is_whole and self.creates(s, body)}
        while True:
            held = {c for s in found for c in s.writes if not c.startswith("self.")}
            more = {s for s in everything if s not in found and _carries(s, held)}
            if not more:
                return found
            found |= more

    def creates(self, step: Step, body: Body) -> bool:
        if local_function(step.node):
            return False  # those that call it do
        return bool(step.makes) or self._runs_a_maker(step) or self._local_maker(step, body)

    def _local_maker(self, step: Step, body: Body) -> bool:
        makers = {local_function(s.node) for s in body.all if s.makes}
        return bool(makers & set(step.reads))

    def _runs_a_maker(self, step: Step) -> bool:
        return any(True for _ in self.made_by(step))

    def made_by(self, step: Step, around: frozenset[Key] = frozenset()) -> Iterator[Creation]:
        """The creations in the layer's own methods that a step runs; `around` run already."""
        for method, _ in step.runs:
            for inner in self._steps(method) if method.key not in around else ():
                yield from inner.makes
                yield from self.made_by(inner, around | {method.key})

    def places(
        self, step: Step, ref: ClassRef, around: frozenset[Key] = frozenset()
    ) -> Iterator[Span]:
        """Where a step makes layers, in the text of one class: what stands elsewhere is called."""
        for creation in step.makes:
            yield step.method.span(creation.call)
        for method, call in step.runs:
            if method.owner != ref and self.inside(method):
                yield step.method.span(call)
            entered = method.owner == ref and method.key not in around
            for one in self._steps(method) if entered else ():
                yield from self.places(one, ref, around | {method.key})

    def inside(self, method: FunctionRef) -> list[Creation]:
        """The creations in one of the layer's methods, and in what it runs."""
        steps = self._steps(method)
        around = frozenset({method.key})
        return [made for one in steps for made in (*one.makes, *self.made_by(one, around))]

    def _steps(self, method: FunctionRef) -> list[Step]:
        return [inner for outer in self._enter(method) or () for inner in outer.all()]


def _carries(step: Step, held: set[str]) -> bool:
    """Whether a statement stores a layer that a local name holds."""
    if not step.is_whole or step.stays or not step.writes:
        return False
    return bool(held_values(step.node) & held & set(step.reads))


def keeps_a_value(step: Step) -> bool:
    """Whether a statement does no more than to keep something on the instance."""
    binds = step.uses.binds
    assigns = isinstance(only_small(step.node), cst.Assign) and not step.stays
    return assigns and bool(binds) and all(cell.startswith("self.") for cell in binds)


def absorb(step: Step, enter: Enter, seen: set[Key]) -> None:
    """Add the effects of the methods that a step calls to those of the step."""
    for method, _ in step.supers:
        step.gives.update({f"self.{attribute}": None for attribute in method.summary.assigns})
    for method, _ in step.runs:
        if method.key in seen:
            continue
        inner_steps = enter(method)
        if inner_steps is None:
            step.stays = step.stays or f"calls `self.{method.summary.name}()`"
            continue
        step.ran[method.key] = None
        for inner in (s for outer in inner_steps for s in outer.all()):
            absorb(inner, enter, seen | {method.key})
            _take_over(step, inner, method.summary.name)


def _take_over(step: Step, inner: Step, name: str) -> None:
    step.takes.update({cell: None for cell in inner.reads if cell.startswith("self.")})
    step.gives.update({cell: None for cell in inner.writes if cell.startswith("self.")})
    step.doubts = (*step.doubts, *inner.doubts)
    step.ran.update(inner.ran)
    step.made = (*step.made, *inner.makes, *inner.made)
    if inner.stays and inner.uses.exits != {"return"}:
        step.stays = step.stays or f"calls `self.{name}()`, which {inner.stays}"
