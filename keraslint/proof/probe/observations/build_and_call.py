"""A trial → what can be seen of a layer by making, building and calling it."""

from __future__ import annotations

import inspect
import re
from typing import Any

import numpy as np

from ..array_agreement import same
from ..attempts import attempt, failed, noted_warnings
from ..cases.other_values import whole
from ..coverage.class_source import sources_of
from ..keras_versions.in_use import KERAS
from ..trial import Trial, as_theirs, flat, settle_state
from ..variable_paths import anatomy, config_of, numbers, plain, state, without_auto_name
from .public_surface import attributes, surface
from .weight_initializers import made_weights, without_drawn_seed


def look(trial: Trial) -> bool:
    """Measure construction, weights and outputs; false when the layer cannot be made and called."""
    if failed(trial.observe("made", lambda: _make(trial))):
        return False
    trial.observe("config", lambda: config_of(trial.layer))
    if failed(trial.observe("called", lambda: _first_call(trial, trial.layer))):
        return False
    layer = trial.layer
    _structure(trial, layer)
    trial.observe("config once built", lambda: config_of(layer))
    trial.observe("state", lambda: settle_state(trial, layer))
    outputs = trial.observe("outputs", lambda: _outputs(trial))
    if trial.theirs and failed(outputs):
        trial.observe("outputs with common weights", lambda: _with_common_weights(trial))
    return True


def _make(trial: Trial) -> bool:
    with made_weights(trial.weights_made):
        trial.layer = trial.fresh()
    return True


def _first_call(trial: Trial, layer: Any) -> Any:
    runs = 0
    original = layer.call

    def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal runs
        runs += 1
        return original(*args, **kwargs)

    layer.call = counted
    try:
        with noted_warnings() as warned, made_weights(trial.weights_made):
            outputs = trial.call(layer)
    finally:
        layer.call = original
    shapes = [[list(a.shape), str(a.dtype)] for a in flat(outputs)]
    frame = str(KERAS.map(lambda _: 0, outputs))
    return {"outputs": shapes, "structure": frame, "runs": runs, "warnings": warned}


def _structure(trial: Trial, layer: Any) -> None:
    parts = anatomy(layer)
    keys = {id(variable): key for key, variable in parts.variables.items()}
    order = [keys.get(id(variable), "?") for variable in layer.weights]
    trains = KERAS.trained_by(layer)
    trial.facts["weights"] = [
        {**_weight(key, v), "trainable": trains(v), "seed": key in parts.seeds}
        for key, v in parts.variables.items()
    ]
    trial.facts["order"] = order
    trial.facts["children"] = {path: _child(child) for path, child in parts.children.items()}
    trial.facts["initial"] = {k: _spread(numbers(v)) for k, v in parts.variables.items()}
    made = {key: trial.weights_made.get(id(v)) for key, v in parts.variables.items()}
    numbers_given = _numbers_given(trial)
    trial.facts["initializers"] = {
        key: without_drawn_seed(one, numbers_given) for key, one in made.items() if one is not None
    }
    first = {key: int(numbers(parts.variables[key]).flat[0]) for key in sorted(parts.seeds)}
    trial.facts["given seeds"] = {key: one for key, one in first.items() if one in numbers_given}
    trial.facts["masks"] = bool(layer.supports_masking)
    trial.facts["build config"] = attempt(lambda: layer.get_build_config())
    trial.facts["build parameters"] = _build_parameters(layer)
    paths = {key: KERAS.path_of(variable) for key, variable in parts.variables.items()}
    trial.facts["paths"] = {key: path for key, path in paths.items() if key not in parts.seeds}
    trial.facts["seed paths"] = {key: paths[key] for key in sorted(parts.seeds)}
    trial.facts["draws"] = {k: first_value(v) for k, v in parts.variables.items() if v.shape}
    trial.started = state(layer)
    trial.facts["surface"] = attempt(lambda: surface(layer))
    trial.said = attributes(layer)


def _numbers_given(trial: Trial) -> set[int]:
    """The whole numbers of the construction, and those that the class's text names.

    A random generator that starts from one of them does so by no chance.
    """
    construction = trial.case.asked().construction
    given = {one for one in (*construction.args, *construction.kwargs.values()) if whole(one)}
    return given | {int(one) for one in re.findall(r"\b\d{1,10}\b", sources_of(trial.case.cls))}


def _weight(key: str, variable: Any) -> dict[str, Any]:
    told = {"key": key, "shape": list(variable.shape), "dtype": KERAS.dtype(variable)}
    constraint = getattr(variable, "constraint", None)
    return {**told, "constraint": None if constraint is None else _named(constraint)}


def _named(constraint: Any) -> Any:
    """A constraint as data; one that is a function by its own name, wherever it is defined."""
    return getattr(constraint, "__name__", None) or plain(constraint)


def _child(child: Any) -> dict[str, Any]:
    try:
        config = plain(without_auto_name(type(child).__name__, child.get_config()))
    except Exception:
        config = None
    weights = len(child.variables)
    name = type(child).__name__
    return {"class": name, "config": config, "built": bool(child.built), "weights": weights}


def _spread(array: Any) -> list[Any]:
    """[first value if constant, mean, standard deviation, size]"""
    if array.dtype.kind not in "f" or not array.size:
        return [None, 0.0, 0.0, 0]
    constant = bool((array == array.flat[0]).all()) and array.size > 1
    first = float(array.flat[0]) if constant else None
    return [first, float(array.mean()), float(array.std()), int(array.size)]


def first_value(variable: Any) -> str:
    """The first value as text; empty where it is no real number."""
    array = numbers(variable)
    return f"{array.flat[0]:.6g}" if array.size and array.dtype.kind == "f" else ""


def _build_parameters(layer: Any) -> list[str] | None:
    if type(layer).build is KERAS.layers.Layer.build or type(layer).build is KERAS.Model.build:
        return None
    parameters = inspect.signature(type(layer).build).parameters.values()
    return [
        one.name if one.default is one.empty else f"{one.name}=…"
        for one in parameters
        if one.name != "self"
    ]


def build_like(layer: Any, config: Any, *, as_list: bool = False) -> None:
    """Call `layer.build(...)` with the shapes of a build configuration, batch size unknown."""
    kind = list if as_list else tuple
    if "shapes_dict" in config:
        layer.build(**{name: _open(shape, kind) for name, shape in config["shapes_dict"].items()})
    else:
        layer.build(_open(config["input_shape"], kind))


def any_batch(config: Any) -> Any:
    """A build configuration whose shapes are tuples, as in a file, with the batch size unknown."""
    return _open(config, tuple)


def _open(shape: Any, kind: type) -> Any:
    if isinstance(shape, dict):
        return {key: _open(item, kind) for key, item in shape.items()}
    if isinstance(shape, (list, tuple)) and shape and not isinstance(shape[0], (int, type(None))):
        return [_open(item, kind) for item in shape]
    is_shape = isinstance(shape, (list, tuple))
    return KERAS.shape([None, *shape[1:]], kind) if is_shape else shape


def built_alone(trial: Trial, *, as_list: bool) -> Any:
    """Which weights exist after `build(shape)` and nothing else."""
    config = trial.facts["build config"]
    if failed(config) or not config:
        return {"skipped": "the layer does not record the shapes it was built with"}
    layer = trial.fresh()
    with noted_warnings() as warned:
        build_like(layer, config, as_list=as_list)
    return {"weights": sorted(anatomy(layer).variables), "warnings": warned}


def _outputs(trial: Trial) -> Any:
    raw, losses = trial.seen or trial.look_once()
    masks = [getattr(leaf, "_keras_mask", None) for leaf in KERAS.flatten(raw)]
    keep(trial, "mask", [numbers(mask) for mask in masks if mask is not None])
    outputs = flat(raw)
    keep(trial, "inference", outputs)
    keep(trial, "loss", losses)
    finite = all(np.isfinite(array).all() for array in outputs if array.dtype.kind == "f")
    agree = repeats(trial, outputs, ("inference/", "loss/"))
    return {"repeats": agree, "losses": len(losses), "finite": bool(finite)}


def repeats(trial: Trial, outputs: list[Any], groups: tuple[str, ...], **more: Any) -> bool | None:
    """Does a second call agree? None where no second call was made.

    What equals the version before needs none; what disagrees with itself is not kept.
    """
    if trial.theirs and as_theirs(trial, groups):
        return None
    if trial.steady and not trial.theirs:
        return None
    second = trial.run(trial.again(), **more)
    if len(outputs) == len(second) and all(map(same, outputs, second)):
        return True
    for name in [name for name in trial.arrays if name.startswith(groups)]:
        del trial.arrays[name]
    return False


def _with_common_weights(trial: Trial) -> Any:
    """Are the outputs equal when only the weights that both versions have are given?"""
    layer = trial.called()
    for key, variable in anatomy(layer).variables.items():
        if key in trial.state and tuple(variable.shape) == trial.state[key].shape:
            variable.assign(np.array(trial.state[key]))
    wanted = [trial.theirs[k] for k in trial.theirs if k.startswith("inference/")]
    outputs = trial.run(layer)
    return {"same": len(wanted) == len(outputs) and all(map(same, wanted, outputs))}


def keep(trial: Trial, group: str, arrays: list[Any]) -> None:
    """Keep numbered arrays for comparison."""
    for index, array in enumerate(arrays):
        trial.arrays[f"{group}/{index}"] = array
