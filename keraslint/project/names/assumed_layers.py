"""A call of which names tell nothing → the layer that it makes, if the way it is used says so."""

from __future__ import annotations

from collections.abc import Sequence

from keraslint.project.names import keras_api
from keraslint.project.names.definitions import (
    ClassRef,
    External,
    FunctionRef,
    Made,
    Meaning,
    Scope,
)
from keraslint.project.names.external_names import is_foreign
from keraslint.project.names.keras_api import Symbol

_OTHERS_THAT_BUILD = ("Quantizer", "Optimizer", "Metric", "Loss", "Tokenizer", "Builder", "Config")


def guess(
    scope: Scope, callee: str, values: Sequence[Meaning], chain: Sequence[ClassRef]
) -> Made | None:
    """Take what a function or a given class returns for a layer if the caller builds it.

    `values` is what the callee may be, `chain` the class around it with its bases.
    """
    makers = (_is_function(values), _is_unread_class(callee, values))
    if not any(makers) and not _is_argument(callee, values, chain):
        return None
    function = scope.function
    for name, leaves in function.bindings.items() if function is not None else ():
        if f"{callee}()" in leaves and function is not None and f"{name}.build" in function.calls:
            return Made(callee, Symbol(keras_api.LAYER, "layer"), factory=True, guessed=True)
    return None


def _is_function(values: Sequence[Meaning]) -> bool:
    """Whether it is a function of the project, and no method."""
    return bool(values) and all(isinstance(v, FunctionRef) and v.owner is None for v in values)


def _is_unread_class(callee: str, values: Sequence[Meaning]) -> bool:
    """Whether it is, to judge by its name, a class of a library whose text is not to be had."""
    name = callee.rpartition(".")[2]
    unread = [v for v in values if isinstance(v, External) and not is_foreign(v.name)]
    return (
        bool(values)
        and len(unread) == len(values)
        and name[:1].isupper()
        and not name.endswith(_OTHERS_THAT_BUILD)
    )


def _is_argument(callee: str, values: Sequence[Meaning], chain: Sequence[ClassRef]) -> bool:
    """Whether it is an argument of the constructor, kept as it was given."""
    attribute = callee.removeprefix("self.")
    return (
        not values and callee != attribute and any(item.summary.keeps(attribute) for item in chain)
    )
