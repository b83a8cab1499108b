"""What `build()` reads off an object → whether that may be there only when `build()` runs."""

from __future__ import annotations

from keraslint.layer.motion.safety.phase_stable import SETTLED, STEADY, is_settled
from keraslint.project.names import keras_facts
from keraslint.project.names.definitions import ClassRef, FunctionRef, Instance
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.program.children import run_by, runs
from keraslint.project.serialization.kept_arguments import root_keys

_STEADY = STEADY - {"built"}
_OF_LAYERS = _STEADY | keras_facts.TAKEN_OUT | {"state_size", "output_size", "rank"}
_OF_SEQUENTIAL = _STEADY | {"layers", "add", "pop"}


def is_late(hierarchy: Hierarchy, ref: ClassRef, read: str) -> bool:
    """Whether `self.x.y` may not be there, or be another one, when `__init__` ends.

    A tokenizer whose vocabulary is loaded later is one, and so is the kernel of a child; a
    configuration is not, nor is what the constructor of a child was given.
    """
    _, name, attribute = read.split(".")[:3]
    if attribute in SETTLED or is_settled(name):
        return False
    values = hierarchy.values(ref.scope(), f"self.{name}")
    known = [value.of if isinstance(value, Instance) else value for value in values]
    classes = [one for one in known if isinstance(one, (Symbol, ClassRef))]
    return not classes or any(_comes_later(hierarchy, one, attribute) for one in classes)


def _comes_later(hierarchy: Hierarchy, target: Symbol | ClassRef, attribute: str) -> bool:
    """Whether a layer has an attribute only once it is built, adapted or called."""
    if isinstance(target, Symbol):
        return _is_made_by_keras(target, attribute)
    lineage = hierarchy.lineage(target)
    if not lineage.is_layer or lineage.missing:
        return False
    for item in lineage.chain:
        method = item.summary.methods.get(attribute)
        if method is not None:
            start = FunctionRef.of(item.module, method, item)
            read = {name for one in runs(hierarchy, target, start) for name in one.summary.reads}
            return any(_is_set_later(hierarchy, target, name) for name in read)
        if attribute in item.summary.bindings:
            return False
    if _is_set_in_init(hierarchy, target, attribute):
        return False
    return _is_set_later(hierarchy, target, attribute) or any(
        _is_made_by_keras(root, attribute) for root in lineage.roots
    )


def _is_set_in_init(hierarchy: Hierarchy, ref: ClassRef, attribute: str) -> bool:
    return any(attribute in one.summary.assigns for one in run_by(hierarchy, ref, "__init__"))


def _is_set_later(hierarchy: Hierarchy, ref: ClassRef, attribute: str) -> bool:
    methods = [m for item in hierarchy.lineage(ref).chain for m in item.summary.methods.values()]
    assigned = any(attribute in method.assigns for method in methods)
    return assigned and not _is_set_in_init(hierarchy, ref, attribute)


def _is_made_by_keras(symbol: Symbol, attribute: str) -> bool:
    """A class of Keras keeps what it was given; its weights and shapes come later.

    A functional model has them from the start.
    """
    if symbol.name == keras_facts.SEQUENTIAL:
        return attribute not in _OF_SEQUENTIAL
    keys = root_keys(symbol) if symbol.kind == "layer" else None
    return keys is not None and attribute.lstrip("_") not in {*keys, *_OF_LAYERS}
