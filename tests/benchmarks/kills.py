"""Kill runs at random moments, start four at once, and compare with a cold run each time.

By hand; the cache is in a folder of its own:

    python tests/benchmarks/kills.py PACKAGE --kills 20 --seed 1
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def started(package: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a run, in a group of its own."""
    command = (sys.executable, "-m", "keraslint", "check", "--isolated", "--output-format", "json")
    return subprocess.Popen(
        [*command, *arguments, "."],
        cwd=package,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def said(run: subprocess.Popen[bytes]) -> bytes:
    """All that a run says."""
    return run.communicate()[0]


def main() -> int:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    start = time.monotonic()
    cold = said(started(options.package, "--no-cache"))
    whole = time.monotonic() - start
    with tempfile.TemporaryDirectory() as folder:
        cache = ("--cache-dir", folder)
        wrong = 0
        for number in range(options.kills):
            run = started(options.package, *cache)
            time.sleep(dice.uniform(0.05, 1.2) * whole)
            run.kill()
            run.communicate()
            if number % 4 == 3:
                wrong += said(started(options.package, *cache)) != cold
                for file in Path(folder).glob("engine.db*"):
                    file.unlink()
        print(f"{options.kills} kills, {options.kills // 4} looks: {wrong} wrong")
    with tempfile.TemporaryDirectory() as folder:
        runs = [started(options.package, "--cache-dir", folder) for _ in range(4)]
        different = sum(said(run) != cold for run in runs)
        after = said(started(options.package, "--cache-dir", folder)) != cold
        print(f"four at once: {different} wrong; the next one: {'wrong' if after else 'right'}")
    return wrong + different + after


if __name__ == "__main__":
    raise SystemExit(main())
