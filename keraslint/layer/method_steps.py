"""A method's body → steps: one for each simple statement, branch and loop, with what it does."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import libcst as cst

from keraslint.layer.call_effects import Does, Judge
from keraslint.layer.local_functions import only_reads, unsettle
from keraslint.layer.method_syntax import Method, alternatives, dotted
from keraslint.layer.name_uses import TAKERS, Uses, bind, cell_of, uses_of
from keraslint.layer.statement_parts import smalls
from keraslint.project.names.definitions import FunctionRef, Made, Scope


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Creation:
    """One call that makes a layer; `outer` is the creation in whose arguments it stands.

    It calls one of the `callees`: `(A if a else B)()`.
    """

    call: cst.Call
    callees: tuple[str, ...]
    made: Made
    method: Method
    outer: Creation | None = None

    @property
    def shown(self) -> str:
        """What it calls, for people to read."""
        names = [name.replace("[]", "[...]").replace("()", "(...)") for name in self.callees]
        return "` or `".join(names)


@dataclass(eq=False, slots=True, kw_only=True)
class Step:
    """A statement. For a branch or a loop, `uses` is that of its test or its header alone.

    `stays` says why it cannot leave the method (`""`: it can); `doubts` what cannot be shown.
    `runs` are the layer's own methods that it calls, with the call; `supers` those of a base
    that it calls through `super()`; `takes` and `gives` are the attributes that these read and
    write; `mercy` are names passed to calls that cannot be resolved: they may be mutated.
    `ran` are all methods of the layer's own that it leads to, `made` what is created there.
    """

    node: cst.CSTNode
    uses: Uses
    method: Method
    makes: tuple[Creation, ...] = ()
    runs: tuple[tuple[FunctionRef, cst.Call], ...] = ()
    supers: tuple[tuple[FunctionRef, cst.Call], ...] = ()
    takes: dict[str, None] = field(default_factory=dict)
    gives: dict[str, None] = field(default_factory=dict)
    mercy: dict[str, None] = field(default_factory=dict)
    ran: dict[tuple[str, str, int], None] = field(default_factory=dict)
    made: tuple[Creation, ...] = ()
    stays: str = ""
    doubts: tuple[str, ...] = ()
    body: list[Step] = field(default_factory=list)
    orelse: list[Step] = field(default_factory=list)
    parent: Step | None = None
    order: int = 0

    @property
    def reads(self) -> dict[str, None]:
        """Every cell that it reads, itself or through the layer's methods."""
        return {**self.uses.reads, **self.takes}

    @property
    def writes(self) -> dict[str, None]:
        """Every cell that it writes, itself or through the layer's methods."""
        return {**self.uses.writes, **self.gives, **self.mercy}

    @property
    def is_branch(self) -> bool:
        return isinstance(self.node, cst.If)

    @property
    def is_loop(self) -> bool:
        return isinstance(self.node, cst.For) and self.node.orelse is None

    @property
    def is_whole(self) -> bool:
        """Whether the step stands for its statement with all that is inside."""
        return not self.body and not self.orelse

    @property
    def raises(self) -> bool:
        return self.uses.exits == {"raise"} and not self.makes

    def within(self) -> Iterator[Step]:
        """The branches and loops around this step, innermost first."""
        step = self.parent
        while step is not None:
            yield step
            step = step.parent

    def arm_of(self, inner: Step) -> Iterator[Step]:
        """All the steps of the arm in which one stands."""
        for arm in (self.body, self.orelse):
            found = [one for step in arm for one in step.all()]
            if inner in found:
                yield from found

    def all(self) -> Iterator[Step]:
        """This step and all below it, in source order."""
        yield self
        for inner in (*self.body, *self.orelse):
            yield from inner.all()


class StepReader:
    """Cuts the bodies of one class's methods into steps."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def read(self, method: Method, scope: Scope) -> list[Step]:
        """Return the steps of a method in source order; docstrings and `pass` are left out."""
        body = method.node.body
        statements = body.body if isinstance(body, cst.IndentedBlock) else [body]
        steps = self._block(statements, method, scope)
        everything = [inner for outer in steps for inner in outer.all()]
        for order, step in enumerate(everything):
            step.order = order
        _aliases(everything)
        unsettle(everything)
        return steps

    def statement(self, node: cst.CSTNode, method: Method, scope: Scope) -> Step:
        """One statement, as if it stood in a method."""
        return self._statement(node, method, scope)

    def _block(self, statements: Sequence[cst.CSTNode], method: Method, scope: Scope) -> list[Step]:
        return [self._statement(node, method, scope) for node in statements if not _idle(node)]

    def _statement(self, node: cst.CSTNode, method: Method, scope: Scope) -> Step:
        if isinstance(node, cst.If):
            return self._branch(node, method, scope)
        if isinstance(node, cst.For) and node.orelse is None and node.asynchronous is None:
            return self._loop(node, method, scope)
        if isinstance(node, (cst.With, cst.While, cst.Try, cst.TryStar)):
            return self._compound(node, method, scope)
        step = self._judged(Step(node=node, uses=uses_of(node), method=method), method, scope)
        if not isinstance(
            node, (cst.SimpleStatementLine, cst.SimpleStatementSuite, cst.FunctionDef)
        ):
            step.stays = step.stays or f"is a `{type(node).__name__.lower()}` statement"
        return step

    def _compound(
        self, node: cst.With | cst.While | cst.Try | cst.TryStar, method: Method, scope: Scope
    ) -> Step:
        """A statement whose body is looked into, and of which no part may leave the method."""
        if isinstance(node, cst.With):
            word, header = "with", uses_of(*node.items)
        elif isinstance(node, cst.While):
            word, header = "while", uses_of(node.test)
        else:
            word, header = "try", Uses()
        step = self._judged(Step(node=node, uses=header, method=method), method, scope)
        step.stays = f"stands in a `{word}` statement"
        for block in _blocks(node):
            step.body += self._inner(block, step, method, scope)
        return step

    def _branch(self, node: cst.If, method: Method, scope: Scope) -> Step:
        step = self._judged(Step(node=node, uses=uses_of(node.test), method=method), method, scope)
        step.body = self._inner(node.body, step, method, scope)
        if isinstance(node.orelse, cst.If):
            step.orelse = [self._branch(node.orelse, method, scope)]
        elif isinstance(node.orelse, cst.Else):
            step.orelse = self._inner(node.orelse.body, step, method, scope)
        for inner in step.orelse:
            inner.parent = step
        return step

    def _loop(self, node: cst.For, method: Method, scope: Scope) -> Step:
        uses = uses_of(node.iter)
        bind(node.target, uses, frozenset())
        step = self._judged(Step(node=node, uses=uses, method=method), method, scope)
        step.body = self._inner(node.body, step, method, scope)
        return step

    def _inner(self, body: cst.BaseSuite, parent: Step, method: Method, scope: Scope) -> list[Step]:
        statements: Sequence[cst.CSTNode] = (
            body.body if isinstance(body, cst.IndentedBlock) else [body]
        )
        steps = self._block(statements, method, scope)
        for step in steps:
            step.parent = parent
        return steps

    def _judged(self, step: Step, method: Method, scope: Scope) -> Step:
        """Fill in what the step's calls and exits mean."""
        creations: list[Creation] = []
        runs: list[tuple[FunctionRef, cst.Call]] = []
        doubts: list[str] = []
        local = {name for name in step.uses.binds if "." not in name}
        for call in step.uses.calls:
            if _is_of_a_text(call):
                continue
            callees = tuple(dotted(one) for one in alternatives(call.func))
            callee = callees[0] if len(callees) == 1 else ""
            judged = self._judge.judge_any(scope, callees)
            if judged.does is Does.MAKES:
                assert judged.made is not None
                outer = next((c for c in reversed(creations) if _inside(call, c.call)), None)
                creation = Creation(
                    call=call, callees=callees, made=judged.made, method=method, outer=outer
                )
                creations.append(creation)
                doubts += [judged.detail] if judged.detail else []
            elif judged.does is Does.OWN:
                assert judged.method is not None
                runs.append((judged.method, call))
            elif judged.does is Does.ACTS:
                step.stays = step.stays or judged.detail
                if judged.method is not None:
                    step.supers = (*step.supers, (judged.method, call))
            elif judged.does is Does.BUILDS:
                step.stays = step.stays or "builds a layer"
            elif judged.does is Does.UNKNOWN and callee not in local:
                if callee not in method.local_functions:
                    doubts.append(judged.detail)
                if not only_reads(method.local_functions.get(callee)):
                    step.mercy.update(dict.fromkeys(_at_its_mercy(call)))
            changes = judged.method is not None and judged.method.summary.effects is not None
            if judged.does is Does.OWN and changes:
                step.mercy.update(dict.fromkeys(_given(call)))
            if callee.rpartition(".")[2] in TAKERS and "." in callee:
                step.stays = step.stays or f"takes something away with `{callee}()`"
        step.makes, step.runs, step.doubts = tuple(creations), tuple(runs), tuple(doubts)
        step.stays = step.stays or _exit_reason(step.uses)
        return step


_ONLY_TELLS = ("print", "logging.", "logger.", "warnings.", "absl.logging.")


def _is_of_a_text(call: cst.Call) -> bool:
    """`"conv_{}".format(i)`: a text never changes, and gives back another."""
    texts = (cst.SimpleString, cst.ConcatenatedString, cst.FormattedString)
    return isinstance(call.func, cst.Attribute) and isinstance(call.func.value, texts)


def _given(call: cst.Call) -> Iterator[str]:
    """The cells that a call receives as they are, and so could change."""
    for argument in call.args:
        if isinstance(argument.value, (cst.Name, cst.Attribute, cst.Subscript)):
            cell = cell_of(argument.value)
            if cell and cell not in ("self", "True", "False", "None"):
                yield cell


def _at_its_mercy(call: cst.Call) -> Iterator[str]:
    """What a call of which nothing is known may change: its arguments, and its own object."""
    if dotted(call.func).startswith(_ONLY_TELLS):
        return
    yield from _given(call)
    if isinstance(call.func, cst.Attribute):
        cell = cell_of(call.func.value)
        if cell and cell != "self":
            yield cell


def _aliases(steps: Sequence[Step]) -> None:
    """Let what changes one name of an object change its other names too."""
    others: dict[str, set[str]] = {}
    held: dict[str, set[str]] = {}
    for step in steps:
        for small in smalls(step.node):
            if not isinstance(small, cst.Assign):
                continue
            if not isinstance(small.value, (cst.Name, cst.Attribute, cst.Subscript)):
                continue
            cells = {cell_of(small.value), *(cell_of(t.target) for t in small.targets)} - {""}
            names = held if _items_filled(small) else others
            for cell in cells if any("." not in cell for cell in cells) else ():
                names.setdefault(cell, set()).update(cells)
    for step in steps:
        filled = {cell for small in smalls(step.node) for cell in _items_filled(small)}
        for cell in list(step.uses.changes):
            step.uses.changes.update(dict.fromkeys(others.get(cell, ())))
            if cell not in filled:
                step.uses.changes.update(dict.fromkeys(held.get(cell, ())))


def _items_filled(node: cst.CSTNode) -> set[str]:
    """The containers of which a statement sets an item, and no more: `options["a"] = b`."""
    targets = [one.target for one in node.targets] if isinstance(node, cst.Assign) else []
    return {
        cell_of(one.value)
        for one in targets
        if isinstance(one, cst.Subscript) and not isinstance(one.value, cst.Subscript)
    }


def _inside(call: cst.Call, outer: cst.Call) -> bool:
    stack: list[cst.CSTNode] = [argument.value for argument in outer.args]
    while stack:
        node = stack.pop()
        if node is call:
            return True
        stack.extend(node.children)
    return False


def _idle(node: cst.CSTNode) -> bool:
    """A docstring, `pass` or `...`."""
    if not isinstance(node, cst.SimpleStatementLine):
        return False
    return all(
        isinstance(small, cst.Pass)
        or (
            isinstance(small, cst.Expr)
            and isinstance(
                small.value,
                (cst.SimpleString, cst.ConcatenatedString, cst.FormattedString, cst.Ellipsis),
            )
        )
        for small in node.body
    )


def _exit_reason(uses: Uses) -> str:
    if uses.exits == {"raise"}:
        return "raises an error"
    return f"holds `{min(uses.exits)}`" if uses.exits else ""


def _blocks(node: cst.With | cst.While | cst.Try | cst.TryStar) -> Iterator[cst.BaseSuite]:
    yield node.body
    for handler in getattr(node, "handlers", ()):
        yield handler.body
    for tail in (getattr(node, "orelse", None), getattr(node, "finalbody", None)):
        if tail is not None:
            yield tail.body


def stores_unknown(step: Step) -> bool:
    """Whether a statement keeps on the instance what a call of which nothing is known gives."""
    kept = {**step.uses.binds, **step.uses.changes}
    return (
        bool(step.doubts)
        and not (step.stays or step.makes)
        and any(cell.startswith("self.") for cell in kept)
    )


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


def around_moved(step: Step, moved: Collection[Step]) -> bool:
    """A branch or loop all of whose steps move asks its question in `__init__` instead."""
    inner = [s for s in step.all() if s is not step and s.is_whole]
    return bool(inner) and all(s in moved for s in inner)


def names_read(steps: Iterable[Step]) -> set[str]:
    """Every cell that these steps, or the conditions and loops around them, read."""
    found: set[str] = set()
    for step in steps:
        for place in (step, *step.within()):
            found.update(place.reads)
    return found
