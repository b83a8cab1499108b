"""The environment → which backend Keras takes, and where compiled code and passing files go."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

KNOWN = ("tensorflow", "jax", "torch")


def choose_backend() -> None:
    """Set `KERAS_BACKEND` to what is asked for, else to what is configured, else to what is there.

    Keras writes `"backend": "tensorflow"` into its settings by itself, so that a configured
    backend counts only where it is installed.
    """
    if os.environ.get("KERAS_BACKEND"):
        return
    wanted = dict.fromkeys([configured(), *KNOWN])
    there = [name for name in wanted if name in KNOWN and importlib.util.find_spec(name)]
    os.environ["KERAS_BACKEND"] = next(iter(there), KNOWN[0])


def configured() -> str:
    """The backend in Keras' settings (`$KERAS_HOME/keras.json`); empty if there are none."""
    home = os.environ.get("KERAS_HOME") or "~/.keras"
    try:
        settings = json.loads(Path(home, "keras.json").expanduser().read_text(encoding="utf-8"))
        return str(settings.get("backend") or "")
    except (OSError, ValueError, AttributeError):
        return ""


INHERITED = sys.pycache_prefix


def keep_bytecode_apart(folder: Path) -> None:
    """Compile each of the project's files once, into `folder`, and write nothing beside them."""
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(folder)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def keep_temporary_files(folder: Path) -> None:
    """Have what is written for a while go into `folder`: whoever made it removes it at the end.

    Autograph leaves a file of each function that it has rewritten, and a process that is ended
    removes nothing.
    """
    folder.mkdir(exist_ok=True)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)


@contextmanager
def installed_bytecode() -> Iterator[None]:
    """Import what is installed from the bytecode that its installation has left; write none.

    To compile TensorFlow anew takes twice as long as to import it.
    """
    apart, silent = sys.pycache_prefix, sys.dont_write_bytecode
    sys.pycache_prefix, sys.dont_write_bytecode = INHERITED, True
    try:
        yield
    finally:
        sys.pycache_prefix, sys.dont_write_bytecode = apart, silent


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
