"""A followed `build()` → the rewrites that move creations to `__init__`, with what is doubtful."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain

from keraslint.diagnostic import ORDER_CHANGES, Level, Objection, Span
from keraslint.layer.child_builds.builds import Builds
from keraslint.layer.child_builds.closing import only_builds
from keraslint.layer.init_method import Constructor, InitFacts
from keraslint.layer.layer_class import Hoist, Hoists
from keraslint.layer.method_steps import Step, names_read
from keraslint.layer.method_syntax import Method, local_function
from keraslint.layer.motion.build_steps import Body, Makers, keeps_a_value
from keraslint.layer.motion.emit import edits, mapped
from keraslint.layer.motion.kinds import Kinds
from keraslint.layer.motion.local_replacements import shared_keys
from keraslint.layer.motion.move_plan import Plan, Planner
from keraslint.layer.motion.safety.moved_code import ANYWHERE, Move
from keraslint.layer.motion.safety.objections import Obligations
from keraslint.layer.motion.safety.timing_comments import timing_comments
from keraslint.layer.motion.shape_dependence import Enter
from keraslint.layer.motion.shape_flag import flag_edits, flaggable
from keraslint.layer.motion.shape_parameters import Known
from keraslint.layer.motion.weight_order import WeightOrder
from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.name_resolution import Hierarchy


class Hoister:
    """Plans, checks and writes the moves of one class."""

    def __init__(
        self,
        hierarchy: Hierarchy,
        ref: ClassRef,
        obligations: Obligations,
        constructor: Constructor,
        call: Callable[[], tuple[Method | None, list[Step]]],
        enter: Enter,
        builds: Callable[[], Builds],
        *,
        may_lose_build: bool,
    ) -> None:
        self._hierarchy = hierarchy
        self._ref = ref
        self._obligations = obligations
        self._constructor = constructor
        self._call = call
        self._makers = Makers(enter)
        self._order = WeightOrder(hierarchy, ref, self._makers, obligations.holders)
        self._kinds = Kinds(self._makers)
        self._builds = builds
        self._may_lose_build = may_lose_build

    def hoists(self, body: Body, answered: tuple[Known, Body] | None) -> Hoists:
        """Work out what can move, as it stands and with the shape reads answered."""
        choices: list[Hoist] = []
        blocked: dict[Span, str] = {}
        for hoist in self._plans(body, body, None, blocked):
            choices.append(hoist)
        if answered is not None:
            known, twin = answered
            ignored: dict[Span, str] = {}
            for hoist in self._plans(body, twin, known, ignored):
                if not any(hoist.moves <= other.moves for other in choices):
                    choices.append(hoist)
            for span, reason in ignored.items():
                blocked.setdefault(span, reason)
        choices += self._flags(body)
        return Hoists(tuple(choices), tuple(blocked.items()))

    def _plans(
        self, body: Body, twin: Body, known: Known | None, blocked: dict[Span, str]
    ) -> Iterator[Hoist]:
        """The order-keeping plan first, then the one that moves all that can be moved."""
        creators = self._makers.creators(twin)
        planner = self._planner(twin, creators)
        everything = planner.plan(self._barred(planner, twin, known))
        whole = self._completed(twin, everything, creators)
        careful = self._order.keep(planner, everything, twin)
        everything = self._kinds.keep(planner, everything, twin, careful)
        for plan in (careful, everything):
            if plan is everything and plan.moved == careful.moved and careful is not everything:
                continue
            extra = []
            if plan is not careful:
                extra.append(ORDER_CHANGES)
            hoist = self._hoist(body, twin, plan, known, extra, blocked)
            full = self._hoist(body, twin, whole, known, [], {}) if whole and hoist else None
            if hoist is not None and (full is None or (full.doubts and not hoist.doubts)):
                yield hoist
            if full is not None:
                yield full
            if full is not None or careful is everything:
                break
        for step, reason in everything.blocked.items():
            for span in self._spans(step, body, twin):
                blocked.setdefault(span, reason)
            for maker in (one for one in twin.all if local_function(one.node) in step.reads):
                for span in self._spans(maker, body, twin):
                    blocked.setdefault(span, reason)
        for step in twin.all:
            for method, _ in step.runs:
                for span in self._spans(step, body, twin):
                    reason = f"`{method.summary.name}()` also does what needs the input shape"
                    blocked.setdefault(span, reason)

    def _planner(self, twin: Body, wanted: Collection[Step]) -> Planner:
        return Planner(
            twin.steps,
            lambda step: not twin.flow.needs.get(step, frozenset({"?"})),
            twin.flow.after_return,
            wanted.__contains__,
            self._constructor.empty_lists,
        )

    def _completed(self, twin: Body, plan: Plan, creators: set[Step]) -> Plan | None:
        """The same plan with the values that would stay alone among lines that build children."""
        left = [s for s in twin.all if s.is_whole and s not in plan.moved and s not in plan.copied]
        values = {s for s in left if keeps_a_value(s) and not twin.flow.needs.get(s, True)}
        if not values or not all(s in values or only_builds(s.node) for s in left):
            return None
        stay = {step: "" for step in creators if step not in plan.moved}
        whole = self._planner(twin, creators | values).plan(stay)
        return whole if plan.moved | values <= whole.moved else None

    def _flags(self, body: Body) -> Iterator[Hoist]:
        """Create always what only some input shapes need, and let a flag decide on its use."""
        parsed, _ = self._call()
        if parsed is None or not self._constructor.facts.exists:
            return
        for found in flaggable(body, self._constructor, self._obligations.attributes()):
            move = move_of(found.creations, None, self._constructor.facts, around=False)
            tested = {cell[len("self.") :] for cell in found.targets}
            if any(True for _ in self._obligations.bars(move)) or self._obligations.tests(tested):
                continue
            changes = flag_edits(found, body, self._constructor, parsed)
            if changes is None:
                continue
            moves = frozenset(
                span for step in found.creations for span in self._spans(step, body, body)
            )
            objections = self._obligations.objections(move, _last(moves))
            unseen = _unseen(objections)
            doubts = ["where it is not needed, the layer is created and stays unbuilt"]
            doubts += [one.cause for one in objections]
            yield Hoist(
                edits=changes,
                moves=moves,
                doubts=(*doubts, *move.doubts),
                unseen=unseen,
                objections=objections,
            )

    def _barred(self, planner: Planner, twin: Body, known: Known | None) -> dict[Step, str]:
        """The creations that cannot move whatever the others do, each with the reason."""
        plan = planner.plan({})
        barred: dict[Step, str] = {}
        for step in plan.moved:
            if step.is_whole and self._makers.creates(step, twin):
                together = [step, *planner.support(step, plan)]
                bar = self._bar(
                    move_of(together, known, self._constructor.facts), together, twin, known
                )
                if bar:
                    barred[step] = bar
        return barred

    def _bar(self, move: Move, steps: Sequence[Step], twin: Body, known: Known | None) -> str:
        used = self._used(steps, twin, known) & move.init.binds
        anew = (f"`__init__` assigns `{name}` anew" for name in sorted(used))
        return next(chain(anew, self._obligations.bars(move)), "")

    @staticmethod
    def _used(steps: Sequence[Step], twin: Body, known: Known | None) -> set[str]:
        """The parameters that answer for the input shape in some steps."""
        if known is None:
            return set()
        return {name for step in steps for name in twin.answers(step, known.names)}

    def _hoist(
        self,
        body: Body,
        twin: Body,
        plan: Plan,
        known: Known | None,
        extra: Sequence[str],
        blocked: dict[Span, str],
    ) -> Hoist | None:
        creating = [
            step for step in plan.moved if step.is_whole and self._makers.creates(step, twin)
        ]
        if not creating:
            return None
        makers = [step for step in plan.moved if local_function(step.node)]
        moves = frozenset(
            span for step in (*creating, *makers) for span in self._spans(step, body, twin)
        )
        move = move_of(plan.steps, known, self._constructor.facts)
        used = self._used(creating, twin, known)
        bar = self._bar(move, creating, twin, known)
        if bar:
            for span in moves:
                blocked[span] = bar
            return None
        objections = self._obligations.objections(move, _last(moves))
        unseen = _unseen(objections)
        doubts = [*extra, *move.doubts, *(one.cause for one in objections)]
        if any(step.raises for step in plan.moved):
            doubts.append("an error that `build()` raises is raised by `__init__`")
        doubts += sorted(set(_checked_later(twin, plan, move)))
        doubts += sorted(set(shared_keys(plan.moved)))
        doubts += dict.fromkeys(timing_comments(sorted(plan.moved, key=lambda step: step.order)))
        if known is not None:
            doubts[:0] = [f"`{n}` may differ from `{known.names[n]}`" for n in sorted(used)]
        if twin is not body:
            plan = mapped(plan, {mine: theirs for theirs, mine in twin.twins.items()})
        builds = self._builds()
        if builds.doubts and not doubts:
            builds = Builds()  # a safe move stays one; what is missing is another fix
        arguments = "**kwargs" if self._obligations.plain_base else "*args, **kwargs"
        plain = self._obligations.plain_layer
        changes = edits(
            body,
            twin,
            plan,
            self._constructor,
            builds,
            arguments,
            plain,
            may_go=self._may_lose_build,
        )
        return Hoist(
            edits=tuple(sorted((*changes, *builds.imports, *builds.elsewhere))),
            moves=moves,
            doubts=(*doubts, *builds.doubts),
            unseen=unseen,
            builds=bool(builds),
            symbolic=builds.symbolic,
            objections=objections,
        )

    def _spans(self, step: Step, body: Body, twin: Body) -> Iterator[Span]:
        """Where the creations of a step stand in the file, whichever body it is of."""
        if twin is not body:
            back = {mine: theirs for theirs, mine in twin.twins.items()}
            step = back[step]
        yield from self._makers.places(step, self._ref)


def _unseen(objections: Iterable[Objection]) -> tuple[str, ...]:
    """The reasons that running the layer does not clear."""
    return tuple(one.cause for one in objections if one.level is Level.UNSEEN)


def _last(moves: Collection[Span]) -> int:
    """The last line of what moves."""
    return max((span.end.line for span in moves), default=ANYWHERE)


def move_of(
    steps: Sequence[Step], known: Known | None, init: InitFacts, *, around: bool = True
) -> Move:
    """What it means to put steps at the end of `__init__`, with all that is `around` them."""
    reads = names_read(steps) if around else {c for step in steps for c in step.reads}
    writes = {cell for step in steps for cell in step.writes}
    loops = {c for step in steps for o in step.within() if o.is_loop for c in o.uses.binds}
    binds = {cell for step in steps for cell in step.uses.binds}
    local = {cell for cell in binds | loops if not cell.startswith("self.")}
    names = {cell for cell in reads if not cell.startswith("self.")} - local - {"self"}
    names -= set(known.names) if known is not None else set()
    doubts = [d for s in steps for place in (s, *s.within()) for d in place.doubts]
    return Move(
        reads=frozenset(reads),
        writes=frozenset(writes),
        free=frozenset(names),
        doubts=tuple(dict.fromkeys(doubts)),
        items=frozenset(cell for step in steps for cell in step.uses.items),
        through=frozenset(t for s in steps for p in (s, *s.within()) for t in p.uses.through),
        updates=frozenset(c for s in steps for c in s.uses.writes if c in s.uses.reads),
        asked=frozenset(c for s in steps for c in _asked_around(s) if around),
        init=init,
        local=frozenset(local),
        dots=frozenset(d for s in steps for p in (s, *s.within()) for d in p.uses.dots),
        runs=frozenset(key for step in steps for key in step.ran),
        creations=tuple(one for step in steps for one in (*step.makes, *step.made)),
        guards=frozenset(c for s in steps for o in s.within() if o.is_branch for c in o.reads),
    )


def _checked_later(twin: Body, plan: Plan, move: Move) -> Iterator[str]:
    """Arguments that `build()` goes on checking, after they have been used."""
    for step in twin.all:
        if not step.raises or step in plan.moved:
            continue
        for place in (step, *step.within()):
            if not twin.flow.needs.get(place):
                for cell in set(place.reads) & move.reads:
                    if cell.startswith("self."):
                        yield f"`build()` checks `{cell}`, which is used before that"


def _asked_around(step: Step) -> Iterator[str]:
    """The cells that a condition around a step asks about, and that its arms write."""
    for outer in step.within():
        if outer.is_branch:
            written = {cell for inner in outer.all() for cell in inner.writes}
            yield from written & set(outer.reads)
