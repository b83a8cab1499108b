"""The methods that only `call()` runs → what they create, and how to create it in `__init__`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, count
from keyword import iskeyword

import libcst as cst

from keraslint.diagnostic import STATE_IS_KEPT, Edit, Objection, Span
from keraslint.layer.call_effects import Judge
from keraslint.layer.init_method import Constructor, first_method
from keraslint.layer.late_methods import late_methods
from keraslint.layer.layer_class import LayerClass
from keraslint.layer.method_steps import StepReader
from keraslint.layer.method_syntax import Method, calls_within, code, constant_text, dotted
from keraslint.layer.motion.hoist import move_of
from keraslint.layer.motion.safety.objections import Obligations
from keraslint.layer.name_uses import uses_of
from keraslint.layer.tree_edits import body_of, with_body
from keraslint.project.names import keras_api, keras_facts
from keraslint.project.names.definitions import ClassRef, FunctionRef, Scope
from keraslint.project.names.keras_api import Symbol
from keraslint.project.program.call_phase_state import State, created
from keraslint.project.program.children import children as children_of
from keraslint.rules.creating.state_in_call.alignment import realigned
from keraslint.rules.creating.state_in_call.creation_conditions import (
    Conditions,
    conditions,
    joined,
    together,
)
from keraslint.rules.creating.state_in_call.kept_creations import container, kept

_REPEATS = (cst.For, cst.While, cst.BaseComp)
_DEFERS = (cst.FunctionDef, cst.Lambda)


@dataclass(eq=False, kw_only=True)
class Latecomer:
    """One thing that is created while `call()` runs.

    `around` are the nodes it stands in, outermost first; `attribute` is where it is kept (`""`:
    nowhere), `container` the one in which, `name` the attribute that it would get. It is created
    under its `conditions`, those that `__init__` can ask included. `bar` says why it cannot move,
    `doubts` what makes the move unsafe, `unseen` those of them that running the layer cannot clear.
    """

    ref: FunctionRef
    method: Method
    call: cst.Call
    callee: str
    state: State
    around: tuple[cst.CSTNode, ...]
    attribute: str = ""
    container: str = ""
    name: str = ""
    bar: str = ""
    doubts: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    objections: tuple[Objection, ...] = ()
    kept_by: cst.CSTNode | None = None
    conditions: Conditions = field(default_factory=Conditions)

    @property
    def span(self) -> Span:
        return self.method.span(self.call)

    @property
    def is_stateless(self) -> bool:
        return self.state.kind == "stateless"

    @property
    def is_guarded(self) -> bool:
        """`if self.x is None: self.x = …`: only the first call creates it."""
        return bool(self.attribute) and any(
            isinstance(node, cst.If) and f"self.{self.attribute}" in uses_of(node.test).reads
            for node in self.around
        )

    def inside(self, kinds: tuple[type[cst.CSTNode], ...]) -> bool:
        return any(isinstance(node, kinds) for node in self.around)


@dataclass(eq=False)
class Latecomers:
    """What one class creates too late."""

    layer: LayerClass
    _fresh: set[str] = field(default_factory=set)

    @cached_property
    def all(self) -> tuple[Latecomer, ...]:
        """Everything that is created, in source order, without what is made for something else.

        In Keras 2, a guarded creation is none that comes too late.
        """
        found = [one for ref in late_methods(self.layer) for one in self._in_method(ref)]
        inner = {one.call for one in found}
        late = [one for one in found if self.layer.keras == 3 or not one.is_guarded]
        outer = [one for one in late if not inner.intersection(one.around)]
        return tuple(sorted(outer, key=lambda one: one.span))

    @cached_property
    def planned(self) -> tuple[Latecomer, ...]:
        """The same, with a name each, and with what stands in the way."""
        for one in self.all:
            self._plan(one)
        return self.all

    def edits(self, group: Sequence[Latecomer]) -> tuple[Edit, ...]:
        """Create these in `__init__`, and use them where they were created."""
        moved = together([_guarded(one, _aligned(one)) for one in group])
        attributes = {f"self.{one.name}" for one in group}
        first = group[0].method
        arguments = "**kwargs" if self._obligations.plain_base else "*args, **kwargs"
        found = list(self._constructor.edits(moved, attributes, first, arguments))
        for method in dict.fromkeys(one.method for one in group):
            found += _without(method, [one for one in group if one.method is method])
        return tuple(sorted(found))

    # -- what there is ---------------------------------------------------------------------

    def _in_method(self, ref: FunctionRef) -> Iterator[Latecomer]:
        method = self.layer.method(ref.summary.name)
        if method is None:
            return
        for call, around in calls_within(method.node.body, ()):
            callee = dotted(call.func)
            state = created(self.layer.hierarchy, self.layer.ref, ref, callee) if callee else None
            if state is not None and _adds_nothing(state, call):
                state = State("stateless", state.target)
            if state is not None:
                kept_by, attribute = kept(call, around)
                inside = "" if attribute else container(call, around)
                yield Latecomer(
                    ref=ref,
                    method=method,
                    call=call,
                    callee=callee,
                    state=state,
                    around=around,
                    attribute=attribute,
                    container=inside,
                    kept_by=kept_by,
                )

    # -- how it could be -------------------------------------------------------------------

    @cached_property
    def _constructor(self) -> Constructor:
        above = self.layer.method(first_method(self.layer.ref))
        return Constructor(self.layer.method("__init__"), self.layer.steps("__init__"), above)

    @cached_property
    def _obligations(self) -> Obligations:
        return Obligations(
            self.layer.effects, self.layer.ref, self.layer.subclasses, self.layer.keras
        )

    def _plan(self, one: Latecomer) -> None:
        one.bar = self._in_the_way(one)
        one.name = one.attribute or self._name(one)
        if one.bar:
            return
        scope = Scope(module=one.ref.module, owner=self.layer.ref, function=one.ref.summary)
        reader = StepReader(Judge(self.layer.hierarchy))
        one.conditions = self._conditions(one)
        step = reader.statement(_guarded(one, _assignment(one)), one.method, scope)
        steps = [inner for inner in step.all() if inner.is_whole]
        move = move_of(steps, None, self._constructor.facts)
        stays = next((inner.stays for inner in step.all() if inner.stays), "")
        one.bar = stays or next(self._obligations.bars(move), "")
        one.objections = self._obligations.objections(move)
        one.unseen = tuple(objection.cause for objection in one.objections)
        one.doubts = (*self._changes(one), *move.doubts, *one.unseen)

    def _conditions(self, one: Latecomer) -> Conditions:
        """Those that matter: not whether it is there, nor for what cannot fail."""
        needs_self = any(cell.startswith("self.") for cell in uses_of(*one.call.args).reads)
        if one.kept_by is not None or (one.is_stateless and not needs_self):
            return Conditions()
        return conditions(
            one.around,
            one.call,
            lambda test: not any(one.ref.summary.has(cell) for cell in uses_of(test).reads),
        )

    def _in_the_way(self, one: Latecomer) -> str:
        """What forbids to move a creation, before anything is known of its arguments."""
        unwritable = self.layer.unwritable(one.ref.summary.name, "__init__")
        if unwritable:
            return unwritable
        if one.state.kind in ("weight", "variable"):
            return "create it with `add_weight()` in `build()`"
        if one.attribute and one.kept_by is None:
            return f"it is kept as `self.{one.attribute}` under a condition"
        if one.kept_by is not None and len(body_of(one.method.node)) < 2:
            return f"nothing would be left of `{one.ref.summary.name}()`"
        if one.inside(_DEFERS):
            return "it stands in a function of its own"
        if one.inside(_REPEATS) and not one.is_stateless:
            return "it stands in a loop, which makes a new one each time"
        own = [cell for cell in uses_of(*one.call.args).reads if one.ref.summary.has(cell)]
        if own:
            return (
                f"it needs `{own[0]}`, which `{one.ref.summary.name}()` knows, and `__init__` not"
            )
        return self._locked()

    def _locked(self) -> str:
        """A base that locks itself when it is constructed takes children from `build()` only."""
        hierarchy, ref = self.layer.hierarchy, self.layer.ref
        if hierarchy.method(ref, "build") is not None:
            return ""
        for root in hierarchy.lineage(ref).roots:
            known = keras_api.layer_class(root.name)
            if known is not None and known.locks_in_init:
                return f"`{root.name}` takes no sub-layers in `__init__`"
        return ""

    def _changes(self, one: Latecomer) -> Iterator[str]:
        """How the layer becomes another one, as it is meant to."""
        if not one.is_stateless:
            yield STATE_IS_KEPT
        elif self._traces_once_more(one):
            yield "Keras runs `call()` once more to build it"
        if one.is_stateless and one.inside(_REPEATS):
            yield "one layer serves every round of the loop"
        if one.conditions.lost:
            yield "it is created in any case, and not only under its condition"

    def _traces_once_more(self, one: Latecomer) -> bool:
        """Without a `build()`, Keras builds a class by a call if some child is not built yet."""
        hierarchy, ref = self.layer.hierarchy, self.layer.ref
        if hierarchy.method(ref, "build") is not None or _is_born_built(one.state.target):
            return False
        return all(
            _is_born_built(target)
            for child in children_of(hierarchy, ref)
            for target in child.targets
        )

    def _name(self, one: Latecomer) -> str:
        """The local name that it had, its own name or its class's, not in use for anything else."""
        words = _local(one) or _own_name(one) or _snake(one.callee.rpartition(".")[2])
        words += "_layer" * iskeyword(words)
        named = (words, *(f"{words}_layer" for _ in self._taken & {words}))
        numbered = (f"{words}_{number}" for number in count(2))
        taken = self._taken | self._fresh
        name = next(name for name in chain(named, numbered) if name not in taken)
        self._fresh.add(name)
        return name

    @cached_property
    def _taken(self) -> frozenset[str]:
        chain = self.layer.hierarchy.lineage(self.layer.ref).chain
        own = {name for item in chain for name in (*item.summary.methods, *item.summary.bindings)}
        written = {
            name for item in chain for m in item.summary.methods.values() for name in m.assigns
        }
        reserved = keras_api.layer_attributes() | keras_api.model_attributes()
        return (
            frozenset(self._obligations.attributes() | own | written | reserved)
            | keras_api.reserved_attributes()
        )


def _adds_nothing(state: State, call: cst.Call) -> bool:
    """Whether a wrapper is given a layer that is there: `RNN(self.cell)`."""
    if not isinstance(state.target, Symbol) or state.target.name not in keras_facts.ADDS_NO_WEIGHTS:
        return False
    named = [
        arg
        for arg in call.args
        if arg.keyword is None or arg.keyword.value in keras_facts.TAKEN_OUT
    ]
    return bool(named) and isinstance(named[0].value, (cst.Name, cst.Attribute, cst.Subscript))


def _is_born_built(target: Symbol | ClassRef | None) -> bool:
    known = keras_api.layer_class(target.name) if isinstance(target, Symbol) else None
    return known is not None and known.locks_in_init


def _local(one: Latecomer) -> str:
    """The name of `norm = Norm()`."""
    assign = one.around[-1] if one.around else None
    if isinstance(assign, cst.Assign) and assign.value is one.call and len(assign.targets) == 1:
        target = assign.targets[0].target
        return target.value if isinstance(target, cst.Name) else ""
    return ""


def _own_name(one: Latecomer) -> str:
    """The text that it is given as its `name`, where that is a word of Python, too."""
    given = [arg.value for arg in one.call.args if arg.keyword and arg.keyword.value == "name"]
    text = next(filter(None, map(constant_text, given)), "")
    return text if text.isidentifier() and not iskeyword(text) else ""


def _snake(name: str) -> str:
    """`GlobalAveragePooling2D` → `global_average_pooling2d`, as Keras names it."""
    apart = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", apart).lower().strip("_")


def _assignment(one: Latecomer) -> cst.SimpleStatementLine:
    target = cst.AssignTarget(cst.Attribute(cst.Name("self"), cst.Name(one.name)))
    return cst.SimpleStatementLine(body=[cst.Assign(targets=[target], value=one.call)])


def _guarded(one: Latecomer, line: cst.SimpleStatementLine) -> cst.BaseStatement:
    """The same under the conditions that `__init__` can ask."""
    if not one.conditions.tests:
        return line
    body = cst.IndentedBlock([line], indent=one.method.indent)
    return cst.If(joined(one.conditions.tests), body)


def _aligned(one: Latecomer) -> cst.SimpleStatementLine:
    """The same, with the lines of the call below its bracket, as they were."""
    line = _assignment(one)
    start = one.span.start
    text = one.method.source.line(start.line)
    old = start.column - 1 - (len(text) - len(text.lstrip()))
    call = realigned(one.call, old, len(f"self.{one.name} = "))
    return line.with_deep_changes(line.body[0], value=call)


def _without(method: Method, group: Sequence[Latecomer]) -> tuple[Edit, ...]:
    """A method that uses what it created before."""
    gone = {one.kept_by for one in group if one.kept_by is not None}
    names = {one.call: one.name for one in group if one.kept_by is None}
    kept = [node for node in body_of(method.node) if node not in gone]
    node = with_body(method.node, kept, method.indent).visit(_Used(names))
    assert isinstance(node, cst.FunctionDef)
    return method.edits(node)


class _Used(cst.CSTTransformer):
    def __init__(self, names: dict[cst.Call, str]) -> None:
        super().__init__()
        self._names = names

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        name = self._names.get(original_node)
        if name is not None:
            return cst.Attribute(cst.Name("self"), cst.Name(name))
        made = original_node.func
        if isinstance(made, cst.Call) and made in self._names:
            return _closed_up(updated_node, max(map(len, code(made).splitlines())))
        return updated_node


def _closed_up(call: cst.Call, room: int) -> cst.Call:
    """Arguments that had a line of their own go behind the shorter name, if there is room."""
    space = call.whitespace_before_args
    if not isinstance(space, cst.ParenthesizedWhitespace) or "#" in code(space):
        return call
    text = "".join(map(code, call.args))
    if "\n" in text or not call.args or len(f"{code(call.func)}{text})") > room:
        return call
    return call.with_changes(whitespace_before_args=cst.SimpleWhitespace(""))
