"""What became of each fix of a `--fix` run, one paragraph each."""

from __future__ import annotations

import textwrap

from keraslint.diagnostic import Check, CheckStatus, Health, Outcome, Settled, Verdict
from keraslint.report import Report
from keraslint.report.palette import Palette
from keraslint.report.verdicts.advice import own_advice
from keraslint.report.verdicts.coverage_text import coverage_lines

MOST = 3


def settled(report: Report) -> list[str]:
    """Tell of every fix that was proved, or was not written; then enumerate those written."""
    palette = Palette(report.colour)
    lines: list[str] = []
    told: dict[tuple[str, str], list[Settled]] = {}
    for one in report.settled:
        if one.verdict is not None or one.action == "kept":
            before = told.setdefault((one.path, one.fix.layer), [])
            is_known = any(_is_same(other, one) for other in before)
            lines += _told_again(one, palette) if is_known else _told(one, palette, report.width)
            before.append(one)
    return lines + (_enumerated(report) if report.show_fixes else [])


def _is_same(told: Settled, one: Settled) -> bool:
    """Whether a layer could not be run, as it was told of another fix of it."""
    before, now = told.verdict, one.verdict
    return (
        before is not None
        and now is not None
        and bool(now.environment)
        and not now.checks
        and before.outcome is now.outcome
        and before.reason.endswith(now.reason)
    )


def _told_again(one: Settled, palette: Palette) -> list[str]:
    head = f"{palette.bold(one.path)}: {palette.red(one.code)} `{one.fix.layer}` "
    return [f"{head}{_fate(one, palette)}, for the same reason"]


def _told(one: Settled, palette: Palette, width: int) -> list[str]:
    reason = one.reason or (one.verdict.reason if one.verdict else "")
    head = f"{palette.bold(one.path)}: {palette.red(one.code)} `{one.fix.layer}` "
    told = [head + _fate(one, palette) + (f": {reason}" if reason else "")]
    if one.verdict:
        for status in (CheckStatus.BROKEN, CheckStatus.MENDED):
            told += _checks(one.verdict, status, width, besides=reason)
        told[0] += " (cached)" if one.verdict.cached else ""
        told += [f"  recipe: {line}" for line in one.verdict.recipe.splitlines()]
        told += [f"  {line}" for line in coverage_lines(one.verdict, width - 2)]
        if one.verdict.outcome is Outcome.UNKNOWN:
            told += [f"  {line}" for line in own_advice(one.verdict)]
    return told


def _checks(verdict: Verdict, status: CheckStatus, width: int, besides: str) -> list[str]:
    """Tell of a few checks that came out so, one of each health first; `besides` has been told.

    Each has one line of the terminal: the whole is in the JSON and in the page of `--report`.
    """
    found = [one for one in verdict.checks if one.status is status and one.detail != besides]
    heads = [next((c for c in found if c.about == kind.value), None) for kind in Health]
    checks = [*(c for c in heads if c is not None), *(c for c in found if c not in heads)]
    lines = [_line(check, width) for check in checks[:MOST]]
    more = len(checks) - MOST
    return [*lines, f"  {status.value}: {more} more"] if more > 0 else lines


def _line(check: Check, width: int) -> str:
    detail = f": {check.detail}" if check.detail else ""
    line = f"{check.status.value}: {check.name}{detail}"
    return f"  {textwrap.shorten(line, max(width - 2, 40), placeholder=' …')}"


def fate(one: Settled) -> str:
    """Tell what became of a fix, without colours."""
    return _fate(one, Palette(colour=False))


def _fate(one: Settled, palette: Palette) -> str:
    if one.verdict is None:
        return palette.yellow("not fixed")
    if one.verdict.outcome is Outcome.PROVED:
        done = {"written": "fixed and proved", "shown": "proved"}
        return palette.green(done.get(one.action, "proved, but not written"))
    word = one.verdict.outcome.value
    look = palette.red if one.verdict.outcome is Outcome.REFUTED else palette.yellow
    return f"{look(word)}, kept as it was"


def _enumerated(report: Report) -> list[str]:
    """List the findings that are gone, by file, as ruff's `--show-fixes` does."""
    counts = report.fixed if report.writing else {}
    lines = [f"Fixed {sum(counts.values())}:"] if counts else []
    for path in sorted({path for path, _ in counts}):
        lines.append(f"- {path}:")
        lines += [f"    {n} × {code}" for (at, code), n in sorted(counts.items()) if at == path]
    return lines
