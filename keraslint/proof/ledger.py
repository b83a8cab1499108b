"""A claim → the verdict of an earlier run, while all that was looked at is as it was."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from keraslint import __version__
from keraslint.cache import Cache, digest
from keraslint.diagnostic import Verdict
from keraslint.plain_data import plain, revived

from .claim import Claim, ProofOptions, after_job, before_job

KEPT = 4096
"""Verdicts kept in a folder: a few states of a project with hundreds of layers."""

LookedAt = Mapping[str, Mapping[str, Any]]


class Ledger:
    """Verdicts in a folder; an entry that cannot be read is none.

    `census` tells the interpreter, its packages and their settings.
    """

    def __init__(self, folder: Path, census: str) -> None:
        self._cache = Cache(folder, kept=KEPT)
        self._census = census

    def recall(self, claim: Claim, options: ProofOptions) -> Verdict | None:
        """The verdict on the same claim, if what it rests on is the same."""
        text = self._cache.get(self._key(claim, options))
        if text is None:
            return None
        try:
            entry = json.loads(text)
            if not still_holds(entry["looked_at"]):
                return None
            verdict: Verdict = revived(Verdict, entry["verdict"])
            return replace(verdict, cached=True)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def note(
        self, claim: Claim, options: ProofOptions, verdict: Verdict, looked_at: LookedAt
    ) -> None:
        """Keep a verdict."""
        entry = {"looked_at": looked_at, "verdict": asdict(verdict)}
        text = json.dumps(entry, default=plain, separators=(",", ":"))
        self._cache.put(self._key(claim, options), text)

    def _key(self, claim: Claim, options: ProofOptions) -> str:
        """Digest everything that a verdict may depend on, but for what was seen to be read."""
        keeps = sorted(measure.value for measure in claim.promise.keeps)
        asked = (before_job(claim, options), after_job(claim, options, []), keeps, options.deep)
        parts = (_version(), self._census, json.dumps(asked, sort_keys=True))
        return digest(part.encode("utf-8", "surrogatepass") for part in parts)


@lru_cache
def _version() -> str:
    """Our version, and the texts of this room: verdicts follow from both."""
    files = sorted(Path(__file__).parent.rglob("*.py"))
    return digest([__version__.encode(), *(file.read_bytes() for file in files)])


def still_holds(looked_at: LookedAt) -> bool:
    """Whether all that was looked at is as it was."""
    variables = looked_at["environment"].items()
    if any(_of_variable(name) != value for name, value in variables):
        return False
    return all(_of_file(path) == value for path, value in looked_at["files"].items())


def _of_variable(name: str) -> str | None:
    value = os.environ.get(name)
    return None if value is None else _digest(os.fsencode(value))


def _of_file(path: str) -> str | None:
    try:
        seen = Path(path).stat()
        return _of_state(path, seen.st_mtime_ns, seen.st_size)
    except OSError:
        return None


@cache
def _of_state(path: str, _time: int, _size: int) -> str:
    """Many verdicts rest on the same files."""
    return _digest(Path(path).read_bytes())


def _digest(data: bytes) -> str:
    """As the probe digests what it has seen."""
    return hashlib.blake2b(data, digest_size=20).hexdigest()


def both(one: LookedAt, other: LookedAt) -> LookedAt:
    """What two measurements have looked at."""
    return {name: {**one[name], **other[name]} for name in ("files", "environment")}
