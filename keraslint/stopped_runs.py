"""What stopped a run → the words for it, and the exit code that a signal has."""

from __future__ import annotations

import os
import re

import click

INTERRUPTED, TERMINATED = 130, 143


def _excerpt(message: str) -> str:
    """Show the line of the file that a message begins with, if it begins with one."""
    place = re.match(r"(.+?\.toml):(\d+): ", message)
    if place is None:
        return ""
    import linecache

    line = linecache.getline(place[1], int(place[2])).rstrip()
    return f"  {place[2]} | {line}\n" if line else ""


def signal_code(error: click.Abort) -> int:
    """The exit code of a process that a signal has ended, in order."""
    from keraslint.proof.interruption import Terminated

    ended = error.__cause__ and error.__cause__.__cause__
    return TERMINATED if isinstance(ended, Terminated) else INTERRUPTED


def sorry(error: Exception) -> str:
    """Say in a line or two what went wrong, and whose fault it is."""
    from keraslint.project.files.source import TRACEBACK
    from keraslint.settings import ConfigError

    if isinstance(error, ConfigError):
        return "".join(f"error: {line}\n{_excerpt(line)}" for line in error.messages)
    if isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        help_at = f"  see `{context.command_path} --help`\n" if context else ""
        return f"error: {error.format_message()}\n{help_at}"
    if os.environ.get(TRACEBACK):
        import traceback

        return "".join(traceback.format_exception(error))
    return (
        f"internal error: {type(error).__name__}: {error}\n"
        "This is a bug in keraslint. Please report it with the output of the same command\n"
        f"under {TRACEBACK}=1.\n"
    )
