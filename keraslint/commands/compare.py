"""`compare`: two versions of a layer → the verdict of running both."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keraslint.config import ConfigError, Settings, load
from keraslint.diagnostic import Promise, Verdict
from keraslint.project.revision import bytes_at
from keraslint.project.source import Source, Unreadable, decode, read
from keraslint.proof.prove import Claim, ProofOptions, prove
from keraslint.proof.recipe import Recipe, recipes_for, recipes_in, recipes_of_config


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was typed: with `base`, the old version is a file's at that git revision."""

    old: Path
    new: Path | None
    layer: str
    new_layer: str | None = None
    recipes: tuple[str, ...] = ()
    base: str | None = None
    python: str | None = None
    timeout: float | None = None
    config: tuple[str, ...] = ()
    isolated: bool = False


def verdict(asked: Comparison) -> Verdict:
    """Build and run both versions. Raises `ConfigError` for what cannot be compared."""
    if asked.new is None and asked.base is None:
        raise ConfigError("compare: name two files, or one file and `--base REV`")
    flags = {"python": asked.python, "timeout": asked.timeout}
    new = asked.new or asked.old
    start = new.absolute().parent
    settings = load(start, config=asked.config, isolated=asked.isolated, flags=flags)
    before, after = _old(asked).text, _readable(read(new)).text
    claim = Claim(
        layer=asked.layer,
        path=asked.old,
        before=before,
        after=after,
        promise=Promise(),
        recipes=_recipes(asked, settings, (before, after)),
        after_layer=asked.new_layer or asked.layer,
        after_path=new,
    )
    return next(iter(prove([claim], proof_options(settings))))


def _recipes(asked: Comparison, settings: Settings, texts: tuple[str, str]) -> tuple[Recipe, ...]:
    """Take the recipes of the command line, else the configuration's, else the files' own."""
    if asked.recipes:
        return tuple(Recipe(text) for text in asked.recipes)
    if given := recipes_of_config(asked.layer, settings.recipes):
        return given
    found = dict.fromkeys(recipe for text in texts for recipe in recipes_in(text))
    return recipes_for(asked.layer, found)


def proof_options(settings: Settings) -> ProofOptions:
    """Say how to prove, as far as the settings say it; the rest is the proof's own default."""
    src = tuple(settings.path(folder) for folder in settings.src)
    given: dict[str, Any] = {"root": settings.root, "src": src}
    if settings.python is not None:
        given["python"] = settings.python
    if settings.timeout is not None:
        given["timeout"] = settings.timeout
    return ProofOptions(**given)


def _old(asked: Comparison) -> Source:
    if asked.base is None:
        return _readable(read(asked.old))
    data = bytes_at(asked.old, asked.base)
    return _readable(data if isinstance(data, Unreadable) else decode(data, str(asked.old)))


def _readable(source: Source | Unreadable) -> Source:
    if isinstance(source, Unreadable):
        raise ConfigError(f"{source.path}: {source.reason}")
    return source
