"""Pairs of module texts, as JSON on standard input → where the layers of a pair differ, as JSON."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import keras
import numpy as np


def observed(text: str, name: str, arguments: list[Any], weights: list[Any] | None) -> Any:
    """The weights of a layer in order, by path and shape, and what it returns with given ones."""
    names: dict[str, Any] = {"__name__": "generated"}
    exec(text, names)
    layer = names[name](*arguments)
    inputs = np.linspace(0, 1, 10, dtype="float32").reshape(2, 5)
    try:
        layer(inputs)
    except Exception as error:
        return type(error).__name__, None, None
    paths = [(re.sub(r"_\d+", "", v.path), list(v.shape)) for v in layer.weights]
    if weights is not None and [w.shape for w in weights] == [tuple(s) for _, s in paths]:
        layer.set_weights(weights)
    return paths, layer.get_weights(), np.asarray(layer(inputs)).tolist()


def difference(before: str, after: str, arguments: list[Any]) -> str:
    """Say in which class the two texts differ, and how."""
    for name in ("Block", "Sub"):
        if f"class {name}" not in before:
            continue
        old = observed(before, name, arguments, None)
        new = observed(after, name, arguments, old[1])
        if old[0] != new[0]:
            return f"{name}{tuple(arguments)}: {old[0]} → {new[0]}"
        if old[2] is not None and not np.allclose(old[2], new[2], rtol=1e-4, atol=1e-4):
            return f"{name}{tuple(arguments)}: the output changed"
    return ""


if __name__ == "__main__":
    keras.utils.set_random_seed(0)
    work = json.load(sys.stdin)
    found = [
        [before, told]
        for before, after in work["pairs"]
        for arguments in work["arguments"]
        if (told := difference(before, after, arguments))
    ]
    print(json.dumps(found))
