"""Calls of a layer → weights that they make, that nobody tracks, and that training leaves alone."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..array_agreement import same
from ..keras_versions.in_use import KERAS
from ..trial import Trial, flat
from ..variable_paths import anatomy, numbers
from .real_fit import compiled, trains_itself

CONTAINERS = (list, tuple)


@contextmanager
def _noting_variables() -> Iterator[list[Any]]:
    """Collect references to all variables of Keras that are made while this is open."""
    found: list[Any] = []
    kind: Any = KERAS.Variable
    own, made = vars(kind).get("__init__"), kind.__init__

    def noting(variable: Any, *args: Any, **kwargs: Any) -> None:
        made(variable, *args, **kwargs)
        found.append(weakref.ref(variable))

    kind.__init__ = noting
    try:
        yield found
    finally:
        if own is None:
            del kind.__init__
        else:
            kind.__init__ = own


def second_call(trial: Trial) -> dict[str, Any]:
    """What a second call makes anew (the first has made what lasts), and whether it gives the same.

    Nothing is reset between the two: those of a random layer are other ones.
    """
    layer = trial.again()
    first = flat(trial.call(layer))
    with _noting_variables() as found:
        outputs = trial.call(layer)
        made = [_named(variable) for one in found if (variable := one()) is not None]
        made = made or ["(gone by now)"] * bool(found)
    second = flat(outputs)
    alike = len(first) == len(second) and all(map(same, first, second))
    return {"made": made, "same": alike}


def untracked(trial: Trial) -> list[str]:
    """Weights that are trainable and alive, and of which the layer does not know."""
    with _noting_variables() as found:
        layer = trial.called()
    gc.collect()
    known = {id(variable) for variable in layer.variables}
    alive = [variable for one in found if (variable := one()) is not None]
    lost = [one for one in alive if id(one) not in known and one.trainable]
    return [_named(one) for one in lost] + list(_foreign(layer))


def _named(variable: Any) -> str:
    return f"{variable.path} {tuple(variable.shape)}"


def _foreign(layer: Any) -> Iterator[str]:
    """Attributes that hold variables of TensorFlow's own."""
    if KERAS.backend != "tensorflow":
        return
    import tensorflow as tf

    for name, value in vars(layer).items():
        for one in value if isinstance(value, CONTAINERS) else (value,):
            foreign = isinstance(one, tf.Variable) and not isinstance(one, KERAS.Variable)
            if foreign and one.trainable and not name.startswith("_self_"):
                yield f"{name} {tuple(one.shape)}"


def never_active(trial: Trial) -> list[str] | None:
    """State that a call with `training=True` moves and a model's own `fit()` does not.

    None where it does not train itself in Keras' way.
    """
    if not trains_itself(trial):
        return None
    (x,), _ = trial.case.inputs()
    moved = {
        key
        for key, value in trial.state.items()
        if not np.array_equal(trial.arrays.get(f"moved/{key}", value), value)
    }
    trained = _trained(trial, x)
    return sorted(key for key in moved if key not in trained)


def _trained(trial: Trial, x: Any) -> set[str]:
    """What one step of the model's own training moves."""
    model = compiled(trial.ready(), run_eagerly=True, jit_compile=False)
    model.train_on_batch(x)
    after = anatomy(model).variables
    return {
        key
        for key, value in trial.state.items()
        if key not in after or not np.array_equal(numbers(after[key]), value)
    }
