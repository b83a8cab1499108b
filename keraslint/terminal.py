"""What the streams and the screen can do, and an answer written to them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from keraslint.commands import Answer

_CLEAR = "\x1b[2J\x1b[3J\x1b[H"


def colourful(when: str) -> bool:
    """Decide on colours as https://no-color.org and FORCE_COLOR have it."""
    if when != "auto":
        return when == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Count the columns of the terminal; without one, a hundred."""
    from shutil import get_terminal_size

    return get_terminal_size((100, 24)).columns


def show(told: Answer, output_file: str | None, report: str | None) -> None:
    """Write an answer to the streams and files where it belongs. Raises `ConfigError`."""
    write(told.err, sys.stderr)
    if told.evidence is not None and report is not None:
        _write_file(report, told.evidence)
    if told.raw is not None:
        sys.stdout.buffer.write(told.raw)
        sys.stdout.buffer.flush()
    if output_file is None:
        return write(told.out, sys.stdout)
    _write_file(output_file, told.out)


def write(text: str, stream: TextIO) -> None:
    """Write at once."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:  # the reader has seen enough; what was found stays found
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def clear() -> None:
    """Empty the screen, if there is one."""
    if sys.stdout.isatty():
        write(_CLEAR, sys.stdout)


def _write_file(file: str, text: str) -> None:
    from keraslint.settings import ConfigError

    try:
        Path(file).write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise ConfigError(f"{file}: {(error.strerror or str(error)).lower()}") from None


def overwrite(line: str) -> None:
    """Show a line in the place of the one before, where standard error can do that."""
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        write(f"\r{line[: width() - 1]}\x1b[K", sys.stderr)
