"""Options by their sections of `--help`: how they are read, completed and shared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial, reduce
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


class _Option(click.Option):
    """An option that knows the section of `--help` it stands in.

    With `equals`, its value is optional and follows a `=`: the next word is none of it.
    """

    def __init__(
        self, *args: Any, section: str = "Options", equals: bool = False, **kwargs: Any
    ) -> None:
        kwargs["show_envvar"] = "envvar" in kwargs
        super().__init__(*args, **kwargs)
        self.section = section
        self.equals = equals


class Sectioned(click.Command):
    """A command whose `--help` groups its options, the shared ones last."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        bare = {name for one in self.params if getattr(one, "equals", False) for name in one.opts}
        return super().parse_args(ctx, [f"{word}=" if word in bare else word for word in args])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            shown = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if shown is not None:
                sections.setdefault(getattr(param, "section", "Options"), []).append(shown)
        for title in sorted(sections, key=lambda title: title == "Options"):
            with formatter.section(title):
                formatter.write_dl(sections[title])


PATH = click.Path()  # which completes files, and checks nothing


def _commas(_: click.Context, __: click.Parameter, values: Iterable[str]) -> tuple[str, ...]:
    return tuple(word for value in values for word in value.replace(",", " ").split())


def pairs(_: click.Context, __: click.Parameter, values: Iterable[str]) -> Mapping[str, list[str]]:
    """Read `PATTERN:CODE,PATTERN:CODE`; raises `BadParameter` for what has no colon."""
    read: dict[str, list[str]] = {}
    for pair in (pair for value in values for pair in value.split(",")):
        pattern, colon, code = pair.strip().rpartition(":")
        if not colon:
            raise click.BadParameter(f"`{pair}` is not `PATTERN:CODE`")
        read.setdefault(pattern, []).append(code)
    return read


def of_rules(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Complete the last selector of a list."""
    from keraslint.commands.pages.config import selectors

    before, comma, word = incomplete.rpartition(",")
    return [f"{before}{comma}{one}" for one in selectors() if one.startswith(word)]


def of_formats(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of a format of `check`."""
    from keraslint.report import format_names

    return [name for name in format_names() if name.startswith(incomplete)]


def of_keys(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Complete a key of the configuration."""
    from keraslint.options import OPTIONS

    return [key for key in OPTIONS if key.startswith(incomplete)]


def _options(section: str) -> Callable[..., Callable[[_Command], _Command]]:
    return partial(click.option, cls=_Option, section=section)


fixing, selecting, finding = map(_options, ("Fixing", "Rule selection", "File selection"))
silencing, comparing = map(_options, ("Known findings", "Versions"))
proving, telling, other = map(_options, ("Proof", "Output", "Options"))
FORMATS = """full, concise, grouped, json, json-lines, github, gitlab, azure, junit, pylint, rdjson
or sarif."""
CODES = {"multiple": True, "callback": _commas, "metavar": "CODES", "shell_complete": of_rules}
GLOBS = {"multiple": True, "callback": _commas, "metavar": "PATTERNS"}


def _together(*options: Callable[[_Command], _Command]) -> Callable[[_Command], _Command]:
    """Make one decorator of options that several commands have."""
    return lambda command: reduce(lambda made, option: option(made), reversed(options), command)


def printing(*formats: str) -> Callable[[_Command], _Command]:
    """Make the option that chooses among a few formats, the first by default."""
    says = f"What to print (default: {formats[0]})."
    return other("--output-format", type=click.Choice(formats), default=formats[0], help=says)


python = proving(
    "--python",
    metavar="EXE",
    help="The interpreter that has your Keras, or the folder of its environment (default: your "
    "project's, else our own).",
)
backend = proving(
    "--backend",
    type=click.Choice(["tensorflow", "jax", "torch"]),
    help="What Keras runs on (default: as configured).",
)
recipe = proving("--recipe", multiple=True, help="How to run a layer: 'Block(4)(floats(2, 8))'.")
jobs = proving("--jobs", type=click.IntRange(1), metavar="N", help="How many layers at a time.")
timeout = proving(
    "--timeout", type=float, metavar="SECONDS", help="Limit for a version (default: 60)."
)
how_to_run = _together(python, backend, recipe, jobs, timeout)
how_to_prove = _together(
    python,
    backend,
    recipe,
    proving("--show-recipe", is_flag=True, help="Print the recipes used, as configuration."),
    proving("--report", metavar="FILE", help="Write the evidence to a page (.html) or as .json."),
    proving("--deep", is_flag=True, help="Compile training by XLA and export, too (slow)."),
    jobs,
    proving("--scheduler", metavar="ADDRESS", help="Prove on the workers of this Dask cluster."),
    timeout,
)
configured = _together(
    other("--config", multiple=True, metavar="FILE|KEY=VALUE", help="Configuration to use."),
    other("--isolated", is_flag=True, help="Ignore all configuration files."),
)
cached = _together(
    other("-n", "--no-cache", is_flag=True, help="Neither read nor write the cache."),
    other("--cache-dir", envvar="KERASLINT_CACHE_DIR", metavar="DIR", help="Where the cache is."),
)
