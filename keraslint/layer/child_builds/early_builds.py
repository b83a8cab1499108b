"""Children that `build()` is to build → who could tell that it happens before the first call."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from keraslint.layer.layer_class import LayerClass
from keraslint.layer.motion.safety.class_hooks import opaque
from keraslint.project.facts.occurrences.occurrence_records import ERRORS
from keraslint.project.names.definitions import ClassRef
from keraslint.project.program.children import Child, children
from keraslint.project.program.class_users import ClassUsers, who

_OWN = re.compile(r"\bself\.(\w+)")


def told_by(
    layer: LayerClass, built: Sequence[Child], statements: Sequence[str]
) -> tuple[str, ...]:
    """Each of them, by what they do; `statements` are the lines that build these children."""
    users = ClassUsers(layer.effects, layer.ref)
    kept = {child.attribute for child in children(layer.hierarchy, layer.ref)}
    read = {name for text in statements for name in _OWN.findall(text)} - kept
    found = (
        *users.handles(kept),
        *users.heeds(("build",), ERRORS),
        *(one.cause for one in opaque(layer.effects, layer.effects.family(layer.ref))),
        *_changes(layer, read),
        *(cause for child in built for cause in _does(layer, child)),
    )
    return tuple(dict.fromkeys(found))


def _changes(layer: LayerClass, names: Collection[str]) -> Iterator[str]:
    """Who may change what the lines read, between `build()` and the first call."""
    family = layer.effects.family(layer.ref)
    for name in sorted(names):
        for event in layer.effects.sets(family.may_be, name):
            function = event.function
            if not (family.owns(function) and function.own_name in ("__init__", "build")):
                yield f"{who(function)} sets `{name}`"


def _does(layer: LayerClass, child: Child) -> Iterator[str]:
    """What a child of the project does besides when it is built, or called."""
    hierarchy, effects = layer.hierarchy, layer.effects
    for target in child.targets:
        if not isinstance(target, ClassRef):
            continue
        if hierarchy.method(target, "__call__") is not None:
            yield f"`{target.summary.name}` has a `__call__()` of its own"
        build = hierarchy.method(target, "build")
        function = effects.graph.function(build) if build is not None else None
        for change in effects.side.of(function) if function is not None else ():
            yield f"building a `{target.summary.name}` {change.does}"
