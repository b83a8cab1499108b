"""What `add_weight` is asked for → the initializer of each weight, as data."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import keras

from ..variable_paths import plain

SMALL = 10_000


@contextmanager
def made_weights(found: dict[int, Any]) -> Iterator[None]:
    """Note, while this is open, how weights are initialized: by the identity of the variable.

    Values tell too little of a few random numbers. An initializer of the user's own is not noted.
    """
    kind: Any = keras.layers.Layer
    add_weight = kind.add_weight

    def noting(layer: Any, shape: Any = None, initializer: Any = None, *a: Any, **k: Any) -> Any:
        variable = add_weight(layer, shape, initializer, *a, **k)
        told = _told(initializer, str(variable.dtype))
        if told is not None:
            found[id(variable)] = told
        return variable

    kind.add_weight = noting
    try:
        yield
    finally:
        kind.add_weight = add_weight


def _told(initializer: Any, dtype: str) -> Any:
    if initializer is None:
        initializer = "glorot_uniform" if "float" in dtype else "zeros"
    try:
        made = keras.initializers.get(initializer)
    except (TypeError, ValueError):
        return None
    ours = isinstance(made, keras.initializers.Initializer)
    return plain(made) if ours and type(made).__module__.startswith("keras.") else None


def without_drawn_seed(told: Any, given: Collection[int]) -> Any:
    """Drop a seed that nobody gave: some layers of Keras hand on the one that they have drawn.

    Those are drawn up to 1e9, so that a small one is a given one.
    """
    seed = told["config"].get("seed") if isinstance(told["config"], dict) else None
    if not isinstance(seed, int) or seed < SMALL or seed in given:
        return told
    return {**told, "config": {k: v for k, v in told["config"].items() if k != "seed"}}
