"""A sub-layer and what it is called on → the arguments of its `build()`, and what it returns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from keraslint.layer.child_builds.following.child_creations import Creations
from keraslint.layer.child_builds.shapes.broadcasting import broadcast
from keraslint.layer.child_builds.shapes.cut_and_joined import concatenated
from keraslint.layer.child_builds.shapes.shape_program import Expr, expr, joined
from keraslint.layer.child_builds.shapes.shape_values import (
    Arguments,
    Group,
    Input,
    Layer,
    Part,
    Several,
    Size,
    Target,
    Tensor,
    Token,
    Unknown,
    Value,
)
from keraslint.layer.child_builds.shapes.tensor_sizes import tensor_of, with_last
from keraslint.layer.child_builds.shapes.told_shapes import (
    NEEDS_SIZES,
    doubts_of,
    ends_in_another,
    is_loose,
    told,
)
from keraslint.project.names import keras_api
from keraslint.project.names.definitions import ClassRef, FunctionRef
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.keras_facts import SEQUENTIAL
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.program.unbuilt_children import Unbuilt

_SIZED = ("units", "filters", "output_dim")
_SUMS = frozenset(
    f"keras.layers.{name}" for name in "Add Subtract Multiply Average Maximum Minimum".split()
)
_ATTENTIONS = frozenset({"keras.layers.MultiHeadAttention", "keras.layers.GroupQueryAttention"})

Returned = Callable[[ClassRef, Tensor], Value]
"""What `call()` of a class returns, when it is called on one tensor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What `build()` of a child is to be called on; or `why` that cannot be told."""

    shapes: tuple[Expr, ...] = ()
    doubts: tuple[str, ...] = ()
    why: str = ""
    needless: bool = False
    unbuilding: ClassRef | None = None


class Outputs:
    """The sub-layers of one class; `first` is what the last size of its input is called."""

    def __init__(
        self,
        hierarchy: Hierarchy,
        creations: Creations,
        first: Size,
        returned: Returned,
        mended: Collection[tuple[str, str]] = (),
    ) -> None:
        self._hierarchy = hierarchy
        self._creations = creations
        self._first = first
        self._returned = returned
        self._mended = mended

    # -- what build() takes ------------------------------------------------------------------

    def wanted(self, child: Layer, arguments: Arguments) -> Wanted:
        """The shapes for `child.build(…)`."""
        if not child.targets:
            return Wanted(why=f"nobody can tell what `self.{child.attribute}` is")
        if all(self._needs_none(target) for target in child.targets):
            return Wanted(needless=True)
        for target in child.targets:
            if isinstance(target, ClassRef) and self._cannot_build(target):
                return Wanted(unbuilding=target)
        found = [self._wanted_by(target, arguments) for target in child.targets]
        reasons = [one for one in found if one.why]
        if reasons:
            return replace(reasons[0], why=f"{reasons[0].why} of `self.{child.attribute}`")
        if any(one.shapes != found[0].shapes for one in found):
            return Wanted(why=f"the layers of `self.{child.attribute}` are built in several ways")
        doubts = tuple(dict.fromkeys(doubt for one in found for doubt in one.doubts))
        return replace(found[0], doubts=doubts)

    def is_always_there(self, child: Layer) -> bool:
        """Whether the class makes it whatever it is given, as far as it makes it itself."""
        return self._creations.is_made_always(child.attribute)

    def _needs_none(self, target: Target) -> bool:
        if isinstance(target, Symbol):
            known = keras_api.layer_class(target.name)
            builds = known is not None and known.defines_build and not known.weightless
            return known is not None and not builds and target.name != SEQUENTIAL
        return self._hierarchy.weightless(target)

    def _cannot_build(self, ref: ClassRef) -> bool:
        """Whether a class has no `build()` of its own, and children that it leaves to `call()`."""
        if self._hierarchy.method(ref, "build") is not None or ref.key in self._mended:
            return False
        return not any(_builds(root) for root in self._hierarchy.lineage(ref).roots)

    def _wanted_by(self, target: Target, arguments: Arguments) -> Wanted:
        names = self._build_parameters(target)
        untold = isinstance(target, ClassRef) and Unbuilt(self._hierarchy).leaves_inputs(target)
        if names is None or untold:
            return Wanted(why="the parameters of `build()`")
        if len(names) == 1 or names[0] == "sequences_shape":
            return self._on(target, [arguments.get(0, *self._call_parameters(target)[:1])])
        wanted = [self._passed(target, name, arguments) for name, _ in names_with(names)]
        while wanted and wanted[-1] is None:
            wanted.pop()
        return self._on(target, wanted)

    def _passed(self, target: Target, name: str, arguments: Arguments) -> Value | None:
        """The argument of a call whose shape a parameter of `build()` is."""
        plain = name.removesuffix("_shape").removesuffix("_shapes")
        parameters = self._call_parameters(target)
        place = parameters.index(plain) if plain in parameters else len(parameters)
        return arguments.get(place, plain)

    def _on(self, target: Target, values: Sequence[Value | None]) -> Wanted:
        shapes: list[Expr] = []
        doubts: list[str] = []
        for value in values:
            shape, why = told(value)
            if shape is None:
                return Wanted(why=why or "the shape")
            shapes.append(shape)
            doubts += doubts_of(value)
            if ends_in_another(value):
                doubts.append(NEEDS_SIZES)
            if is_loose(value) and not self._needs_last_only(target):
                if isinstance(target, Symbol):
                    return Wanted(why="every size of the input")
                doubts.append(f"only the last size of `{shape.text}` is sure")
        return Wanted(shapes=tuple(shapes), doubts=tuple(doubts))

    def _needs_last_only(self, target: Target) -> bool:
        """Whether the weights depend on the last size of the input and on no other."""
        if not isinstance(target, Symbol):
            return False
        known = keras_api.layer_class(target.name)
        parameters = known.parameters if known is not None else ()
        return (
            bool(set(_SIZED) & set(parameters))
            or target.name in _ATTENTIONS
            or (known is not None and known.keeps_shape)
        )

    def _build_parameters(self, target: Target) -> tuple[str, ...] | None:
        if isinstance(target, Symbol):
            known = keras_api.layer_class(target.name)
            return known.build_parameters if known is not None else ("input_shape",)
        build = self._hierarchy.method(target, "build")
        if build is not None:
            return _shape_parameters(build)
        if target.key in self._mended:
            return ("input_shape",)
        roots = self._hierarchy.lineage(target).roots
        return self._build_parameters(roots[0]) if len(roots) == 1 else None

    def _call_parameters(self, target: Target) -> tuple[str, ...]:
        if isinstance(target, Symbol):
            known = keras_api.layer_class(target.name)
            return known.call_parameters if known is not None else ("inputs",)
        call = self._hierarchy.method(target, "call")
        if call is not None:
            return tuple(p.name for p in call.summary.parameters[1:])
        roots = self._hierarchy.lineage(target).roots
        return self._call_parameters(roots[0]) if len(roots) == 1 else ()

    # -- what call() returns ----------------------------------------------------------------

    def output(self, child: Layer, arguments: Arguments) -> Value:
        """What a sub-layer returns."""
        found = [self._output_of(target, child, arguments) for target in child.targets]
        if not found:
            return Unknown(f"`self.{child.attribute}`")
        first = found[0]
        if all(isinstance(one, Tensor) for one in found):
            tensors = [one for one in found if isinstance(one, Tensor)]
            if all(one.shape == tensors[0].shape for one in tensors):
                return _agreed(tensors)
        return first if all(one == first for one in found) else Unknown(f"`{child.code.text}`")

    def _output_of(self, target: Target, child: Layer, arguments: Arguments) -> Value:
        if isinstance(target, ClassRef):
            return self._project_output(target, child, arguments)
        known = keras_api.layer_class(target.name)
        given = arguments.get(0, *self._call_parameters(target)[:1])
        if target.name in _ATTENTIONS:
            return self._attended(child, given, arguments)
        if target.name in _SUMS and isinstance(given, (Group, Several)):
            return self._summed(child, given)
        if target.name == "keras.layers.Concatenate" and isinstance(given, (Group, Several)):
            return self._side_by_side(child, given)
        if known is not None and known.keeps_shape and not target.guessed:
            return tensor_of(given) or Unknown()
        shape, why = told(given)
        if shape is None or target.guessed:
            return Unknown(why or f"`{child.code.text}`")
        return self._keras_output(target, child, shape, given)

    def _keras_output(
        self, target: Symbol, child: Layer, shape: Expr, given: Value | None
    ) -> Value:
        known = keras_api.layer_class(target.name)
        code = expr(child.code, ".compute_output_shape(", shape, ")")
        tensor = tensor_of(given)
        plain = Tensor(shape=code, doubts=tuple(doubts_of(given)))
        if known is None or tensor is None:
            return plain
        reduced = tensor.front if "Global" in known.name else tensor.reduced
        plain = replace(plain, batch=tensor.batch, reduced=reduced)
        if self._returns_states(child):
            return Input(shape=code, tensor=plain)
        sized = next((name for name in _SIZED if name in known.parameters), None)
        pools = "Pooling" in known.name
        if sized is None and not pools:
            return plain if not tensor.loose else Unknown(f"`{child.code.text}`")
        last = tensor.last
        if sized is not None:
            place = known.parameters.index(sized)
            last = self._creations.size(child.attribute, sized, place, self._first)
        front = tensor.front if self._keeps_front(child, known) else Token()
        rank = tensor.rank if self._keeps_rank(child, known) else Token()
        return replace(plain, front=front, last=last, loose=tensor.loose, rank=rank)

    def _keeps_rank(self, child: Layer, known: keras_api.LayerClass) -> bool:
        name = known.name.rpartition(".")[2]
        if "return_sequences" in known.parameters:
            return self._keeps_front(child, known)
        return name == "Dense" or "Conv" in name or ("Pooling" in name and "Global" not in name)

    def _keeps_front(self, child: Layer, known: keras_api.LayerClass) -> bool:
        """Whether all sizes but the last stay as they are."""
        name = known.name.rpartition(".")[2]
        if name in ("Dense", "Embedding"):
            return name == "Dense"
        if "return_sequences" in known.parameters:
            return set(self._creations.argument(child.attribute, "return_sequences")) == {"True"}
        if name.startswith(("Conv", "SeparableConv")) and not name.endswith("Transpose"):
            at = known.parameters.index("strides") if "strides" in known.parameters else None
            strides = set(self._creations.argument(child.attribute, "strides", at))
            padding = self._creations.argument(child.attribute, "padding", at and at + 1)
            same = bool(padding) and {p and p.strip("'\"") for p in padding} == {"same"}
            return same and strides <= {None, "1", "(1, 1)"}
        return False

    def _returns_states(self, child: Layer) -> bool:
        given = self._creations.argument(child.attribute, "return_state")
        return any(text not in (None, "False") for text in given)

    def _attended(self, child: Layer, query: Value | None, arguments: Arguments) -> Value:
        tensor = tensor_of(query)
        scores = arguments.named.get("return_attention_scores")
        own = [t for t in self._creations.argument(child.attribute, "output_shape") if t]
        if tensor is None:
            return Unknown()
        if own or not self._creations.calls(child.attribute):
            value = told(arguments.get(1, "value"))[0]
            if value is None:
                return Unknown()
            code = expr(child.code, ".compute_output_shape(", tensor.shape, ", ", value, ")")
            tensor = replace(tensor, shape=code, last=Token(), parts=())
        return Group((tensor, Unknown())) if scores is not None else tensor

    def _summed(self, child: Layer, given: Group | Several) -> Value:
        shape, why = told(given)
        if shape is None:
            return Unknown(why)
        items = list(given.items) if isinstance(given, Group) else []
        together: Value = items[0] if items else Unknown()
        for item in items[1:]:
            together = broadcast(together, item)
        tensor = tensor_of(together)
        if tensor is not None and not tensor.loose and not tensor.doubts:
            return tensor
        code = expr(child.code, ".compute_output_shape(", shape, ")")
        return Tensor(shape=code, front=Token(), last=tensor.last if tensor else Token(), doubts=())

    def _side_by_side(self, child: Layer, given: Group | Several) -> Value:
        shape, why = told(given)
        axis = set(self._creations.argument(child.attribute, "axis", 0))
        if shape is None:
            return Unknown(why)
        if is_loose(given):
            return concatenated(given, (-1,)) if axis <= {None, "-1"} else Unknown()
        code = expr(child.code, ".compute_output_shape(", shape, ")")
        return Tensor(shape=code, doubts=tuple(doubts_of(given)))

    def _project_output(self, ref: ClassRef, child: Layer, arguments: Arguments) -> Value:
        own = self._hierarchy.method(ref, "compute_output_shape")
        given = arguments.get(0, *self._call_parameters(ref)[:1])
        tensor = tensor_of(given)
        followed = self._returned(ref, tensor) if tensor is not None else Unknown()
        if isinstance(followed, Tensor) and tensor is not None and followed.like(tensor):
            return tensor.doubted(*followed.doubts)
        if isinstance(followed, Group) and own is None:
            return Group(tuple(self._item(child, tensor, item) for item in followed.items))
        roots = self._hierarchy.lineage(ref).roots
        if own is None and self._hierarchy.method(ref, "call") is None and len(roots) == 1:
            return self._output_of(roots[0], child, arguments)
        if own is None:
            return self._resized(child, tensor, followed)
        return self._told_by(own, ref, child, arguments)

    def _item(self, child: Layer, tensor: Tensor | None, followed: Value) -> Value:
        """One of several that a child returns."""
        if isinstance(followed, Tensor) and tensor is not None and followed.like(tensor):
            return tensor.doubted(*followed.doubts)
        return self._resized(child, tensor, followed)

    def _resized(self, child: Layer, tensor: Tensor | None, followed: Value) -> Value:
        """All but the last size is kept, and the child knows that one."""
        unknown = Unknown(f"`{child.code.text}`, which has no `compute_output_shape()`,")
        if not isinstance(followed, Tensor) or tensor is None or followed.rank is not tensor.rank:
            return unknown
        last = followed.last
        if not isinstance(last, str) or not (last.isdigit() or _is_attribute(last)):
            return unknown
        name = last if last.isdigit() else f"{child.code.text}{last.removeprefix('self')}"
        found = with_last(tensor, Part(code=expr(name), size=last if last.isdigit() else Token()))
        same = followed.front is tensor.front
        loose = tensor.loose or followed.loose or not same
        doubts = (*tensor.doubts, *followed.doubts)
        return replace(found, front=tensor.front if same else Token(), loose=loose, doubts=doubts)

    def _told_by(
        self, own: FunctionRef, ref: ClassRef, child: Layer, arguments: Arguments
    ) -> Value:
        names = [p.name for p in own.summary.parameters[1:] if p.kind == "plain" and p.required]
        values: list[Value | None] = [arguments.get(0, *self._call_parameters(ref)[:1])]
        if len(names) > 1:
            values = [self._passed(ref, name, arguments) for name in names]
        shapes = [told(value)[0] for value in values]
        if None in shapes or any(is_loose(value) for value in values):
            return Unknown(f"`{child.code.text}`")
        inside = joined(shape for shape in shapes if shape is not None)
        code = expr(child.code, ".compute_output_shape(", inside, ")")
        doubts = [doubt for value in values for doubt in doubts_of(value)]
        if own.summary.joins:
            doubts.append(f"`{ref.summary.name}.compute_output_shape()` adds a tuple to the shape")
        return Tensor(shape=code, doubts=tuple(doubts))


def names_with(names: Sequence[str]) -> list[tuple[str, int]]:
    return [(name, place) for place, name in enumerate(names)]


def _is_attribute(name: str) -> bool:
    return name.startswith("self.") and name.removeprefix("self.").isidentifier()


def _shape_parameters(build: FunctionRef) -> tuple[str, ...] | None:
    parameters = build.summary.parameters[1:]
    if any(parameter.kind not in ("plain",) for parameter in parameters[:1]) or not parameters:
        return None
    return tuple(p.name for p in parameters if p.kind == "plain")


def _builds(root: Symbol) -> bool:
    known = keras_api.layer_class(root.name)
    return known is not None and known.defines_build


def _agreed(found: Sequence[Tensor]) -> Tensor:
    first = found[0]
    front = first.front if all(one.front is first.front for one in found) else Token()
    last = first.last if all(one.last == first.last for one in found) else Token()
    doubts = tuple(dict.fromkeys(doubt for one in found for doubt in one.doubts))
    return replace(first, front=front, last=last, doubts=doubts)
