"""Measure keraslint beside ruff, flake8 with bugbear, TorchFix and `ast.parse`, in one run.

By hand, on a quiet machine; the peers live in folders of their own:

    python -m venv peers && peers/bin/pip install ruff flake8 flake8-bugbear
    python -m venv torch && torch/bin/pip install torchfix
    python tests/benchmarks/speed.py CORPUS --peers peers/bin --torchfix torch/bin

CORPUS is a folder of sources, such as one that `tests/ecosystem.py` has unpacked. Every tool reads
the same copy of it. TorchFix and its flake8 plugin look no further at a file without the word
`torch`, so each file of the copy ends in a comment `# torch`; the row "TorchFix, files as they
are" is measured on a copy without it. The commands take turns, so that a busy moment hits all of
them; figures are medians. "CPU" adds up all processes of a command, "memory" is its largest
process. Nothing is asserted: times are for reading.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FLOOR = """
import ast, pathlib, sys
for path in pathlib.Path(sys.argv[1]).rglob("*.py"):
    try:
        ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        pass
"""
MARK = "\n# torch\n"


@dataclass(frozen=True, slots=True)
class Tool:
    """A command to measure; `stdin` is what it reads."""

    name: str
    command: tuple[str, ...]
    stdin: Path | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a command took: seconds, seconds of all its processes, megabytes."""

    wall: float
    cpu: float
    memory: float


# -- measuring ---------------------------------------------------------------------------------


def cost(tool: Tool, folder: Path) -> Cost:
    """Run a command once.

    Raises:
        SystemExit: it did not do its work: exit codes over 1.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (tool.stdin or Path(os.devnull)).open("rb") as given, tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        child = subprocess.Popen(
            tool.command,
            cwd=folder,
            env=environment,
            stdin=given,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        if child.returncode not in (0, 1):
            words = said.read().decode(errors="replace").strip()
            raise SystemExit(f"{tool.name}: exit {child.returncode}\n{words[-2000:]}")
    kilo = 1024 * 1024 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes there, KiB here
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / kilo)


def medians(tools: Sequence[Tool], folder: Path, runs: int) -> list[Cost]:
    """Measure commands in turns, after one round that only warms the disk."""
    taken: list[list[Cost]] = [[] for _ in tools]
    for turn in range(runs + 1):
        for costs, tool in zip(taken, tools, strict=True):
            measured = cost(tool, folder)
            if turn:
                costs.append(measured)
    return [_median(costs) for costs in taken]


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(one.wall for one in costs),
        statistics.median(one.cpu for one in costs),
        max(one.memory for one in costs),
    )


def table(title: str, tools: Sequence[Tool], folder: Path, runs: int) -> list[Cost]:
    """Measure and print; ratios are to the first row."""
    costs = medians(tools, folder, runs)
    first = costs[0]
    print(f"\n{title} (median of {runs})\n{'':34}{'wall':>10}{'ratio':>8}{'CPU':>10}{'memory':>10}")
    for tool, one in zip(tools, costs, strict=True):
        figures = f"{one.wall:9.3f}s{one.wall / first.wall:8.2f}{one.cpu:9.3f}s{one.memory:8.0f}MB"
        print(f"{tool.name:34}{figures}", flush=True)
    return costs


# -- the corpus --------------------------------------------------------------------------------


def copied(corpus: Path, target: Path, mark: str) -> None:
    """Copy the Python files of a folder, each with a last line added."""
    for source in sorted(corpus.rglob("*.py")):
        path = target / source.relative_to(corpus)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source.read_bytes() + mark.encode())


def typical(folder: Path) -> Path:
    """The file of median size among those with a `build()`: what an editor would send."""
    found = [path for path in folder.rglob("*.py") if b"def build(" in path.read_bytes()]
    found = found or list(folder.rglob("*.py"))
    return sorted(found, key=lambda path: (path.stat().st_size, str(path)))[len(found) // 2]


def _described(folder: Path) -> str:
    texts = [path.read_bytes() for path in folder.rglob("*.py")]
    lines, size = sum(text.count(b"\n") for text in texts), sum(map(len, texts))
    return f"{len(texts)} files, {lines} lines, {size / 1e6:.1f} MB, {os.cpu_count()} cores"


# -- the tools ---------------------------------------------------------------------------------


def keraslint(*arguments: str) -> tuple[str, ...]:
    """The working tree's keraslint, as a command."""
    return (sys.executable, "-m", "keraslint", *arguments)


def cold(folder: str, options: argparse.Namespace) -> list[Tool]:
    """All tools over a folder, without caches."""
    ours = keraslint("check", "--isolated", "--no-cache", folder)
    tools = [Tool("keraslint", ours)]
    if options.peers:
        ruff, flake8 = str(options.peers / "ruff"), str(options.peers / "flake8")
        tools.append(Tool("ruff", (ruff, "check", "--isolated", "--no-cache", folder)))
        tools.append(Tool("flake8 + bugbear", (flake8, "--isolated", folder)))
    if options.torchfix:
        tools.append(Tool("TorchFix", (str(options.torchfix / "torchfix"), folder)))
        plain = (str(options.torchfix / "torchfix"), "../plain")
        tools.append(Tool("TorchFix, files as they are", plain))
    tools.append(Tool("ast.parse", (sys.executable, "-c", FLOOR, folder)))
    return tools


def warm(folder: str, cache: Path, options: argparse.Namespace) -> list[Tool]:
    """The tools that remember, with what they remember."""
    ours = keraslint("check", "--isolated", "--cache-dir", str(cache / "keraslint"), folder)
    tools = [Tool("keraslint", ours)]
    if options.peers:
        ruff = (str(options.peers / "ruff"), "check", "--isolated", "--cache-dir")
        tools.append(Tool("ruff", (*ruff, str(cache / "ruff"), folder)))
    return tools


def one_file(path: Path, options: argparse.Namespace) -> list[Tool]:
    """All tools over one file, from standard input where they can."""
    name = str(path)
    ours = keraslint("check", "--isolated", "--no-cache", "--stdin-filename", name, "-")
    tools = [Tool("keraslint", ours, path)]
    if options.peers:
        ruff = (str(options.peers / "ruff"), "check", "--isolated", "--no-cache")
        tools.append(Tool("ruff", (*ruff, "--stdin-filename", name, "-"), path))
        tools.append(Tool("flake8 + bugbear", (str(options.peers / "flake8"), "-"), path))
    if options.torchfix:
        tools.append(Tool("TorchFix (a path)", (str(options.torchfix / "torchfix"), name)))
    tools.append(Tool("python -c pass", (sys.executable, "-c", "pass")))
    return tools


def version(options: argparse.Namespace) -> list[Tool]:
    """All tools, saying their version."""
    tools = [Tool("keraslint", keraslint("--version"))]
    if options.peers:
        names = ("ruff", "flake8")
        tools += [Tool(name, (str(options.peers / name), "--version")) for name in names]
    if options.torchfix:
        tools.append(Tool("TorchFix", (str(options.torchfix / "torchfix"), "--version")))
    tools.append(Tool("python -c pass", (sys.executable, "-c", "pass")))
    return tools


# -- the command -------------------------------------------------------------------------------


def main() -> None:
    """Copy the corpus, measure, print."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="keraslint-speed-") as scratch:
        home = Path(scratch)
        copied(options.corpus, home / "marked", MARK)
        copied(options.corpus, home / "plain", "")
        print(f"{options.corpus.name}: {_described(home / 'marked')}")
        for part in options.only:
            PARTS[part](home, options)


def _version(home: Path, options: argparse.Namespace) -> None:
    table("--version", version(options), home, max(options.runs, 5))


def _stdin(home: Path, options: argparse.Namespace) -> None:
    file = typical(home / "marked")
    title = f"one file on standard input: {file.name}, {file.stat().st_size} bytes"
    table(title, one_file(file, options), home / "marked", max(options.runs, 5))


def _cold(home: Path, options: argparse.Namespace) -> None:
    table("cold, no cache", cold(".", options), home / "marked", options.runs)


def _warm(home: Path, options: argparse.Namespace) -> None:
    tools = warm(".", home / "cache", options)
    cost(tools[0], home / "marked")
    if not any((home / "cache" / "keraslint").rglob("*")):
        print("\nwarm: keraslint wrote no cache, so there is nothing to measure")
        return
    table("warm, with cache", tools, home / "marked", options.runs)


def _growth(home: Path, options: argparse.Namespace) -> None:
    many = home / "many"
    for size in (1, 2, 4, 8):
        for copy in range(size // 2, size):
            shutil.copytree(home / "plain", many / f"copy{copy}")
        tools = [tool for tool in cold(".", options) if tool.name in options.growth]
        costs = medians(tools, many, options.growth_runs)
        if size == 1:
            first = costs
            print(f"\ngrowth, no cache (median of {options.growth_runs}; times the 1× figure)")
        parts = [
            f"{tool.name} {one.wall:.2f}s ({one.wall / base.wall:.2f}×, "
            f"CPU {one.cpu / base.cpu:.2f}×, {one.memory:.0f}MB)"
            for tool, one, base in zip(tools, costs, first, strict=True)
        ]
        print(f"{size}×  " + "   ".join(parts), flush=True)


PARTS = {
    "version": _version,
    "stdin": _stdin,
    "cold": _cold,
    "warm": _warm,
    "growth": _growth,
}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path, metavar="CORPUS")
    parser.add_argument("--peers", type=_folder, help="folder with ruff and flake8")
    parser.add_argument("--torchfix", type=_folder, help="folder with torchfix")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--growth-runs", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--growth", nargs="*", default=["keraslint", "ruff", "ast.parse"])
    options = parser.parse_args()
    if not options.corpus.is_dir() or not any(options.corpus.rglob("*.py")):
        parser.error(f"{options.corpus}: not a folder with Python files")
    return options


def _folder(text: str) -> Path:
    path = Path(text).absolute()
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text}: no such folder")
    return path


if __name__ == "__main__":
    main()
