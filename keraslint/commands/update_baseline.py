"""`--update-baseline`: findings → a baseline file, as an answer that says what has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from keraslint.baseline import Baseline, Known, read_baseline
from keraslint.commands import Answer, failed, told
from keraslint.engine.lint import LintResult, lint
from keraslint.project.files.atomic_write import write_atomically
from keraslint.project.files.source import Trouble, Unreadable
from keraslint.settings import ConfigError, Settings


def baseline_updated(paths: Sequence[Path], settings: Settings, on: Collection[str]) -> Answer:
    """Write everything that is found now. Raises `ConfigError`."""
    if settings.baseline is None:
        raise ConfigError("--update-baseline needs to know the file: add `--baseline FILE`")
    old = read_baseline(settings.path(settings.baseline), must_exist=False)
    result = lint(paths, replace(settings, baseline=None), edits=False)
    broken = {problem.path for problem in result.problems}
    sources = {path: text for path, text in result.sources.items() if path not in broken}
    new = old.updated(result.diagnostics, sources, on)
    _write(new)
    return Answer(out=_summary(old, new), err=told(result.problems), failed=failed(result.problems))


def stale_note(result: LintResult, settings: Settings, on: Collection[str]) -> list[Unreadable]:
    """Tell of entries that no finding needs any more."""
    if settings.baseline is None:
        return []
    baseline = read_baseline(settings.path(settings.baseline))
    stale = baseline.stale(result.known, result.sources, on)
    if not stale:
        return []
    first, count = min(stale), sum(stale.values())
    entries, are = ("1 entry", "is") if count == 1 else (f"{count} entries", "are")
    reason = (
        f"{entries} of the baseline `{baseline.shown}` {are} no longer found, "
        f"such as {_shown(first)}; `--update-baseline` removes what is gone"
    )
    return [Unreadable(path=str(baseline.file), kind=Trouble.EMPTY, reason=reason)]


def _shown(known: Known) -> str:
    return f"{known.code} in {known.path}: `{known.line}`"


def _write(baseline: Baseline) -> None:
    data = baseline.text().encode()
    try:
        if not baseline.file.exists():
            baseline.file.write_bytes(data)
            return
    except OSError as error:
        raise ConfigError(f"baseline {baseline.shown}: {(error.strerror or '').lower()}") from None
    if problem := write_atomically(baseline.file, data):
        raise ConfigError(f"baseline {baseline.shown}: {problem.reason}")


def _summary(old: Baseline, new: Baseline) -> str:
    before, after = Counter(old.counts), Counter(new.counts)
    count = sum(after.values())
    noun = "finding" if count == 1 else "findings"
    changes = f"{sum((after - before).values())} new, {sum((before - after).values())} gone"
    return f"The baseline `{new.shown}` holds {count} {noun} ({changes}).\n"
