"""`compare` and `examine`, as people type them → what running their layers showed, exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from keraslint.command_words import CLEAN, FINDINGS, MISUSE
from keraslint.flags import (
    FORMATS,
    Sectioned,
    cached,
    comparing,
    configured,
    how_to_prove,
    how_to_run,
    of_formats,
    printing,
    proving,
    telling,
)
from keraslint.terminal import colourful, log_line, overwrite, show, width


@click.command(cls=Sectioned, short_help="Are two versions of a layer equivalent?")
@click.argument("paths", nargs=-1, metavar="OLD NEW | [PATH]...", type=click.Path(path_type=Path))
@comparing("--layer", metavar="NAME", help="The layer's class (default: all that changed).")
@comparing("--new-layer", metavar="NAME", help="Its name in the new version, if it has changed.")
@comparing("--base", metavar="REV", help="Take the old versions from this git revision.")
@how_to_prove
@printing("text", "json")
@configured
@cached
def compare(**asked: Any) -> int:
    """Build and run two versions of a layer: are they equivalent?

    \b
    compare OLD.py NEW.py [--layer A [--new-layer B]]    two files
    compare FILE.py --layer A --new-layer B              two classes
    compare --base REV [PATH]...                         all layers that changed since REV

    Exit codes: 0 all proved, 1 something refuted, 2 unknown. This runs the code of both versions.
    """
    from keraslint.commands.running.compare import Comparison, answer

    colour = colourful("auto")
    asked |= {"width": width(), "colour": colour, "show": overwrite, "log": log_line}
    told = answer(Comparison(**asked))
    show(told, None, asked["report"])
    return MISUSE if told.failed else FINDINGS if told.found else CLEAN


@click.command(
    cls=Sectioned,
    short_help="Is each layer healthy as it is?",
    epilog="""\b
Examples:
  keraslint examine src/blocks.py
  keraslint examine src/ --layer Block --recipe 'Block(4)(floats(2, 8))'
  keraslint examine --output-format junit src/""",
)
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@comparing("--layer", multiple=True, metavar="NAME", help="The layer's class (default: all).")
@how_to_run
@proving("--report", metavar="FILE", help="Write a page (.html), or everything as .json.")
@telling("--output-format", default="full", metavar="FORMAT", help=FORMATS,
         shell_complete=of_formats)  # fmt: skip
@configured
def examine(**asked: Any) -> int:
    """Make, call, build, train, freeze, save, load, clone and copy layers: what of it works?

    Each class is told with what works, what is broken and why, what does not apply to it, and what
    never ran. Exit codes: 0 all healthy, 1 something broken, 2 not examined. This runs your code.
    """
    from keraslint.commands.running.examine import Request, answer

    asked |= {"width": width(), "colour": colourful("auto"), "show": overwrite, "log": log_line}
    told = answer(Request(**asked))
    show(told, None, asked["report"])
    return MISUSE if told.failed else FINDINGS if told.found else CLEAN
