"""A plan → the new statements of `build()` and the edits that bring them about."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

from keraslint.diagnostic import Edit
from keraslint.layer.child_builds.builds import Builds
from keraslint.layer.child_builds.closing import does_nothing, is_closing
from keraslint.layer.child_builds.told_inputs import retold
from keraslint.layer.init_method import Constructor
from keraslint.layer.method_steps import Step
from keraslint.layer.motion.build_steps import Body
from keraslint.layer.motion.move_plan import Plan
from keraslint.layer.motion.unused_imports import without_its_imports
from keraslint.layer.name_uses import uses_of
from keraslint.layer.statement_parts import only_small
from keraslint.layer.tree_edits import Renamed, Split, body_of, with_body, without_first_blank

_CELL = re.compile(r"self\.\w+")


def edits(
    body: Body,
    twin: Body,
    plan: Plan,
    constructor: Constructor,
    builds: Builds,
    arguments: str,
    plain: bool,
    *,
    may_go: bool,
) -> tuple[Edit, ...]:
    """Write a plan down.

    The plan speaks of `body`'s steps, what moves is taken from `twin`'s. `builds` are statements
    to add; `arguments` those of an `__init__` that has to be written; `plain` says that the base's
    `build()` may be called, `may_go` that nobody can tell whether the class has one like it.
    """
    forward = twin.twins if twin is not body else {}
    split = Split(plan=plan, twin=lambda step: forward.get(step, step), indent=body.method.indent)
    node = body.method.node
    moved = split.moved(body.steps)
    kept = split.kept(body.steps, _without_dead(body, plan))
    kept = _with_names(kept, plan, body)
    kept = insert_builds(_close_gap(kept, body_of(node)), builds)
    if all(_is_docstring(item) for item in kept):
        kept.append(_closing(node, plain))
    placeholders = {
        cell
        for step in plan.moved
        if step.parent is None
        for cell in step.uses.binds
        if cell.startswith("self.")
    }
    new = retold(with_body(node, kept, body.method.indent), builds.told)
    goes = may_go and plain and constructor.facts.exists and does_nothing(body.method, new)
    found = [
        *constructor.edits(moved, placeholders, body.method, arguments),
        *body.method.edits(None if goes else new),
        *(without_its_imports(body.method) if goes else ()),
    ]
    return tuple(sorted(found))


def mapped(plan: Plan, back: dict[Step, Step]) -> Plan:
    """The same plan, said of the other body's steps."""
    return Plan(
        moved={back[s] for s in plan.moved},
        copied={back[s] for s in plan.copied},
        blocked={back[s]: reason for s, reason in plan.blocked.items()},
        fetched={back[s]: fetch.on(back) for s, fetch in plan.fetched.items()},
    )


def _without_dead(body: Body, plan: Plan) -> list[cst.CSTNode]:
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
    small = only_small(node)
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


def _is_self(node: cst.CSTNode) -> bool:
    """`self.x = self.x`, which is what becomes of the line that fetched the layer."""
    small = only_small(node)
    return (
        isinstance(small, cst.Assign)
        and len(small.targets) == 1
        and small.targets[0].target.deep_equals(small.value)
    )


def insert_builds(kept: list[cst.CSTNode], builds: Builds) -> list[cst.CSTNode]:
    """Add `self.child.build(…)` before `super().build(…)` or `self.built = True`."""
    lines: list[cst.CSTNode] = [cst.parse_statement(text) for text in builds.statements]
    place = len(kept) if builds.at_end else _place(kept, builds)
    return [*kept[:place], *lines, *kept[place:]]


def _place(kept: Sequence[cst.CSTNode], builds: Builds) -> int:
    """What is read is there by then, and before a call of `call()` all that `build()` makes."""
    if builds.symbolic:
        return next((n for n in range(len(kept), 0, -1) if not is_closing(kept[n - 1])), 0)
    first = next((n for n, node in enumerate(kept) if is_closing(node)), len(kept))
    read = {cell for text in builds.statements for cell in _CELL.findall(text)}
    made = (n + 1 for n, node in enumerate(kept) if read & {*uses_of(node).binds})
    return max(first, *made, 0)


def _is_docstring(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.SimpleStatementLine) and all(
        isinstance(small, cst.Pass)
        or (
            isinstance(small, cst.Expr)
            and isinstance(small.value, (cst.SimpleString, cst.ConcatenatedString))
        )
        for small in node.body
    )


def _closing(build: cst.FunctionDef, plain: bool) -> cst.CSTNode:
    """What an emptied `build()` still does: mark the layer as built.

    `super().build(…)` says so best, but only `Layer`'s own takes one shape and does no more.
    """
    parameters = build.params
    names = [p.name.value for p in (*parameters.posonly_params, *parameters.params)][1:]
    others = isinstance(parameters.star_arg, cst.Param) or parameters.star_kwarg is not None
    if plain and len(names) == 1 and not others and not parameters.kwonly_params:
        return cst.parse_statement(f"super().build({names[0]})")
    return cst.parse_statement("self.built = True")
