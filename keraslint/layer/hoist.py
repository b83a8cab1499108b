"""A followed `build()` → the rewrites that move creations to `__init__`, with what is doubtful."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import libcst as cst

from keraslint.diagnostic import Edit, Span
from keraslint.layer.childbuild import ChildBuilds
from keraslint.layer.constructor import Constructor
from keraslint.layer.facts import Hoist, Hoists
from keraslint.layer.flow import Enter, Flow
from keraslint.layer.known import Known, answers_used
from keraslint.layer.obligations import Move, Obligations
from keraslint.layer.plan import Plan, Planner
from keraslint.layer.rewrite import Renamed, Split, body_of, with_body, without_first_blank
from keraslint.layer.steps import Creation, Step, exclusive, names_read, share_loop
from keraslint.layer.syntax import Method, dotted
from keraslint.layer.uses import held_values, uses_of
from keraslint.project.hierarchy import ClassRef, Hierarchy
from keraslint.project.keras_api import Symbol

_DEPTH = 5


@dataclass(eq=False, slots=True)
class Body:
    """A `build()` in steps, and what each needs. `twins` pairs another body's steps with these."""

    method: Method
    steps: Sequence[Step]
    flow: Flow
    twins: dict[Step, Step] = field(default_factory=dict)

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


def absorb(step: Step, enter: Enter, seen: set[tuple[str, str, int]]) -> None:
    """Let a step that runs the layer's own methods answer for all that they do."""
    for method, _ in step.supers:
        step.gives.update({f"self.{attribute}": None for attribute in method.summary.assigns})
    for method, _ in step.runs:
        if method.key in seen:
            continue
        inner_steps = enter(method) if len(seen) < _DEPTH else None
        if inner_steps is None:
            step.stays = step.stays or f"calls `self.{method.summary.name}()`"
            continue
        text = f"calls `self.{method.summary.name}()`, which a subclass may override"
        step.doubts = (*step.doubts, text)
        for inner in (s for outer in inner_steps for s in outer.all()):
            absorb(inner, enter, seen | {method.key})
            _take_over(step, inner, method.summary.name)


def _take_over(step: Step, inner: Step, name: str) -> None:
    step.takes.update({cell: None for cell in inner.reads if cell.startswith("self.")})
    step.gives.update({cell: None for cell in inner.writes if cell.startswith("self.")})
    step.doubts = (*step.doubts, *inner.doubts)
    if inner.stays and inner.uses.exits != {"return"}:
        step.stays = step.stays or f"calls `self.{name}()`, which {inner.stays}"


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
        keras: int,
    ) -> None:
        self._hierarchy = hierarchy
        self._ref = ref
        self._obligations = obligations
        self._constructor = constructor
        self._call = call
        self._enter = enter
        self._keras = keras

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
        return Hoists(tuple(choices), tuple(blocked.items()))

    def _plans(
        self, body: Body, twin: Body, known: Known | None, blocked: dict[Span, str]
    ) -> Iterator[Hoist]:
        """The order-keeping plan first, then the one that moves all that can be moved."""
        planner = Planner(
            twin.steps,
            lambda step: not twin.flow.needs.get(step, frozenset({"?"})),
            twin.flow.after_return,
            self._creators(twin).__contains__,
            self._constructor.empty_lists,
        )
        everything = planner.plan({})
        careful = self._in_order(planner, everything, twin)
        for plan in (careful, everything):
            if plan is everything and plan.moved == careful.moved and careful is not everything:
                continue
            extra = []
            if plan is not careful:
                extra.append("the order of `.weights` changes")
            hoist = self._hoist(body, twin, plan, known, extra, blocked)
            if hoist is not None:
                yield hoist
            if careful is everything:
                break
        for step, reason in everything.blocked.items():
            for span in self._spans(step, body, twin):
                blocked.setdefault(span, reason)
        for step in (s for outer in twin.steps for s in outer.all()):
            for method, _ in step.runs:
                for span in self._spans(step, body, twin):
                    reason = f"`{method.summary.name}()` also does what needs the input shape"
                    blocked.setdefault(span, reason)

    def _creators(self, body: Body) -> set[Step]:
        """The steps that make a layer, and those that put one that was made where it belongs."""
        everything = [s for outer in body.steps for s in outer.all()]
        found = {s for s in everything if s.is_whole and self._creates(s, body)}
        while True:
            held = {c for s in found for c in s.writes if not c.startswith("self.")}
            more = {s for s in everything if s not in found and _carries(s, held)}
            if not more:
                return found
            found |= more

    def _creates(self, step: Step, body: Body) -> bool:
        if isinstance(step.node, cst.FunctionDef):
            return False
        return bool(step.makes) or self._runs_a_maker(step) or self._local_maker(step, body)

    def _local_maker(self, step: Step, body: Body) -> bool:
        makers = {
            s.node.name.value
            for outer in body.steps
            for s in outer.all()
            if isinstance(s.node, cst.FunctionDef) and s.makes
        }
        return bool(makers & set(step.reads))

    def _runs_a_maker(self, step: Step) -> bool:
        return any(True for _ in self._made_by(step, 0))

    def _made_by(self, step: Step, depth: int) -> Iterator[Creation]:
        """The creations in the layer's own methods that a step runs."""
        for method, _ in step.runs:
            inner_steps = self._enter(method) if depth < _DEPTH else None
            for inner in (s for outer in inner_steps or () for s in outer.all()):
                yield from inner.makes
                yield from self._made_by(inner, depth + 1)

    # -- the order of weights --------------------------------------------------------------

    def _in_order(self, planner: Planner, plan: Plan, body: Body) -> Plan:
        """Keep back what would overtake a layer with weights that stays in `build()`."""
        banned: dict[Step, str] = {}
        while True:
            late = {
                step: "moving it would change the order of `.weights`"
                for step in plan.moved
                if self._has_weights(step, body) and self._overtakes(step, plan, body)
            }
            if not late:
                return plan
            banned.update(late)
            plan = planner.plan(banned)

    def _overtakes(self, step: Step, plan: Plan, body: Body) -> bool:
        for other in (s for outer in body.steps for s in outer.all()):
            if other in plan.moved or not other.is_whole or exclusive(step, other):
                continue
            earlier = other.order < step.order or share_loop(step, other)
            if earlier and (self._has_weights(other, body) or self._base_makes(other)):
                return True
        return False

    def _has_weights(self, step: Step, body: Body) -> bool:
        if not self._creates(step, body):
            return False
        makes = [*step.makes, *self._made_by(step, 0)]
        return not makes or any(not self._hierarchy.weightless(c.made.target) for c in makes)

    def _base_makes(self, step: Step) -> bool:
        """`super().build(…)` of a base whose `build()` may create layers with weights."""
        if not any(dotted(call.func).endswith(").build") for call in step.uses.calls):
            return False
        above = self._hierarchy.lineage(self._ref).chain[1:]
        builds = [item for item in above if "build" in item.summary.methods]
        return any(not self._hierarchy.weightless(item) for item in builds)

    # -- the children's own build() --------------------------------------------------------

    def _missing_builds(self, body: Body, plan: Plan) -> tuple[str, ...]:
        """Build the children that `build()` has left to their first call."""
        shapes = [p.name.value for p in body.method.node.params.params][1:]
        parsed, steps = self._call()
        if parsed is None or len(shapes) != 1 or self._obligations.calls_elsewhere():
            return ()
        everything = [s for outer in body.steps for s in outer.all()]
        if any(shapes[0] in s.writes for s in everything):
            return ()
        built = {c for s in everything if s not in plan.moved for c in s.reads}
        made = {
            cell: target
            for step in plan.moved
            if not built & set(step.uses.binds)
            for cell, target in _children(step)
        }
        known = {**self._constructor.children(), **made}
        follower = ChildBuilds(self._hierarchy, known, shapes[0])
        return tuple(
            f"{child}.build({shape})"
            for child, shape in follower.follow(parsed.node, steps).items()
            if child in made and not self._hierarchy.weightless(made[child])
        )

    # -- one rewrite -----------------------------------------------------------------------

    def _hoist(
        self,
        body: Body,
        twin: Body,
        plan: Plan,
        known: Known | None,
        extra: Sequence[str],
        blocked: dict[Span, str],
    ) -> Hoist | None:
        creating = [step for step in plan.moved if step.is_whole and self._creates(step, twin)]
        if not creating:
            return None
        moves = frozenset(span for step in creating for span in self._spans(step, body, twin))
        move = self._move(plan, known)
        used: set[str] = set()
        if known is not None:
            used = {n for s in creating for n in twin.answers(s, known.names)}
        anew = [f"`__init__` assigns `{n}` anew" for n in sorted(used & move.init.binds)]
        bar = next(iter((*anew, *self._obligations.bars(move))), "")
        if bar:
            for span in moves:
                blocked[span] = bar
            return None
        unseen = tuple(dict.fromkeys(self._obligations.unseen(move)))
        doubts = [*extra, *move.doubts, *unseen]
        if known is not None:
            doubts[:0] = [f"`{n}` may differ from `{known.names[n]}`" for n in sorted(used)]
        edits, builds = self._edits(body, twin, plan)
        return Hoist(edits, moves, tuple(doubts), unseen, builds)

    def _spans(self, step: Step, body: Body, twin: Body) -> Iterator[Span]:
        """Where the creations of a step stand in the file, whichever body it is of."""
        if twin is not body:
            back = {mine: theirs for theirs, mine in twin.twins.items()}
            step = back[step]
        for creation in (*step.makes, *self._made_by(step, 0)):
            yield creation.method.span(creation.call)

    def _move(self, plan: Plan, known: Known | None) -> Move:
        steps = plan.steps
        reads = names_read(steps)
        writes = {cell for step in steps for cell in step.writes}
        loops = {c for step in steps for o in step.within() if o.is_loop for c in o.uses.binds}
        local = {cell for cell in writes | loops if not cell.startswith("self.")}
        names = {cell for cell in reads if not cell.startswith("self.")} - local - {"self"}
        names -= set(known.names) if known is not None else set()
        doubts = [d for s in steps for place in (s, *s.within()) for d in place.doubts]
        return Move(
            frozenset(reads),
            frozenset(writes),
            frozenset(names),
            tuple(dict.fromkeys(doubts)),
            frozenset(cell for step in steps for cell in step.uses.items),
            frozenset(t for s in steps for p in (s, *s.within()) for t in p.uses.through),
            frozenset(c for s in steps for c in s.uses.writes if c in s.uses.reads),
            self._constructor.facts,
            frozenset(local),
        )

    def _edits(
        self, body: Body, twin: Body, plan: Plan
    ) -> tuple[tuple[Edit, ...], tuple[str, ...]]:
        back = {mine: theirs for theirs, mine in twin.twins.items()}
        mapped = _mapped(plan, back) if twin is not body else plan
        forward = twin.twins if twin is not body else {}
        split = Split(mapped, lambda step: forward.get(step, step), body.method.indent)
        node = body.method.node
        moved = split.moved(body.steps)
        kept = split.kept(body.steps, without_dead(body, mapped))
        kept = _with_names(kept, mapped, body)
        builds = self._missing_builds(body, mapped) if self._keras == 3 else ()
        kept = _insert_builds(_close_gap(kept, body_of(node)), builds)
        if not any(True for item in kept if not _is_docstring(item)):
            kept.append(_super_build(node))
        placeholders = {
            cell
            for step in mapped.moved
            if step.parent is None
            for cell in step.uses.binds
            if cell.startswith("self.")
        }
        arguments = "**kwargs" if self._obligations.plain_base else "*args, **kwargs"
        edits = [
            *self._constructor.edits(moved, placeholders, body.method, arguments),
            *body.method.edits(with_body(node, kept, body.method.indent)),
        ]
        return tuple(sorted(edits)), tuple(builds)


def without_dead(body: Body, plan: Plan) -> list[cst.CSTNode]:
    """The statements of `build()`, less those that only gave a value to what has moved."""
    staying = [
        s
        for outer in body.steps
        for s in outer.all()
        if s not in plan.moved
        and (s.is_whole or any(i not in plan.moved for i in s.all() if i.is_whole))
    ]
    used = {cell for step in plan.steps for place in (step, *step.within()) for cell in place.reads}
    dead: set[int] = set()
    while True:
        read = {c for s in staying if id(s.node) not in dead for c in s.reads}
        more = {
            id(s.node) for s in staying if id(s.node) not in dead and _only_names(s, used - read)
        }
        if not more:
            break
        dead |= more
    return [node for node in body_of(body.method.node) if id(node) not in dead]


def _only_names(step: Step, names: set[str]) -> bool:
    """A plain assignment to one of these local names, with no effect besides."""
    node = step.node
    if step.stays or step.doubts or step.makes or step.runs or step.parent is not None:
        return False
    if not isinstance(node, cst.SimpleStatementLine) or len(node.body) != 1:
        return False
    small = node.body[0]
    return (
        isinstance(small, cst.Assign)
        and all(isinstance(target.target, cst.Name) for target in small.targets)
        and set(step.writes) <= names
    )


def _close_gap(kept: list[cst.CSTNode], before: Sequence[cst.CSTNode]) -> list[cst.CSTNode]:
    """Let no blank line stay below a docstring whose next statement has gone."""
    if len(kept) < 2 or not _is_docstring(kept[0]) or kept[1] is before[1]:
        return kept
    return [kept[0], *without_first_blank([kept[1]]), *kept[2:]]


def _mapped(plan: Plan, back: dict[Step, Step]) -> Plan:
    """The same plan, said of the other body's steps."""
    return Plan(
        {back[s] for s in plan.moved},
        {back[s] for s in plan.copied},
        {back[s]: reason for s, reason in plan.blocked.items()},
        {back[s]: fetch.on(back) for s, fetch in plan.fetched.items()},
    )


def _with_names(kept: list[cst.CSTNode], plan: Plan, body: Body) -> list[cst.CSTNode]:
    """Write `self.x` for a local name that held the moved layer, where it held nothing else."""
    writers: dict[str, int] = {}
    for step in (s for outer in body.steps for s in outer.all()):
        for cell in step.uses.binds:
            writers[cell] = writers.get(cell, 0) + 1
    names = {
        fetch.name: fetch.expression
        for fetch in plan.fetched.values()
        if fetch.loop is None and writers.get(fetch.name) == 1 and fetch.is_attribute
    }
    if not names:
        return kept
    renamed = [node.visit(Renamed(names)) for node in kept]
    return [node for node in renamed if isinstance(node, cst.CSTNode) and not _is_self(node)]


def _children(step: Step) -> Iterator[tuple[str, Symbol | ClassRef]]:
    """The attribute to which a statement always assigns the one layer that it makes."""
    if step.parent is not None or not step.makes or step.makes[0].made.factory:
        return
    node = step.node
    small = node.body[0] if isinstance(node, cst.SimpleStatementLine) else None
    value = small.value if isinstance(small, (cst.Assign, cst.AnnAssign)) else None
    if value is step.makes[0].call:
        for cell in step.uses.binds:
            if cell.startswith("self."):
                yield cell, step.makes[0].made.target


def _carries(step: Step, held: set[str]) -> bool:
    """Whether a statement stores a layer that a local name holds."""
    if not step.is_whole or step.stays or not step.writes:
        return False
    return bool(held_values(step.node) & held & set(step.reads))


def _is_self(node: cst.CSTNode) -> bool:
    """`self.x = self.x`, which is what becomes of the line that fetched the layer."""
    if not isinstance(node, cst.SimpleStatementLine) or len(node.body) != 1:
        return False
    small = node.body[0]
    return (
        isinstance(small, cst.Assign)
        and len(small.targets) == 1
        and small.targets[0].target.deep_equals(small.value)
    )


def _insert_builds(kept: list[cst.CSTNode], builds: Sequence[str]) -> list[cst.CSTNode]:
    """Add `self.child.build(…)` before `super().build(…)` or `self.built = True`."""
    lines: list[cst.CSTNode] = [cst.parse_statement(text) for text in builds]
    place = next((n for n, node in enumerate(kept) if _closes(node)), len(kept))
    return [*kept[:place], *lines, *kept[place:]]


def _closes(node: cst.CSTNode) -> bool:
    """`super().build(…)` or `self.built = True`."""
    if not isinstance(node, cst.SimpleStatementLine):
        return False
    uses = uses_of(node)
    calls = [dotted(call.func) for call in uses.calls]
    return "self.built" in uses.binds or any(
        name.endswith(".build") and not name.startswith("self.") for name in calls
    )


def _is_docstring(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.SimpleStatementLine) and all(
        isinstance(small, cst.Pass)
        or (
            isinstance(small, cst.Expr)
            and isinstance(small.value, (cst.SimpleString, cst.ConcatenatedString))
        )
        for small in node.body
    )


def _super_build(build: cst.FunctionDef) -> cst.CSTNode:
    names = [p.name.value for p in (*build.params.posonly_params, *build.params.params)][1:]
    star = build.params.star_arg
    if isinstance(star, cst.Param):
        names.append(f"*{star.name.value}")
    names += [f"{p.name.value}={p.name.value}" for p in build.params.kwonly_params]
    if build.params.star_kwarg is not None:
        names.append(f"**{build.params.star_kwarg.name.value}")
    return cst.parse_statement(f"super().build({', '.join(names)})")
