"""Diagnostics, settled fixes and verdicts go in as one `Report`; text of a named format comes out.

The folder `formats` is the registry: one file is one format, with one function `render(report)`.
Findings in notebooks are placed `in_cells` or `in_files` by each format (see `notebooks`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from keraslint.diagnostic import Applicability, Diagnostic, Settled, Unresolved, WrittenFor
from keraslint.project.files.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that a format may show; what the terminal can do comes in as data too.

    `fixing`, `fix_only`, `proving` and `writing` say what was asked; `unsafe_fixes` widens what
    counts as fixable; `failures` counts the paths that could not be checked, `unwritten` the files
    whose fixes could not be written, `known` the findings that the baseline holds, `at_first` what
    was found before anything was fixed, and `fixed` what is gone, by file and code. A `summary`
    stands in place of the last lines that count.
    """

    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source] = field(default_factory=dict)
    cells: Mapping[tuple[str, int], Source] = field(default_factory=dict)
    files: int = 0
    failures: int = 0
    unwritten: int = 0
    known: int = 0
    at_first: int = 0
    fixed: Mapping[tuple[str, str], int] = field(default_factory=dict)
    settled: tuple[Settled, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    written_for: tuple[WrittenFor, ...] = ()
    seconds: float = 0.0
    colour: bool = False
    width: int = 100
    fixing: bool = False
    fix_only: bool = False
    proving: bool = False
    writing: bool = True
    unsafe_fixes: bool = False
    show_fixes: bool = False
    quiet: bool = False
    summary: str = ""

    def source(self, diagnostic: Diagnostic) -> Source | None:
        """Return the text in which a finding's lines are counted, if it is known."""
        if diagnostic.cell is not None:
            return self.cells.get((diagnostic.path, diagnostic.cell))
        return self.sources.get(diagnostic.path)

    def can_fix(self, diagnostic: Diagnostic) -> bool:
        """Tell whether `--fix` with the flags of this run would apply the finding's fix."""
        if diagnostic.fix is None:
            return False
        if diagnostic.fix.applicability is Applicability.UNSAFE:
            return self.unsafe_fixes
        return diagnostic.fix.applicability is Applicability.SAFE


def format_names() -> tuple[str, ...]:
    """List the names of the formats, in ruff's spelling."""
    folder = Path(__file__).with_name("formats")
    files = (file.stem for file in folder.glob("*.py") if file.stem != "__init__")
    return tuple(sorted(name.replace("_", "-") for name in files))


def render(report: Report, output_format: str) -> str:
    """Render in the named format, one of `format_names()`; the text ends its last line."""
    module = import_module(f"{__name__}.formats.{output_format.replace('-', '_')}")
    text = module.render(report)
    assert isinstance(text, str)
    return text
