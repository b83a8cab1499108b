"""A folder and a git revision → the files that differ, with the texts that they had then."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from keraslint.project.files.discover import SUFFIXES
from keraslint.project.files.source import Source, Unreadable, decode


class NoRevision(Exception):
    """There is nothing to compare with; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The Python files and notebooks of a repository at one revision.

    `known` are all that were there, by their real path; `texts` those that differ or are gone now.
    """

    root: Path
    known: frozenset[str]
    texts: Mapping[str, Source | Unreadable]


def past(folder: Path, revision: str, named: Collection[str] = ()) -> Past:
    """Compare the files of the repository around `folder` with what git has stored of them.

    Files under a real path that is `named` are Python, whatever they are called. The bytes are
    compared as they are stored, without filters: git runs no other program.

    Raises:
        NoRevision: no git, no repository, or no such revision.
    """
    root = Path(_repository(folder))
    commit = _commit(root, revision)
    listed = _stored(_git(root, "ls-tree", "-r", "-z", "--full-tree", commit))
    stored = {
        path: sha for path, sha in listed if path.endswith(SUFFIXES) or str(root / path) in named
    }
    other = {path: sha for path, sha in stored.items() if _sha(root / path, len(sha)) != sha}
    blobs = _blobs(root, other.values())
    texts = {
        str(root / path): decode(data, str(root / path))
        for path, data in zip(other, blobs, strict=True)
    }
    return Past(root=root, known=frozenset(str(root / path) for path in stored), texts=texts)


def head(folder: Path) -> str:
    """The commit that the repository around a folder is at, in short; `+` where files differ."""
    try:
        commit = _git(folder, "rev-parse", "--short", "HEAD").decode("ascii", "replace").strip()
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    except NoRevision:
        return ""
    return f"{commit} (and changes that are not committed)" if changed else commit


def _repository(folder: Path) -> str:
    done = _run(folder, "rev-parse", "--show-toplevel")
    if done.returncode:
        raise NoRevision(f"`{folder}` is not in a git repository: {_said(done)}")
    return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")


def _commit(root: Path, revision: str) -> str:
    asked = f"{revision}^{{commit}}"
    done = _run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", asked)
    if done.returncode:
        names = _git(root, "for-each-ref", "--format=%(refname:short)").decode("utf-8", "replace")
        near = get_close_matches(revision, names.splitlines(), n=1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        raise NoRevision(f"git has no revision `{revision}` in {root.name}{hint}")
    return done.stdout.decode("ascii", "replace").strip()


def _stored(listing: bytes) -> Iterator[tuple[str, str]]:
    """Paths and ids of the plain files in what `ls-tree` says."""
    for entry in listing.split(b"\0"):
        about, _, name = entry.partition(b"\t")
        if about.startswith(b"100"):
            yield name.decode("utf-8", "surrogateescape"), about.split()[2].decode("ascii")


def _sha(path: Path, digits: int) -> str:
    """The id that git gives to a file's bytes; empty when there is no such file."""
    try:
        data = path.read_bytes()
    except OSError:
        return ""
    kind = hashlib.sha1 if digits == 40 else hashlib.sha256
    return kind(b"blob %d\0" % len(data) + data).hexdigest()


def _blobs(root: Path, ids: Iterable[str]) -> Iterator[bytes]:
    asked = "".join(f"{one}\n" for one in ids).encode("ascii")
    said = _git(root, "cat-file", "--batch", given=asked)
    start = 0
    for _ in range(asked.count(b"\n")):
        end = said.index(b"\n", start)
        size = int(said[start:end].split()[2])
        yield said[end + 1 : end + 1 + size]
        start = end + size + 2


def _git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    done = _run(folder, *arguments, given=given)
    if done.returncode:
        raise NoRevision(f"git {arguments[0]} failed: {_said(done)}")
    return done.stdout


def _run(folder: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = ["git", *arguments]
    try:
        return subprocess.run(command, cwd=folder, input=given, capture_output=True, check=False)
    except OSError as error:
        raise NoRevision(f"git cannot be run in `{folder}`: {error.strerror}") from error


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[0] if lines else f"exit code {done.returncode}"
