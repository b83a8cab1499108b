"""A planned move and its class → what forbids it, and what cannot be shown about it.

The obligations are those of the project's notes on Keras, each with an executed counter-example:
a *bar* means that some use of the class would break; a *doubt* that it might.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from keraslint.diagnostic import Level, Objection, Question
from keraslint.layer.motion.safety.built_meanwhile import built_meanwhile, only_wrapped
from keraslint.layer.motion.safety.class_hooks import opaque
from keraslint.layer.motion.safety.construction import Construction
from keraslint.layer.motion.safety.external_reads import ExternalReads
from keraslint.layer.motion.safety.moved_code import ANYWHERE, Move
from keraslint.layer.motion.safety.operands import Operands
from keraslint.layer.motion.safety.phase_stable import STEADY
from keraslint.layer.motion.safety.refused_arguments import Arguments
from keraslint.layer.motion.safety.subclass_objections import Descendants
from keraslint.layer.motion.safety.surroundings import Surroundings, has_seed
from keraslint.layer.motion.safety.targets import Targets
from keraslint.project.facts.module_facts import FunctionSummary
from keraslint.project.names import keras_api
from keraslint.project.names.definitions import ClassRef, FunctionRef, Lineage
from keraslint.project.program.flow.effect_queries import Effects

_AFTER_BUILD = frozenset({"build", "call"})
_CONTAINERS = frozenset({"[]", "{}", "list()", "dict()"})
_PLACEHOLDERS = frozenset({"None", "[]", "{}", "list()", "dict()", "()"})
_ITERATOR = re.compile(r"(?:zip|map|filter|iter|reversed|enumerate)\(|\((?!.*,$).*\bfor\b")
_UNTRACKED = "no_automatic_dependency_tracking"


class Obligations:
    """Checks one class, written for Keras 2 or 3, against the whole project."""

    def __init__(
        self, effects: Effects, ref: ClassRef, subclasses: Sequence[ClassRef], keras: int
    ) -> None:
        self._effects = effects
        self._hierarchy = effects.hierarchy
        self._ref = ref
        self._keras = keras
        self._family = effects.family(ref)
        self._descendants = Descendants(self._hierarchy, ref, subclasses)
        self._lineage: Lineage = self._hierarchy.lineage(ref)

    def bars(self, move: Move) -> Iterator[str]:
        """Every reason why there is no fix."""
        yield from self._constructor(move)
        yield from self._names(move)
        for attribute in sorted(_attributes(move.reads) - _attributes(move.writes)):
            yield from self._readable(attribute)
        for attribute in sorted(_attributes(move.writes)):
            yield from self._target(attribute, move)
            yield from self._tested(attribute)
            yield from self._read_in_construction(attribute)
        writes = _attributes(move.writes)
        yield from self._descendants.bars(_attributes(move.reads) - writes, writes)

    def objections(self, move: Move, last: int = ANYWHERE) -> tuple[Objection, ...]:
        """Every reason why the fix is not safe, and that running this one class cannot clear.

        `last` is the last line of `build()` that moves.
        """
        found: dict[str, Objection] = {}
        for asked in (
            opaque(self._effects, self._family),
            self._operands(move, last),
            self._targets(move),
            self._made(move),
        ):
            for one in asked:
                found.setdefault(one.cause, one)
        return tuple(found.values())

    @property
    def holders(self) -> frozenset[str]:
        """The attributes that the class uses as layers."""
        return Targets(self._effects, self._family).holders

    # -- the four questions ----------------------------------------------------------------

    def _operands(self, move: Move, last: int) -> Iterator[Objection]:
        runs = {f for f in self._family.methods if (f.path, f.own_name, f.does.line) in move.runs}
        operands = Operands(self._effects, self._family, last, runs)
        reads = ExternalReads(self._effects, self._ref, operands)
        own = {cell for cell in move.reads if cell.startswith("self.")}
        yield from reads.names(move.free | move.dots | own)
        for read in sorted(move.through):
            yield from operands.field(*read.split(".")[1:3])
        asked = {read.split(".")[1] for read in move.through}  # of what is there in time
        built = (built_meanwhile(self._hierarchy, self._ref) & self.holders) - asked
        built -= only_wrapped(move)
        for attribute in sorted(_attributes(move.reads) - _attributes(move.writes)):
            if attribute in built:
                cause = f"`self.{attribute}`, which it reads, is not built yet in `__init__`"
                yield self._said(Question.OPERANDS, cause)
            yield from operands.attribute(attribute)
            for cause in self._used_up(attribute, move):
                yield self._said(Question.OPERANDS, cause)
        for function in sorted(runs, key=lambda one: one.does.line):
            if self._descendants.override(function.own_name):
                cause = f"calls `self.{function.own_name}()`, which a subclass overrides"
                yield self._said(Question.OPERANDS, cause)
            yield from operands.method(function)
        construction = Construction(self._effects, self._family)
        yield from construction.earliest(move.free)
        yield from construction.defined_late(move.free | move.local | move.dots, move.creations)
        if move.creations:
            surroundings = Surroundings(self._effects, self._family)
            yield from surroundings.changes()
            yield from surroundings.replacements(move.creations)

    def _targets(self, move: Move) -> Iterator[Objection]:
        targets = Targets(self._effects, self._family)
        for cell in sorted(c for c in move.asked & move.writes if c.startswith("self.")):
            cause = f"`build()` leaves `{cell}` alone if somebody has set it before"
            yield self._said(Question.TARGETS, cause)
        written = _attributes(move.writes)
        for attribute in sorted(written):
            for name in sorted({attribute, *targets.shown(attribute)}):
                yield from targets.attribute(name)
            held = tuple(self._held(attribute, move))
            if held and set(held) <= _CONTAINERS:
                yield from targets.read(attribute)
            shared = any(attribute in item.summary.bindings for item in self._lineage.chain)
            if shared and any(attribute in method.changes for method in self._methods()):
                yield self._said(Question.TARGETS, f"`{attribute}` is one list for all instances")
            other = [value for value in held if value not in _PLACEHOLDERS]
            if other:
                cause = f"`self.{attribute}` already holds `{_short(other[0])}` in `__init__`"
                yield self._said(Question.TARGETS, cause)
        yield from Surroundings(self._effects, self._family).names(move.creations)
        yield from targets.everything(seeds=any(map(has_seed, move.creations)))
        yield from targets.stored(written)

    def _made(self, move: Move) -> Iterator[Objection]:
        construction = Construction(self._effects, self._family)
        yield from construction.effects(move.creations)
        arguments = Arguments(self._effects, self._family)
        yield from arguments.refused(move.creations, move.guards)
        yield from arguments.files(move.creations)
        if self._keras == 3:  # the table has what layers of Keras 3 take
            yield from arguments.unnamed(move.creations)
        yield from construction.handed_out()
        for method in self._methods():
            if method.name != "build" and {"self.build"} & method.calls:
                yield self._said(Question.CONTROL, f"`{method.name}()` calls `build()` again")
            if "built" in method.assigns and method.name not in ("build", "__init__", "call"):
                yield self._said(Question.CONTROL, f"`{method.name}()` writes `self.built`")
        yield from construction.built_again()
        yield from construction.left_out()
        for cause in self._descendants.doubts(_attributes(move.writes)):
            yield self._said(Question.TARGETS, cause)

    def _said(self, question: Question, cause: str) -> Objection:
        ref = self._ref
        return Objection(
            question=question,
            level=Level.UNSEEN,
            cause=cause,
            path=ref.module.path,
            line=ref.summary.line,
        )

    # -- the constructor -------------------------------------------------------------------

    def _constructor(self, move: Move) -> Iterator[str]:
        init = self._ref.summary.methods.get("__init__")
        if init is None:
            if not self._may_get_constructor():
                yield "the class has no `__init__`, and its base may take other arguments"
            yield from self._self_building()
            return
        for name in ("__init__", "build", "call"):
            method = self._ref.summary.methods.get(name)
            if method is not None and method.instance != "self":
                yield f"`{name}` calls its instance `{method.instance}`"
        if move.init.returns:
            yield "`__init__` returns early"
        if "self._lock" in init.calls:
            yield "`__init__` locks the layer"
        if not move.init.calls_super:
            yield "`__init__` does not always call `super().__init__()` first of all"
        yield from self._self_building()
        if any(_UNTRACKED in leaf for leaf in init.decorators):
            yield f"`__init__` is decorated with `{_UNTRACKED}`"

    @property
    def plain_layer(self) -> bool:
        """Whether `super().build(input_shape)` surely does nothing but mark the layer as built."""
        roots = {root.name for root in self._lineage.roots}
        above = self._lineage.chain[1:]
        return (
            roots == {keras_api.LAYER}
            and not self._lineage.missing
            and not any("build" in item.summary.methods for item in above)
        )

    def _self_building(self) -> Iterator[str]:
        for item in self._lineage.chain:
            init = item.summary.methods.get("__init__")
            builder = self._builds_itself(init, set()) if init is not None else ""
            if builder:
                yield f"`{builder}()` calls `build()` or the layer while it is being constructed"

    def _may_get_constructor(self) -> bool:
        """Keras' own base takes keywords only; one that writes its config does not need names."""
        roots = {root.name for root in self._lineage.roots}
        if len(self._ref.summary.bases) != 1 or not roots <= {keras_api.LAYER, keras_api.MODEL}:
            return False
        if any("dataclass" in leaf for leaf in self._ref.summary.decorators):
            return False
        return self.plain_base or self._hierarchy.method(self._ref, "get_config") is not None

    @property
    def plain_base(self) -> bool:
        """Whether the class descends directly from `keras.Layer` or `keras.Model`."""
        return len(self._lineage.chain) == 1

    def _builds_itself(self, method: FunctionSummary, seen: set[str]) -> str:
        """The method, reached from `__init__`, that calls `build()`, `call()` or the layer."""
        seen.add(method.name)
        for call in sorted(method.calls):
            if call in ("self.build", "self.call", "self", "self.__call__"):
                return method.name
            name = call.removeprefix("self.")
            if call.startswith("self.") and "." not in name and name not in seen:
                inner = self._hierarchy.method(self._ref, name)
                found = self._builds_itself(inner.summary, seen) if inner else ""
                if found:
                    return found
        return ""

    def _names(self, move: Move) -> Iterator[str]:
        init = self._ref.summary.methods.get("__init__")
        parameters = {p.name for p in init.parameters} if init else {"self", "kwargs"}
        taken = (parameters | move.init.binds) - {"self"}
        for name in sorted((move.free & taken) | (move.local & move.init.captured)):
            yield f"`{name}` means something else in `__init__`"

    # -- what the moved code reads ---------------------------------------------------------

    def _readable(self, attribute: str) -> Iterator[str]:
        """An attribute must have its value at the end of `__init__`."""
        if attribute in STEADY:
            return
        if attribute in keras_api.layer_attributes() | keras_api.model_attributes():
            yield f"`self.{attribute}` is not the same before and after `build()`"
            return
        if self._lineage.roots and self._is_keras_attribute(attribute):
            return
        maybe = False
        for item in self._lineage.chain:
            summary = item.summary
            if attribute in summary.bindings or attribute in summary.methods:
                return
            init = summary.methods.get("__init__")
            if init is not None and attribute in self._assigned_from(init, set()):
                return
            maybe = maybe or (init is not None and attribute in init.assigns)
        if maybe:
            yield f"`__init__` may leave `self.{attribute}` unset"
        else:
            yield f"`self.{attribute}` is not set in `__init__`"

    def _is_keras_attribute(self, attribute: str) -> bool:
        """A base that is a built-in layer keeps its arguments under their own names."""
        known = [keras_api.layer_class(root.name) for root in self._lineage.roots]
        return any(item is not None and attribute in item.parameters for item in known)

    def _assigned_from(self, method: FunctionSummary, seen: set[str]) -> Collection[str]:
        """Attributes that a method, and those of the layer's own that it calls, always assign."""
        seen.add(method.name)
        found = set(method.definite)
        for call in method.calls:
            name = call.removeprefix("self.")
            if call.startswith("self.") and name not in seen:
                inner = self._hierarchy.method(self._ref, name)
                if inner is not None:
                    found |= set(self._assigned_from(inner.summary, seen))
        return found

    # -- what the moved code writes --------------------------------------------------------

    def _target(self, attribute: str, move: Move) -> Iterator[str]:
        if attribute in keras_api.reserved_attributes():
            yield f"`self.{attribute}` is a name of Keras' own"
        if f"self.{attribute}" in move.items and "{" not in "".join(self._held(attribute, move)):
            yield f"`self.{attribute}` is filled by index, which Keras does not track"
        held = [v for v in self._held(attribute, move) if v not in _PLACEHOLDERS]
        if held and f"self.{attribute}" in move.updates:
            yield f"`build()` changes `self.{attribute}`, which `__init__` has set"
        if f"self.{attribute}" in move.init.reads:
            yield f"`__init__` reads `self.{attribute}`"
        config = self._hierarchy.method(self._ref, "get_config")
        for method in self._reach(config) if config is not None else ():
            everything = "__dict__" in method.reads or "vars" in method.calls
            if attribute in method.reads or everything:
                yield f"`get_config()` reads `self.{attribute}`"
                return

    def _read_in_construction(self, attribute: str) -> Iterator[str]:
        """A setter or a method that `__init__` runs may look at the attribute too early."""
        for item in self._lineage.chain:
            init = item.summary.methods.get("__init__")
            for name in self._run_by(init) if init is not None else ():
                method = self._hierarchy.method(self._ref, name)
                if method is not None and attribute in method.summary.reads:
                    yield f"`__init__` runs `{name}()`, which reads `self.{attribute}`"

    def _run_by(self, init: FunctionSummary) -> Iterator[str]:
        """The methods of its own, and the setters, that a constructor runs directly."""
        for call in init.calls:
            if call.startswith("self.") and "." not in call[len("self.") :]:
                yield call[len("self.") :]
        for attribute in init.assigns:
            yield f"{attribute}.setter"

    def _held(self, attribute: str, move: Move) -> Iterator[str]:
        """What constructors assign to an attribute, this class's as code, its bases' as names."""
        yield from move.init.values.get(attribute, ())
        for item in self._lineage.chain[1:]:
            init = item.summary.methods.get("__init__")
            if init is not None:
                yield from init.bindings.get(f"self.{attribute}", ())

    def _reach(self, start: FunctionRef) -> Iterator[FunctionSummary]:
        """A method, and all that it calls or reads as properties of the layer's own."""
        seen: set[str] = set()
        todo = [start.summary]
        while todo:
            method = todo.pop()
            seen.add(method.name)
            yield method
            names = {c[len("self.") :] for c in method.calls if c.startswith("self.")}
            for name in sorted((names | method.reads) - seen):
                inner = self._hierarchy.method(self._ref, name)
                if inner is not None and name not in seen:
                    seen.add(name)
                    todo.append(inner.summary)

    def _used_up(self, attribute: str, move: Move) -> Iterator[str]:
        """An iterator gives its items once, to whoever asks first."""
        if any(_ITERATOR.match(value) for value in move.init.values.get(attribute, ())):
            for method in self._methods():
                early = method.name not in _AFTER_BUILD and method.name != "__init__"
                if early and attribute in method.reads:
                    yield f"`self.{attribute}` is an iterator that `{method.name}()` reads as well"

    def _tested(self, attribute: str) -> Iterator[str]:
        for method in self._methods():
            early = method.name not in _AFTER_BUILD and method.name != "__init__"
            if early and attribute in method.tests:
                yield f"`{method.name}()` asks whether `self.{attribute}` is there"

    def _methods(self) -> Iterator[FunctionSummary]:
        for item in self._lineage.chain:
            yield from item.summary.methods.values()
        yield from self._descendants.methods()

    def attributes(self) -> frozenset[str]:
        """Every attribute that a method of the class, a base or a subclass mentions."""
        return frozenset(name for method in self._methods() for name in method.reads)

    def tests(self, attributes: Collection[str]) -> bool:
        """Whether any method but `build()` and `call()` asks if one of them is there."""
        return (
            any(
                method.tests & set(attributes)
                for method in self._methods()
                if method.name not in ("build", "call")
            )
            or self.calls_elsewhere()
        )

    def calls_elsewhere(self) -> bool:
        """Whether a subclass has a `call()` or a `build()` of its own, which may build children."""
        return self._descendants.override("call") or self._descendants.override("build")


def _attributes(cells: Collection[str]) -> set[str]:
    return {cell[len("self.") :] for cell in cells if cell.startswith("self.")}


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:37]}..."
