"""A layer → what its users can name and ask: signatures, attributes, its name in files."""

from __future__ import annotations

import inspect
import re
from typing import Any

import keras

from ..trial import SEED, Trial, attempt, failed, same
from ..variable_paths import anatomy, numbers, own_attributes, plain

NUMBERED = re.compile(r"_\d+\b")
GIVEN = {"name": "given", "trainable": False, "dtype": "bfloat16"}
ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def surface(layer: Any) -> dict[str, Any]:
    """What is known of the layer and its class without calling it."""
    cls = type(layer)
    package, _, _ = keras.saving.get_registered_name(cls).rpartition(">")
    return {
        "signatures": {name: _signature(getattr(cls, name)) for name in ("__init__", "call")},
        "package": package,
        "metrics": _metrics(layer),
        "input spec": str(plain(layer.input_spec)),
        "class names": sorted(_public(dir(cls), layer)),
        "names": sorted(_public(dir(layer), layer)),
    }


def _metrics(layer: Any) -> list[str]:
    """Names of the metrics that training reports, without made-up numbers."""
    return sorted(NUMBERED.sub("", metric.name) for metric in getattr(layer, "metrics", []))


def _public(names: list[str], layer: Any) -> set[str]:
    own = own_attributes(keras.Model if isinstance(layer, keras.Model) else keras.layers.Layer)
    return {name for name in names if not name.startswith("_")} - own


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
    for name in sorted(_public(dir(layer), layer)):
        value = attempt(lambda name=name: getattr(layer, name))  # type: ignore[misc]
        if not failed(value) and _is_plain(value):
            found[name] = NUMBERED.sub("", str(plain(value)))
    return found


def methods(trial: Trial) -> Any:
    """Outputs of public methods that can be called without arguments, or as the layer is called."""
    args, kwargs = trial.case.inputs()
    for name in sorted(_public(dir(trial.case.cls), trial.layer)):
        given = _given_to(getattr(trial.case.cls, name), args, kwargs)
        if given is not None:
            _keep_output(trial, name, given)
    return True


def _given_to(method: Any, args: Any, kwargs: Any) -> Any:
    """The arguments to call it with; None for what is no method, or needs others."""
    if not inspect.isfunction(method):
        return None
    empty = inspect.Parameter.empty
    parameters = list(inspect.signature(method).parameters.values())[1:]
    needed = [p for p in parameters if p.default is empty and p.kind in (0, 1, 3)]
    sized = {p.name: 2 for p in parameters if p.name == "batch_size"}
    if not needed or sized.keys() >= {p.name for p in needed}:
        return (), sized
    alike = len(needed) == len(args) and not kwargs and all(p.kind != 3 for p in needed)
    return (args, sized) if alike else None


def _keep_output(trial: Trial, name: str, given: Any) -> None:
    """Call a method twice, on new layers: what it returns is kept if it repeats itself."""
    args, kwargs = given
    results = [attempt(lambda: _returned(trial, name, args, kwargs)) for _ in range(2)]
    if any(map(failed, results)) or len(results[0]) != len(results[1]):
        return
    if all(map(same, *results)):
        for index, array in enumerate(results[0]):
            trial.arrays[f"method/{name} {index}"] = array


def _returned(trial: Trial, name: str, args: Any, kwargs: Any) -> list[Any]:
    layer = trial.ready()
    keras.utils.set_random_seed(SEED)
    result = getattr(layer, name)(*args, **kwargs)
    leaves = [leaf for leaf in keras.tree.flatten(result) if leaf is not None]
    return [numbers(leaf) for leaf in leaves if hasattr(leaf, "shape") or _is_plain(leaf)]


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
    kinds = [str(getattr(leaf, "dtype", "")) for leaf in keras.tree.flatten(outputs)]
    return {
        "name": layer.name,
        "trainable": layer.trainable,
        "dtype": layer.dtype_policy.name,
        "outputs": kinds,
        "weights": {key: str(variable.dtype) for key, variable in parts.variables.items()},
        "sub-layers": {path: child.dtype_policy.name for path, child in parts.children.items()},
    }
