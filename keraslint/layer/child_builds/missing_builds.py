"""A `build()` and its `call()` → the `self.child.build(…)` lines that it lacks, where provable."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache

import libcst as cst

from keraslint.diagnostic import Edit
from keraslint.layer.child_builds.provable_builds import ChildBuilds
from keraslint.layer.init_method import Constructor
from keraslint.layer.layer_class import LayerClass
from keraslint.layer.method_steps import Creation, Step
from keraslint.layer.method_syntax import Method, code, dotted, walk
from keraslint.layer.motion.emit import insert_builds
from keraslint.layer.motion.subclass_objections import Descendants
from keraslint.layer.statement_parts import only_small
from keraslint.layer.tree_edits import body_of, with_body
from keraslint.project.names import keras_facts
from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.program.children import Unbuilt

_SEQUENTIAL = Symbol(name=keras_facts.SEQUENTIAL, kind="model")
Layers = Mapping[str, "Symbol | ClassRef"]
_BUILT_BY_OWNER = re.compile(r"(?<!self)\.(\w+)\.build\(")
_TELLS_SHAPE = re.compile(
    r"\bInput(Layer)?\(|\b(input_shape|input_dim|batch_shape|batch_input_shape)\s*=(?!=)"
)
"""What makes a `Sequential` build itself at once."""


def shapes_of(
    hierarchy: Hierarchy,
    build: Method,
    steps: Sequence[Step],
    staying: Collection[Step],
    call: tuple[Method | None, Sequence[Step]],
    layers: Layers,
    waiting: Collection[str] = (),
) -> Mapping[str, str]:
    """The shape, as code in `build()`, on which `call()` first calls each child.

    `steps` are all those of `build()`, `staying` those that a rewrite leaves there. Nothing is
    told when another step may build children as well, or may be without a shape.
    """
    parameters = build.node.params.params
    shapes = [p.name.value for p in parameters][1:]
    parsed, call_steps = call
    if parsed is None or parsed.node.decorators or len(shapes) != 1:
        return {}
    if parameters[1].default is not None:
        return {}  # `build()` without a shape must go on working
    if any(shapes[0] in step.writes for step in steps) or any(_may_build(s) for s in staying):
        return {}
    return ChildBuilds(hierarchy, layers, shapes[0], waiting).follow(parsed.node, call_steps)


def children_of(step: Step) -> Iterator[tuple[str, Symbol | ClassRef]]:
    """The attribute to which a statement always assigns the one layer that it makes."""
    if step.parent is not None or not step.makes or step.makes[0].made.factory:
        return
    small = only_small(step.node)
    value = small.value if isinstance(small, (cst.Assign, cst.AnnAssign)) else None
    if value is step.makes[0].call:
        for cell in step.uses.binds:
            if cell.startswith("self."):
                yield cell, step.makes[0].made.target


def built_elsewhere(child: str, text: str) -> bool:
    """Whether an owner in the same file reaches into the layer and builds the child itself."""
    name = child.removeprefix("self.")
    if "." in name:
        return f".{name}.build(" in text.replace(f"self.{name}.build(", "")
    return name in _built_by_owners(text)


@lru_cache(maxsize=2)
def _built_by_owners(text: str) -> frozenset[str]:
    """Looked for once in a file, however many children it has."""
    return frozenset(_BUILT_BY_OWNER.findall(text))


def _is_switched_off(creation: Creation) -> bool:
    """Whether a layer is made with `False` for everything that would give it weights."""
    target = creation.made.target
    known = keras_facts.WEIGHTS_BY_SWITCHES if isinstance(target, Symbol) else {}
    switches = known.get(getattr(target, "name", ""), frozenset())
    off = {
        argument.keyword.value
        for argument in creation.call.args
        if argument.keyword is not None and code(argument.value) == "False"
    }
    return bool(switches) and switches <= off


def _may_build(step: Step) -> bool:
    """Whether a step that stays in `build()` may build children without naming them."""
    if step.runs or step.supers or step.doubts or step.uses.bare_self:
        return True
    for call in step.uses.calls:
        name = dotted(call.func)
        named = name.startswith("self.") and name.count(".") > 1
        if name.endswith(".build") and not named and not name.startswith("super()"):
            return True
        if name.startswith(
            ("self._flatten", "self.compute_output", "self.call", "getattr", "vars")
        ):
            return True
    return False


class Additions:
    """The lines that would make the `build()` of one class build some of its children."""

    def __init__(self, layer: LayerClass, attributes: Collection[str]) -> None:
        self._layer = layer
        self._wanted = {f"self.{attribute}" for attribute in attributes}
        self._build = layer.method("build")
        self._steps = [inner for step in layer.steps("build") for inner in step.all()]

    @property
    def text(self) -> str:
        """The file in which `build()` is written, if this class writes one."""
        return self._build.source.text if self._build is not None else ""

    @property
    def shapes(self) -> Mapping[str, str]:
        """The children that can be built, each with its shape as code."""
        if self._build is None or self._calls_elsewhere():
            return {}
        call = self._layer.method("call"), self._layer.steps("call")
        layers, hierarchy = self._layers(), self._layer.hierarchy
        waiting = [c for c in self._wanted if layers.get(c) == _SEQUENTIAL]
        found = shapes_of(hierarchy, self._build, self._steps, self._steps, call, layers, waiting)
        return {child: shape for child, shape in found.items() if child in self._wanted}

    def edits(self) -> tuple[Edit, ...]:
        """Add the lines, before `super().build(…)` if there is one."""
        assert self._build is not None
        node = self._build.node
        lines = [f"{child}.build({shape})" for child, shape in self.shapes.items()]
        kept = insert_builds(list(body_of(node)), lines)
        return self._build.edits(with_body(node, kept, self._build.indent))

    def called_on(self, attribute: str) -> str:
        """What `call()` first calls a child on, as code; `""` when it cannot be told."""
        call = self._layer.method("call")
        for node in walk(call.node.body) if call is not None else ():
            if isinstance(node, cst.Call) and dotted(node.func) == f"self.{attribute}":
                if node.args and not node.args[0].star:
                    text = " ".join(code(node.args[0].value).split())
                    return text if len(text) <= 40 else ""
                return ""
        return ""

    def mentions(self, attribute: str) -> bool:
        """Whether `build()` does anything with a child but make it, so that it may be built."""
        return any(
            f"self.{attribute}" in step.uses.reads and not step.makes for step in self._steps
        )

    def has_weights(self, attribute: str) -> bool:
        """False of a normalization that neither centers nor scales; else its class decides."""
        for name in ("__init__", "build"):
            for step in (inner for outer in self._layer.steps(name) for inner in outer.all()):
                made = step.makes[:1] if f"self.{attribute}" in step.uses.binds else ()
                if any(map(_is_switched_off, made)):
                    return False
        return True

    def is_filled(self, attribute: str) -> bool:
        """Whether a `Sequential` surely waits for a shape: a layer with weights, and no `Input`."""
        methods = self._layer.ref.summary.methods.values()
        if any(f"self.{attribute}.add" in method.calls for method in methods):
            return False
        made = [
            step
            for name in ("__init__", "build")
            for outer in self._layer.steps(name)
            for step in outer.all()
            if f"self.{attribute}" in step.uses.binds
        ]
        return bool(made) and all(map(self._waits, made))

    def _waits(self, step: Step) -> bool:
        call = step.makes[0].call if step.makes else None
        listed = call.args[0].value if call is not None and call.args else None
        if call is None or not isinstance(listed, (cst.List, cst.Tuple)):
            return False
        inside = {element.value for element in listed.elements}
        unbuilt = Unbuilt(self._layer.hierarchy)
        return not _TELLS_SHAPE.search(code(call)) and any(
            one.call in inside and not one.made.factory and unbuilt.needs_build(one.made.target)
            for one in step.makes
        )

    def _layers(self) -> Layers:
        made = {cell: target for step in self._steps for cell, target in children_of(step)}
        constructor = Constructor(self._layer.method("__init__"), self._layer.steps("__init__"))
        return {**constructor.children(), **made}

    def _calls_elsewhere(self) -> bool:
        layer = self._layer
        below = Descendants(layer.hierarchy, layer.ref, layer.subclasses)
        return below.override("call") or below.override("build")
