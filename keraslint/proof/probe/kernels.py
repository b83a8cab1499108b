"""What a backend has compiled is kept, and not compiled again for each measurement."""

from __future__ import annotations

import contextlib
import importlib
import os
from pathlib import Path
from types import ModuleType
from typing import Any

CONTEXT = "tensorflow.python.eager.context"
SEEDS = "tensorflow.python.framework.random_seed"
JAX_OPTIONS = {
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
}


def share_compiled(folder: Path) -> None:
    """Let JAX, which compiles each operation for each shape, do it once for all its processes.

    To be called before JAX is imported; it has no effect on other backends.
    """
    for name, value in {"JAX_COMPILATION_CACHE_DIR": str(folder), **JAX_OPTIONS}.items():
        os.environ.setdefault(name, value)


def keep_kernels() -> None:
    """Let TensorFlow clear its kernels for a new seed only once one of them may hold a seed.

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
