"""What the streams and the screen can do, and an answer written to them."""

from __future__ import annotations

import errno
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
    return _is_terminal(sys.stdout) and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Count the columns of the terminal; without one, a hundred."""
    from shutil import get_terminal_size

    return get_terminal_size((100, 24)).columns


def standard_input() -> bytes:
    """Read it to its end. Raises `ConfigError` where it is closed."""
    require_input()
    return sys.stdin.buffer.read()


def require_input() -> None:
    """Raise `ConfigError` where standard input is closed."""
    if sys.stdin is None:  # how Python shows a stream that was closed before it started
        from keraslint.settings import ConfigError

        raise ConfigError("standard input is closed")


def show(told: Answer, output_file: str | None, report: str | None) -> None:
    """Write an answer to the streams and files where it belongs. Raises `ConfigError`."""
    write(told.err, sys.stderr)
    if told.evidence is not None and report is not None:
        _write_file(report, told.evidence)
    if told.raw is not None:
        _write_bytes(told.raw)
    if output_file is None:
        return write(told.out, sys.stdout)
    _write_file(output_file, told.out)


def write(text: str, stream: TextIO | None) -> None:
    """Write at once.

    Raises:
        OSError: the text is lost: standard output is closed, or its disk is full.
    """
    if stream is None:  # how Python shows a stream that was closed before it started
        if text and sys.stderr is not None:
            raise OSError(errno.EBADF, "standard output is closed")
        return
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:  # the reader has seen enough; what was found stays found
        _to_nowhere(stream)
    except OSError:
        if stream is not sys.stderr:
            raise
        _to_nowhere(stream)


def lost_output(error: OSError) -> str:
    """Say why standard output could not be written; nothing where a file with a name failed."""
    if error.filename is not None:
        return ""
    if sys.stdout is not None:
        _to_nowhere(sys.stdout)  # or Python tries again on the way out, and says so at length
    return (error.strerror or str(error)).lower()


def _to_nowhere(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _write_bytes(data: bytes) -> None:
    if sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed")
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def clear() -> None:
    """Empty the screen, if there is one."""
    if _is_terminal(sys.stdout):
        write(_CLEAR, sys.stdout)


def _write_file(file: str, text: str) -> None:
    from keraslint.settings import ConfigError

    try:
        Path(file).write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise ConfigError(f"{file}: {(error.strerror or str(error)).lower()}") from None


def log_line(line: str) -> None:
    """Show a line for good, where standard error is a file or a pipe: there nothing overwrites."""
    if not _overwrites():
        write(f"{line}\n", sys.stderr)


def _overwrites() -> bool:
    return _is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"


def overwrite(line: str) -> None:
    """Show a line in the place of the one before, where standard error can do that."""
    if _overwrites():
        write(f"\r{line[: width() - 1]}\x1b[K", sys.stderr)
