"""A layer, or what makes one, and the arguments of a call → what its life shows, right here."""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..cases.case import Case, Construction
from ..keras_versions.in_use import KERAS
from .examine_case import examine

Factory = Callable[..., Any]


@dataclass(kw_only=True)
class GivenCase(Case):
    """A case whose layers a function makes; it may not take the arguments that are tried."""

    factory: Factory

    def construct(self, construction: Construction) -> Any:
        return self.factory(**construction.kwargs)


def backend() -> str:
    """What Keras runs on."""
    return str(KERAS.backend)


def examine_given(
    layer_or_factory: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    skip: Collection[str],
    folder: Path,
) -> tuple[type, dict[str, Any]]:
    """The layer's class, and what is seen of it; raises `TypeError` for what is no layer."""
    factory = _factory(layer_or_factory)
    with _quietly():
        layer = factory()
        if not isinstance(layer, KERAS.layers.Layer):
            raise TypeError(f"{type(layer).__name__} is no layer of Keras")
        cls = type(layer)
        made: dict[str, Any] = dict(vars(sys.modules[cls.__module__]))
        space = {**made, "made": Construction((), {}), "args": args, "kwargs": kwargs}
        case = GivenCase(cls=cls, text="made(*args, **kwargs)", space=space, factory=factory)
        return cls, examine(case, folder, lambda stage: None, skip)


def _factory(given: Any) -> Factory:
    """What makes layers like the given one, with other arguments too where those are known."""
    if isinstance(given, KERAS.layers.Layer):
        return _like(given)
    if not callable(given):
        raise TypeError(f"{type(given).__name__} is no layer of Keras, and makes none")
    factory: Factory = given
    return factory


def _like(layer: Any) -> Factory:
    """As it was made, where Keras has noted that; else from its configuration."""
    cls, noted = type(layer), getattr(layer, "_auto_config", None)
    if noted is not None and not isinstance(layer, KERAS.Model):
        return lambda **more: cls(**{**noted.config, **more})
    return lambda: cls.from_config(layer.get_config())


@contextmanager
def _quietly() -> Iterator[None]:
    """Leave Python's and numpy's random numbers and the dtype policy as they were."""
    chance, numbers, policy = random.getstate(), np.random.get_state(), KERAS.policy()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        random.setstate(chance)
        np.random.set_state(numbers)
        KERAS.set_policy(policy)
