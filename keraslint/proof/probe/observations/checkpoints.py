"""A trial and a folder → what survives in a checkpoint of TensorFlow's, which Keras 2 writes."""

from __future__ import annotations

from typing import Any

from ..keras_versions.in_use import KERAS
from ..trial import Trial
from .round_trips import Shelf, survived

CHECKPOINT = "layer.ckpt.index"
"""It is there once the checkpoint is written to its end."""


def write_checkpoint(trial: Trial, shelf: Shelf) -> None:
    """Write the variables by the attributes that lead to them."""
    KERAS.checkpoint(trial.again()).write(str(shelf.folder / CHECKPOINT.removesuffix(".index")))


def load_checkpoint(trial: Trial, shelf: Shelf) -> Any:
    """What survives where a layer is restored before it is called, as is usual."""
    layer = trial.fresh()
    read = KERAS.checkpoint(layer).read(str(shelf.folder / CHECKPOINT.removesuffix(".index")))
    trial.call(layer)
    read.assert_existing_objects_matched()
    return survived(trial, layer, lambda: trial.run(layer))
