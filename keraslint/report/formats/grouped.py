"""Findings under their file's name, positions in columns."""

from __future__ import annotations

from itertools import groupby

from keraslint.report import Report
from keraslint.report.closing import closing
from keraslint.report.fix_outcomes import settled
from keraslint.report.notebook_spans import in_cells
from keraslint.report.palette import Palette


def render(report: Report) -> str:
    """Render for people who go through file by file."""
    report = in_cells(report)
    palette = Palette(report.colour)
    lines: list[str] = []
    for path, group in groupby(report.diagnostics, key=lambda one: one.path):
        lines.append(f"{palette.bold(path)}:")
        for one in group:
            cell = f"cell {one.cell}:" if one.cell is not None else ""
            place = f"{cell}{one.span.start.line}:{one.span.start.column}"
            mark = f" [{palette.cyan('*')}]" if report.can_fix(one) else ""
            lines.append(f"  {place:<7} {palette.red(one.code)}{mark} {one.message}")
        lines.append("")
    lines += settled(report) + closing(report)
    return "".join(f"{line}\n" for line in lines)
