"""Names, each with what it stands for → a list for a terminal, wrapped to its width."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from keraslint.report.palette import Palette

ROOM = 40
"""Columns that a text needs beside the names; in less, it goes below its name."""


def listing(title: str, texts: Mapping[str, str], *, width: int, colour: bool) -> str:
    """List the texts beside their names, under a title."""
    names = max(map(len, texts))
    beside = width - names - 4 >= ROOM
    indent = " " * (names + 4 if beside else 6)
    lines = textwrap.wrap(title, width, break_on_hyphens=False)
    for name, text in texts.items():
        told = textwrap.wrap(text, max(width - len(indent), 20), break_on_hyphens=False)
        head = f"  {Palette(colour).bold(name)}"
        if beside and told:
            head += " " * (names - len(name) + 2) + told.pop(0)
        lines += [head, *(f"{indent}{line}" for line in told)]
    return "".join(f"{line}\n" for line in lines)
