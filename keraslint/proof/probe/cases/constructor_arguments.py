"""A construction of a layer → its arguments by name, and those that follow the channels."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from .case import Call, Case, Change, Construction, by_name, parameters_of
from .constructor_guesses import is_input_channels
from .other_values import whole


def arguments_of(case: Case, asked: Call) -> dict[str, Any]:
    """The arguments of the constructor by name: those that are given, and defaults."""
    return named_arguments(case.cls, asked.construction.args, asked.construction.kwargs)


def named_arguments(cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Arguments of a constructor by name, and the defaults of others."""
    _, given = by_name(cls, Construction(args, kwargs))
    parameters = parameters_of(cls)
    defaults = {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}
    return {**defaults, **given}


def told_channels(arguments: Mapping[str, Any]) -> list[int]:
    """The numbers of channels of the input that arguments of the constructor tell."""
    return [v for k, v in arguments.items() if whole(v) and is_input_channels(k)]


def _tied(arguments: Mapping[str, Any], old: int, new: int) -> tuple[tuple[str, Any], ...] | None:
    """Arguments that must follow the channels; None when one disagrees with them already."""
    if any(value != old for value in told_channels(arguments)):
        return None
    return tuple((k, new) for k, v in arguments.items() if whole(v) and is_input_channels(k))


def with_channels(arguments: Mapping[str, Any], old: int, new: int) -> Change | None:
    """Other channels, with what tells them; None where the arguments tell of others already."""
    tied = _tied(arguments, old, new)
    if tied is None:
        return None
    label = ", ".join([f"{new} channels", *(f"{name}={value}" for name, value in tied)])
    return Change(label=label, arguments=tied, channels=(old, new), doubles=new == 2 * old)
