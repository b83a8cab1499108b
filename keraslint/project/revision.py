"""A file and a git revision → the bytes that the file had then."""

from __future__ import annotations

import subprocess
from pathlib import Path

from keraslint.project.source import Trouble, Unreadable


def bytes_at(path: Path, revision: str) -> bytes | Unreadable:
    """Ask git for the stored bytes; without filters, so that git runs no other program."""
    real = path.absolute()
    command = ["git", "cat-file", "blob", f"{revision}:./{real.name}"]
    try:
        done = subprocess.run(command, cwd=real.parent, capture_output=True, check=False)
    except OSError as error:
        return Unreadable(str(path), Trouble.OTHER, f"git cannot be run: {error.strerror}")
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = f"git has no such file at `{revision}`" + (f" ({said[0]})" if said else "")
        return Unreadable(str(path), Trouble.MISSING, reason)
    return done.stdout
