"""A class → the arguments that its configuration omits, and how each can be read off the object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from keraslint.project.serialization.argument_storage import Kept, kept
from keraslint.project.serialization.kept_arguments import config_of, init_of
from keraslint.project.serialization.lost_arguments import omitted, refused

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass

WRONG_NAME = "whether the key or the argument has the wrong name is not known"


def omitted_names(layer: LayerClass) -> tuple[str, ...]:
    """What is omitted, if the configuration is not meant for subclasses with other arguments."""
    names = omitted(layer.hierarchy, layer.ref)
    return () if names and _serves_others(layer) else names


def _serves_others(layer: LayerClass) -> bool:
    """Whether a subclass with an `__init__` of its own lives with this `get_config()`."""
    return any(
        config_of(item) is None and item.saving.init is not None for item in layer.subclasses
    )


def read_off(layer: LayerClass) -> Sequence[Kept]:
    """How each of them can be given back, or why it cannot."""
    init = init_of(layer.hierarchy, layer.ref)
    if init is None:
        return []
    below = layer.subclasses
    known = [
        kept(layer.hierarchy, layer.ref, init, name, below, made_again=False)
        for name in omitted_names(layer)
    ]
    wrong = [one.name for one in known if one.anew] and refused(layer.hierarchy, layer.ref)
    return [Kept(name=one.name, why_not=WRONG_NAME) if wrong and one.anew else one for one in known]


def misnamed_keys(layer: LayerClass, known: Sequence[Kept]) -> dict[str, str]:
    """The keys that nobody takes, and that hold the value of an argument without a key."""
    method = layer.method("get_config")
    wrong = refused(layer.hierarchy, layer.ref)
    if method is None or not wrong or not known:
        return {}
    from keraslint.rules.saving.get_config_omits_argument.key_renames import misnamed

    held = {one.name: {one.code, f"self.{one.name}"} for one in known}
    return misnamed(method, wrong, held)
