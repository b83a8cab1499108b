"""A trial → what the layer makes of inputs of other sizes and of another order of magnitude."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ...measures.measured import Arrays
from ..attempts import SEED, attempt, failed
from ..call_arguments import arrays_of, put_back
from ..cases.case import Change
from ..cases.recipe_inputs import leaves
from ..keras_versions.in_use import KERAS
from ..trial import Trial
from .build_and_call import keep

MAGNITUDES = (("small", 1e-3), ("large", 30.0))
MORE_MAGNITUDES = (("smaller", 1e-5), ("half small", 0.03))
LONGER = (1, 2, 4)
GRAPH = Arrays(name="graph")


def changes_epsilon(change: Change) -> bool:
    """Is an argument changed that counts only for inputs close to nothing?"""
    return any("eps" in name for name, _ in change.arguments)


def magnitudes(trial: Trial, factors: tuple[tuple[str, float], ...]) -> Any:
    """Outputs for inputs close to nothing, where an epsilon counts, and for large ones."""
    for name, factor in factors:
        args, kwargs = KERAS.map(
            lambda leaf, factor=factor: _times(leaf, factor), trial.case.inputs()
        )
        outputs = attempt(lambda args=args, kwargs=kwargs: trial.outputs_of(args, kwargs))  # type: ignore[misc]
        if not failed(outputs):
            keep(trial, name, outputs)
    return True


def _times(leaf: Any, factor: float) -> Any:
    if isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f":
        return (leaf * factor).astype(leaf.dtype)
    return leaf


def resized(trial: Trial) -> Any:
    """Outputs of a layer that has seen the case's inputs, for a batch of one and longer inputs."""
    inputs = leaves((trial.case.asked().args, trial.case.asked().kwargs))
    if not inputs or not inputs[0].shape:
        return None
    batch = inputs[0].shape[0]
    one = _changed(trial, Change(batch=(batch, 1)))
    if not failed(one):
        keep(trial, "resized", one)
    for more in LONGER if len(inputs[0].shape) > 2 or inputs[0].kind == "ints" else ():
        longer = _changed(trial, Change(batch=(batch, batch + 1), longer=more))
        if not failed(longer):
            keep(trial, "longer", longer)
            return {"longer": more}
    return {"longer": 0}


def _changed(trial: Trial, change: Change) -> Any:
    case = replace(trial.case, change=trial.case.change.along_with(change))
    return attempt(lambda: trial.outputs_of(*case.inputs()))


def open_shapes(trial: Trial) -> Any:
    """Shapes and dtypes of the outputs in a graph for inputs of which only the channels are known.

    In training, whether or not `call()` asks for it, and without AutoGraph, as in `fit`; a layer
    that needs the sizes is traced for the case's own. What the graph gives for the case's inputs
    is kept.
    """
    if KERAS.backend != "tensorflow":
        return None
    traced = attempt(lambda: _traced(trial, lambda shape: [*[None] * len(shape[:-1]), *shape[-1:]]))
    if failed(traced):
        trial.observe("traced", lambda: _traced(trial, lambda shape: [None, *shape[1:]]))
    return traced


def _traced(trial: Trial, opened: Callable[[tuple[int, ...]], list[int | None]]) -> Any:
    import tensorflow as tf

    inputs = trial.case.inputs()
    specs = [tf.TensorSpec(opened(a.shape), a.dtype) for a in arrays_of(inputs).values()]

    def trace(*tensors: Any) -> Any:
        args, kwargs = put_back(inputs, dict(zip(arrays_of(inputs), tensors, strict=True)))
        return trial.layer(*args, **{**kwargs, "training": True})

    made = tf.function(trace, autograph=False).get_concrete_function(*specs)
    given = [tf.convert_to_tensor(array) for array in arrays_of(inputs).values()]
    trial.observe("graph", lambda: _run(trial, lambda: made(*given)))
    return [[str(one.dtype), str(one.shape)] for one in tf.nest.flatten(made.outputs)]


def _run(trial: Trial, graph: Callable[[], Any]) -> bool:
    """Keep what a graph gives, if it repeats itself."""
    first, second = (_from_start(trial, graph) for _ in range(2))
    repeats = len(first) == len(second) and all(map(trial.same, first, second))
    if trial.kept_before(GRAPH) if trial.theirs else repeats:
        trial.keep(GRAPH, first)
    return repeats


def _from_start(trial: Trial, graph: Callable[[], Any]) -> list[Any]:
    trial.again()
    KERAS.seed(SEED)
    return trial.flat(graph())
