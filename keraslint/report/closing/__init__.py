"""The last lines of a report: how much was found, fixed, proved, and what could still be fixed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from keraslint.diagnostic import STATE_IS_KEPT, Applicability, Fix, Outcome, Settled, Verdict
from keraslint.report import Report
from keraslint.report.closing.run_notes import notes
from keraslint.report.palette import Palette
from keraslint.report.verdicts.advice import advice
from keraslint.report.verdicts.coverage_text import NOT_MEASURED


def closing(report: Report) -> list[str]:
    """Say it all in a few lines; nothing when quiet, or when there was no file."""
    if report.summary:
        return [report.summary]
    if report.quiet or not (
        report.files or report.diagnostics or report.settled or report.failures
    ):
        return []
    counted = [_only_fixed(report)] if report.fix_only else [_found(report), _fixable(report)]
    lines = [*counted, *notes(report.unresolved, report.written_for)]
    if report.proving and report.settled:
        lines.append(proof_counts(report.settled))
        lines += [NOT_MEASURED] if _has_proofs(report.settled) else []
        lines += advice(filter(None, map(_tried, report.settled)))
    return [line for line in lines if line]


def _has_proofs(settled: Iterable[Settled]) -> bool:
    verdicts = [one.verdict for one in settled]
    return any(one is not None and one.outcome is Outcome.PROVED for one in verdicts)


def _tried(settled: Settled) -> Verdict | None:
    """Give the verdict for which something was run."""
    verdict = settled.verdict
    return verdict if verdict is not None and verdict.environment else None


def proof_counts(settled: Iterable[Settled]) -> str:
    """Count fixes by what became of them: `2 fixes: 1 fixed and proved, 1 refuted (kept …)`."""
    settled = tuple(settled)
    counts = Counter(_fate(one) for one in settled)
    fates = (
        "fixed and proved",
        "proved (shown)",
        "proved (not written)",
        "refuted",
        "unknown",
        "fixed",
        "not tried",
    )
    parts = []
    for fate in (fate for fate in fates if counts[fate]):
        kept = "" if "fixed" in fate or "proved" in fate else _kept(counts[fate])
        parts.append(f"{counts[fate]} {fate}{kept}")
    cached = sum(one.verdict is not None and one.verdict.cached for one in settled)
    every = f"{_count(len(settled), 'fix', 'fixes')}: "
    return (
        every
        + ", ".join(parts)
        + (f"; {cached} as an earlier run has shown (cached)" if cached else "")
    )


def _fate(settled: Settled) -> str:
    if settled.verdict is None:
        return "not tried" if settled.action == "kept" else "fixed"
    if settled.verdict.outcome is Outcome.PROVED:
        fates = {"written": "fixed and proved", "shown": "proved (shown)"}
        return fates.get(settled.action, "proved (not written)")
    return str(settled.verdict.outcome.value)


def _kept(count: int) -> str:
    return " (kept as it was)" if count == 1 else " (kept as they were)"


def _only_fixed(report: Report) -> str:
    """Say what was fixed, and nothing of what was found: nobody asked."""
    fixed = sum(report.fixed.values())
    if not fixed:
        done = "Nothing was fixed" if report.writing else "Nothing would be fixed"
        return f"{done} ({_checked(report)})."
    where = f"in {_count(len({path for path, _ in report.fixed}), 'file')}"
    verb = "Fixed" if report.writing else "Would fix"
    return f"{verb} {_count(fixed, 'finding')} {where} ({_checked(report)})."


def _checked(report: Report) -> str:
    checked = f"{_count(report.files, 'file')} checked"
    if report.failures:
        checked += f", {_count(report.failures, 'error')}"
    if report.unwritten:
        checked += f", {_count(report.unwritten, 'file')} could not be written"
    if report.known:
        checked += f", {report.known} known from the baseline"
    return checked


def _found(report: Report) -> str:
    palette = Palette(report.colour)
    remaining = len(report.diagnostics)
    fixed = sum(report.fixed.values())
    checked = _checked(report)
    if not remaining and not fixed:
        unknown = any(not one.assumed for one in report.unresolved)
        unsure = report.failures or unknown
        passed = "No findings" if unsure else palette.green("All checks passed!")
        return f"{passed} ({checked})"
    paths = {one.path for one in report.diagnostics} | {path for path, _ in report.fixed}
    where = f"in {_count(len(paths), 'file')}"
    found = _count(remaining + fixed, "finding")
    if fixed:
        verb = "fixed" if report.writing else "would be fixed"
        checked = f"{fixed} {verb}, {remaining} remaining; {checked}"
        later = remaining + fixed - report.at_first
        if report.at_first and later > 0:
            found = f"{_count(report.at_first, 'finding')}, and {later} more after fixing,"
    return f"Found {found} {where} ({checked})."


def _fixable(report: Report) -> str:
    """Say which flags would fix how many of the findings that remain."""
    fixes = [one.fix.applicability for one in report.diagnostics if one.fix]
    safe, unsafe = fixes.count(Applicability.SAFE), fixes.count(Applicability.UNSAFE)
    if report.unsafe_fixes:
        safe, unsafe = safe + unsafe, 0
    if report.fixing:
        safe = 0  # they were tried, and what became of them was told
    if report.proving:
        unsafe = 0
    provable = sum(_may_be_proved(one.fix) for one in report.diagnostics if one.fix)
    mark = Palette(report.colour).cyan("[*]")
    some = f"{provable} of them " if provable < unsafe else ""
    proof = f", or {some}with `--fix --prove` if the proof succeeds" if provable else ""
    with_fix = "--fix --unsafe-fixes" if report.unsafe_fixes else "--fix"
    if safe and unsafe:
        return f"{mark} {safe} fixable with `--fix` ({unsafe} more with `--unsafe-fixes`{proof})."
    if safe:
        return f"{mark} {safe} fixable with `{with_fix}`."
    if unsafe:
        return f"{unsafe} fixable with `--fix --unsafe-fixes`{proof}."
    return ""


def _may_be_proved(fix: Fix) -> bool:
    unsafe = fix.applicability is Applicability.UNSAFE
    return unsafe and not fix.unseen and STATE_IS_KEPT not in fix.doubts


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"
