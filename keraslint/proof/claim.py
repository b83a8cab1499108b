"""The claim that two versions of a layer are alike → what the child is asked to measure for it."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keraslint.diagnostic import Measure, Promise

from .recipes.found_recipes import recipes_near
from .recipes.recipe import Origin, Recipe

KEEPS_ALL = Promise()
NAMED = re.compile(r"[\"']([^\"'\n]+)[\"']")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """`before` and `after` are two texts of the file at `path` in which `layer` should be alike.

    To compare two files or two classes, `after_path` and `after_layer` name the other one.
    `keras` is the Keras that it is written for, 2 or 3; 0: whichever there is.
    `around` are paths and texts of other files, where the version before saw others than there are.
    `doubted`: a claim like it was refuted, so that it is looked at in one case first.
    """

    layer: str
    path: Path
    before: str
    after: str
    promise: Promise = KEEPS_ALL
    recipes: tuple[Recipe, ...] = ()
    after_layer: str | None = None
    after_path: Path | None = None
    around: tuple[tuple[str, str], ...] = ()
    keras: int = 0
    doubted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofOptions:
    """Where and under which limits to run; `timeout` is in seconds of work per version.

    Verdicts are kept in `cache_dir`, if there is one.
    `jobs` versions run at a time; 0 are as many as there are processors, up to four.
    `brief` leaves a version off once its weights or outputs are seen to be other ones, and saves in
    fewer kinds of owner where more would tell nothing new: enough for a verdict, too little for a
    report. `deep` compiles training and exports too, each in a process of its own. With the address
    of a `scheduler`, the workers of its Dask cluster prove.
    """

    python: str | None = None
    timeout: float = 60.0
    memory_mb: int | None = 4096
    backend: str | None = None
    root: Path = field(default_factory=Path.cwd)
    src: tuple[Path, ...] = ()
    jobs: int = 0
    cache_dir: Path | None = None
    brief: bool = False
    deep: bool = False
    scheduler: str | None = None

    @property
    def at_a_time(self) -> int:
        return self.jobs or min(_processors(), 4)

    @property
    def interpreter(self) -> str:
        return self.python or sys.executable


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def before_job(claim: Claim, options: ProofOptions) -> dict[str, Any]:
    """What to measure on the version before, and how to make and call the layer."""
    strict = {Measure.OUTPUTS, Measure.WEIGHTS} <= set(claim.promise.keeps)
    given = [recipe for recipe in claim.recipes if recipe.origin is Origin.GIVEN]
    return {
        "path": str(claim.path.resolve()),
        "text": claim.before,
        "around": dict(claim.around),
        "layer": claim.layer,
        "names": _names(claim),
        "recipes": [recipe.text for recipe in given],
        "found": [] if given else [recipe.text for recipe in _found(claim, options)],
        "cases": None,
        "folders": [str(path.resolve()) for path in (*options.src, options.root)],
        "timeout": options.timeout,
        "memory_mb": options.memory_mb,
        "keras": claim.keras,
        "also": _new_names(claim),
        "strict": strict,
        "brief": strict and options.brief,
    }


def after_job(claim: Claim, options: ProofOptions, cases: list[dict[str, Any]]) -> dict[str, Any]:
    """What to measure on the version after: the same cases."""
    return {
        **before_job(claim, options),
        "path": str((claim.after_path or claim.path).resolve()),
        "text": claim.after,
        "around": _around_now(claim),
        "layer": claim.after_layer or claim.layer,
        "cases": cases,
    }


def _around_now(claim: Claim) -> dict[str, str]:
    """The files around as they are: what has changed in them is watched on both sides."""
    return {path: text for path, _ in claim.around if (text := text_now(path)) is not None}


def text_now(path: str) -> str | None:
    """The text of a file; None where there is none that can be read."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _found(claim: Claim, options: ProofOptions) -> tuple[Recipe, ...]:
    """Recipes that came with the claim, then those in the text of the project near the file."""
    near = recipes_near(claim.layer, claim.path, options.root, claim.before)
    return tuple(dict.fromkeys([*claim.recipes, *near]))


def _new_names(claim: Claim) -> str:
    """The text after, where it names what the text before does not: empty for most rewrites."""
    before, after = (set(NAMED.findall(text)) for text in (claim.before, claim.after))
    return claim.after if after - before else ""


def _names(claim: Claim) -> list[str]:
    return list(dict.fromkeys([claim.layer, claim.after_layer or claim.layer]))
