"""A child that has not found its Keras → why it cannot be asked, and the way out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OTHER = "name the interpreter that has your Keras: --python path/to/python"


def missing(hello: Mapping[str, Any], python: str, keras: int) -> tuple[str, str]:
    """The reason, and what to install or to pass; `keras` is the one that was asked for."""
    found, name = str(hello.get("found") or ""), str(hello.get("missing") or "")
    if hello.get("python"):
        return f"{python} is Python {hello['python']}: 3.10 is needed", OTHER
    if hello.get("too_old"):
        return f"{found} in {python} is too old to be measured", _newer(keras)
    if keras == 2 and (found or name == "keras"):
        said = f"has {found} alone" if found else "has neither tf_keras nor keras"
        return f"this layer is written for Keras 2, and {python} {said}", _for_keras_2(hello)
    if keras == 3 and found:
        reason = f"this layer is written for Keras 3, and {python} has {found}"
        return reason, f'install "keras>=3.5" there, or {OTHER}; `--keras 2` takes it for Keras 2'
    if name in ("keras", "tensorflow", "jax", "torch"):
        return f"{name} is not installed in {python}", OTHER
    return f"keras cannot be imported in {python}: {hello['error']}", OTHER


def _newer(keras: int) -> str:
    brings = "TensorFlow 2.13 to 2.15 or tf_keras" if keras == 2 else "Keras 3.5 or newer"
    return f"name an interpreter that has {brings}: --python path/to/python"


def _for_keras_2(hello: Mapping[str, Any]) -> str:
    """`tf_keras` goes with the TensorFlow of the same minor version."""
    version = ".".join(str(hello.get("tensorflow") or "").split(".")[:2])
    wanted = f'"tf_keras~={version}.0"' if version else "tf_keras"
    return (
        f"install tf_keras there (pip install {wanted}), or name an interpreter with TensorFlow "
        "2.13 to 2.15: --python path/to/python; `--keras 3` takes it for Keras 3"
    )
