"""What is known of Keras without importing it: any spelling of a name in, its public symbol out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LAYER = "keras.layers.Layer"
MODEL = "keras.models.Model"

_TENSORFLOW = frozenset(("tensorflow", "tf", "tensorflow_core"))
_BETWEEN = frozenset(("_api", "_v1", "_v2", "api", "compat", "contrib", "python", "v1", "v2"))
_WITHIN = _BETWEEN | {"_legacy", "_tf_keras", "keras", "legacy", "src"}
# Folders of older Keras whose classes are public elsewhere today.
_OLD_AREAS = {"engine": ("layers", "models"), "legacy_tf_layers": ("layers",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """A name rooted in Keras.

    `kind` is layer, model, function, class, module or unknown. `guessed` means that only the look
    of the name says so (`keras.layers.Foo`); `legacy` that only Keras 2 has it.
    """

    name: str
    kind: str
    guessed: bool = False
    legacy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerClass:
    """A layer class of Keras, as seen by reading and running it.

    `weightless` holds for every choice of arguments; when it could not be shown it is False.
    `locks_in_init`: the class's `__init__` locks the layer, so that a subclass without `build()`
    cannot create sub-layers. `takes_values`: it can be called with other things than tensors by
    position. `has_seed` and `trains_differently` are those of a typical instance.
    `keeps_shape`: what it returns has the shape of its input, whatever its arguments. `refuses`
    tells of parameters that take no `None` (`n`), no 0 (`0`), no negative number (`-`), and of
    texts none or those of `texts()` (`t`).
    """

    name: str
    bases: tuple[str, ...]
    parameters: tuple[str, ...]
    call_parameters: tuple[str, ...]
    defines_build: bool
    weightless: bool
    has_seed: bool
    locks_in_init: bool
    wrapper: bool
    takes_values: bool
    trains_differently: bool
    keeps_shape: bool
    build_parameters: tuple[str, ...]
    refuses: dict[str, str]

    def at(self, place: int) -> str:
        """The parameter at a place, `""` if there is none."""
        return self.parameters[place] if place < len(self.parameters) else ""


@cache
def lookup(dotted: str) -> Symbol | None:
    """Find the symbol behind any spelling; None when the name is not Keras' at all."""
    rest = _below_root(dotted.split("."))
    if rest is None:
        return None
    plain = ".".join(("keras", *rest))
    if dotted in _private():
        plain = dotted
    return _exact(plain) or _moved(rest) or _guessed(plain, rest)


def canonical(dotted: str) -> str | None:
    """Name the symbol by its one public name; None when the name is not Keras' at all."""
    symbol = lookup(dotted)
    return symbol.name if symbol else None


@cache
def layer_class(dotted: str) -> LayerClass | None:
    """Describe a layer or model class of Keras, by any spelling; None when it is not known."""
    symbol = lookup(dotted)
    entry = _layers().get(symbol.name) if symbol else None
    if symbol is None or entry is None:
        return None
    flags = entry.get("flags", "").split()
    return LayerClass(
        name=symbol.name,
        bases=tuple(entry.get("bases", "").split()),
        parameters=tuple(entry.get("parameters", "").split()),
        call_parameters=tuple(entry.get("call", "").split()),
        defines_build="build" in flags,
        weightless="weightless" in flags,
        has_seed="seed" in flags,
        locks_in_init="locks" in flags,
        wrapper="wrapper" in flags,
        takes_values="values" in flags,
        trains_differently="trains" in flags,
        keeps_shape="keeps" in flags,
        build_parameters=tuple(entry.get("build", "input_shape").split()),
        refuses=dict(one.split(":") for one in entry.get("refuses", "").split()),
    )


@cache
def texts(parameter: str) -> frozenset[str]:
    """The texts that layers of Keras take for a parameter that does not take any text."""
    taken: dict[str, str] = _api()["texts"]
    each = (words.split() for words, names in taken.items() if parameter in names.split())
    return frozenset(word for words in each for word in words)


@cache
def is_pure(dotted: str) -> bool:
    """Say whether calling this in a constructor's argument is cheap and has no side effect.

    `keras.layers.deserialize` counts: like a constructor, it makes a layer and does nothing else.
    """
    symbol = lookup(dotted)
    if symbol is None or symbol.kind not in ("class", "function"):
        return False
    module = symbol.name.rpartition(".")[0]
    return module in _words("pure_modules") or symbol.name in _words("pure_names")


def layer_attributes() -> frozenset[str]:
    """Attributes that a `Layer` has right after `super().__init__()`."""
    return _words("layer_attributes")


def model_attributes() -> frozenset[str]:
    """Attributes that a `Model` has right after `super().__init__()`."""
    return _words("model_attributes")


def reserved_attributes() -> frozenset[str]:
    """Attributes that saving skips, or that cannot be set: a sub-layer kept there is lost."""
    return _words("reserved_attributes")


def _below_root(parts: list[str]) -> tuple[str, ...] | None:
    """Drop the root and everything that only says where Keras lives."""
    if parts[0] in _TENSORFLOW:
        start = next((i for i, part in enumerate(parts) if i and part not in _BETWEEN), 0)
        if not start or parts[start] != "keras":
            return None
        parts = parts[start:]
    elif parts[0] not in ("keras", "tf_keras", "keras_core"):
        return None
    start = next((i for i, part in enumerate(parts) if i and part not in _WITHIN), len(parts))
    return tuple(parts[start:])


def _exact(plain: str) -> Symbol | None:
    name = _api()["aliases"].get(plain, plain)
    kind = _kind(name, _api())
    if kind:
        return Symbol(name=name, kind=kind)
    kind = _kind(plain, _api()["legacy"])
    return Symbol(name=plain, kind=kind, legacy=True) if kind else None


def _kind(name: str, api: dict[str, Any]) -> str:
    if name in api["models"]:
        return "model"
    if name in api["layers"]:
        return "layer"
    if name in api.get("modules", ()):
        return "module"
    module, _, last = name.rpartition(".")
    for group, kind in (("classes", "class"), ("functions", "function")):
        if last in api[group].get(module, "").split():
            return kind
    return ""


def _moved(rest: tuple[str, ...]) -> Symbol | None:
    """Find a name that lives, or lived, in a deeper module: `layers.core.dense.Dense`."""
    if len(rest) < 2 or not all(part.islower() for part in rest[:-1]):
        return None
    for area in _OLD_AREAS.get(rest[0], (rest[0],)):
        name = _short_names().get((area, rest[-1]))
        if name:
            return _exact(name)
    return None


def _guessed(plain: str, rest: tuple[str, ...]) -> Symbol:
    """Take an unlisted `CapWords` name in `keras.layers` for a layer."""
    inside = len(rest) > 1 and rest[0] == "layers" and all(part.islower() for part in rest[:-1])
    if inside and rest[-1][:1].isupper() and not rest[-1].isupper():
        return Symbol(name=plain, kind="layer", guessed=True)
    return Symbol(name=plain, kind="unknown")


@cache
def _api() -> dict[str, Any]:
    text = Path(__file__).with_name("keras_api.json").read_text("utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(_api()[key].split())


@cache
def _layers() -> dict[str, dict[str, str]]:
    return {**_api()["legacy"]["layers"], **_api()["layers"]}


@cache
def _private() -> frozenset[str]:
    return frozenset(name for name in _api()["layers"] if name.startswith("keras.src."))


@cache
def _short_names() -> dict[tuple[str, str], str]:
    """Index every name by area (`layers`) and last part; today's names win over older ones."""
    names = [name for part in (_api()["legacy"], _api()) for name in _all_names(part)]
    ranked = sorted(names, key=lambda name: name.startswith("keras.src."), reverse=True)
    return {(_area(name), name.rpartition(".")[2]): name for name in ranked if "." in name}


def _area(name: str) -> str:
    return next((part for part in name.split(".") if part not in _WITHIN), "")


def _all_names(api: dict[str, Any]) -> list[str]:
    groups = (*api["functions"].items(), *api["classes"].items())
    names = [f"{module}.{name}" for module, members in groups for name in members.split()]
    return [*names, *api["layers"], *api["models"]]
