"""A path in a project → whether it is one of its tests, as pytest and unittest collect them."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

COLLECTED = ("test_*.py", "*_test.py", "tests.py", "conftest.py")
"""What pytest and Django collect by default, and what pytest reads besides."""
FOLDERS = frozenset({"tests", "test"})


def is_test_file(path: Path, root: Path) -> bool:
    """Whether a file is collected as a test, or stands in a folder of tests below `root`."""
    if any(fnmatch(path.name, pattern) for pattern in COLLECTED):
        return True
    here, top = path.parent.resolve(), root.resolve()
    within = here.relative_to(top).parts if here.is_relative_to(top) else ()
    return not FOLDERS.isdisjoint(within)
