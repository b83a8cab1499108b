"""A layer class of which no creation in `build()` is told → what decided that, and where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.project.names.definitions import External, FunctionRef
from keraslint.project.names.keras_api import Symbol
from keraslint.project.program.build_creations import build_of, reached
from keraslint.project.serialization.argument_storage import listed

if TYPE_CHECKING:
    from keraslint.layer.layer_class import Construction, LayerClass

Decided = tuple[int, str]
_WEIGHT = "self.add_weight"


def why_no_creation(layer: LayerClass) -> Iterator[Decided]:
    """Tell the lines and the reasons, most telling first."""
    if layer.constructions:
        needs: dict[str, list[Construction]] = {}
        for item in layer.constructions:
            needs.setdefault(_needs(item), []).append(item)
        for what, items in needs.items():
            names = tuple(dict.fromkeys(item.callee for item in items))
            verb = "needs" if len(names) == 1 else "need"
            line = items[0].span.start.line
            yield line, f"{listed(names)} {verb} {what}"
        return
    build = build_of(layer.hierarchy, layer.ref)
    if build is None:
        own = layer.ref.summary.methods.get("build")
        if own is not None:
            yield own.line, "`build()` takes no input shape: Keras does not call it as a layer's"
        else:
            yield layer.ref.summary.line, "the class has no `build()`"
        return
    for method in reached(layer.hierarchy, layer.ref, build):
        if method.owner == layer.ref:
            yield from _unknown(layer, method)
    if build.owner != layer.ref and build.owner is not None:
        base = build.owner.summary.name
        yield layer.ref.summary.line, f"`build()` is inherited: look at `{base}`"
    yield build.summary.line, "no call in `build()` is known to create a layer"


def _needs(item: Construction) -> str:
    return " and ".join(item.needs) or "nothing from the call of `build()`"


def _unknown(layer: LayerClass, method: FunctionRef) -> Iterator[Decided]:
    """What is made and kept in a method, and is no layer as far as anybody knows."""
    for name, leaves in method.summary.bindings.items():
        for leaf in leaves if name.startswith("self.") else ():
            callee = leaf.removesuffix("()")
            if callee in (leaf, _WEIGHT):
                continue
            meanings = layer.hierarchy.values(method.scope, callee)
            if not meanings:
                said = "was not found, and nothing that is done with it says that it is a layer"
            elif isinstance(meanings[0], (External, Symbol)):
                said = f"is `{meanings[0].name}`, which is no layer"
            else:
                said = "is no layer"
            yield method.summary.line, f"`{name}` is what `{callee}()` gives, which {said}"
