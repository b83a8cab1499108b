"""TensorFlow's compiled kernels stay when seeds are set anew, while none of them holds a seed."""

from __future__ import annotations

import contextlib
import importlib
from types import ModuleType
from typing import Any

CONTEXT = "tensorflow.python.eager.context"
SEEDS = "tensorflow.python.framework.random_seed"


def keep_kernels() -> None:
    """Let what starts a session or a seed anew clear kernels only once one of them may have state.

    `keras.utils.clear_session()` and `tf.random.set_seed()` throw all kernels away, so as to start
    the random operations of TensorFlow 1 anew, which keep their place in the kernel; compiling the
    others again is a quarter of a measurement's work. Keras' own random operations hold no state.
    Where TensorFlow is not as expected, all stays as it is.
    """
    with contextlib.suppress(ImportError, AttributeError):
        _guard(importlib.import_module(CONTEXT), importlib.import_module(SEEDS))


def _guard(context: Any, seeds: Any) -> None:
    """Note when an operation asks for a seed to keep; until then, clearing does nothing."""
    draw, clear = seeds.get_seed, context.pywrap_tfe.TFE_ContextClearCaches
    asked = False

    def get_seed(op_seed: Any) -> Any:
        nonlocal asked
        asked = True
        return draw(op_seed)

    def clear_caches(handle: Any) -> None:
        if asked:
            clear(handle)

    bindings = ModuleType(context.pywrap_tfe.__name__)
    vars(bindings).update(vars(context.pywrap_tfe), TFE_ContextClearCaches=clear_caches)
    seeds.get_seed = get_seed
    context.pywrap_tfe = bindings
