"""What was measured in a case → a number that is the same where the same came out."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

SHOWN = ("inference/", "training/", "loss/", "training loss/", "mask/", "moved/")
"""What a call gives, in inference and in training: measured in every case."""
DIGITS = 4


def effect_of(facts: Mapping[str, Any], arrays: Mapping[str, Any]) -> int:
    """The weights by shape, the sub-layers by configuration, and the numbers of a call, as one."""
    children = facts.get("children") or {}
    made = [(path, child["class"], child["config"]) for path, child in sorted(children.items())]
    weights = [(one["key"], one["shape"]) for one in facts.get("weights") or ()]
    number = zlib.crc32(repr((made, weights)).encode())
    for name in sorted(name for name in arrays if name.startswith(SHOWN)):
        array = arrays[name]
        rounded = np.round(array, DIGITS) + 0.0 if array.dtype.kind == "f" else array
        number = zlib.crc32(f"{name}{rounded.shape}".encode() + rounded.tobytes(), number)
    return number
