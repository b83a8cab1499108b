"""The environment and what is installed → the backend that Keras is to use."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path

KNOWN = ("tensorflow", "jax")


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
