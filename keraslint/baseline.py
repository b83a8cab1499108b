"""A baseline file: the findings that are known already, and are not told again.

A finding is known by its file, its rule, its class and the text of its line, not by the line's
number: code may move within the file. Equal ones are counted.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from keraslint.diagnostic import Diagnostic
from keraslint.project.files.source import Source
from keraslint.settings import ConfigError, shown

VERSION = 1
_KEYS = ("path", "code", "owner", "line")


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Known:
    """What a finding is recognised by; `path` is relative to the baseline's folder."""

    path: str
    code: str
    owner: str
    line: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """The findings of one file; where it does not exist yet, none."""

    file: Path
    counts: Mapping[Known, int]

    @property
    def shown(self) -> str:
        return shown(self.file)

    def split(
        self, diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]
    ) -> tuple[tuple[Diagnostic, ...], tuple[Diagnostic, ...]]:
        """Part what is new from what is known; of more than were counted, the last are new."""
        left = Counter(self.counts)
        new: list[Diagnostic] = []
        known: list[Diagnostic] = []
        for diagnostic in diagnostics:
            key = self.key(diagnostic, sources)
            (known if left[key] > 0 else new).append(diagnostic)
            left[key] -= 1
        return tuple(new), tuple(known)

    def stale(
        self,
        known: Iterable[Diagnostic],
        sources: Mapping[str, Source],
        on: Collection[str],
    ) -> Counter[Known]:
        """Count the entries without a finding: of what was linted, or is no longer there."""
        left = Counter(self.counts)
        left.subtract(self.key(diagnostic, sources) for diagnostic in known)
        linted = {self._relative(path) for path in sources}
        return Counter(
            {
                key: count
                for key, count in left.items()
                if count > 0 and (self._is_gone(key) or (key.path in linted and key.code in on))
            }
        )

    def updated(
        self,
        found: Iterable[Diagnostic],
        sources: Mapping[str, Source],
        on: Collection[str],
    ) -> Baseline:
        """Know exactly what is found now; what was not looked at stays as it was."""
        linted = {self._relative(path) for path in sources}
        kept = {
            key: count
            for key, count in self.counts.items()
            if not self._is_gone(key) and not (key.path in linted and key.code in on)
        }
        counts = Counter(self.key(diagnostic, sources) for diagnostic in found)
        return Baseline(self.file, Counter(kept) + counts)

    def key(self, diagnostic: Diagnostic, sources: Mapping[str, Source]) -> Known:
        source = sources.get(diagnostic.path)
        line = source.line(diagnostic.span.start.line) if source is not None else ""
        path = self._relative(diagnostic.path)
        return Known(
            path=path, code=diagnostic.code, owner=diagnostic.owner, line=" ".join(line.split())
        )

    def text(self) -> str:
        """The file's text: the same findings give the same text."""
        findings = [{**asdict(key), "count": count} for key, count in sorted(self.counts.items())]
        content = {"version": VERSION, "findings": findings}
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"

    def _is_gone(self, key: Known) -> bool:
        return not (self.file.parent / key.path).exists()

    def _relative(self, path: str) -> str:
        folder = self.file.absolute().parent
        try:
            return Path(os.path.relpath(Path(path).absolute(), folder)).as_posix()
        except ValueError:  # another drive of Windows
            return Path(path).absolute().as_posix()


def read_baseline(file: Path, *, must_exist: bool = True) -> Baseline:
    """Read a baseline. Raises `ConfigError` for one that cannot be read."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        if not must_exist:
            return Baseline(file, {})
        hint = "`--update-baseline` writes it"
        raise ConfigError(f"baseline {shown(file)}: no such file; {hint}") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise ConfigError(f"baseline {shown(file)}: {reason.lower()}") from None
    try:
        return Baseline(file, _counts(json.loads(text)))
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ConfigError(
            f"baseline {shown(file)}: not valid JSON: {error.msg} ({place})"
        ) from None
    except ValueError as error:
        raise ConfigError(f"baseline {shown(file)}: {error}") from None


def _counts(content: object) -> Counter[Known]:
    """Check what JSON holds. Raises `ValueError`."""
    if not isinstance(content, dict) or not isinstance(content.get("findings"), list):
        raise ValueError("not a baseline: it must be an object with `version` and `findings`")
    if content.get("version") != VERSION:
        shown = json.dumps(content.get("version"))
        raise ValueError(f"its version is {shown}, and this keraslint reads {VERSION}")
    counts: Counter[Known] = Counter()
    for number, entry in enumerate(content["findings"], start=1):
        if not isinstance(entry, dict) or not all(isinstance(entry.get(k), str) for k in _KEYS):
            names = ", ".join(f"`{key}`" for key in _KEYS)
            raise ValueError(f"finding {number} must be an object with the strings {names}")
        count = entry.get("count", 1)
        if type(count) is not int or count < 1:
            raise ValueError(f"finding {number}: `count` must be a whole number above zero")
        counts[Known(**{key: entry[key] for key in _KEYS})] += count
    return counts
