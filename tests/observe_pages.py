"""Examples of rule pages, as JSON on standard input → how their layers behave in the real Keras."""

from __future__ import annotations

import importlib
import json
import os
import runpy
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

ON_KERAS_2 = "--keras-2" in sys.argv
if ON_KERAS_2:  # which the examples, too, then import by this name
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    import tf_keras

    from keraslint.proof.probe.keras_versions.old_names import stand_for_keras

    stand_for_keras(tf_keras)

keras: Any = importlib.import_module("keras")


def claimed(name: str, text: str, script: str) -> dict[str, str]:
    """Let a rule's own script look at an example; `expected` is what it should see."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        look = runpy.run_path(script)
        names: dict[str, Any] = {"__name__": name}
        exec(text, names)
        return {"seen": str(look["observe"](names)), "expected": look[name]}


def behaviour(name: str, text: str, made: str) -> dict[str, Any]:
    """Make the layer of an example twice, and look."""
    names: dict[str, Any] = {"__name__": name}
    exec(text, names)
    layer, other = eval(made, names), eval(made, names)
    before = len(list(layer._flatten_layers(include_self=False)))
    asked = error(lambda: layer.dense)
    layer.trainable = False
    layer(floats(3))
    return {
        "layers before the first call": before,
        "asked for `dense`": asked,
        "trainable although frozen": _trained(layer),
        "5 channels, then 4": error(lambda: [other(floats(5)), other(floats(4))]),
    }


def _trained(layer: Any) -> int:
    """How many weights train: layers of Keras 2 know, their variables do not."""
    if ON_KERAS_2:
        return len(layer.trainable_weights)
    return sum(weight.trainable for weight in layer.weights)


def look(section: str, text: str, made: str, script: str) -> dict[str, Any]:
    """Look at one example in the way that its page asks for."""
    keras.utils.get_custom_objects().clear()
    return claimed(section.upper(), text, script) if script else behaviour(section, text, made)


def floats(channels: int) -> Any:
    return np.ones((2, channels), "float32")


def error(action: Callable[[], object]) -> str:
    try:
        action()
    except Exception as raised:
        return f"{type(raised).__name__}: {raised}"
    return ""


if __name__ == "__main__":
    keras.utils.set_random_seed(0)
    work = json.load(sys.stdin)
    seen = {
        rule: {section: look(section, **example) for section, example in examples.items()}
        for rule, examples in work.items()
    }
    print(json.dumps(seen))
