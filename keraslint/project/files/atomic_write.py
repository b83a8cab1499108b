"""New bytes for a file, written so that either the old or the new file is there, never a part."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from keraslint.project.files.source import Trouble, Unreadable, unreadable


def write_atomically(
    path: Path | str, data: bytes, *, was: bytes | None = None
) -> Unreadable | None:
    """Write through a temporary file in the same folder; return what went wrong, if anything.

    Keeps mode bits and, where allowed, the owner; a symbolic link stays one, and its target is
    written. With `was`, a file that has changed since it was read is left as it is.
    """
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):
            reason = "cannot be written: it is a pipe or a device, not a file"
            return Unreadable(path=str(path), kind=Trouble.OTHER, reason=reason)
        real = Path(path).resolve(strict=True)
        if not os.access(real, os.W_OK):  # a rename would pass over a read-only file
            return Unreadable(
                path=str(path), kind=Trouble.FORBIDDEN, reason="cannot be written: it is read-only"
            )
        if was is not None and real.read_bytes() != was:
            reason = "changed on disk while it was being fixed; left as it is"
            return Unreadable(path=str(path), kind=Trouble.CHANGED, reason=reason)
        _swap(real, data)
    except OSError as error:
        fault = unreadable(str(path), error)
        return Unreadable(
            path=str(path), kind=fault.kind, reason=f"cannot be written: {fault.reason}"
        )
    return None


def _swap(real: Path, data: bytes) -> None:
    before = real.stat()
    temporary = real.with_name(f".{real.name}.{os.getpid()}.keraslint")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(temporary, flags, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        with contextlib.suppress(OSError, AttributeError):  # Windows has no owner to keep
            os.chown(temporary, before.st_uid, before.st_gid)
        temporary.chmod(stat.S_IMODE(before.st_mode))  # after chown, which may clear bits
        temporary.replace(real)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(real.parent)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself last; not every system can, and then nothing is lost."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
