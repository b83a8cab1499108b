"""What was typed for `check` → a request, and the settings that hold for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from keraslint.commands import check_report
from keraslint.commands.settings_check import loaded, require_recipe
from keraslint.settings import ConfigError, Settings

if TYPE_CHECKING:
    from keraslint.fix.session import Shard


def _hide(_: str) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was typed; `flags` are the keys of the configuration.

    `show` is given a line on how far a long run is, each time that changes, and "" at the end.
    """

    paths: tuple[str, ...]
    flags: Mapping[str, object]
    config: tuple[str, ...] = ()
    isolated: bool = False
    stdin_filename: str | None = None
    diff: bool = False
    prove: bool = False
    recipe: tuple[str, ...] = ()
    show_recipe: bool = False
    report: str | None = None
    backend: str | None = None
    no_cache: bool = False
    statistics: bool = False
    show_files: bool = False
    show_settings: bool = False
    add_noqa: str | None = None
    ignore_noqa: bool = False
    fix_only: bool = False
    verbose: bool = False
    update_baseline: bool = False
    watch: bool = False
    quiet: bool = False
    colour: bool = False
    width: int = 100
    show: Callable[[str], None] = _hide
    log: Callable[[str], None] = _hide
    jobs: int | None = None
    deep: bool = False
    shard: str | None = None
    scheduler: str | None = None


def settings_of(request: Request) -> Settings:
    """Load the settings that hold, and refuse flags that do not go together."""
    settings = loaded(
        start_of(request),
        proves=request.prove,
        config=request.config,
        isolated=request.isolated,
        flags=request.flags,
    )
    if "-" in request.paths and len(request.paths) > 1:
        raise ConfigError("`-` (standard input) cannot be linted together with other paths")
    _check_writers(request)
    if request.prove and not (settings.fix or request.fix_only or request.diff):
        raise ConfigError("`--prove` proves fixes: it goes with `--fix` or `--diff`")
    if request.report and not request.prove:
        raise ConfigError("`--report` shows what running the layers gave: it goes with `--prove`")
    check_report(request.report)
    if request.show_recipe and not request.prove:
        raise ConfigError("`--show-recipe` shows how layers were run: it goes with `--prove`")
    return replace(
        settings,
        recipes={**settings.recipes, **_recipes(request.recipe)},
        cache=settings.cache and not request.no_cache,
        fix=settings.fix or (request.fix_only and not request.diff),
        ignore_noqa=request.ignore_noqa,
    )


def _check_writers(request: Request) -> None:
    """Refuse to write comments or a baseline, or to watch, together with what it cannot be."""
    standard_input = request.stdin_filename is not None or "-" in request.paths
    asked = {
        "`--add-noqa`": request.add_noqa is not None,
        "`--update-baseline`": request.update_baseline,
        "`--fix`": request.flags.get("fix") or request.fix_only,
        "`--diff`": request.diff,
        "standard input": standard_input,
    }
    if request.watch:
        asked = {"`--watch`": True, **asked, "`--fix`": False, "`--diff`": False}
    given = [name for name, is_given in asked.items() if is_given]
    if len(given) > 1 and (
        request.add_noqa is not None or request.update_baseline or request.watch
    ):
        raise ConfigError(f"{given[0]} does not go together with {given[1]}")


def start_of(request: Request) -> Path:
    """Choose where to look for the configuration: at what all the paths have in common."""
    named = [request.stdin_filename] if request.stdin_filename else request.paths
    paths = [Path(path).absolute() for path in named if path != "-"] or [Path.cwd()]
    common = [path if path.is_dir() else path.parent for path in paths]
    start = common[0]
    while not all(start == one or start in one.parents for one in common):
        start = start.parent
    return start


def _recipes(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """File each recipe under the layer that it constructs: the name before its first bracket."""
    recipes: dict[str, tuple[str, ...]] = {}
    for text in texts:
        require_recipe(text, "--recipe")
        layer = text.partition("(")[0].strip().rpartition(".")[2]
        recipes[layer] = (*recipes.get(layer, ()), text.strip())
    return recipes


def shard_of(request: Request) -> Shard:
    """Read `2/8`. Raises `ConfigError`."""
    from keraslint.fix.session import WHOLE, Shard

    if request.shard is None:
        return WHOLE
    found = re.fullmatch(r"(\d+)/(\d+)", request.shard)
    shard = Shard(int(found[1]), int(found[2])) if found else None
    if shard is None or not 1 <= shard.number <= shard.count:
        raise ConfigError(f"--shard `{request.shard}`: not a part such as `2/8`")
    if not request.prove:
        raise ConfigError("`--shard` divides the work of proving: it goes with `--prove`")
    return shard
