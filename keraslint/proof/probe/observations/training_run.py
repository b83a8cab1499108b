"""A trial → gradients, five steps of `fit`, and which weights a freeze reaches."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...measures.measured import Arrays
from ..array_agreement import same
from ..attempts import SEED, attempt, failed
from ..call_arguments import arrays_of, put_back, takes_training
from ..gradients import (
    by_jax,
    by_torch,
    float_leaves,
    floating,
    from_tape,
    loss_of,
    new_tape,
    watched,
)
from ..keras_versions.in_use import KERAS
from ..trial import Trial, flat
from ..variable_paths import anatomy, numbers, state, transplant
from .build_and_call import keep, repeats
from .public_surface import attributes

STEPS = 5
GRADIENT = Arrays(name="gradient")


class Owner(KERAS.Model):  # type: ignore[misc]
    """A model around one layer: takes the inputs as a dict, has a loss for any output."""

    def __init__(self, layer: Any, trial: Trial, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.layer = layer
        self.trial = _Hidden(trial)

    def call(self, inputs: Any, training: Any = None) -> Any:
        args, kwargs = put_back(self.trial.case_inputs(), inputs)
        # Training on JAX runs `call()` alone, and so tells the sub-layers of it nothing.
        if training is not None and takes_training(self.layer):
            kwargs = {"training": training, **kwargs}
        return self.layer(*args, **kwargs)

    def compute_loss(self, x=None, y=None, y_pred=None, *_: Any, **__: Any) -> Any:  # type: ignore[no-untyped-def]
        parts = [KERAS.mean_square(output, 0.5) for output in floating(y_pred)]
        return sum(parts) + sum(self.losses)


class HoldingOwner(Owner):
    """A model that only holds its layer: Keras need not trace it to find out what to build."""

    def build(self, *_: Any, **__: Any) -> None:
        self.built = True


class _Hidden:
    """Keeps the trial out of Keras' attribute tracking."""

    def __init__(self, trial: Trial) -> None:
        self._trial = trial

    def case_inputs(self) -> Any:
        return self._trial.case.inputs()

    def build_config(self) -> Any:
        return self._trial.facts["build config"]


def outputs_in_training(trial: Trial) -> Any:
    """One call in training: outputs, updated variables; what gradients need is kept aside."""
    layer = trial.again()
    KERAS.seed(SEED)
    args, kwargs = trial.case.inputs()
    with new_tape() as tape:
        args, kwargs = watched(tape, (args, kwargs))
        outputs = layer(*args, **{**kwargs, "training": True})
        loss = attempt(lambda: loss_of(outputs, layer.losses))
    trial.taped = (tape, loss, float_leaves((args, kwargs)))
    arrays = flat(outputs)
    keep(trial, "training", arrays)
    keep(trial, "training loss", [numbers(one) for one in layer.losses])
    for key, variable in anatomy(layer).variables.items():
        trial.arrays[f"moved/{key}"] = np.array(numbers(variable))
    return {"repeats": repeats(trial, arrays, ("training/", "moved/"), training=True)}


def gradients(trial: Trial) -> Any:
    """Gradients of a loss over all outputs, in training, with respect to each trainable weight."""
    if KERAS.backend == "jax":
        found = by_jax(trial.layer, lambda: trial.seeded_call(trial.again(), training=True))
    elif KERAS.backend == "torch":
        call = lambda given: trial.seeded(trial.again(), given[0], {**given[1], "training": True})  # noqa: E731
        found = by_torch(trial.layer, call, trial.case.inputs())
    elif trial.taped is None:
        return {"skipped": "the call in training has failed"}
    else:
        tape, loss, inputs = trial.taped
        if failed(loss):
            return loss
        trial.taped = None
        found = from_tape(trial.layer, tape, loss, inputs)
    trial.keep_named(GRADIENT, found)
    return {"weights": sorted(found)}


def fit(trial: Trial) -> Any:
    """Five training steps of plain SGD; keeps the variables afterwards.

    They are compiled, as `Model.fit` does, unless a functional model has shown that TensorFlow can
    trace `call()`: then compiling them, which takes longer than all else, tells nothing new.
    """
    traced = KERAS.backend == "tensorflow" and not failed(trial.facts.get("functional"))
    layer = trial.again()
    owner = HoldingOwner(layer, trial)
    data = arrays_of(trial.case.inputs())
    owner(data)
    optimizer = KERAS.optimizers.SGD(0.05)
    owner.compile(optimizer=optimizer, jit_compile=False, run_eagerly=traced)
    transplant(trial.state, layer)
    KERAS.seed(SEED)
    steps = [_at_step(data, number) for number in range(STEPS)]
    told = [owner.train_on_batch(one, return_dict=True) for one in steps]
    after = {key: np.array(numbers(v)) for key, v in anatomy(layer).variables.items()}
    trial.arrays.update({f"step/{key}": value for key, value in after.items()})
    moved = [
        k for k, v in after.items() if not np.array_equal(v, trial.state[k], equal_nan=_real(v))
    ]
    losses = [float(number) for logs in told for number in logs.values()]
    numbers_left = [value for value in after.values() if _real(value)]
    finite = all(np.isfinite(one).all() for one in [losses, *numbers_left])
    return {"moved": sorted(moved), "finite": bool(finite)}


def _at_step(data: dict[str, Any], number: int) -> dict[str, Any]:
    """The inputs of one step: other numbers in each, or an average would stand still."""
    factor = 1 + 0.1 * number
    return {
        name: (array * factor).astype(array.dtype) if _real(array) else array
        for name, array in data.items()
    }


def _real(array: Any) -> bool:
    return bool(array.dtype.kind in "fc")


def frozen_before_build(trial: Trial) -> Any:
    """Weights that still train inside a model when the layer was frozen before it was built."""
    layer = trial.fresh()
    layer.trainable = False
    owner = HoldingOwner(layer, trial)
    owner(arrays_of(trial.case.inputs()))
    return _keys(layer, owner.trainable_weights)


def frozen_once_built(trial: Trial) -> Any:
    """Weights that still train inside a model when the built layer was frozen."""
    trial.layer.trainable = False
    try:
        owner = HoldingOwner(trial.layer, trial)
        owner(arrays_of(trial.case.inputs()))
        return _keys(trial.layer, owner.trainable_weights)
    finally:
        trial.layer.trainable = True


def thawed(trial: Trial) -> Any:
    """Weights that train after a built layer was frozen and thawed again."""
    trial.layer.trainable = False
    trial.layer.trainable = True
    return _keys(trial.layer, trial.layer.trainable_weights)


def _keys(layer: Any, weights: list[Any]) -> list[str]:
    keys = {id(variable): key for key, variable in anatomy(layer).variables.items()}
    return sorted(keys[id(variable)] for variable in weights)


def captured_dtypes(trial: Trial) -> Any:
    """Dtypes of the sub-layers when the global policy changes between construction and call."""
    policy = KERAS.policy()
    layer = trial.fresh()
    KERAS.set_policy("mixed_bfloat16")
    try:
        trial.call(layer)
        return {path: child.compute_dtype for path, child in anatomy(layer).children.items()}
    finally:
        KERAS.set_policy(policy)


def with_a_mask(trial: Trial) -> Any:
    """Outputs for an input of which the last steps are masked; what else comes out is a mask."""
    args, kwargs = trial.case.inputs()
    first = next(iter(args), None)
    if not (isinstance(first, np.ndarray) and first.ndim == 3 and first.dtype.kind == "f"):
        return None
    masked = np.array(first)
    masked[:, -2:] = 0.0
    layer = trial.again()
    outputs = layer(KERAS.layers.Masking()(masked), *args[1:], **kwargs)
    masks = [getattr(leaf, "_keras_mask", None) for leaf in KERAS.flatten(outputs)]
    keep(trial, "masked", [*flat(outputs), *(numbers(m) for m in masks if m is not None)])
    return {"masks": sum(mask is not None for mask in masks)}


def shared_with_second(trial: Trial) -> Any:
    """Variables that a second instance, made and called beside the first, has in common with it.

    The second draws other random numbers: what starts alike in both is no random number.
    """
    KERAS.seed(SEED + 1)
    second = trial.case.make()
    trial.call(second)
    mine = {id(variable) for variable in trial.layer.variables}
    keys = anatomy(second).variables
    for key, value in state(second).items():
        if key in trial.started and same(trial.started[key], value):
            trial.arrays[f"constant/{key}"] = value
    said = attributes(second)
    trial.facts["attributes"] = {k: v for k, v in trial.said.items() if said.get(k) == v}
    return sorted(key for key, variable in keys.items() if id(variable) in mine)
