"""A layer → what it forgets: of what was set too early, of its arguments when it is made again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..array_agreement import same
from ..attempts import attempt, failed
from ..cases.case import Case, Change
from ..cases.constructor_arguments import arguments_of
from ..cases.other_values import other_values
from ..coverage.class_source import sources_of
from ..keras_versions.in_use import KERAS
from ..observations.public_surface import GIVEN
from ..trial import Trial, flat
from ..variable_paths import anatomy, config_of, numbers, own_attributes, plain, state, transplant

PLAIN = (str, int, float, bool, type(None))


def forgotten_arguments(trial: Trial) -> list[str]:
    """Arguments that go back to their defaults, unseen: what they set is as if none was given.

    Only what one argument sets, what its own configuration sets back, and what then makes the
    layer give something else, counts.
    """
    usual = _traits(_made(trial, trial.case))
    found = []
    for name, value in arguments_of(trial.case, trial.case.asked()).items():
        for other in other_values(name, value, sources_of(trial.case.cls)):
            change = Change(label=name, arguments=((name, other),))
            told = attempt(lambda change=change: _goes_back(trial, change, usual))  # type: ignore[misc]
            if not failed(told):
                found += [name] if told else []
                break
    return found


def _goes_back(trial: Trial, change: Change, usual: dict[str, str]) -> bool:
    """Is something that the change sets as usual again in a layer made from the configuration?"""
    layer = _made(trial, replace(trial.case, change=change))
    other = type(layer).from_config(layer.get_config())
    given, then = _traits(layer), _traits(other)
    set_by_it = [name for name in given if name in usual and given[name] != usual[name]]
    lost = any(then.get(name) == usual[name] for name in set_by_it)
    return lost and not _alike(trial, layer, other)


def _alike(trial: Trial, layer: Any, other: Any) -> bool:
    """Do both give the same, in training and not, with the same weights?"""
    told = []
    for one in (layer, other):
        trial.call(one)
        told.append(state(one))
    if {k: v.shape for k, v in told[0].items()} != {k: v.shape for k, v in told[1].items()}:
        return False
    transplant(told[0], other)
    for more in ({}, {"training": True}):
        pair = [_given_by(trial, one, told[0], more) for one in (layer, other)]
        if len(pair[0]) != len(pair[1]) or not all(map(same, *pair)):
            return False
    return True


def _given_by(trial: Trial, layer: Any, values: dict[str, Any], more: dict[str, Any]) -> list[Any]:
    """Outputs and losses of a call in a state, and the state that it leaves."""
    transplant(values, layer)
    outputs = trial.run(layer, **more)
    return [*outputs, *map(numbers, layer.losses), *state(layer).values()]


def _made(trial: Trial, case: Case) -> Any:
    trial.clear()
    return case.make()


def _traits(layer: Any) -> dict[str, str]:
    """Plain data that the layer holds, and the configurations of its sub-layers, as text."""
    kind = KERAS.Model if isinstance(layer, KERAS.Model) else KERAS.layers.Layer
    own = own_attributes(kind)
    found = {
        name: str(value)
        for name, value in vars(layer).items()
        if name not in own and isinstance(value, PLAIN)
    }
    for path, child in anatomy(layer).children.items():
        config = attempt(lambda child=child: config_of(child))  # type: ignore[misc]
        if isinstance(config, dict) and not failed(config):
            found |= {f"{path}.{key}": str(plain(value)) for key, value in config.items()}
    return found


def pinned_by_building(trial: Trial) -> list[str]:
    """Arguments that the configuration gives otherwise once built, so that it fits no other input.

    A layer that is made from it is called on more channels, and gives, or holds, something of
    another shape than one that was made as the first was.
    """
    was, now = trial.facts.get("config"), trial.facts.get("config once built")
    if not isinstance(was, dict) or not isinstance(now, dict) or failed(was):
        return []
    changed = [key for key in was if not _is_as_given(was[key], now.get(key))]
    if not changed:
        return []
    config = trial.layer.get_config()
    wider = trial.mapped(lambda array: np.concatenate([array, array[..., :1]], axis=-1))
    usual = attempt(lambda: _shapes(trial.fresh(), wider))
    if failed(usual) or type(trial.layer).from_config(config).built:
        return []  # it cannot be told, or is made for these inputs and says so
    pinned = attempt(lambda: _shapes(type(trial.layer).from_config(config), wider))
    return [] if pinned == usual else changed


def _is_as_given(was: Any, now: Any, within: bool = False) -> bool:
    """Is it the same, or has at most what is `within` an object of Keras grown once it was built?

    A built `Sequential` writes down its input layer, too: that is no doing of whoever holds it.
    """
    if was == now or (within and was is None):
        return True
    if isinstance(was, dict) and isinstance(now, dict):
        within = within or {"class_name", "config"} <= was.keys()
        more = now.keys() - was.keys()
        alike = all(key in now and _is_as_given(was[key], now[key], within) for key in was)
        return alike and (within or not more)
    if isinstance(was, list) and isinstance(now, list):
        rest = iter(now)
        alike = all(any(_is_as_given(one, other, within) for other in rest) for one in was)
        return alike and (within or len(was) == len(now))
    return False


def _shapes(layer: Any, inputs: Any) -> list[tuple[int, ...]]:
    """The shapes of what a call gives, and of the weights."""
    outputs = flat(layer(*inputs[0], **inputs[1]))
    return [one.shape for one in (*outputs, *state(layer).values())]


def forgotten_settings(trial: Trial) -> list[str] | None:
    """Which of `name`, `trainable` and `dtype` are not given back; None if it takes none.

    Each is given alone: a layer may take a name and nothing else.
    """
    kept = {name: attempt(lambda name=name: _keeps(trial, name)) for name in GIVEN}  # type: ignore[misc]
    told = {name: keeps for name, keeps in kept.items() if not failed(keeps)}
    return [name for name, keeps in told.items() if not keeps] if told else None


def _keeps(trial: Trial, name: str) -> bool:
    """Has a layer that takes this setting the same one when made from its configuration?"""
    trial.clear()
    layer = trial.case.made_with({name: GIVEN[name]})
    if _setting(layer, name) != GIVEN[name]:
        return True  # what it has not taken, it cannot lose
    other = type(layer).from_config(layer.get_config())
    return bool(_setting(layer, name) == _setting(other, name))


def _setting(layer: Any, name: str) -> Any:
    return layer.dtype_policy.name if name == "dtype" else getattr(layer, name)


EARLY = {"_supports_masking": "supports_masking", "_trainable": "trainable", "autocast": "autocast"}
"""What `Layer.__init__` sets, as it is kept and as people write it."""


def set_too_early(trial: Trial) -> list[str]:
    """What the class sets before it calls `super().__init__()`, which sets it anew."""
    kind: Any = KERAS.layers.Layer
    begin, early = kind.__init__, {}

    def noting(layer: Any, *args: Any, **kwargs: Any) -> None:
        if type(layer) is trial.case.cls:
            early.update(_settings(layer))
        begin(layer, *args, **kwargs)

    kind.__init__ = noting
    try:
        layer = trial.fresh()
    finally:
        kind.__init__ = begin
    now = _settings(layer)
    return [EARLY[name] for name, value in early.items() if now.get(name) != value]


def _settings(layer: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(layer).items() if name in EARLY}
