"""A report whose spans are in joined notebooks → one whose spans are in cells, or in the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from keraslint.diagnostic import Diagnostic, Edit
from keraslint.project.files.notebook.cell_positions import Places
from keraslint.report import Report


def in_cells(report: Report) -> Report:
    """Count lines from the start of each cell, as ruff does: for people, and its own readers."""
    places = _places(report)
    if not places:
        return report
    cells = {(path, cell): text for path, one in places.items() for cell, text in one.texts.items()}
    found = tuple(_in_cell(one, places[one.path]) if one.path in places else one
                  for one in report.diagnostics)  # fmt: skip
    return replace(report, diagnostics=found, cells=cells)


def in_files(report: Report) -> Report:
    """Count lines of the JSON file, for readers who know files only; its cell goes with a message.

    No fixes are told: an edit of Python text is none of its JSON.
    """
    places = _places(report)
    if not places:
        return report
    found = tuple(_in_file(one, places[one.path]) if one.path in places else one
                  for one in report.diagnostics)  # fmt: skip
    files = {path: one.file for path, one in places.items()}
    return replace(report, diagnostics=found, sources={**report.sources, **files})


def _places(report: Report) -> Mapping[str, Places]:
    told = {one.path for one in report.diagnostics}
    return {
        path: Places(source)
        for path, source in report.sources.items()
        if source.notebook is not None and path in told
    }


def _in_cell(one: Diagnostic, places: Places) -> Diagnostic:
    fix = one.fix
    if fix is not None:
        edits = tuple(Edit(places.in_cell(edit.span), edit.content) for edit in fix.edits)
        fix = replace(fix, edits=edits)
    cell = places.cell(one.span.start)
    return replace(one, span=places.in_cell(one.span), fix=fix, cell=cell)


def _in_file(one: Diagnostic, places: Places) -> Diagnostic:
    message = f"{one.message} (cell {places.cell(one.span.start)})"
    return replace(one, span=places.in_file(one.span), message=message, fix=None)
