"""A class without `build()` whose owner has to build it → the `build()` that it gets."""

from __future__ import annotations

from collections.abc import Sequence

from keraslint.diagnostic import Edit
from keraslint.layer.child_builds.following.call_program import CallPrograms, Program
from keraslint.layer.child_builds.line_edits import above_line
from keraslint.layer.child_builds.shapes.shape_program import lines
from keraslint.layer.layer_class import LayerClass
from keraslint.layer.method_syntax import Method
from keraslint.project.names import keras_api
from keraslint.project.names.definitions import ClassRef, LayerType
from keraslint.project.names.keras_api import Symbol
from keraslint.project.program.children import Child, children
from keraslint.project.program.unbuilt_children import Unbuilt

_SHAPE = "input_shape"


class NewBuilds:
    """The classes of an owner's children that are given a `build()`, those inside them first."""

    def __init__(self, owner: LayerClass) -> None:
        self._owner = owner
        self._reasons: dict[tuple[str, str], str] = {}
        self.made: dict[tuple[str, str], tuple[Edit, ...]] = {}
        self.doubts: tuple[str, ...] = ()

    @property
    def edits(self) -> tuple[Edit, ...]:
        return tuple(edit for edits in self.made.values() for edit in edits)

    def why_not(self, child: Child) -> str:
        """Why a class is not given a `build()`, `""` if it needs none or is given one."""
        found = (self._reasons.get(t.key, "") for t in child.targets if isinstance(t, ClassRef))
        return next(filter(None, found), "")

    def add(self, child: Child) -> None:
        """Write the `build()` of each class of a child that has children and none."""
        for target in child.targets:
            self._add(target)

    def _add(self, target: LayerType) -> None:
        if isinstance(target, Symbol) or target.key in self._reasons or not self._lacks(target):
            return
        name = f"`{target.summary.name}`"
        self._reasons[target.key] = f"{name} has no `build()`, and has to be given one first"
        for child in children(self._owner.hierarchy, target):
            self.add(child)
        if target.module.path != self._owner.path:
            self._reasons[target.key] = f"{name} has no `build()`: give it one in its own file"
            return
        layer = self._owner.beside(target)
        call = layer.method("call")
        program = self._program(layer, call)
        if call is not None and call.source.notebook is not None:
            return  # a fix stays in one cell
        if call is not None and program is not None:
            self.made[target.key] = (_method(layer, call, program),)
            self.doubts = tuple(dict.fromkeys((*self.doubts, *program.doubts)))
            self._reasons[target.key] = ""

    def _lacks(self, ref: ClassRef) -> bool:
        hierarchy = self._owner.hierarchy
        if hierarchy.method(ref, "build") is not None or not Unbuilt(hierarchy).needs_build(ref):
            return False
        known = [keras_api.layer_class(root.name) for root in hierarchy.lineage(ref).roots]
        return all(one is not None and not one.defines_build for one in known)

    def _program(self, layer: LayerClass, call: Method | None) -> Program | None:
        """What builds all children of a class, `None` if not everything can be told."""
        inside = Unbuilt(layer.hierarchy).needing(layer.ref)
        wanted = [child.attribute for child in inside]
        needed = layer.ref.summary.methods["call"].parameters[1:] if call is not None else ()
        required = [p for p in needed if p.required and p.name not in ("training", "mask")]
        if call is None or not required or layer.subclasses or not wanted:
            return None
        programs = CallPrograms(layer, self.made)
        program = programs.program_on([_SHAPE], wanted, [_SHAPE])
        return None if program.lost else program


def _method(layer: LayerClass, call: Method, program: Program) -> Edit:
    """The text of the new method, above `call()`."""
    indent = call.indent
    line = call.source.line(call.first)
    margin = line[: len(line) - len(line.lstrip())]
    body = [*lines(program.statements, indent), *_closing(layer)]
    text = [f"def build(self, {_SHAPE}):", *(f"{indent}{one}" for one in body)]
    content = "".join(f"{margin}{one}\n" for one in text) + "\n"
    return above_line(call.source, _above(call), content)


def _closing(layer: LayerClass) -> Sequence[str]:
    roots = [root.name for root in layer.hierarchy.lineage(layer.ref).roots]
    return [f"super().build({_SHAPE})"] if roots == [keras_api.LAYER] else []


def _above(call: Method) -> int:
    line = call.first
    while call.source.line(line - 1).lstrip().startswith("#"):
        line -= 1
    return line
