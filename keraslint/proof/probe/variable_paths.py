"""A layer → its variables and sub-layers, each under the path of attributes that leads to it."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Any

import numpy as np

from .function_text import told_function, told_lambda
from .keras_versions.in_use import KERAS

ADDRESS = re.compile(r" at 0x[0-9a-f]+")
AUTO_NAME = re.compile(r"_\d+$")


@dataclass(kw_only=True)
class Anatomy:
    """Variables and sub-layers by path, in the order in which saving finds them.

    `seeds` are the paths of random generators: drawn when made, so that no two are alike;
    `metrics` those of what metrics have counted, which starts at nothing with each epoch.
    """

    variables: dict[str, Any] = field(default_factory=dict)
    children: dict[str, Any] = field(default_factory=dict)
    seeds: set[str] = field(default_factory=set)
    metrics: set[str] = field(default_factory=set)


def anatomy(layer: Any) -> Anatomy:
    """Walk the attributes of `layer` as Keras does when it saves; aliases count once."""
    found = Anatomy()
    seen: set[int] = set()
    _visit(layer, "", found, seen)
    known = {id(variable) for variable in found.variables.values()}
    rest = [variable for variable in layer.variables if id(variable) not in known]
    for variable in rest:
        _add(found.variables, "(no attribute)", variable)
    return found


def _visit(thing: Any, path: str, found: Anatomy, seen: set[int]) -> None:
    if id(thing) in seen:
        return
    generator = KERAS.generator_state(thing)
    if generator is not None:
        seen.add(id(thing))
        found.variables[path] = generator
        found.seeds.add(path)
    elif isinstance(thing, KERAS.metrics.Metric):
        seen.add(id(thing))
        for variable in thing.variables:
            found.metrics.add(_add(found.variables, path, variable))
    elif isinstance(thing, KERAS.layers.Layer):
        seen.add(id(thing))
        _visit_layer(thing, path, found, seen)
    elif isinstance(thing, (list, tuple)):
        for index, item in enumerate(thing):
            _visit(item, _join(path, index), found, seen)
    elif isinstance(thing, dict):
        for key, item in thing.items():
            _visit(item, _join(path, key), found, seen)
    elif isinstance(thing, (set, frozenset)):
        for index, item in enumerate(sorted(thing, key=lambda item: getattr(item, "name", ""))):
            _visit(item, _join(path, index), found, seen)


TENSORFLOW_TRACKING = (
    "_self_unconditional",
    "_self_name_based",
    "_self_setattr",
    "_self_saveable",
    "_self_update",
)


HOLDS_NOTHING = frozenset({str, int, float, bool, type(None)})
_by_name = itemgetter(0)


@lru_cache
def _has_graph(kind: type) -> bool:
    return bool({"Functional", "Sequential"} & {cls.__name__ for cls in kind.__mro__})


@lru_cache
def own_attributes(kind: type) -> frozenset[str]:
    """The attributes that every `Layer`, or every `Model`, has: Keras saves nothing found there."""
    return frozenset(dir(kind()))


def public(names: list[str], layer: Any) -> set[str]:
    """The names that are no detail and not those of every layer."""
    own = own_attributes(KERAS.Model if isinstance(layer, KERAS.Model) else KERAS.layers.Layer)
    return {name for name in names if not name.startswith("_")} - own


def _visit_layer(layer: Any, path: str, found: Anatomy, seen: set[int]) -> None:
    if path:
        found.children[path] = layer
    for variable in KERAS.own_variables(layer):
        _add(found.variables, path, variable)
    kind: type = type(layer)
    if _has_graph(kind):
        for index, item in enumerate(layer.layers):
            _visit(item, _join(path, f"layers/{index}"), found, seen)
    own = own_attributes(KERAS.Model if isinstance(layer, KERAS.Model) else KERAS.layers.Layer)
    for name, value in sorted(KERAS.attributes(layer).items(), key=_by_name):
        if type(value) in HOLDS_NOTHING or name in own or name == "_functional":
            continue
        if not name.startswith(TENSORFLOW_TRACKING):
            _visit(value, _join(path, name), found, seen)


def _join(path: str, part: Any) -> str:
    return f"{path}/{part}" if path else str(part)


def _add(variables: dict[str, Any], path: str, variable: Any) -> str:
    name = KERAS.name_of(variable)
    if name.startswith("variable_"):
        name = AUTO_NAME.sub("", name)
    key = base = _join(path, name)
    number = 1
    while key in variables:
        number += 1
        key = f"{base}#{number}"
    variables[key] = variable
    return key


def numbers(value: Any) -> Any:
    """A tensor or variable as a plain array that numpy can save."""
    array = KERAS.array(value)
    return array if array.dtype.kind in "biufc" else array.astype("float32")


def state(layer: Any) -> dict[str, Any]:
    """Copies of all variables, by path."""
    return {key: np.array(numbers(v)) for key, v in anatomy(layer).variables.items()}


class Mismatch(Exception):
    """The two versions do not have the same variables."""


def transplant(values: dict[str, Any], layer: Any) -> None:
    """Give the variables of `layer` copies of these values; raise `Mismatch` if paths differ."""
    variables = anatomy(layer).variables
    if set(variables) != set(values):
        raise Mismatch("the weights differ")
    for key, variable in variables.items():
        if tuple(variable.shape) != values[key].shape:
            raise Mismatch(f"the shape of `{key}` differs")
        variable.assign(np.array(values[key]))


def disturb(values: dict[str, Any]) -> dict[str, Any]:
    """Values that differ everywhere, so that no swap goes unseen; positive ones stay positive."""
    return {key: _disturbed(key, value) for key, value in values.items()}


def _disturbed(key: str, value: Any) -> Any:
    if value.dtype.kind != "f":
        return value
    random = np.random.RandomState(zlib.crc32(key.encode()) % 2**31)
    noise = random.uniform(-1.0, 1.0, value.shape)
    return np.asarray(value * (1 + 0.3 * noise) + 0.1 * noise).astype(value.dtype)


def plain(value: Any) -> Any:
    """A configuration as JSON, without what Keras makes up (auto-names, build shapes)."""
    if isinstance(value, dict):
        return _plain_dict(value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in _without_places(value)]
    if isinstance(value, (str, int, float, bool, type(None))):
        return value if value == value else "nan"
    if isinstance(value, (np.ndarray, np.generic)):
        return ["array", np.asarray(value).tolist() if np.asarray(value).size < 500 else "large"]
    if callable(value) and hasattr(value, "__qualname__"):
        return told_function(value)
    if hasattr(value, "get_config"):
        return {"class_name": type(value).__name__, "config": plain(_config(value))}
    return f"object {type(value).__name__}"


def _without_places(value: Any) -> Any:
    """A function as Keras writes it down (code, defaults, closure), wherever its text stands."""
    if len(value) == 3 and isinstance(value[0], str):
        return [told_lambda(value[0]), *value[1:]]
    return value


def _config(thing: Any) -> Any:
    try:
        return without_auto_name(type(thing).__name__, thing.get_config())
    except Exception as error:
        return f"{type(error).__name__}"


def _plain_dict(value: dict[Any, Any]) -> dict[str, Any]:
    kept = {str(k): v for k, v in value.items() if k not in ("build_config", "compile_config")}
    if isinstance(kept.get("class_name"), str) and isinstance(kept.get("config"), dict):
        kept["config"] = without_auto_name(kept["class_name"], kept["config"])
        if kept["class_name"] == "__lambda__" and "code" in kept["config"]:
            kept["config"] = {**kept["config"], "code": told_lambda(kept["config"]["code"])}
    return {key: plain(item) for key, item in kept.items()}


def without_auto_name(class_name: str, config: Any) -> Any:
    """Drop `name` where Keras made it from the class's name."""
    if not isinstance(config, dict) or not isinstance(config.get("name"), str):
        return config
    if AUTO_NAME.sub("", config["name"]) != snake_case(class_name):
        return config
    return {key: item for key, item in config.items() if key != "name"}


UNWRITTEN = (("autocast", True), ("activity_regularizer", None))


def snake_case(name: str) -> str:
    """Keras' way from a class's name to a layer's name."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def config_of(layer: Any) -> Any:
    """The layer's configuration as JSON.

    Keras writes the defaults of `Layer.__init__` down only for a class without an `__init__` of its
    own; they are what holds where they are not written down.
    """
    config = plain(without_auto_name(type(layer).__name__, layer.get_config()))
    if not isinstance(config, dict):
        return config
    return {key: item for key, item in config.items() if (key, item) not in UNWRITTEN}
