"""Read the installed Keras (and the text of tf_keras); write `project/names/keras_api.json`.

    KERAS_BACKEND=tensorflow python tests/generate_keras_api.py --tf-keras FOLDER
    KERAS_BACKEND=tensorflow python tests/generate_keras_api.py --output - > api.json

`FOLDER` is the unpacked package `tf_keras` (`pip install --no-deps --target`), read as text and
never imported; without it the legacy names of the present file are kept. What could not be
determined by running is printed to stderr, and counts as having weights.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import json
import os
import sys
import tempfile
import types
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import layers as kl
from legacy_keras_api import grouped, legacy_part

TARGET = Path(__file__).parent.parent / "keraslint" / "project" / "names" / "keras_api.json"
# Modules that only repeat what has a better home.
SECOND_HOMES = ("keras.backend", "keras.mixed_precision", "keras.preprocessing")

# Values for required constructor parameters (and for those whose default hides the behaviour).
ARGUMENTS: dict[str, Any] = {
    "activation": "relu",
    "amplitude_to": 1.0,
    "axis": -1,
    "axes": 1,
    "bounding_box_format": "xyxy",
    "cell": lambda: kl.LSTMCell(3),
    "cells": lambda: [kl.LSTMCell(3)],
    "config": dict,
    "cropping": 1,
    "depth_multiplier": 1,
    "dims": (2, 1),
    "equation": "ab,bc->ac",
    "factor": 0.5,
    "filters": 3,
    "function": lambda: lambda x: x * 2,
    "head_dim": 2,
    "height": 4,
    "height_factor": 0.5,
    "input_dim": 9,
    "kernel_size": 2,
    "key_dim": 2,
    "layer": lambda: kl.Dense(3),
    "layers": lambda: [kl.Dense(4)],
    "max_number": 2,
    "max_value": 3,
    "n": 2,
    "num_bins": 4,
    "num_key_value_heads": 2,
    "num_query_heads": 2,
    "num_heads": 2,
    "num_tokens": 9,
    "output_dim": 3,
    "output_shape": 3,
    "output_size": 4,
    "pool_size": 2,
    "rate": 0.5,
    "scale": 0.5,
    "size": 2,
    "stddev": 0.5,
    "target_shape": (-1,),
    "units": 3,
    "value_range": (0, 1),
    "vocabulary": lambda: ["a", "b"],
    "width": 4,
}
# Only where guessing by parameter name cannot work; the second value is the input.
BY_HAND: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "BatchNormalization": (lambda: kl.BatchNormalization(), lambda: _floats(8, 4)),
    "Bidirectional": (lambda: kl.Bidirectional(kl.LSTM(3)), lambda: _floats(2, 3, 4)),
    "CategoryEncoding": (lambda: kl.CategoryEncoding(num_tokens=9), lambda: _integers(2, 4)),
    "ConvLSTM3D": (lambda: kl.ConvLSTM3D(2, 2), lambda: _floats(1, 2, 4, 4, 4, 1)),
    "Discretization": (lambda: kl.Discretization(bin_boundaries=[0.0, 1.0]), lambda: _floats(2, 4)),
    "EinsumDense": (lambda: kl.EinsumDense("ab,bc->ac", 3), lambda: _floats(2, 4)),
    "HashedCrossing": (lambda: kl.HashedCrossing(4), lambda: [_integers(2), _integers(2)]),
    "Hashing": (lambda: kl.Hashing(4), lambda: _integers(2, 3)),
    "IntegerLookup": (lambda: kl.IntegerLookup(vocabulary=[1, 2]), lambda: _integers(2, 3)),
    "LayerScale": (
        lambda: _private("applications.convnext", "LayerScale")(0.1, 4),
        lambda: _floats(2, 4),
    ),
    "RandomPosterization": (
        lambda: kl.RandomPosterization(4, value_range=(0, 1)),
        lambda: _floats(2, 8, 8, 3),
    ),
    "RandomTranslation": (lambda: kl.RandomTranslation(0.5, 0.5), lambda: _floats(2, 8, 8, 3)),
    "Reshape": (lambda: kl.Reshape((-1,)), lambda: _floats(2, 3, 4)),
    "ReversibleEmbedding": (lambda: kl.ReversibleEmbedding(9, 3), lambda: _integers(2, 4)),
    "StackedRNNCells": (
        lambda: kl.RNN(kl.StackedRNNCells([kl.LSTMCell(3)])),
        lambda: _floats(2, 3, 4),
    ),
    "StochasticDepth": (
        lambda: _private("applications.convnext", "StochasticDepth")(0.5),
        lambda: _floats(8, 2, 2, 4),
    ),
    "STFTSpectrogram": (lambda: kl.STFTSpectrogram(), lambda: _floats(2, 4000, 1)),
    "StringLookup": (lambda: kl.StringLookup(vocabulary=["a"]), lambda: np.array([["a"], ["b"]])),
    "TextVectorization": (
        lambda: kl.TextVectorization(vocabulary=["a"]),
        lambda: np.array(["a", "b"]),
    ),
    "AbstractRNNCell": (lambda: kl.RNN(kl.LSTMCell(3)), lambda: _floats(2, 3, 4)),
}
# What layers look up by a name, and a name that is there.
AREAS = {
    "activations": "relu",
    "initializers": "zeros",
    "regularizers": "l2",
    "constraints": "non_neg",
}
# Not layers to be made by a user: abstract bases, and layers that read a file or another framework.
NOT_MADE = """
    BaseAdaptiveAveragePooling BaseAdaptiveMaxPooling BaseAdaptivePooling BaseConv
    BaseConvTranspose BaseDepthwiseConv BaseGlobalPooling BaseImagePreprocessingLayer
    BaseImageAugmentationLayer BasePooling BaseSeparableConv BaseSpatialDropout ConvLSTM
    ConvLSTMCell DataLayer Distiller FeatureSpace FlaxLayer Functional IndexLookup InputLayer
    JaxLayer Layer Merge Model Operation Sequential TFSMLayer TorchModuleWrapper Wrapper
"""
PURE_MODULES = (
    "keras.activations",
    "keras.constraints",
    "keras.dtype_policies",
    "keras.initializers",
    "keras.quantizers",
    "keras.regularizers",
)
PURE_NAMES = """
    keras.config.backend keras.config.dtype_policy keras.config.epsilon keras.config.floatx
    keras.config.image_data_format keras.layers.InputSpec keras.layers.deserialize
    keras.layers.serialize keras.saving.deserialize_keras_object
    keras.saving.get_registered_name keras.saving.get_registered_object
    keras.saving.serialize_keras_object keras.utils.is_keras_tensor keras.utils.standardize_dtype
"""


def _private(module: str, name: str) -> Any:
    return getattr(importlib.import_module(f"keras.src.{module}"), name)


def _floats(*shape: int) -> Any:
    return np.random.default_rng(0).uniform(0.1, 1, shape).astype("float32")


def _integers(*shape: int) -> Any:
    return np.random.default_rng(0).integers(0, 2, shape)


def _inputs() -> Iterator[Callable[[], Any]]:
    """Offer inputs of every usual kind, the commonest first."""
    for shape in ((2, 4), (2, 8, 8, 3), (2, 8, 4), (2, 8, 8, 4), (2, 6, 6, 6, 4), (2, 3, 8, 8, 4)):
        yield lambda shape=shape: _floats(*shape)
    for shape in ((2, 4), (2, 8, 4)):
        yield lambda shape=shape: [_floats(*shape), _floats(*shape)]
    yield lambda: _integers(2, 4)
    yield lambda: np.array([["a"], ["b"]])
    yield lambda: _floats(2, 4000)


def public_names() -> dict[str, Any]:
    """Walk the public modules: dotted name → object."""
    found: dict[str, Any] = {}
    _walk(keras, "keras", found, set())
    return found


def _walk(module: types.ModuleType, path: str, found: dict[str, Any], seen: set[str]) -> None:
    seen.add(path)
    found[path] = module
    for name in sorted(vars(module)):
        value, dotted = getattr(module, name), f"{path}.{name}"
        if name.startswith("_") or name in {"src", "api", "legacy"}:
            continue
        if isinstance(value, types.ModuleType):
            if value.__name__.startswith("keras") and dotted not in seen:
                _walk(value, dotted, found, seen)
        elif callable(value):
            found[dotted] = value


def _rank(dotted: str, value: Any) -> tuple[Any, ...]:
    """Order the public names of one object; the first is the canonical one."""
    module, _, name = dotted.rpartition(".")
    return (
        dotted.count(".") != 2,
        module.startswith(SECOND_HOMES),
        name != getattr(value, "__name__", name),
        dotted,
    )


def canonical_names(names: dict[str, Any]) -> dict[int, str]:
    """Choose one name for each object: id → canonical name."""
    spellings: dict[int, list[str]] = defaultdict(list)
    for dotted, value in names.items():
        spellings[id(value)].append(dotted)
    return {
        key: min(all_of_it, key=lambda dotted: _rank(dotted, names[dotted]))
        for key, all_of_it in spellings.items()
    }


def _below(cls: type) -> Iterator[type]:
    for sub in cls.__subclasses__():
        yield sub
        yield from _below(sub)


def add_private_layers(names: dict[str, Any]) -> None:
    """Add the layer classes that Keras does not export but that people subclass."""
    known = {id(value) for value in names.values()}
    for cls in _below(keras.Layer):
        if id(cls) not in known and cls.__module__.startswith("keras.src."):
            names[f"{cls.__module__}.{cls.__name__}"] = cls


def kind_of(value: Any) -> str:
    """Classify a public object in keraslint's five words."""
    if isinstance(value, types.ModuleType):
        return "module"
    if not isinstance(value, type):
        return "function"
    if issubclass(value, keras.Model):
        return "model"
    return "layer" if issubclass(value, keras.Layer) else "class"


def _named_parameters(function: Any) -> list[str]:
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.name != "self" and p.kind not in variadic]


def _build_parameters(cls: type) -> str:
    """The parameters of `build()`, where they are others than one `input_shape`."""
    names = " ".join(_named_parameters(cls.build))
    return "" if names == "input_shape" else names


def _argument(name: str) -> Any:
    value = ARGUMENTS[name]
    return value() if callable(value) else value


def _make(cls: type, **extra: Any) -> Any:
    """Construct a layer from guessed arguments; raises when the guess is wrong."""
    arguments = {}
    for name, parameter in inspect.signature(cls.__init__).parameters.items():
        wanted = name in {"rate", "scale"} or parameter.default is inspect.Parameter.empty
        if name != "self" and parameter.kind is parameter.POSITIONAL_OR_KEYWORD and wanted:
            arguments[name] = _argument(name)
    return cls(**{**arguments, **extra})


def _made_and_called(cls: type, **extra: Any) -> tuple[Any, Any, Any] | None:
    """Construct and call a layer: the layer, its input and its output, or None."""
    by_hand = BY_HAND.get(cls.__name__)
    for give in [by_hand[1]] if by_hand else _inputs():
        try:
            layer = by_hand[0]() if by_hand and not extra else _make(cls, **extra)
            value = give()
            return layer, value, _call(layer, value)
        except Exception:  # any refusal means: try the next input
            continue
    return None


def _call(layer: Any, value: Any, **options: Any) -> Any:
    names = _named_parameters(layer.call)
    tensors = value if isinstance(value, list) else [value]
    if {"query", "value"} <= set(names):
        return layer(tensors[0], tensors[-1], **options)
    if "states" in names:
        size = layer.state_size
        sizes = size if isinstance(size, (list, tuple)) else [size]
        return layer(value, [np.zeros((2, n), "float32") for n in sizes], **options)
    return layer(value, **options)


def _booleans(cls: type) -> list[str]:
    parameters = inspect.signature(cls.__init__).parameters
    return [name for name, p in parameters.items() if isinstance(p.default, bool)]


def _is_weightless(cls: type, layer: Any) -> bool:
    """Say whether no instance has weights, whichever way its boolean parameters point."""
    if layer.weights:
        return False
    parameters = inspect.signature(cls.__init__).parameters
    for name in _booleans(cls):
        flipped = _made_and_called(cls, **{name: not parameters[name].default})
        if flipped is not None and flipped[0].weights:
            return False
    return True


def _trains_differently(layer: Any, value: Any) -> bool:
    """Say whether `training` changes the output or the state."""
    if "training" not in _named_parameters(layer.call):
        return False
    state = [keras.ops.convert_to_numpy(v) for v in layer.non_trainable_weights]
    quiet = _flat(_call(layer, value, training=False))
    for _ in range(5):  # a random layer may do nothing once
        loud = _flat(_call(layer, value, training=True))
        if any(
            a.shape != b.shape or not np.allclose(a, b) for a, b in zip(quiet, loud, strict=True)
        ):
            return True
    now = [keras.ops.convert_to_numpy(v) for v in layer.non_trainable_weights]
    return any(not np.allclose(a, b) for a, b in zip(state, now, strict=True))


def _flat(output: Any) -> list[Any]:
    return [keras.ops.convert_to_numpy(leaf) for leaf in keras.tree.flatten(output)]


def _locks_in_init(cls: type) -> bool:
    """Say whether a base's `__init__` ends with `_build_at_init()`, which locks the layer."""
    for base in cls.__mro__:
        own = vars(base).get("__init__")
        if base is not keras.Layer and own and "_build_at_init()" in _source(own):
            return True
    return False


def _takes_values(cls: type) -> bool:
    """Say whether a call takes other things than tensors by position."""
    return cls.__call__ is not keras.Layer.__call__ or any(
        "_allow_non_tensor_positional_args = True" in _source(vars(base).get("__init__"))
        for base in cls.__mro__
    )


def _source(function: Any) -> str:
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return ""


def _is_wrapper(cls: type) -> bool:
    held = {"layer", "layers", "cell", "cells"}
    return issubclass(cls, kl.Wrapper) or bool(held & set(_named_parameters(cls.__init__)))


def flags_of(cls: type) -> list[str]:
    """Determine by reading and by running what an instance of this layer class does."""
    flags = []
    if cls.build not in (keras.Layer.build, keras.Model.build):
        flags.append("build")
    if _locks_in_init(cls):
        flags.append("locks")
    if _is_wrapper(cls):
        flags.append("wrapper")
    if _takes_values(cls):
        flags.append("values")
    if cls.__name__ in NOT_MADE.split():
        return flags
    run = _made_and_called(cls)
    if run is None:
        print(f"not determined: {cls.__module__}.{cls.__name__}", file=sys.stderr)
        return flags
    return flags + _flags_seen(cls, *run)


def _flags_seen(cls: type, layer: Any, value: Any, _output: Any) -> list[str]:
    flags = []
    if not _is_wrapper(cls) and _is_weightless(cls, layer):
        flags.append("weightless")
    if len(layer.variables) > len(layer.weights):
        flags.append("seed")
    if isinstance(layer, kl.RandomFlip.__bases__) and "seed" in flags:
        flags.append("trains")  # a random transformation may leave our few inputs as they are
    elif _trains_differently(layer, value):
        flags.append("trains")
    if _keeps_shape(layer):
        flags.append("keeps")
    return flags


def _keeps_shape(layer: Any) -> bool:
    """Whether the output has the shape of the input, for every rank that the layer takes."""
    chosen = {"output_shape", "output_mode"} & set(_named_parameters(layer.__init__))
    if chosen or _named_parameters(layer.compute_output_shape) != ["input_shape"]:
        return False
    shapes = [(5, 7, 11, 13, 17)[:rank] for rank in range(2, 6)]
    told = [(shape, _told_shape(layer, shape)) for shape in shapes]
    taken = [(shape, answer) for shape, answer in told if answer is not None]
    return bool(taken) and all(shape == answer for shape, answer in taken)


def _told_shape(layer: Any, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    try:
        return tuple(layer.compute_output_shape(shape))
    except Exception:  # a layer that does not take this rank, or that cannot tell
        return None


REFUSED = {"n": None, "0": 0, "-": -1, "t": "no such text"}


def _refusals(cls: type) -> Iterator[str]:
    """What a constructor refuses: `units:n0-t` for `None`, 0, a negative number and a text.

    Some texts it may take: see `_texts`. `vocabulary:f` has to be the name of a file that is there.
    """
    if cls.__name__ in NOT_MADE.split() or not _is_made(cls):
        return
    for name in _named_parameters(cls.__init__):
        signs = "".join(s for s, value in REFUSED.items() if not _is_made(cls, **{name: value}))
        if _is_made(cls, **{name: str(_a_file(cls))}) and not _is_made(cls, **{name: "no.txt"}):
            signs += "f"
        if signs:
            yield f"{name}:{signs}"


def _texts(layers: Mapping[str, dict[str, str]], by_name: Mapping[str, Any]) -> dict[str, str]:
    """The texts that layers take for a parameter that does not take any: `same valid` → `padding`.

    They are looked for among those that stand in the files of the layers, and of what they look
    up by a name.
    """
    taken: dict[str, set[str]] = defaultdict(set)
    for dotted, entry in layers.items():
        for one in entry.get("refuses", "").split():
            name, _, signs = one.partition(":")
            if "t" in signs:
                taken[name] |= _taken(by_name[dotted], name, taken[name])
    named: dict[str, list[str]] = defaultdict(list)
    for name, words in sorted(taken.items()):
        if words:
            named[" ".join(sorted(words))].append(name)
    return {words: " ".join(names) for words, names in named.items()}


def _taken(cls: type, name: str, known: Collection[str]) -> set[str]:
    for area, example in AREAS.items():
        if _is_made(cls, **{name: example}):
            return {*filter(None, importlib.import_module(f"keras.src.{area}").ALL_OBJECTS_DICT)}
    words = {word for base in cls.__mro__ for word in _words_of(base.__module__)}
    words.update(importlib.import_module("keras.src.backend.common.dtypes").ALLOWED_DTYPES)
    return {word for word in words.difference(known) if _is_made(cls, **{name: word})}


@cache
def _words_of(module: str) -> frozenset[str]:
    """The texts of one word in a file of Keras."""
    if not module.startswith("keras.src.layers."):
        return frozenset()
    tree = ast.parse(inspect.getsource(importlib.import_module(module)))
    found = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return frozenset(one for one in found if isinstance(one, str) and one.isidentifier())


def _a_file(cls: type) -> Path:
    path = Path(tempfile.gettempdir()) / f"words_of_{cls.__name__}.txt"
    path.write_text("1\n2\n", "utf-8")
    return path


def _is_made(cls: type, **extra: Any) -> bool:
    try:
        _make(cls, **extra)
    except Exception:  # whatever it says, it does not take this
        return False
    return True


def layer_entry(cls: type, canonical: dict[int, str]) -> dict[str, str]:
    """Describe one layer class in a few words."""
    bases = [canonical[id(base)] for base in cls.__bases__ if id(base) in canonical]
    entry = {
        "bases": " ".join(bases),
        "parameters": " ".join(_named_parameters(cls.__init__)),
        "call": " ".join(_named_parameters(cls.call)),
        "build": _build_parameters(cls),
        "flags": " ".join(flags_of(cls)),
        "refuses": " ".join(_refusals(cls)),
    }
    return {key: value for key, value in entry.items() if value}


def _attributes(instance: Any) -> str:
    return " ".join(sorted(name for name in dir(instance) if not name.startswith("__")))


def keras_part() -> dict[str, Any]:
    """Describe the installed Keras."""
    names = public_names()
    add_private_layers(names)
    canonical = canonical_names(names)
    kinds = {canonical[id(value)]: kind_of(value) for value in names.values()}
    by_name = {canonical[id(value)]: value for value in names.values()}
    layers = {
        dotted: layer_entry(by_name[dotted], canonical)
        for dotted, kind in sorted(kinds.items())
        if kind in {"layer", "model"}
    }
    return {
        "keras": keras.__version__,
        "modules": sorted(name for name, kind in kinds.items() if kind == "module"),
        "models": sorted(name for name, kind in kinds.items() if kind == "model"),
        "layers": layers,
        "texts": _texts(layers, by_name),
        "classes": grouped(name for name, kind in kinds.items() if kind == "class"),
        "functions": grouped(name for name, kind in kinds.items() if kind == "function"),
        "aliases": {
            dotted: canonical[id(value)]
            for dotted, value in sorted(names.items())
            if canonical[id(value)] != dotted
        },
        "pure_modules": " ".join(PURE_MODULES),
        "pure_names": " ".join(PURE_NAMES.split()),
        "layer_attributes": _attributes(keras.Layer()),
        "model_attributes": _attributes(keras.Model()),
        "reserved_attributes": " ".join(sorted(_reserved())),
    }


def _reserved() -> set[str]:
    """Names that `save` skips or that have no setter: a layer kept there is lost."""
    from keras.src.saving.saving_lib import get_attr_skipset

    names = set(get_attr_skipset("Layer")) | set(get_attr_skipset("Functional"))
    for cls in (keras.Layer, keras.Model):
        found = inspect.getmembers(cls, lambda value: isinstance(value, property))
        names |= {name for name, value in found if value.fset is None}
    return {name for name in names if not name.startswith("__")}


def main() -> None:
    """Write the file, or print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tf-keras", type=Path)
    parser.add_argument("--output", default=str(TARGET))
    options = parser.parse_args()
    api = keras_part()
    if options.tf_keras:
        api["legacy"] = legacy_part(options.tf_keras, api)
    else:
        api["legacy"] = json.loads(TARGET.read_text("utf-8"))["legacy"]
    text = json.dumps(api, separators=(",", ":"), ensure_ascii=False).replace('},"', '},\n"') + "\n"
    if options.output == "-":
        sys.stdout.write(text)
    else:
        Path(options.output).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
