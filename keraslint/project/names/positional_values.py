"""A layer's class → whether it may be called with other things than tensors, or not."""

from __future__ import annotations

from keraslint.project.names import keras_api
from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy

_ALLOWS = "_allow_non_tensor_positional_args"
"""How a layer tells Keras so: an attribute of its own."""
_OWN_CALLS = ("__call__", "__new__")


def takes_values(hierarchy: Hierarchy, target: Symbol | ClassRef) -> bool:
    """Whether numbers and texts may stand among its inputs; doubt means that they may."""
    if isinstance(target, Symbol):
        known = keras_api.layer_class(target.name)
        return target.guessed or known is None or known.takes_values
    lineage = hierarchy.lineage(target)
    if lineage.missing or any(hierarchy.method(target, name) for name in _OWN_CALLS):
        return True
    says_so = any(
        _ALLOWS in item.summary.bindings
        or any(_ALLOWS in method.assigns for method in item.summary.methods.values())
        for item in lineage.chain
    )
    roots = (root for root in lineage.roots if root.kind == "layer")
    return says_so or any(takes_values(hierarchy, root) for root in roots)
