"""A layer class → the layers that it keeps, and whether `build()` builds each, and has to."""

from __future__ import annotations

from dataclasses import dataclass

from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.program.build_creations import build_of
from keraslint.project.program.children import Child, children
from keraslint.project.program.unbuilt_children import Unbuilt


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptChild:
    """A layer kept as `self.attribute`; `state` says in words whether `build()` builds it."""

    attribute: str
    layer: str
    method: str
    lost: bool
    state: str


def kept_children(hierarchy: Hierarchy, ref: ClassRef) -> tuple[KeptChild, ...]:
    """The layers that constructing or building a class creates and keeps."""
    told = Unbuilt(hierarchy)
    lost = {child.attribute: child for child in told.of(ref)}
    return tuple(
        KeptChild(
            attribute=child.attribute,
            layer=_name(child),
            method=child.method.summary.name,
            lost=child.attribute in lost,
            state=_state(hierarchy, ref, told, child, lost),
        )
        for child in children(hierarchy, ref)
    )


def _name(child: Child) -> str:
    names = [t.summary.qualname if isinstance(t, ClassRef) else t.name for t in child.targets]
    return " or ".join(names)


def _state(
    hierarchy: Hierarchy, ref: ClassRef, told: Unbuilt, child: Child, lost: dict[str, Child]
) -> str:
    if child.attribute in lost:
        if lost[child.attribute].marked:
            return "`build()` calls its `build()`, which builds nothing in it"
        return "`build()` does not build it"
    if not child.is_sequential and not told.may_need_build(child):
        return "it has no weights, or has them without being built"
    if build_of(hierarchy, ref) is None:
        return "the class has no `build()`: Keras builds it at the first call"
    return told.why_not_lost(ref, child)
