"""Steps and what they need → which can leave `build()` together, and what forbids the rest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import libcst as cst

from keraslint.layer.steps import Step
from keraslint.layer.uses import cell_of


@dataclass(slots=True)
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


@dataclass(frozen=True, slots=True)
class Fetch:
    """Where a moved layer is found again: `self.x`, `self.x[i]`, or beside a loop's own items.

    With a `loop`, the expression is what the loop is to run over; `exact` if it holds just the
    layers of that loop.
    """

    name: str
    expression: str
    loop: Step | None = None
    exact: bool = False

    @property
    def is_attribute(self) -> bool:
        return "[" not in self.expression

    def on(self, steps: Mapping[Step, Step]) -> Fetch:
        """The same, said of another body's steps."""
        return Fetch(
            self.name, self.expression, steps[self.loop] if self.loop else None, self.exact
        )


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
        if step in self._after_return:
            return "follows an early `return`"
        if step.stays:
            return f"its statement {step.stays}"
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
        self._take_raises(plan)
        self._copy(plan)
        for step in sorted(wanted, key=lambda step: step.order):
            reason = self._read_too_early(step, plan) or self._cannot_fetch(step, plan)
            if reason:
                refused[step] = reason
        return refused

    def _gather(self, step: Step, wanted: set[Step], support: set[Step]) -> str:
        """Collect the steps that this one cannot do without."""
        for cell, writer in self._required(step):
            if writer in wanted or writer in support:
                continue
            if self._creates(writer):
                return f"`{cell}` also holds a layer that stays in `build()`"
            reason = self.obstacle(writer)
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
        for writer in self._writers.get(cell, ()):
            if writer is step or writer in step.within() or not writer.is_whole:
                continue
            if writer.order < step.order or share_loop(writer, step):
                yield cell, writer

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

    def _read_too_early(self, step: Step, plan: Plan) -> str:
        for cell in step.writes:
            if not cell.startswith("self."):
                continue
            for reader in self._all:
                if reader.order >= step.order or reader in plan.moved or reader in step.within():
                    continue
                if exclusive(step, reader):
                    continue
                if cell in reader.reads and not self._around_moved(reader, plan):
                    return f"`{cell}` is used in `build()` before this statement"
        for outer in step.within():
            kept = any(s not in plan.moved and s.is_whole for s in outer.all())
            if kept and any(cell in outer.reads for cell in step.writes):
                return f"the `{_word(outer)}` around it asks about what it creates"
        return ""

    def _around_moved(self, reader: Step, plan: Plan) -> bool:
        """A branch or loop all of whose steps move asks its question in `__init__` instead."""
        inner = [step for step in reader.all() if step is not reader and step.is_whole]
        return bool(inner) and all(step in plan.moved for step in inner)

    def _cannot_fetch(self, step: Step, plan: Plan) -> str:
        """Whether a local name that holds the layer is still needed, and cannot be had again."""
        for cell in step.writes:
            if cell.startswith("self.") or not self._is_read_by_kept(cell, step, plan):
                continue
            fetch = self._fetch(cell, step, plan)
            if fetch is None:
                return f"`build()` goes on using the local name `{cell}`"
            plan.fetched[step] = fetch
        return ""

    def _is_read_by_kept(self, cell: str, step: Step, plan: Plan) -> bool:
        return any(
            cell in other.reads
            and other not in plan.moved
            and not self._around_moved(other, plan)
            and (other.order > step.order or share_loop(other, step))
            for other in self._all
        )

    def _fetch(self, cell: str, step: Step, plan: Plan) -> Fetch | None:
        if not _assigns_one_name(step, cell):
            return None
        for store in self._all:
            if store.parent is not step.parent or store.order < step.order:
                continue
            if store not in plan.moved or cell not in store.reads:
                continue
            attribute = _stored_in(store, cell)
            if attribute:
                return Fetch(cell, attribute)
            container = _appended_to(store, cell)
            if container:
                return self._item(cell, container, store, plan)
        return None

    def _item(self, cell: str, container: str, store: Step, plan: Plan) -> Fetch | None:
        """Find the index at which a moved `append` has put the layer."""
        makers = [w for w in self._writers[container] if container in w.uses.binds]
        fresh = [w for w in makers if w in plan.moved and _is_empty_list(w)]
        if len(makers) != len(fresh) or not (fresh or container in self._empty_lists):
            return None
        appends = [w for w in self._writers[container] if w in plan.moved and w not in fresh]
        before = [w for w in appends if w.order < store.order]
        if any(w.parent is not None or not _is_append(w, container) for w in before):
            return None
        loops = [outer for outer in store.within() if not outer.is_branch]
        if not loops:
            if store.parent is not None:
                return None
            return Fetch(cell, f"{container}[{len(before)}]")
        loop = loops[0]
        if len(loops) > 1 or sum(loop in w.within() for w in appends) > 1:
            return None
        after = any(w.order > store.order for w in appends)
        return self._item_in_loop(Fetch(cell, container, loop, not after), store, len(before), plan)

    def _item_in_loop(self, fetch: Fetch, store: Step, offset: int, plan: Plan) -> Fetch | None:
        loop = fetch.loop
        assert loop is not None
        turning = {name for inner in loop.all() for name in inner.writes}
        for outer in store.within():
            if outer is not loop and turning & set(outer.reads):
                return None
        alone = store.parent is loop and not any(f.loop is loop for f in plan.fetched.values())
        items = fetch.expression if not offset else f"{fetch.expression}[{offset}:]"
        index = _index_name(loop.node)
        kept = [s for s in loop.all() if s is not loop and s not in plan.moved]
        counted = any(cell in step.reads for step in kept for cell in loop.uses.binds)
        inside = sum(self._may_need_fetch(s, plan) for s in loop.all())
        if alone and inside == 1 and (not index or (fetch.exact and not counted)):
            return Fetch(fetch.name, items, loop, fetch.exact)
        if not index:
            return None
        place = index if not offset else f"{index} + {offset}"
        return Fetch(fetch.name, f"{fetch.expression}[{place}]")

    def _may_need_fetch(self, step: Step, plan: Plan) -> bool:
        """Whether a moved step leaves a local name behind that `build()` still reads."""
        return (
            step in plan.moved
            and self._creates(step)
            and any(
                not cell.startswith("self.") and self._is_read_by_kept(cell, step, plan)
                for cell in step.writes
            )
        )


def _word(step: Step) -> str:
    return type(step.node).__name__.lower()


def share_loop(one: Step, other: Step) -> bool:
    loops = {outer for outer in one.within() if not outer.is_branch}
    return any(outer in loops for outer in other.within())


def exclusive(one: Step, other: Step) -> bool:
    """Whether two steps stand in different arms of one branch."""
    for outer in one.within():
        if outer.is_branch and outer in other.within():
            return (one in _arm(outer.body)) != (other in _arm(outer.body))
    return False


def _arm(steps: Sequence[Step]) -> set[Step]:
    return {inner for step in steps for inner in step.all()}


def _stays(step: Step, moved: set[Step]) -> bool:
    """Whether `build()` keeps a step: a branch or loop goes when all that is in it goes."""
    inner = [s for s in step.all() if s.is_whole]
    return step.is_whole or any(s not in moved for s in inner)


def _only_small(step: Step) -> cst.BaseSmallStatement | None:
    node = step.node
    if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1:
        return node.body[0]
    return None


def _assigns_one_name(step: Step, cell: str) -> bool:
    small = _only_small(step)
    return (
        isinstance(small, cst.Assign)
        and len(small.targets) == 1
        and isinstance(small.targets[0].target, cst.Name)
        and small.targets[0].target.value == cell
    )


def _stored_in(step: Step, cell: str) -> str:
    """The attribute to which a step assigns the plain local name."""
    small = _only_small(step)
    if isinstance(small, cst.Assign) and _is_name(small.value, cell):
        for target in small.targets:
            if isinstance(target.target, cst.Attribute):
                return cell_of(target.target)
    return ""


def _appended_to(step: Step, cell: str) -> str:
    """The attribute to whose list a step appends the plain local name."""
    small = _only_small(step)
    if not isinstance(small, cst.Expr) or not isinstance(small.value, cst.Call):
        return ""
    call = small.value
    if len(call.args) != 1 or not _is_name(call.args[0].value, cell):
        return ""
    func = call.func
    if not isinstance(func, cst.Attribute) or func.attr.value != "append":
        return ""
    if not isinstance(func.value, cst.Attribute):
        return ""
    return cell_of(func.value)


def _is_append(step: Step, container: str) -> bool:
    small = _only_small(step)
    return (
        isinstance(small, cst.Expr)
        and isinstance(small.value, cst.Call)
        and isinstance(small.value.func, cst.Attribute)
        and small.value.func.attr.value == "append"
        and cell_of(small.value.func.value) == container
    )


def _is_name(node: cst.BaseExpression, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def _is_empty_list(step: Step) -> bool:
    small = _only_small(step)
    if not isinstance(small, cst.Assign):
        return False
    return isinstance(small.value, cst.List) and not small.value.elements


def _index_name(node: cst.CSTNode) -> str:
    """The name that counts 0, 1, 2, … in a `for` loop, `""` if none does."""
    if not isinstance(node, cst.For) or not isinstance(node.iter, cst.Call):
        return ""
    call, target = node.iter, node.target
    if not isinstance(call.func, cst.Name) or len(call.args) != 1 or call.args[0].star:
        return ""
    if call.func.value == "range" and isinstance(target, cst.Name):
        return target.value
    if call.func.value == "enumerate" and isinstance(target, cst.Tuple):
        first = target.elements[0].value
        return first.value if isinstance(first, cst.Name) else ""
    return ""


def names_read(steps: Iterable[Step]) -> set[str]:
    """Every cell that these steps, or the conditions and loops around them, read."""
    found: set[str] = set()
    for step in steps:
        for place in (step, *step.within()):
            found.update(place.reads)
    return found
