"""A layer class → the children that its `build()` leaves out, and the lines that build them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import cached_property, lru_cache

import libcst as cst

from keraslint.layer.child_builds.builds import Builds
from keraslint.layer.child_builds.closing import is_closing
from keraslint.layer.child_builds.early_builds import told_by
from keraslint.layer.child_builds.following.call_program import CallPrograms, Program, names_of
from keraslint.layer.child_builds.makings import Makings
from keraslint.layer.child_builds.new_builds import NewBuilds
from keraslint.layer.child_builds.shapes.shape_program import lines, whole
from keraslint.layer.child_builds.symbolic_call import DOUBT, symbolic_call
from keraslint.layer.child_builds.told_inputs import told_inputs
from keraslint.layer.layer_class import LayerClass
from keraslint.layer.method_steps import Step
from keraslint.layer.method_syntax import Method, dotted
from keraslint.layer.method_syntax import children as children_of
from keraslint.layer.motion.safety.subclass_objections import Descendants
from keraslint.layer.statement_parts import smalls
from keraslint.project.program.children import Child, run_by
from keraslint.project.program.unbuilt_children import OF_CONTAINERS, Unbuilt

_BUILT_BY_OWNER = re.compile(r"(?<!self)\.(\w+)\.build\(")
_MAY_BE_KERAS_2 = (
    "nothing says that this `tf.keras` is Keras 3: on Keras 2, weights get equal names"
)
_AGAIN = frozenset({"self", "self.build", "self.__call__"})
_LOOKS = ("self._flatten", "self.compute_output", "self.call", "getattr", "vars")


class MissingBuilds:
    """What one class leaves unbuilt, and what can be done about it."""

    def __init__(self, layer: LayerClass) -> None:
        self._layer = layer

    # -- what is missing -----------------------------------------------------------------------

    @cached_property
    def children(self) -> tuple[Child, ...]:
        """The children that `build()` leaves unbuilt, and nobody else in the project builds."""
        if self._layer.keras != 3:
            return ()
        found = Unbuilt(self._layer.hierarchy).of(self._layer.ref)
        return tuple(child for child in found if not self.spared(child))

    def spared(self, child: Child) -> str:
        """Why a child that the facts call unbuilt is not missing after all; `""` if it is."""
        name = child.attribute
        if self._layer.keras != 3:
            return "the rule leaves code for Keras 2 alone"
        if not child.marked and self._mentions(name):
            return "`build()` uses it"
        if self._is_second_name(name):
            return "it is another name of a layer"
        if not self._has_weights(name):
            return "it has no weights"
        if child.is_sequential and not self._makings.wait(name):
            return "it is not known to wait for a shape"
        if self._built_elsewhere(name):
            return "an owner in this file builds it"
        if any(
            name in ref.summary.methods["build"].reads
            for ref in self._layer.subclasses
            if "build" in ref.summary.methods
        ):
            return "the `build()` of a subclass uses it"
        return ""

    def _mentions(self, attribute: str) -> bool:
        """Whether `build()` does anything with a child by which it may be built.

        To make it, to ask whether it is there and to put it into a list is none of that.
        """
        cell = f"self.{attribute}"
        return any(
            cell in step.uses.reads and any(_is_used(node, cell) for node in _own_parts(step))
            for step in self._steps
        )

    def _is_second_name(self, attribute: str) -> bool:
        """`self.first = self.second = Dense(4)`: the second is the layer of the first."""
        for small in self._assigning(attribute):
            targets = small.targets if isinstance(small, cst.Assign) else ()
            if f"self.{attribute}" in [dotted(target.target) for target in targets[1:]]:
                return True
        return False

    def _assigning(self, attribute: str) -> Iterator[cst.BaseSmallStatement]:
        for name in ("__init__", "build"):
            for step in (inner for outer in self._layer.steps(name) for inner in outer.all()):
                if f"self.{attribute}" in step.uses.binds:
                    yield from smalls(step.node)[:1]

    def _has_weights(self, attribute: str) -> bool:
        """False of a normalization that neither centers nor scales; else its class decides."""
        return not any(making.is_switched_off() for making in self._makings.of(attribute))

    @cached_property
    def _makings(self) -> Makings:
        return Makings(self._layer)

    def _built_elsewhere(self, attribute: str) -> bool:
        """Whether an owner in the same file reaches into the layer and builds the child itself."""
        text = self._build.source.text if self._build is not None else ""
        return attribute in _built_by_owners(text)

    # -- what can be done ----------------------------------------------------------------------

    @cached_property
    def _build(self) -> Method | None:
        return self._layer.method("build")

    @cached_property
    def _steps(self) -> list[Step]:
        return [inner for outer in self._layer.steps("build") for inner in outer.all()]

    @property
    def _whose(self) -> str:
        found = self._layer.hierarchy.method(self._layer.ref, "build")
        owner = found.owner if found is not None else None
        return f"`{owner.summary.name}.build()`" if owner is not None else "`build()`"

    @cached_property
    def builds(self) -> Builds:
        """The lines for all of them: half of the weights is no rescue."""
        if self._build is None or not self.children:
            return Builds(
                why_not=f"{self._whose} is inherited; give the class a `build()` of its own"
            )
        reason = self._obstacle(self._build)
        if reason:
            return Builds(why_not=reason)
        if any(map(_may_build, self._steps)):
            return self._symbolic(self._build, Program())
        return self._written(self._build)

    def _written(self, build: Method) -> Builds:
        """Explicit lines; classes of children that have no `build()` are given one first."""
        new = NewBuilds(self._layer)
        for child in self.children:
            new.add(child)
        marked = {child.attribute for child in self.children if child.marked}
        wanted = {child.attribute for child in self.children} - marked
        programs = CallPrograms(self._layer, new.made)
        program = programs.program(build, wanted, names_of(build))
        unmended = [c for c in self.children if c.marked and new.why_not(c)]
        if program.lost or unmended:
            return self._symbolic(build, program, new)
        doubts = (*program.doubts, *new.doubts, *self._of_target())
        statements = _statements(program, build)
        doubts = doubts or told_by(self._layer, self.children, statements)
        return Builds(statements=statements, doubts=doubts, elsewhere=new.edits)

    def _symbolic(self, build: Method, program: Program, new: NewBuilds | None = None) -> Builds:
        found = symbolic_call(self._layer, build, structured=program.structured)
        again = self._calls_build()
        if again and not any(is_closing(step.node) for step in self._layer.steps("build")):
            return Builds(why_not="`call()` calls `build()`, which would go round in a circle")
        if found.lines:
            at_end = again or any(step.supers for step in self._steps)
            return Builds(
                statements=found.lines,
                doubts=(DOUBT, *self._of_target()),
                imports=found.imports,
                symbolic=True,
                at_end=at_end,
            )
        reasons = [new.why_not(child) for child in self.children] if new else []
        if new is not None and not any(reasons):
            told = told_inputs(self._layer, build, {child.attribute for child in self.children})
            if told:
                return replace(told, doubts=(*told.doubts, *self._of_target()))
        return Builds(why_not=next(filter(None, reasons), found.why_not))

    def _calls_build(self) -> bool:
        """Whether `call()` builds the layer where it is not yet marked as built."""
        ran = run_by(self._layer.hierarchy, self._layer.ref, "call")
        return any(_AGAIN & method.summary.calls for method in ran)

    def _of_target(self) -> tuple[str, ...]:
        """On Keras 2 such lines give the weights of all children equal names."""
        return () if self._layer.surely_keras_3 else (_MAY_BE_KERAS_2,)

    def _obstacle(self, build: Method) -> str:
        """Why no line can be added, whatever it says."""
        layer = self._layer
        below = Descendants(layer.hierarchy, layer.ref, layer.subclasses)
        if below.override("call") or below.override("build"):
            return "a subclass has a `call()` or a `build()` of its own"
        for method in run_by(layer.hierarchy, layer.ref, "call"):
            if below.override(method.summary.name):
                return f"a subclass has a `{method.summary.name}()` of its own, which `call()` runs"
        parameters = build.node.params
        names = [p.name.value for p in parameters.params[1:]]
        if not names or isinstance(parameters.star_arg, cst.Param) or parameters.star_kwarg:
            return "`build()` is told no shape"
        for step in self._steps:
            if set(names) & set(step.uses.writes) and not _only_converts(step, names):
                return f"`build()` assigns `{min(set(names) & set(step.uses.writes))}` anew"
        return ""


@lru_cache(maxsize=2)
def _built_by_owners(text: str) -> frozenset[str]:
    """Looked for once in a file, however many children it has."""
    return frozenset(_BUILT_BY_OWNER.findall(text))


def _own_parts(step: Step) -> Iterator[cst.CSTNode]:
    """The code of a step without that of the steps inside it."""
    node = step.node
    if step.is_whole:
        yield node
    elif isinstance(node, (cst.If, cst.While)):
        yield node.test
    elif isinstance(node, cst.For):
        yield node.iter
    elif isinstance(node, cst.With):
        yield from node.items


def _is_used(node: cst.CSTNode, cell: str) -> bool:
    """Whether code uses the value of an attribute, and does more than ask for it or fill it."""
    if isinstance(node, cst.Comparison) and dotted(node.left) == cell:
        operators = {type(target.operator) for target in node.comparisons}
        if operators <= {cst.Is, cst.IsNot}:
            return False
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        of_container = node.func.attr.value in OF_CONTAINERS | {"add"}  # to a `Sequential`
        if dotted(node.func.value) == cell:
            return not of_container or any(_is_used(argument, cell) for argument in node.args)
    if isinstance(node, cst.Attribute):
        if dotted(node.value) == cell:
            return False  # `self.child.units`
        if dotted(node) == cell:
            return True
    if isinstance(node, cst.AssignTarget):
        return False
    return any(_is_used(child, cell) for child in children_of(node))


def _statements(program: Program, build: Method) -> tuple[str, ...]:
    """Each statement of a program as text; without a shape there is nothing to build on."""
    parameter = build.node.params.params[1]
    text = list(lines(program.statements, build.indent))
    if parameter.default is not None:
        name = parameter.name.value
        text = [f"if {name} is not None:", *(f"{build.indent}{line}" for line in text)]
    return tuple(whole(text))


def _only_converts(step: Step, names: Collection[str]) -> bool:
    """`input_shape = tuple(input_shape)`."""
    small = step.node.body[0] if isinstance(step.node, cst.SimpleStatementLine) else None
    value = small.value if isinstance(small, cst.Assign) else None
    if not isinstance(value, cst.Call) or len(value.args) != 1 or not isinstance(small, cst.Assign):
        return False
    target, given = dotted(small.targets[0].target), dotted(value.args[0].value)
    return dotted(value.func) in ("tuple", "list") and target == given and target in names


def _may_build(step: Step) -> bool:
    """Whether a step of `build()` may build children without naming them."""
    if step.uses.bare_self:
        return True
    for call in step.uses.calls:
        name = dotted(call.func)
        named = name.startswith("self.") and name.count(".") > 1
        if name.endswith(".build") and not named and not name.startswith("super()"):
            return True
        if name.startswith(_LOOKS):
            return True
    return False
