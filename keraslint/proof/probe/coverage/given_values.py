"""A case → the value of each argument of its constructor and of its call, as text."""

from __future__ import annotations

import inspect
import itertools
import re
from typing import Any

from ..cases.case import Case
from ..cases.constructor_arguments import arguments_of
from ..cases.recipe_inputs import tree

ADDRESS = re.compile(r" at 0x[0-9a-f]+")
LONGEST = 200


class _Array(str):
    """An array, described; it is no text of the recipe's."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def given_values(case: Case) -> dict[str, dict[str, str]]:
    """Defaults included; of an array, its shape and kind."""
    asked = case.asked()
    made = {name: _text(value) for name, value in arguments_of(case, asked).items()}
    made |= dict(case.change.made)
    counter = itertools.count()

    def shown(given: Any) -> _Array:
        one = case.change.to_input(given, next(counter))
        return _Array(f"{one.kind}{one.shape}")

    args, kwargs = tree(shown, asked.args), tree(shown, asked.kwargs)
    parameters = list(inspect.signature(case.cls.call).parameters.values())[1:]
    plain = [p for p in parameters if p.kind in (0, 1, 3)]
    given = {p.name: value for p, value in zip(plain, args, strict=False)} | kwargs
    called = {p.name: given.get(p.name, p.default) for p in plain}
    return {"__init__": made, "call": {name: _text(value) for name, value in called.items()}}


def _text(value: Any) -> str:
    return ADDRESS.sub("", repr(value))[:LONGEST]
