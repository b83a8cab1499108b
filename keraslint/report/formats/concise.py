"""One line per finding: `path:line:column: KRL101 [*] message`."""

from __future__ import annotations

from keraslint.diagnostic import Diagnostic
from keraslint.report import Report
from keraslint.report.closing import closing
from keraslint.report.fix_outcomes import settled
from keraslint.report.notebook_spans import in_cells
from keraslint.report.palette import Palette


def render(report: Report) -> str:
    """Render for people and for tools that read lines."""
    report = in_cells(report)
    palette = Palette(report.colour)
    lines = [headline(one, report, palette) for one in report.diagnostics]
    lines += settled(report) + closing(report)
    return "".join(f"{line}\n" for line in lines)


def headline(one: Diagnostic, report: Report, palette: Palette) -> str:
    """Say where, which rule, whether this run's flags can fix it, and what."""
    start, colon = one.span.start, palette.cyan(":")
    cell = f"cell {one.cell}{colon}" if one.cell is not None else ""
    place = f"{palette.bold(one.path)}{colon}{cell}{start.line}{colon}{start.column}{colon}"
    mark = f" [{palette.cyan('*')}]" if report.can_fix(one) else ""
    return f"{place} {palette.red(one.code)}{mark} {one.message}"
