"""Lint pinned packages from PyPI with the working tree and a base revision, and tell them apart.

By hand, after a change:

    python tests/ecosystem.py                                   # PACKAGES, against HEAD
    python tests/ecosystem.py --base HEAD~5 keras-hub==0.32.0
    python tests/ecosystem.py --truth keras-hub.json keras-hub==0.32.0

`--truth` takes a record of the layers that a package's tests really created: a JSON object with
`package`, `version`, `instantiations` (`file line column owner method created`) and
`executed_builds` (`file cls created_any`).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (
    "keras-hub==0.32.0",
    "tf-models-official==2.20.0",
    "keras-cv==0.9.0",
    "bayesflow==2.0.12",
)
_QUOTED = re.compile(r"`[^`]*`")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a finding is, and what it says: what makes it the same one in two runs."""

    path: str
    line: int
    column: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.code} {self.message}"


@dataclass(frozen=True, slots=True)
class Cured:
    """What a run offers for a finding: `safe`, `unsafe`, `display` or `none`."""

    fix: str
    edits: str
    why_not: str


@dataclass(frozen=True, slots=True)
class Run:
    """What one revision says of one package."""

    findings: dict[Place, Cured]
    exit_code: int
    errors: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Inside:
    """What only the library knows: who is a layer, and why fixes are unsafe."""

    kinds: Counter[str] = field(default_factory=Counter)
    builders: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    doubts: Counter[str] = field(default_factory=Counter)
    owners: dict[tuple[str, int, int], str] = field(default_factory=dict)


# -- packages ----------------------------------------------------------------------------------


def unpacked(package: str, cache: Path) -> Path:
    """The folder with a pinned package's files; downloaded once.

    Raises:
        SystemExit: the package is not pinned, or pip cannot bring it.
    """
    if "==" not in package:
        raise SystemExit(f"{package}: not pinned; write NAME==VERSION")
    folder = cache / package.replace("==", "-")
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        archive = _downloaded(package, Path(scratch))
        files = Path(scratch) / "files"
        if archive.suffix == ".whl":
            zipfile.ZipFile(archive).extractall(files)
        else:
            shutil.unpack_archive(archive, files)
        files.rename(folder)
    return folder


def _downloaded(package: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d"]
    where = [str(folder), package]
    done = subprocess.run(command + where, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{package}: pip download failed\n{done.stderr.strip()}")
    return next(path for path in folder.iterdir() if path.is_file())


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """A worktree of another revision, for as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="keraslint-base-") as scratch:
        tree = Path(scratch) / "tree"
        add = ["git", "-C", str(ROOT), "worktree", "add", "-q", "--detach", str(tree), revision]
        done = subprocess.run(add, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"--base {revision}: {done.stderr.strip()}")
        try:
            yield tree
        finally:
            remove = ["git", "-C", str(ROOT), "worktree", "remove", "--force", str(tree)]
            subprocess.run(remove, capture_output=True, check=False)


# -- what a revision says ----------------------------------------------------------------------


def run(tree: Path, folder: Path) -> Run:
    """Lint a folder with the keraslint of a tree, as a user would; no cache."""
    flags = ["--isolated", "--no-cache", "--select", "ALL", "--output-format", "json", "-q"]
    command = [sys.executable, "-m", "keraslint", "check", *flags, str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - start
    errors = tuple(line for line in done.stderr.splitlines() if line.strip())
    try:
        findings = dict(_finding(item, folder) for item in json.loads(done.stdout))
    except ValueError:
        raise SystemExit(f"{tree}: no JSON, exit {done.returncode}\n{done.stderr}") from None
    return Run(findings, done.returncode, errors, seconds)


def _finding(item: dict[str, Any], folder: Path) -> tuple[Place, Cured]:
    at, fix = item["location"], item["fix"]
    path = os.path.relpath(item["filename"], folder)
    place = Place(path, at["row"], at["column"], item["code"], item["message"])
    if fix is None:
        return place, Cured("none", "", item.get("why_no_fix") or "")
    return place, Cured(fix["applicability"], json.dumps(fix["edits"], sort_keys=True), "")


def look_inside(folder: Path) -> Inside:
    """Ask the working tree's own modules for what its reports do not tell."""
    sys.path.insert(0, str(ROOT))
    from keraslint.engine.lint import lint
    from keraslint.project.names.project_index import Index
    from keraslint.settings import Settings

    settings = Settings(root=folder, select=("ALL",), cache=False)
    result = lint([folder], settings)
    inside = Inside()
    for found in result.diagnostics:
        at = (os.path.relpath(found.path, folder), found.span.start.line, found.span.start.column)
        inside.owners[at] = found.owner
        for doubt in found.fix.doubts if found.fix else ():
            inside.doubts[_plain(doubt)] += 1
    index = Index(tuple(result.sources.values()), settings)
    for text in result.sources.values():
        try:
            classes = index.declared(text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        for ref in classes:
            _count(inside, index.hierarchy.lineage(ref), builds="build" in ref.summary.methods)
    return inside


def _count(inside: Inside, lineage: Any, *, builds: bool) -> None:
    inside.kinds[lineage.kind.value] += 1
    if builds:
        inside.builders[lineage.kind.value] += 1
    if lineage.kind.value == "unknown":
        inside.missing.update(str(base) for base in lineage.missing)


def _plain(reason: str) -> str:
    """A reason without the names in it, so that reasons can be counted."""
    return _QUOTED.sub("`…`", reason)


# -- what is printed ---------------------------------------------------------------------------


def tell(package: str, now: Run, before: Run | None, inside: Inside, limit: int) -> None:
    """Print everything about one package."""
    print(
        f"\n== {package}: {len(now.findings)} findings, {now.seconds:.1f} s, exit {now.exit_code}"
    )
    codes = Counter((place.code, cured.fix) for place, cured in now.findings.items())
    for (code, fix), count in sorted(codes.items()):
        print(f"  {count:5}  {code}  fix: {fix}")
    table("why there is no fix", _reasons(now), limit)
    table("why a fix is unsafe (a fix may have several doubts)", inside.doubts, limit)
    table("classes", inside.kinds, limit)
    table("classes with a `build()` of their own", inside.builders, limit)
    table("bases of `unknown` classes that were not found", inside.missing, limit)
    shown(f"errors: {len(now.errors)}", now.errors, limit)
    if before is not None:
        differences(now, before, limit)


def _reasons(now: Run) -> Counter[str]:
    return Counter(_plain(cured.why_not) for cured in now.findings.values() if cured.why_not)


def table(title: str, counts: Counter[str], limit: int) -> None:
    """Print the most frequent of some things."""
    shown(
        f"{title}: {sum(counts.values())}",
        (f"{count:5}  {name}" for name, count in counts.most_common()),
        limit,
    )


def shown(title: str, lines: Iterable[str], limit: int) -> None:
    """Print a title and its lines, and tell how many were left off."""
    lines = list(lines)
    print(f"  {title}")
    for line in lines[:limit]:
        print(f"    {line}")
    if len(lines) > limit:
        print(f"    … and {len(lines) - limit} more")


def differences(now: Run, before: Run, limit: int) -> None:
    """Print what one revision says and the other does not."""
    added = sorted(now.findings.keys() - before.findings.keys())
    removed = sorted(before.findings.keys() - now.findings.keys())
    kept = sorted(now.findings.keys() & before.findings.keys())
    changed = [(at, before.findings[at], now.findings[at]) for at in kept]
    other = [f"{at}  [{a.fix} → {b.fix}]" for at, a, b in changed if a.fix != b.fix]
    edits = [str(at) for at, a, b in changed if a.fix == b.fix and a.edits != b.edits]
    shown(f"added: {len(added)}", (f"+ {at}  [{now.findings[at].fix}]" for at in added), limit)
    shown(f"removed: {len(removed)}", (f"- {at}" for at in removed), limit)
    shown(f"other applicability: {len(other)}", other, limit)
    shown(f"same applicability, other edits: {len(edits)}", edits, limit)
    print(f"  time: {before.seconds:.1f} s before, {now.seconds:.1f} s now")


def recall(truth: dict[str, Any], now: Run, inside: Inside, limit: int) -> None:
    """Print which layers that were really created in `build()` are reported, and false alarms."""
    real = [item for item in truth["instantiations"] if item["method"] == "build"]
    found = {(at.path, at.line, at.column) for at in now.findings}
    lines = {(at.path, at.line) for at in now.findings}
    missed = [item for item in real if (item["file"], item["line"], item["column"]) not in found]
    places = len(real) - len(missed)
    by_line = sum((item["file"], item["line"]) in lines for item in real)
    print(f"  created in `build()`: {len(real)}; reported at their place: {places}", end=" ")
    print(f"({places / len(real):.2%}), at their line: {by_line} ({by_line / len(real):.2%})")
    names = (f"{i['file']}:{i['line']}:{i['column']} {i['owner']} {i['created']}" for i in missed)
    shown(f"missed: {len(missed)}", names, limit)
    idle = {(e["file"], e["cls"]) for e in truth["executed_builds"] if not e["created_any"]}
    false = [at for at in sorted(now.findings) if (at.path, _owner(inside, at)) in idle]
    shown(f"in a `build()` that ran and created nothing: {len(false)}", map(str, false), limit)


def _owner(inside: Inside, at: Place) -> str:
    return inside.owners.get((at.path, at.line, at.column), "").rpartition(".")[2]


# -- the command -------------------------------------------------------------------------------


def main() -> None:
    """Read the command line, lint, print."""
    options = _options()
    folders = {package: unpacked(package, options.cache) for package in options.packages}
    before = {} if options.base == "none" else _before(options.base, folders)
    truth = json.loads(options.truth.read_text("utf-8")) if options.truth else None
    used = False
    for package, folder in folders.items():
        now, inside = run(ROOT, folder), look_inside(folder)
        tell(package, now, before.get(package), inside, options.limit)
        if truth and package == f"{truth['package']}=={truth['version']}":
            used = True
            recall(truth, now, inside, options.limit)
    if truth and not used:
        wanted = f"{truth['package']}=={truth['version']}"
        raise SystemExit(f"--truth: {options.truth} is about {wanted}, which was not linted")


def _before(revision: str, folders: dict[str, Path]) -> dict[str, Run]:
    with checked_out(revision) as tree:
        return {package: run(tree, folder) for package, folder in folders.items()}


def _options() -> argparse.Namespace:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("packages", nargs="*", default=list(PACKAGES), metavar="PACKAGE==VERSION")
    parser.add_argument("--base", default="HEAD", help="revision to compare with, or `none`")
    parser.add_argument("--truth", type=Path, help="record of layers that were really created")
    parser.add_argument("--cache", type=Path, default=home / "keraslint-ecosystem")
    parser.add_argument("--limit", type=int, default=25, help="lines shown of each list")
    return parser.parse_args()


if __name__ == "__main__":
    main()
