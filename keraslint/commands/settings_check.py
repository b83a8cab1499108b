"""Settings → nothing, or the reason why they cannot be followed, before anything is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from shutil import which
from typing import Any

from keraslint.project.files.glob_patterns import compiled
from keraslint.project.syntax.parse import is_python
from keraslint.proof.recipes.recipe import Recipe
from keraslint.report import format_names
from keraslint.rule_selection import fixable, matching, selected, severities
from keraslint.rules import registry
from keraslint.settings import ConfigError, Settings, all_at_once, load

_PATTERNS = ("exclude", "extend-exclude", "per-file-ignores", "extend-per-file-ignores")
_CALL = re.compile(r"\s*[\w.]+\s*\(")


def loaded(start: Path, *, proves: bool, **asked: Any) -> Settings:
    """Load the settings that hold, and refuse all that is wrong at once. Raises `ConfigError`."""
    wrong: tuple[str, ...] = ()
    settings: Settings | None = None
    try:
        settings = load(start, **asked)
    except ConfigError as error:
        settings, wrong = error.rest, error.messages
    try:
        if settings is not None:
            check(settings, proves=proves)
    except ConfigError as error:
        wrong += error.messages
    if wrong or settings is None:
        raise ConfigError(*dict.fromkeys(wrong))
    return settings


def check(settings: Settings, *, proves: bool = False) -> None:
    """Refuse what no rule, no format and no file can be meant by. Raises `ConfigError`."""
    with all_at_once() as noted:
        if proves:
            with noted():
                require_program(settings)
        for of_rules in (selected, fixable, severities):
            with noted():
                of_rules(settings, registry())
        for key in ("per-file-ignores", "extend-per-file-ignores"):
            for selector in chain(*settings.value(key).values()):
                with noted():
                    matching(selector, registry(), settings.place(key))
        for key in _PATTERNS:
            with noted():
                _check_patterns(settings, key)
        for layer, recipe in ((k, one) for k, held in settings.recipes.items() for one in held):
            with noted():
                require_recipe(recipe, settings.place("recipes", layer))
                _require_layer(layer, recipe, settings.place("recipes", layer))
        with noted():
            _check_format(settings)


def require_recipe(text: str, place: str) -> None:
    """Refuse what is no call. Raises `ConfigError`."""
    if not (_CALL.match(text) and is_python(text.strip())):
        raise ConfigError(f"{place}: `{text}` is not of the form `Layer(…)(…)`")


def _require_layer(layer: str, recipe: str, place: str) -> None:
    """Refuse a name that is all but that of what the recipe makes. Raises `ConfigError`."""
    called = recipe.partition("(")[0].strip().rpartition(".")[2]
    if not Recipe(recipe).makes(layer) and get_close_matches(layer.rpartition(".")[2], [called]):
        raise ConfigError(f"{place}: the recipe makes a `{called}`; did you mean `{called}`?")


def misspelt(settings: Settings, layers: Collection[str]) -> list[str]:
    """Names in the table of recipes that no layer of a run has, and one nearly has."""
    names = {layer.rpartition(".")[2] for layer in layers}
    found = []
    for name in settings.recipes:
        near = get_close_matches(name.rpartition(".")[2], names, n=1)
        if near and name not in layers and name.rpartition(".")[2] not in names:
            place = settings.place("recipes", name)
            found.append(f"{place}: no layer of that name is to be run; did you mean `{near[0]}`?")
    return found


def require_layers(recipes: Iterable[str], layers: Collection[str]) -> None:
    """Refuse a recipe of the command line that makes none of the layers. Raises `ConfigError`."""
    names = {layer.rpartition(".")[2] for layer in layers}
    for text in recipes:
        require_recipe(text, "--recipe")
        if layers and not any(Recipe(text).makes(layer) for layer in layers):
            name = text.partition("(")[0].strip()
            near = get_close_matches(name.rpartition(".")[2], names, n=1)
            listed = ", ".join(f"`{one}`" for one in sorted(names)[:5])
            hint = f"; did you mean `{near[0]}`?" if near else f" (there are {listed})"
            raise ConfigError(f"--recipe: `{text}` makes no layer that is to be run{hint}")


def require_program(settings: Settings) -> None:
    """Refuse an interpreter that is not there. Raises `ConfigError`."""
    program, place = settings.python, settings.place("python")
    if program is None or which(program) is not None:
        return
    if Path(program).is_dir():
        raise ConfigError(f"{place}: `{program}` is a folder without a Python (`bin/python`)")
    raise ConfigError(f"{place}: no such program: `{program}`")


def _check_format(settings: Settings) -> None:
    name, known = settings.output_format, format_names()
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"; did you mean `{near[0]}`?" if near else f" (there are {', '.join(known)})"
        place = settings.place("output-format")
        raise ConfigError(f"{place}: unknown output format `{name}`{hint}")


def _check_patterns(settings: Settings, key: str) -> None:
    for pattern in settings.value(key):
        try:
            compiled([pattern.removeprefix("!")], settings.root)
        except ConfigError as error:
            raise ConfigError(f"{settings.place(key)}: {error}") from None
