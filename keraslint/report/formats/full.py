"""Each finding with its code frame and what its fix would do; then what was fixed, then counts."""

from __future__ import annotations

from collections.abc import Iterator

from keraslint.diagnostic import Applicability, Diagnostic, Fix, Outcome
from keraslint.report import Report
from keraslint.report.closing import closing
from keraslint.report.fix_outcomes import settled
from keraslint.report.formats.concise import headline
from keraslint.report.frame import frame, margin
from keraslint.report.notebook_spans import in_cells
from keraslint.report.palette import Palette


def render(report: Report) -> str:
    """Render for people."""
    report = in_cells(report)
    palette = Palette(report.colour)
    blocks = ["\n".join(_block(one, report, palette)) for one in report.diagnostics]
    for lines in (settled(report), closing(report)):
        if lines:
            blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n" + _more(report) if blocks else ""


def _more(report: Report) -> str:
    """Name the page that says why the first finding is one; a proof's counts come last."""
    if report.quiet or report.proving or not report.diagnostics:
        return ""
    return f"For more about a rule, try `keraslint rule {report.diagnostics[0].code}`.\n"


def _block(one: Diagnostic, report: Report, palette: Palette) -> Iterator[str]:
    yield headline(one, report, palette)
    source = report.source(one)
    if source is not None:
        yield from frame(source, one.span, width=report.width, palette=palette)
    indent = " " * margin(source, one.span)
    for label, text in _notes(one):
        yield f"{indent} {palette.gutter('=')} {palette.bold(label)}: {text}"


def _notes(one: Diagnostic) -> Iterator[tuple[str, str]]:
    if one.fix is not None:
        yield _label(one.fix), one.fix.message
        if one.fix.doubts:
            yield "why unsafe", "; ".join(one.fix.doubts)
    elif one.why_no_fix:
        yield "no fix", one.why_no_fix
    if one.verdict is not None:
        reason = "" if one.verdict.outcome is Outcome.PROVED else f": {one.verdict.reason}"
        yield "proof", f"{one.verdict.outcome.value}{reason}"


def _label(fix: Fix) -> str:
    safe = fix.applicability is Applicability.SAFE
    return "fix" if safe else f"fix ({fix.applicability.value})"
