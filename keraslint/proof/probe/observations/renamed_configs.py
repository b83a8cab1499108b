"""A class with a `from_config()` of its own → what it makes of configurations with other names."""

from __future__ import annotations

import inspect
import re
from functools import partial
from typing import Any

from ..attempts import attempt, failed
from ..keras_versions.in_use import KERAS
from ..trial import Trial
from ..variable_paths import config_of

MOST_NAMES, MOST_KEYS = 3, 8
BASE = {"name", "trainable", "dtype", "module", "class_name", "config", "registered_name"}


def old_configurations(trial: Trial, known: Any = None) -> Any:
    """Configurations with a name that the class's `from_config()` knows beside its own ones.

    Files of earlier versions may have it. `known` are the names and keys to try, or None to find
    them. `[[name, the key that it stands for or "", the configuration made of it], ...]`.
    """
    config = trial.layer.get_config()
    pairs = [one[:2] for one in known] if known is not None else _pairs(trial.case.cls, config)
    made = [[*pair, attempt(partial(_revived, trial, *pair))] for pair in pairs]
    return made if known is not None else [one for one in made if not failed(one[2])]


def _pairs(cls: Any, config: dict[str, Any]) -> list[list[str]]:
    names = [name for name in _named_in_from_config(cls) if name not in config][:MOST_NAMES]
    keys = [key for key in config if key not in BASE][:MOST_KEYS]
    return [[name, key] for name in names for key in ("", *keys)]


def _named_in_from_config(cls: Any) -> list[str]:
    """Strings in the text of its own `from_config()`; none where Keras' is used."""
    method = getattr(cls, "from_config", None)
    if method is None or KERAS.owns(method):
        return []
    try:
        text = inspect.getsource(method)
    except (OSError, TypeError):
        return []
    named = re.findall(r"[\"']([A-Za-z_]\w*)[\"']", text)
    return [name for name in dict.fromkeys(named) if name not in BASE]


def _revived(trial: Trial, name: str, key: str) -> Any:
    config = trial.layer.get_config()
    value = config.pop(key) if key else None
    return config_of(trial.case.cls.from_config({**config, name: value}))
