"""Edit a real package at random, and compare a run that remembers with a cold one each time.

By hand; the package is copied first:

    python tests/benchmarks/edits.py PACKAGE --edits 200 --seed 1

Ends with 1 at the first difference, which it shows.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from random_edits import edited  # noqa: E402

from keraslint.engine.lint import LintResult, lint  # noqa: E402
from keraslint.settings import Settings  # noqa: E402


def main() -> int:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path)
    parser.add_argument("--edits", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(options.package, root / options.package.name)
        return differing(root, options.edits, random.Random(options.seed))


def differing(root: Path, edits: int, dice: random.Random) -> int:
    """Edit, lint twice, and compare."""
    settings = Settings(root=root, select=("ALL",))
    spent = [0.0, 0.0]
    for number in range(edits + 1):
        said = edited(root, dice) if number else "nothing"
        start = time.process_time()
        warm = lint([root], settings)
        middle = time.process_time()
        cold = lint([root], replace(settings, cache=False))
        spent[0] += middle - start if number else 0
        spent[1] += time.process_time() - middle if number else 0
        if _plain(warm) != _plain(cold):
            print(f"edit {number}: {said}")
            for one in sorted(set(_plain(warm)) ^ set(_plain(cold)), key=repr):
                print("  only warm" if one in _plain(warm) else "  only cold", one)
            return 1
        print(f"edit {number}: {len(cold.diagnostics)} findings; {said}", flush=True)
    print(f"{edits} edits, all the same; CPU here: {spent[0]:.1f} s against {spent[1]:.1f} s")
    return 0


def _plain(result: LintResult) -> list[object]:
    return [*result.diagnostics, *result.problems]


if __name__ == "__main__":
    raise SystemExit(main())
