"""`KERASLINT_KERAS` and what is installed → the Keras of this process, imported once."""

from __future__ import annotations

import importlib.util
import os
from typing import Any

ASKED = "KERASLINT_KERAS"
"""2, 3, or empty for whichever there is, 3 first."""
OLDEST = 13
"""The minor version of Keras 2 that first wrote `.keras` files."""


class NoSuchKeras(Exception):
    """Another Keras than the one that is asked for is there, or one that is too old."""

    def __init__(self, found: str, *, too_old: bool = False) -> None:
        super().__init__(found)
        self.found, self.too_old = found, too_old


def _keras() -> Any:
    asked = os.environ.get(ASKED, "")
    if asked == "2":
        return _keras_2()
    if not asked and not _is_there("keras") and _is_there("tf_keras"):
        return _keras_2()
    return _installed(asked)


def _is_there(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _keras_2() -> Any:
    """`tf_keras`, which then stands for `tf.keras` and `keras` too; else a `keras` before 3."""
    if _is_there("tf_keras"):
        os.environ["TF_USE_LEGACY_KERAS"] = "1"
        import tf_keras

        from .keras_2 import Keras2
        from .old_names import stand_for_keras

        stand_for_keras(tf_keras)
        return Keras2(tf_keras)
    return _installed("2")


def _installed(asked: str) -> Any:
    """What is installed as `keras`; TensorFlow brings Keras 2 until 2.15, Keras 3 from then on."""
    import keras as module

    version = str(getattr(module, "__version__", "2"))
    if hasattr(module, "ops"):
        if asked == "2":
            raise NoSuchKeras(f"Keras {version}")
        from .keras_3 import Keras3

        return Keras3(module)
    if asked == "3":
        raise NoSuchKeras(f"Keras {version}")
    return _of_tensorflow(module, version)


def _of_tensorflow(module: Any, version: str) -> Any:
    if int(version.split(".")[1]) < OLDEST:
        raise NoSuchKeras(f"Keras {version}", too_old=True)
    from .keras_2 import Keras2

    return Keras2(module)


KERAS: Any = _keras()
