"""A class of models → whether `__init__` makes it of inputs and outputs, as a functional one."""

from __future__ import annotations

from keraslint.project.facts.module_facts import Parent
from keraslint.project.names import keras_api
from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.name_resolution import Hierarchy


def is_functional(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """`super().__init__(inputs=inputs, outputs=outputs)` above `Model` makes a functional model."""
    lineage = hierarchy.lineage(ref)
    if not any(root.name == keras_api.MODEL for root in lineage.roots):
        return False
    inits = (item.saving.init for item in lineage.chain)
    return any(_gives_outputs(parent) for init in inits if init for parent in init.parents)


def _gives_outputs(parent: Parent) -> bool:
    return any(name == "outputs" for name, _ in parent.keywords) or len(parent.arguments) > 1
