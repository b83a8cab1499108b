"""Where compiled modules are kept: the project's in a folder apart, installed ones as ever."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

INHERITED = sys.pycache_prefix


def keep_bytecode_apart(folder: Path) -> None:
    """Compile each of the project's files once, into `folder`, and write nothing beside them."""
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(folder)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


@contextmanager
def installed_bytecode() -> Iterator[None]:
    """Import what is installed from the bytecode that its installation has left; write none.

    To compile TensorFlow anew takes twice as long as to import it.
    """
    apart, silent = sys.pycache_prefix, sys.dont_write_bytecode
    sys.pycache_prefix, sys.dont_write_bytecode = INHERITED, True
    try:
        yield
    finally:
        sys.pycache_prefix, sys.dont_write_bytecode = apart, silent
