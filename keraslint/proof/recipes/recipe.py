"""How a layer is made and called, as text: from comments, configuration or the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

LINE = re.compile(r"^[ \t]*#[ \t]*keraslint:[ \t]*recipe[ \t]+(\S.*?)[ \t]*$", re.MULTILINE)


class Origin(Enum):
    """Where a recipe comes from; a given one must work, the others are tried."""

    GIVEN = "given"
    FOUND = "found"
    GUESSED = "guessed"


@dataclass(frozen=True, slots=True)
class Recipe:
    """One expression: a construction of a layer, called on inputs.

    `Block(filters=8)(floats(2, 8, 8, 4))`: names are those of the layer's module, `keras`,
    `layers`, `ops`, `np`, and the input makers `floats`, `ints`, `bools`, `zeros`.
    """

    text: str
    origin: Origin = Origin.GIVEN

    @property
    def construction(self) -> str:
        """The part that constructs the layer."""
        depth = 0
        for place, sign in enumerate(self.text):
            depth += (sign in "([{") - (sign in ")]}")
            if sign == ")" and not depth:
                return self.text[: place + 1]
        return self.text

    def makes(self, layer: str) -> bool:
        """Does the expression construct the layer with this (qualified) name?"""
        short = re.escape(layer.split(".")[-1])
        return (
            re.search(rf"(?<![\w.]){short}\s*\(|(?<!\w){re.escape(layer)}\s*\(", self.text)
            is not None
        )


def recipes_in(text: str) -> tuple[Recipe, ...]:
    """The recipes in a file's comment lines `# keraslint: recipe <expression>`."""
    return tuple(Recipe(match) for match in LINE.findall(text))


def recipes_for(layer: str, recipes: Iterable[Recipe]) -> tuple[Recipe, ...]:
    """Those of the recipes that make this layer."""
    return tuple(recipe for recipe in recipes if recipe.makes(layer))


def recipes_of_config(
    layer: str, table: Mapping[str, str | list[str] | tuple[str, ...]]
) -> tuple[Recipe, ...]:
    """The recipes of the configuration's table (layer name → one or several expressions)."""
    found = table.get(layer, table.get(layer.split(".")[-1], ()))
    return tuple(Recipe(text) for text in ([found] if isinstance(found, str) else found))
