"""The coverage of a verdict → lines that say which cases ran, and what never ran."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from keraslint.diagnostic import Coverage, Outcome, Verdict

NOT_MEASURED = (
    "not measured: several devices, quantized layers; "
    "without `--deep`, training compiled by XLA and export"
)
MOST_CASES = 4
MOST_NEVER = 4
MOST_MISSING = 6


def coverage_lines(verdict: Verdict, width: int) -> list[str]:
    """Name the cases that ran; below them what never ran, or why nothing is known for it."""
    if verdict.coverage is None or verdict.outcome is Outcome.REFUTED:
        return []
    return [line for text in _told(verdict, verdict.coverage) for line in _wrapped(text, width)]


def _told(verdict: Verdict, coverage: Coverage) -> Iterator[str]:
    yield f"ran: {cases_told(coverage)}"
    if verdict.outcome is Outcome.UNKNOWN:
        yield from (f"missing: {one}" for one in _some(coverage.missing[1:], MOST_MISSING))
    if coverage.never:
        yield f"never ran: {'; '.join(_some(coverage.never, MOST_NEVER))}"


def cases_told(coverage: Coverage, most: int = MOST_CASES) -> str:
    """Count the cases, and name the first few."""
    count = len(coverage.cases)
    number = "1 case" if count == 1 else f"{count} cases"
    return f"{number}: {'; '.join(_some(coverage.cases, most))}"


def _some(texts: Sequence[str], most: int) -> list[str]:
    more = len(texts) - most
    return [*texts[:most], f"{more} more"] if more > 0 else [*texts]


def _wrapped(text: str, width: int) -> list[str]:
    indent = " " * (text.index(":") + 2)
    return textwrap.wrap(text, max(width, 40), subsequent_indent=indent, break_on_hyphens=False)
