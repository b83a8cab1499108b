"""A class of the project → its `LayerClass`: its methods, and what running `build()` creates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial

import libcst as cst

from keraslint.layer.call_effects import Judge
from keraslint.layer.child_builds.builds import Builds
from keraslint.layer.child_builds.missing_builds import MissingBuilds
from keraslint.layer.init_method import Constructor, first_method
from keraslint.layer.layer_class import Construction, Hoists, LayerClass
from keraslint.layer.method_steps import Creation, Step, StepReader
from keraslint.layer.method_syntax import Method, dotted, method_text, parse_method
from keraslint.layer.motion.build_steps import Body, Makers, absorb
from keraslint.layer.motion.hoist import Hoister
from keraslint.layer.motion.late_reads import is_late
from keraslint.layer.motion.safety.objections import Obligations
from keraslint.layer.motion.shape_dependence import Flow, Needs
from keraslint.layer.motion.shape_parameters import Known, answered
from keraslint.project.files.source import Source
from keraslint.project.names.definitions import ClassRef, FunctionRef, Scope
from keraslint.project.names.keras_version import Target
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.program.build_creations import build_of, is_told_of_base, may_create, reached
from keraslint.project.program.call_phase_state import kind_of
from keraslint.project.program.flow.effect_queries import Effects

_MethodKey = tuple[str, str, str, str, str]


class LayerReader:
    """Reads layer classes of one project.

    `target` says what a class is written for: Keras 3 wants children built in `build()`, Keras 2
    does not. What a reader has parsed `before`, of texts that have changed elsewhere, is not
    parsed again.
    """

    def __init__(
        self,
        hierarchy: Hierarchy,
        source: Callable[[FunctionRef], Source | None],
        subclasses: Callable[[ClassRef], Sequence[ClassRef]],
        target: Callable[[ClassRef], Target],
        effects: Callable[[ClassRef], Effects],
        *,
        before: LayerReader | None = None,
    ) -> None:
        self.hierarchy = hierarchy
        self.subclasses = subclasses
        self.target = target
        self.effects = effects
        self.steps = StepReader(Judge(hierarchy))
        self._source = source
        self._parsed: dict[_MethodKey, Method] = {}
        self._known = dict(before._parsed) if before is not None else {}

    def read(self, ref: ClassRef) -> LayerClass:
        """Read one class of which the hierarchy knows that it is a layer.

        What is asked of it may raise `NotParsed`: LibCST cannot read one of its methods.
        """
        target = self.target(ref)
        return LayerClass(ref=ref, hierarchy=self.hierarchy, target=target, reads=_Parts(self, ref))

    def parse(self, method: FunctionRef) -> Method | None:
        """Cut one method out of its file."""
        source = self._source(method)
        if source is None:
            return None
        summary = method.summary
        first, last = summary.slice
        owner = method.owner.summary.qualname if method.owner else ""
        text = method_text(source, first, last)
        key = (source.path, owner, summary.name, summary.instance, text)
        known = self._known.pop(key, None)  # once: no two methods share their nodes
        if known is not None:
            parsed = known.again(source, first)
        else:
            parsed = parse_method(source, first, last, summary.instance)
        self._parsed.setdefault(key, parsed)
        return parsed


class _Parts:
    """The parts of one class, read when they are asked for."""

    def __init__(self, reader: LayerReader, ref: ClassRef) -> None:
        self._reader = reader
        self._ref = ref
        self._methods: dict[str, Method | None] = {}
        self._steps: dict[str, list[Step]] = {}
        self._others: dict[tuple[str, str, int], list[Step]] = {}

    def constructions(self) -> tuple[Construction, ...]:
        return tuple(self._study.constructions()) if self._study is not None else ()

    def hoists(self) -> Hoists:
        return self._study.hoists(self._builds) if self._study is not None else Hoists()

    def _builds(self) -> Builds:
        """The lines that the class's `build()` lacks.

        Keras 2 gives the weights of such children equal names, and cannot save them.
        """
        reader, ref = self._reader, self._ref
        target = reader.target(ref)
        layer = LayerClass(ref=ref, hierarchy=reader.hierarchy, target=target, reads=self)
        return MissingBuilds(layer).builds if layer.surely_keras_3 else Builds()

    def method(self, name: str) -> Method | None:
        if name not in self._methods:
            summary = self._ref.summary.methods.get(name)
            ref = summary and FunctionRef.of(self._ref.module, summary, self._ref)
            self._methods[name] = self._reader.parse(ref) if ref else None
        return self._methods[name]

    def steps(self, name: str) -> list[Step]:
        if name not in self._steps:
            parsed, summary = self.method(name), self._ref.summary.methods.get(name)
            scope = self._ref.scope(summary)
            self._steps[name] = self._reader.steps.read(parsed, scope) if parsed else []
        return self._steps[name]

    def steps_of(self, function: FunctionRef) -> list[Step]:
        if self._is_own(function):
            return self.steps(function.summary.name)
        if function.key not in self._others:
            parsed = self._reader.parse(function)
            owner = self._ref if function.owner is not None else None
            scope = Scope(module=function.module, owner=owner, function=function.summary)
            self._others[function.key] = self._reader.steps.read(parsed, scope) if parsed else []
        return self._others[function.key]

    def _is_own(self, function: FunctionRef) -> bool:
        own = self._ref.summary.methods.get(function.summary.name)
        return function.owner == self._ref and own is function.summary

    def subclasses(self) -> Sequence[ClassRef]:
        return self._reader.subclasses(self._ref)

    def parse(self, method: FunctionRef) -> Method | None:
        if self._is_own(method):
            return self.method(method.summary.name)
        return self._reader.parse(method)

    def beside(self, ref: ClassRef) -> LayerClass:
        return self._reader.read(ref)

    def effects(self) -> Effects:
        return self._reader.effects(self._ref)

    def own(self, name: str) -> tuple[Method | None, list[Step]]:
        """A method that is written in this class, whole and in steps."""
        return self.method(name), self.steps(name)

    @cached_property
    def _study(self) -> _Study | None:
        hierarchy = self._reader.hierarchy
        build = build_of(hierarchy, self._ref)
        if build is None or not may_create(hierarchy, self._ref):
            return None
        parsed = self._reader.parse(build)
        return _Study(self._reader, self._ref, build, parsed, self.own) if parsed else None


class _Study:
    """One class under the glass: its parsed methods, the flow through them, and the moves."""

    def __init__(
        self,
        reader: LayerReader,
        ref: ClassRef,
        build: FunctionRef,
        parsed: Method,
        own: Callable[[str], tuple[Method | None, list[Step]]],
    ) -> None:
        self._own_method = own
        self._reader = reader
        self._hierarchy = reader.hierarchy
        self._ref = ref
        self._build_ref = build
        self._entered: dict[tuple[str, str, int], list[Step] | None] = {}
        self._build = parsed
        self._body = self._follow(parsed.node)
        self._answered = self._answer()

    # -- facts -----------------------------------------------------------------------------

    def constructions(self) -> Iterator[Construction]:
        """Every creation in this class's own methods, in source order."""
        skip = self._made_in_init()
        own = self._body.flow.needs
        for step in sorted(own, key=lambda s: s.order):
            name = step.method.node.name.value
            if name not in self._ref.summary.methods or name in skip:
                continue
            if not self._is_own(step.method):
                continue
            for creation in step.makes:
                yield self._construction(step, creation, own[step])
            for method, call in step.runs:
                if method.owner != self._ref and not is_told_of_base(self._hierarchy, method):
                    yield from self._made_by_base(step, method, call, own[step])

    def _made_in_init(self) -> frozenset[str]:
        """The methods that `__init__` runs as well: what they make is there before `build()`."""
        init = self._hierarchy.method(self._ref, "__init__")
        if init is None:
            return frozenset()
        methods = reached(self._hierarchy, self._ref, init)
        return frozenset(method.summary.name for method in methods) - {"build"}

    def _is_own(self, method: Method) -> bool:
        start, end = self._ref.summary.slice
        return (
            method.source.path == self._ref.module.path
            and start <= method.first
            and method.last <= end
        )

    def _construction(self, step: Step, creation: Creation, needs: Needs) -> Construction:
        return Construction(
            span=creation.method.span(creation.call),
            callee=creation.shown,
            layer=creation.made.name,
            method=creation.method.node.name.value,
            needs=tuple(sorted(needs)),
            answers=self._answers(step, needs),
            inner=creation.outer is not None,
            factory=creation.made.factory and not creation.made.unread,
            assumed=creation.made.assumption,
            stateless=self._is_stateless(creation),
        )

    def _made_by_base(
        self, step: Step, method: FunctionRef, call: cst.Call, needs: Needs
    ) -> Iterator[Construction]:
        """A creation in an inherited method, which is told where it is called."""
        made = Makers(self._enter).inside(method)
        if made:
            yield Construction(
                span=step.method.span(call),
                callee=dotted(call.func),
                layer=made[0].made.name,
                method=step.method.node.name.value,
                needs=tuple(sorted(needs)),
                answers=self._answers(step, needs),
                factory=True,
                assumed=made[0].made.assumption,
                stateless=all(map(self._is_stateless, made)),
            )

    def _is_stateless(self, creation: Creation) -> bool:
        if creation.made.guessed or creation.made.factory:
            return False
        kinds = {kind_of(self._hierarchy, target) for target in creation.made.targets}
        return kinds == {"stateless"}

    def _answers(self, step: Step, needs: Needs) -> tuple[tuple[str, str], ...]:
        """The parameters that make a shape-dependent step possible in `__init__`."""
        if not needs or self._answered is None:
            return ()
        known, body = self._answered
        twin = body.twins.get(step)
        if twin is None or body.flow.needs.get(twin, frozenset({"?"})):
            return ()
        used = body.answers(twin, known.names)
        return tuple((name, known.names[name]) for name in sorted(used))

    # -- flow ------------------------------------------------------------------------------

    def _shapes(self) -> dict[str, Needs]:
        parameters = self._build_ref.summary.parameters[1:]
        return {p.name: frozenset({f"`{p.name}`"}) for p in parameters}

    def _follow(self, node: cst.FunctionDef) -> Body:
        scope = Scope(
            module=self._build_ref.module, owner=self._ref, function=self._build_ref.summary
        )
        method = self._build
        parsed = method if node is method.node else replace(method, node=node)
        steps = self._reader.steps.read(parsed, scope)
        for step in (inner for outer in steps for inner in outer.all()):
            absorb(step, self._enter, set())
        late = partial(is_late, self._hierarchy, self._ref)
        flow = Flow(self._enter, self._foreign(), late)
        flow.run(steps, self._shapes())
        return Body(method=parsed, steps=steps, flow=flow)

    def _answer(self) -> tuple[Known, Body] | None:
        init = self._ref.summary.methods.get("__init__")
        bound = self._build_ref.summary.bindings
        known = answered(self._build.node, self._shapes(), bound, init)
        if known is None:
            return None
        body = self._follow(known.node)
        body.pair(self._body)
        return known, body

    def _foreign(self) -> dict[str, str]:
        """Attributes that a base's `build()` gives, or changes."""
        found: dict[str, str] = {}
        for item in self._hierarchy.lineage(self._ref).chain:
            build = item.summary.methods.get("build")
            if build is not None and item != self._build_ref.owner:
                for attribute in build.assigns:
                    text = f"`self.{attribute}`, which `{item.summary.name}.build()` sets"
                    found[f"self.{attribute}"] = text
        return found

    def _enter(self, method: FunctionRef) -> list[Step] | None:
        if method.key not in self._entered:
            parsed = self._reader.parse(method)
            if parsed is None:
                self._entered[method.key] = None
            else:
                scope = Scope(module=method.module, owner=self._ref, function=method.summary)
                self._entered[method.key] = self._reader.steps.read(parsed, scope)
        return self._entered[method.key]

    # -- moves -----------------------------------------------------------------------------

    def hoists(self, builds: Callable[[], Builds]) -> Hoists:
        """Work out the rewrites; `builds` are the lines that `build()` lacks besides."""
        if self._build_ref.owner != self._ref:
            reason = "`build()` is inherited"
            return Hoists((), tuple((c.span, reason) for c in self.constructions()))
        if self._build_ref.summary.name != "build":
            reason = f"`build` is another name of `{self._build_ref.summary.name}()`"
            return Hoists((), tuple((c.span, reason) for c in self.constructions()))
        target = self._reader.target(self._ref)
        obligations = Obligations(
            self._reader.effects(self._ref),
            self._ref,
            self._reader.subclasses(self._ref),
            target.keras,
        )
        above, _ = self._own_method(first_method(self._ref))
        constructor = Constructor(*self._own_method("__init__"), above)
        hoister = Hoister(
            self._hierarchy,
            self._ref,
            obligations,
            constructor,
            lambda: self._own_method("call"),
            self._enter,
            builds,
            may_lose_build=target.keras == 2 and target.sure,
        )
        return hoister.hoists(self._body, self._answered)
