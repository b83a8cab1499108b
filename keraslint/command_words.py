"""The words that were typed → the command that they mean, and what completes them."""

from __future__ import annotations

import re
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from keraslint.terminal import write

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

CLEAN, FINDINGS, MISUSE = 0, 1, 2


class Commands(click.Group):
    """`keraslint PATH…` is `keraslint check PATH…`."""

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer commands, and files where no command is meant."""
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):  # the flags of `check`, which need no command
            check = self.commands["check"]
            own = super().shell_complete(ctx, incomplete)
            return [*own, *check.shell_complete(click.Context(check, parent=ctx), incomplete)]
        files = CompletionItem(incomplete, type="file")
        return [files, *super().shell_complete(ctx, incomplete)]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and not ctx.resilient_parsing:
            write(f"{self.get_help(ctx)}\n", sys.stderr)
            ctx.exit(MISUSE)
        return super().parse_args(ctx, self._with_command(args))

    def _with_command(self, args: list[str]) -> list[str]:
        """Put the command first: `-q check src/` is `check -q src/`, and `src/` is `check src/`."""
        if not args or args[0] in {"--help", "-h", "--version", "-V"}:
            return args
        at, valued = 0, self._valued()
        while at < len(args) and args[at].startswith("-") and args[at] != "-":
            at += 2 if args[at] in valued else 1
        word = args[at] if at < len(args) else ""
        if word in self.commands:
            return [word, *args[:at], *args[at + 1 :]]
        if word and (meant := self._misspelt(word)):
            raise click.UsageError(f"no such command `{word}`. Did you mean `{meant}`?")
        return ["check", *args]

    def _valued(self) -> frozenset[str]:
        """The options of any command that take the next word for their value."""
        every = (one for command in self.commands.values() for one in command.params)
        options = (one for one in every if isinstance(one, click.Option))
        valued = (one for one in options if not (one.is_flag or getattr(one, "equals", False)))
        return frozenset(name for one in valued for name in one.opts)

    def _misspelt(self, word: str) -> str:
        """The command that a word is nearly, if it can be no path; `""` if there is none."""
        if not re.fullmatch(r"[A-Za-z-]+", word) or Path(word).exists():
            return ""
        return next(iter(get_close_matches(word.lower(), self.commands, n=1)), "")
