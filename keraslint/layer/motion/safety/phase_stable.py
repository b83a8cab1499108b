"""The name of an attribute → whether its value is settled when `__init__` ends."""

from __future__ import annotations

from keraslint.layer.call_effects import PURE_METHODS
from keraslint.project.facts.container_methods import CHANGING

STEADY = frozenset(
    """_dtype_policy _name autocast built compute_dtype dtype dtype_policy input_dtype name
    quantization_mode supports_jit supports_masking trainable variable_dtype add_weight""".split()
)
"""Attributes of Keras' own that are the same at the end of `__init__` and in `build()`."""

SETTLED = PURE_METHODS | CHANGING | {"__class__", "__name__", "dtype", "ndim", "shape", "size"}
"""What may be read off any value without asking when it came about."""

_CONFIGURATIONS = ("config", "cfg", "params", "hparams", "args", "options", "settings", "spec")


def is_settled(name: str) -> bool:
    """Keras' own attributes, and those that hold a configuration by their name."""
    return name in STEADY or name.strip("_").endswith(_CONFIGURATIONS)
