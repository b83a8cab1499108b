"""`--add-noqa`: findings → comments in the files, as an answer that says how many."""

from __future__ import annotations

import tokenize
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from keraslint.commands import Answer, failed, told
from keraslint.diagnostic import Diagnostic
from keraslint.engine.lint import lint
from keraslint.fix.apply import edited
from keraslint.project.files.atomic_write import write_atomically
from keraslint.project.files.noqa_edits import silencing
from keraslint.project.files.source import Source, Trouble, Unreadable
from keraslint.project.files.suppressions import suppressions, unsuppressed
from keraslint.project.syntax.parse import is_python
from keraslint.report import Report
from keraslint.report.notebook_spans import in_cells
from keraslint.settings import ConfigError, Settings

ABOUT_FILES = "KRL0"
"""A comment cannot silence what is wrong with a comment, or with the file."""


def noqa_added(paths: Sequence[Path], settings: Settings, reason: str = "") -> Answer:
    """Silence every finding by a comment on its line, with the reason behind it.

    Raises:
        ConfigError: the reason cannot stand in a comment.
    """
    if not reason.isprintable() or "#" in reason:
        raise ConfigError("--add-noqa: a reason is one line of text without `#`")
    result = lint(paths, settings, edits=False)
    by_path: dict[str, list[Diagnostic]] = {}
    for found in result.diagnostics:
        if not found.code.startswith(ABOUT_FILES):
            by_path.setdefault(found.path, []).append(found)
    added = 0
    problems = list(result.problems)
    for path, findings in by_path.items():
        done = _silence(result.sources[path], findings, reason.strip())
        if isinstance(done, Unreadable):
            problems.append(done)
        else:
            added += done
    left = [found for found in result.diagnostics if found.code.startswith(ABOUT_FILES)]
    out = f"Added {added} noqa directive{'' if added == 1 else 's'}.\n"
    report = in_cells(Report(diagnostics=tuple(left), sources=result.sources))
    return Answer(out=out, err=told(problems) + _left(report.diagnostics), failed=failed(problems))


def _silence(source: Source, findings: Sequence[Diagnostic], reason: str) -> int | Unreadable:
    """Write the comments of one file, if they do what they are for; count them."""
    try:
        edits = silencing(source, findings, reason)
        new = replace(source, text=edited(source, edits))
        silent = is_python(new.text) and not unsuppressed(findings, suppressions(new))
    except (tokenize.TokenError, SyntaxError):
        silent = False
    if not silent:
        reason = "its findings cannot be silenced by comments; left as it is"
        return Unreadable(path=source.path, kind=Trouble.OTHER, reason=reason)
    try:
        data = source.encode(new.text)
    except ValueError as error:
        return Unreadable(
            path=source.path, kind=Trouble.OTHER, reason=f"the comments cannot be encoded: {error}"
        )
    problem = write_atomically(Path(source.path), data, was=source.encode(source.text))
    return problem or len(edits)


def _left(findings: Iterable[Diagnostic]) -> str:
    """Name what no comment can silence."""
    lines = (f"{_place(one)}: {one.code} {one.message}" for one in findings)
    return "".join(f"note: not silenced: {line}\n" for line in lines)


def _place(one: Diagnostic) -> str:
    cell = f"cell {one.cell}:" if one.cell is not None else ""
    return f"{one.path}:{cell}{one.span.start.line}"
