"""Findings with fixes → the same, their new statements broken over lines as their file's own are.

This is done when a fix leaves the engine, to be written or shown: to say that there is one, nobody
needs its lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from keraslint.diagnostic import Diagnostic, Fix
from keraslint.layout.file_style import FileStyle, style_of
from keraslint.layout.laid_out import laid_out
from keraslint.project.files.line_lengths import LineLengths
from keraslint.project.files.source import Source
from keraslint.settings import Settings


class FixLayout:
    """Lays out fixes; the style of a file is found out once for each of its texts."""

    def __init__(self, settings: Settings) -> None:
        self._line_lengths = LineLengths(settings.root)
        self._styles: dict[str, tuple[Source, FileStyle]] = {}

    def all(
        self, found: tuple[Diagnostic, ...], sources: Mapping[str, Source]
    ) -> tuple[Diagnostic, ...]:
        """Lay out the fixes of findings in some texts; findings of one class share a fix."""
        return tuple(
            self.one(told, sources[told.path]) if told.path in sources else told for told in found
        )

    def one(self, told: Diagnostic, source: Source) -> Diagnostic:
        """Lay out the fix of a finding in a text."""
        if told.fix is None or told.fix.within == (0, 0) or "\f" in source.text:
            return told
        return replace(told, fix=self._of(told.fix, source))

    def _of(self, fix: Fix, source: Source) -> Fix:
        edits = laid_out(source, fix.edits, fix.within, self._style(source))
        return replace(fix, edits=edits)

    def _style(self, source: Source) -> FileStyle:
        known = self._styles.get(source.path)
        if known is None or known[0] is not source:
            told = self._line_lengths.of_folder(Path(source.path).absolute().parent)
            known = self._styles[source.path] = source, style_of(source.text, told)
        return known[1]
