"""Steps and what they need → which can leave `build()` together, and what forbids the rest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import libcst as cst

from keraslint.layer.method_steps import (
    Step,
    around_moved,
    exclusive,
    share_loop,
    stores_unknown,
)
from keraslint.layer.method_syntax import dotted
from keraslint.layer.motion.local_replacements import Fetch, Fetcher, points_at_items
from keraslint.layer.name_uses import late_reads
from keraslint.layer.statement_parts import smalls


@dataclass(slots=True, kw_only=True)
class Plan:
    """What goes to `__init__`: `moved` steps leave `build()`, `copied` ones stay there as well.

    `blocked` says of each creating step that could be known in `__init__` why it stays.
    `fetched` says how `build()` gets hold again of a moved layer that a local name held.
    """

    moved: set[Step] = field(default_factory=set)
    copied: set[Step] = field(default_factory=set)
    blocked: dict[Step, str] = field(default_factory=dict)
    fetched: dict[Step, Fetch] = field(default_factory=dict)

    @property
    def steps(self) -> list[Step]:
        """Everything that `__init__` gains, in order."""
        return sorted((*self.moved, *self.copied), key=lambda step: step.order)


class Planner:
    """Finds the largest set of creating steps that can move together."""

    def __init__(
        self,
        steps: Sequence[Step],
        independent: Callable[[Step], bool],
        after_return: Collection[Step],
        creates: Callable[[Step], bool],
        empty_lists: Collection[str],
    ) -> None:
        self._all = [inner for step in steps for inner in step.all()]
        self._independent = independent
        self._after_return = after_return
        self._creates = creates
        self._rebinds = any("global" in step.uses.exits for step in self._all)
        self._empty_lists = empty_lists
        self._writers: dict[str, list[Step]] = {}
        for step in self._all:
            for cell in step.writes:
                self._writers.setdefault(cell, []).append(step)

    def plan(self, banned: Mapping[Step, str]) -> Plan:
        """Plan with some creating steps kept back, each for the reason given."""
        plan = Plan(blocked=dict(banned))
        want = [step for step in self._all if self._creates(step) and step.is_whole]
        wanted = {step for step in want if self._independent(step) and step not in banned}
        for step in sorted(wanted, key=lambda step: step.order):
            reason = self.obstacle(step)
            if reason:
                wanted.discard(step)
                plan.blocked[step] = reason
        while True:
            refused = self._refused(wanted, plan)
            if not refused:
                return plan
            for step, reason in refused.items():
                wanted.discard(step)
                plan.blocked[step] = reason

    def obstacle(self, step: Step) -> str:
        """Why a step cannot leave by itself, `""` when it can."""
        if not self._independent(step):
            return "needs the input shape"
        if self._rebinds:
            return "`build()` rebinds a global name"
        if step in self._after_return:
            return "follows an early `return`"
        if step.stays:
            return f"its statement {step.stays}"
        late = self._bound_late(step)
        if late:
            return late
        for outer in step.within():
            if not (outer.is_branch or outer.is_loop):
                return f"it {outer.stays}"
            if outer.stays:
                return f"the `{_word(outer)}` around it {outer.stays}"
        return ""

    def _refused(self, wanted: set[Step], plan: Plan) -> dict[Step, str]:
        """Fill the plan for these steps; return those that turn out to be impossible."""
        refused: dict[Step, str] = {}
        gone: set[Step] = set(wanted)
        for step in sorted(wanted, key=lambda step: step.order):
            support: set[Step] = set()
            reason = self._gather(step, wanted, support)
            if reason:
                refused[step] = reason
            gone |= support
        if refused:
            return refused
        plan.moved, plan.copied, plan.fetched = gone, set(), {}
        self._take_placeholders(plan)
        self._take_raises(plan)
        self._copy(plan)
        fetcher = Fetcher(self._all, self._creates, self._empty_lists, plan.moved)
        for step in sorted(wanted, key=lambda step: step.order):
            reason = (
                self._read_too_early(step, plan)
                or self._loses_a_name(step, plan)
                or self._read_in_its_loop(step, plan)
                or self._torn(step, plan)
            )
            fetched = fetcher.fetch(step)
            if isinstance(fetched, str):
                reason = reason or f"`build()` goes on using the local name `{fetched}`"
            else:
                plan.fetched.update(fetched)
            if reason:
                refused[step] = reason
        return refused

    def support(self, step: Step, plan: Plan) -> set[Step]:
        """What moves only because this step does."""
        found: set[Step] = set()
        self._gather(step, {step}, found)
        return found & {*plan.moved, *plan.copied}

    def _gather(self, step: Step, wanted: set[Step], support: set[Step]) -> str:
        """Collect the steps that this one cannot do without."""
        for cell, writer in self._required(step):
            if writer in wanted or writer in support:
                continue
            if self._creates(writer):
                return f"`{cell}` also holds a layer that stays in `build()`"
            reason = self.obstacle(writer) or _runs_out(writer)
            if reason:
                return f"needs `{cell}`, whose statement cannot move: {reason}"
            support.add(writer)
            reason = self._gather(writer, wanted, support)
            if reason:
                return reason
        return ""

    def _required(self, step: Step) -> Iterator[tuple[str, Step]]:
        outer = list(step.within())
        own = {cell for around in outer for cell in around.uses.binds}
        for place in (step, *outer):
            for cell in place.reads:
                if cell not in own:
                    yield from self._before(cell, place)
        for cell in step.writes:
            if cell.startswith("self.") or cell in step.uses.changes:
                yield from self._before(cell, step)

    def _before(self, cell: str, step: Step) -> Iterator[tuple[str, Step]]:
        """The steps that may have written a cell when this step runs."""
        writers = self._writers.get(cell, [])
        if cell.startswith("self."):
            writers = [*writers, *self._writers.get("self.*", ())]
        for writer in writers:
            if writer is step or writer in step.within() or not writer.is_whole:
                continue
            if writer.order < step.order or share_loop(writer, step):
                yield cell, writer

    def _take_placeholders(self, plan: Plan) -> None:
        """An `else: self.x = None` goes along with the creations of `self.x` in the other arms."""
        for step in self._all:
            cells = _none(step)
            top = next((o for o in reversed([*step.within()]) if o.is_branch), None)
            if not cells or top is None or self.obstacle(step):
                continue
            arms = [s for s in top.all() if s is not step and cells & {*s.writes} and not _none(s)]
            if not arms or not all(s in plan.moved and exclusive(s, step) for s in arms):
                continue
            needed: set[Step] = set()
            late = self._gather(step, plan.moved, needed) or self._read_too_early(step, plan)
            if not late and needed <= plan.moved:
                plan.moved.add(step)

    def _take_raises(self, plan: Plan) -> None:
        """An `else: raise …` goes along when every other arm of its branch goes."""
        for step in self._all:
            top = next((o for o in reversed([*step.within()]) if o.is_branch), None)
            if not step.raises or top is None or not self._independent(step):
                continue
            others = [s for s in top.all() if s.is_whole and not s.raises]
            if others and all(s in plan.moved for s in others):
                plan.moved.add(step)

    def _copy(self, plan: Plan) -> None:
        """Keep what `build()` still reads of the plain computations that go."""
        while True:
            staying = [s for s in self._all if s not in plan.moved and _stays(s, plan.moved)]
            read = {cell for step in staying for cell in step.reads}
            again = {
                step
                for step in plan.moved
                if not self._creates(step)
                and any(cell in read and not cell.startswith("self.") for cell in step.writes)
            }
            if not again:
                return
            plan.moved -= again
            plan.copied |= again

    def _loses_a_name(self, step: Step, plan: Plan) -> str:
        """A name that a loop or a condition binds goes with it."""
        for outer in step.within():
            for cell in outer.uses.binds:
                for reader in self._all:
                    late = reader.order > outer.order and outer not in reader.within()
                    if late and cell in reader.reads and reader not in plan.moved:
                        return f"`build()` goes on using the local name `{cell}`"
        return ""

    def _bound_late(self, step: Step) -> str:
        """A function inside the statement may look at a name after it has changed."""
        for cell in late_reads(step.node):
            writers = [w for w in self._writers.get(cell, ()) if w.order >= step.order]
            if writers and "." not in cell:
                return f"a function in it reads `{cell}`, which changes later"
        return ""

    def _read_too_early(self, step: Step, plan: Plan) -> str:
        for reader in self._all:
            if reader.order < step.order and reader not in plan.moved and _looks_around(reader):
                return "`build()` looks at the layer's children before this statement"
        for cell in step.writes:
            if not cell.startswith("self."):
                continue
            for reader in self._all:
                if reader.order >= step.order or reader in plan.moved or reader in step.within():
                    continue
                if exclusive(step, reader):
                    continue
                if cell in reader.reads and not around_moved(reader, plan.moved):
                    return f"`{cell}` is used in `build()` before this statement"
        for outer in step.within():
            kept = any(s not in plan.moved and s.is_whole for s in outer.all())
            if kept and any(cell in outer.reads for cell in step.writes):
                return f"the `{_word(outer)}` around it asks about what it creates"
        return ""

    def _torn(self, step: Step, plan: Plan) -> str:
        """What else is made in the same branch or loop has to move too, if it could."""
        for outer in step.within():
            for other in outer.arm_of(step):
                gone = other in plan.moved or other in plan.copied
                if gone or not other.is_whole or not self._independent(other):
                    continue
                if self._creates(other) or stores_unknown(other):
                    cell = next((c for c in other.writes if c.startswith("self.")), "something")
                    return f"`{cell}`, made in the same `{_word(outer)}`, stays in `build()`"
        return self._torn_from_another_arm(step, plan)

    def _torn_from_another_arm(self, step: Step, plan: Plan) -> str:
        """What holds one thing or another is set in one place: an arm does not go alone."""
        own = {cell for cell in step.uses.binds if cell.startswith("self.")}
        for cell in sorted(own):
            for other in self._writers.get(cell, ()):
                stays = other.is_whole and other not in plan.moved
                if stays and exclusive(step, other) and _none(other) != {cell}:
                    return f"`{cell}`, set in another arm of the same `if`, stays in `build()`"
        return ""

    def _read_in_its_loop(self, step: Step, plan: Plan) -> str:
        """What stays of a loop sees what all its turns have made, not what this one has."""
        for cell in step.writes:
            if not cell.startswith("self."):
                continue
            for reader in self._all:
                if reader in plan.moved or cell not in reader.reads or reader.parent is None:
                    continue
                if not share_loop(step, reader) or around_moved(reader, plan.moved):
                    continue
                if cell in step.uses.binds or not points_at_items(reader, cell):
                    return f"`build()` uses `{cell}` in the same loop"
        return ""


def _none(step: Step) -> set[str]:
    """The attributes to which a step assigns or adds `None`, and does nothing else."""
    line = step.node if isinstance(step.node, cst.SimpleStatementLine) else None
    small = line.body[0] if line is not None and len(line.body) == 1 else None
    if isinstance(small, cst.Expr) and isinstance(small.value, cst.Call):
        owner, _, verb = dotted(small.value.func).rpartition(".")
        adds = verb == "append" and [dotted(arg.value) for arg in small.value.args] == ["None"]
        return {owner} if adds and owner.startswith("self.") else set()
    if not isinstance(small, cst.Assign) or dotted(small.value) != "None":
        return set()
    names = {dotted(target.target) for target in small.targets}
    return names if all(name.startswith("self.") for name in names) else set()


def _word(step: Step) -> str:
    return type(step.node).__name__.lower()


_ONCE = frozenset({"enumerate", "filter", "iter", "map", "reversed", "zip"})


def _runs_out(step: Step) -> str:
    """An iterator is used up: the two methods cannot share it, nor have one each."""
    for small in smalls(step.node):
        value = small.value if isinstance(small, (cst.Assign, cst.AnnAssign)) else None
        once = isinstance(value, cst.Call) and dotted(value.func) in _ONCE
        if once or isinstance(value, cst.GeneratorExp):
            return "it makes an iterator"
    return ""


_CHILDREN = frozenset(
    """self._layers self.layers self.weights self.variables self.trainable_weights
    self.trainable_variables self.non_trainable_weights self.submodules self.__dict__
    self._flatten_layers self._trackable_children self.count_params""".split()
)


def _looks_around(step: Step) -> bool:
    """Whether a step depends on which children there are, or sets what new ones take over."""
    return (
        bool(_CHILDREN & set(step.reads))
        or step.uses.bare_self
        or "self.trainable" in step.uses.binds
    )


def _stays(step: Step, moved: set[Step]) -> bool:
    """Whether `build()` keeps a step: a branch or loop goes when all that is in it goes."""
    inner = [s for s in step.all() if s.is_whole]
    return step.is_whole or any(s not in moved for s in inner)
