"""A layer under another dtype policy → whether it can be called there, and gives numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..keras_versions.in_use import KERAS
from ..trial import Trial, flat

NO_KERNEL = ("NotFoundError", "UnimplementedError")
"""TensorFlow has no such operation for these numbers: no fault of the layer's."""


def in_precision(trial: Trial, *, policy: str) -> dict[str, Any]:
    """Make and call the layer under a policy; `nan` where it gives what is no number."""
    with trial.under(policy):
        layer = trial.case.make()
        KERAS.seed(3)
        try:
            outputs = flat(trial.call(layer))
        except Exception as error:
            if type(error).__name__ in NO_KERNEL:
                return {"skipped": "the backend has no such operation for these numbers"}
            raise
    was = trial.facts["outputs"]
    told = [bool(np.isnan(one.astype("float32")).any()) for one in outputs if one.dtype.kind == "f"]
    return {"nan": any(told) and was.get("finite") is True, "dtype": str(layer.compute_dtype)}
