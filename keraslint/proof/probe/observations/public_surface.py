"""A layer → what its users can name and ask: signatures, attributes, its name in files."""

from __future__ import annotations

import inspect
import re
from typing import Any

from ..attempts import attempt, failed
from ..keras_versions.in_use import KERAS
from ..trial import Trial
from ..variable_paths import ADDRESS, anatomy, plain, public

NUMBERED = re.compile(r"_\d+\b")
GIVEN = {"name": "given", "trainable": False, "dtype": "bfloat16"}


def surface(layer: Any) -> dict[str, Any]:
    """What is known of the layer and its class without calling it."""
    cls = type(layer)
    package, _, _ = KERAS.registered_name(cls).rpartition(">")
    return {
        "signatures": {name: _signature(getattr(cls, name)) for name in ("__init__", "call")},
        "package": package,
        "metrics": _metrics(layer),
        "input spec": str(plain(layer.input_spec)),
        "class names": sorted(public(dir(cls), layer)),
        "names": sorted(public(dir(layer), layer)),
    }


def _metrics(layer: Any) -> list[str]:
    """Names of the metrics that training reports, without made-up numbers."""
    return sorted(NUMBERED.sub("", metric.name) for metric in getattr(layer, "metrics", []))


def _signature(function: Any) -> list[list[Any]]:
    """Name, kind and default of each parameter after `self`; no default is an empty list."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    empty = inspect.Parameter.empty
    return [
        [p.name, int(p.kind), [] if p.default is empty else [_default(p.default)]]
        for p in parameters
    ]


def _default(value: Any) -> str:
    return ADDRESS.sub("", str(plain(value)))


def attributes(layer: Any) -> dict[str, str]:
    """Public attributes and properties that hold plain data, as text without made-up numbers."""
    found = {}
    for name in sorted(public(dir(layer), layer)):
        value = attempt(lambda name=name: getattr(layer, name))  # type: ignore[misc]
        if not failed(value) and _is_plain(value):
            found[name] = NUMBERED.sub("", str(plain(value)))
    return found


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    return isinstance(value, (str, int, float, bool))


def with_base_arguments(trial: Trial) -> Any:
    """Name, freeze and dtype of a layer that is given them, as every layer may be."""
    trial.clear()
    layer = trial.case.made_with(GIVEN)
    outputs = trial.call(layer)
    parts = anatomy(layer)
    kinds = [str(getattr(leaf, "dtype", "")) for leaf in KERAS.flatten(outputs)]
    return {
        "name": layer.name,
        "trainable": layer.trainable,
        "dtype": layer.dtype_policy.name,
        "outputs": kinds,
        "weights": {key: str(variable.dtype) for key, variable in parts.variables.items()},
        "sub-layers": {path: child.dtype_policy.name for path, child in parts.children.items()},
    }
