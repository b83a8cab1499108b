"""What `add_weight` is asked for → the initializer of each weight, as data."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from ..keras_versions.in_use import KERAS
from ..variable_paths import plain

SMALL = 10_000


@contextmanager
def made_weights(found: dict[int, Any]) -> Iterator[None]:
    """Note, while this is open, how weights are initialized: by the identity of the variable.

    Values tell too little of a few random numbers. An initializer of the user's own is not noted.
    """
    kind: Any = KERAS.layers.Layer
    add_weight = kind.add_weight

    taken = inspect.signature(add_weight)

    def noting(*args: Any, **kwargs: Any) -> Any:
        variable = add_weight(*args, **kwargs)
        initializer = taken.bind_partial(*args, **kwargs).arguments.get("initializer")
        told = _told(initializer, KERAS.dtype(variable))
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
        made = KERAS.initializers.get(initializer)
    except (TypeError, ValueError):
        return None
    ours = isinstance(made, KERAS.initializers.Initializer)
    return plain(made) if ours and KERAS.owns(type(made)) else None


def without_drawn_seed(told: Any, given: Collection[int]) -> Any:
    """Drop a seed that nobody gave: some layers of Keras hand on the one that they have drawn.

    Those are drawn up to 1e9, so that a small one is a given one.
    """
    seed = told["config"].get("seed") if isinstance(told["config"], dict) else None
    if not isinstance(seed, int) or seed < SMALL or seed in given:
        return told
    return {**told, "config": {k: v for k, v in told["config"].items() if k != "seed"}}
