"""Texts or paths → findings, as functions for people's own programs.

They read no configuration but the `Settings` that they are given, run nothing of the user's code,
and may be mapped over a corpus by any executor: what goes in and what comes out can be pickled.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from os import PathLike
from pathlib import Path

from keraslint.diagnostic import Diagnostic
from keraslint.engine.lint import LintResult, lint, lint_texts
from keraslint.project.files.source import typed
from keraslint.settings import ConfigError, Settings

__all__ = ["ConfigError", "Diagnostic", "LintResult", "Settings", "lint_paths", "lint_text"]


def lint_text(
    text: str, path: str = "module.py", settings: Settings | None = None
) -> tuple[Diagnostic, ...]:
    """Tell what is wrong with one text, under the name of a file that need not be there.

    Raises:
        ConfigError: a selected rule does not exist, or the baseline cannot be read.
    """
    alone = replace(settings or Settings(), cache=False)
    return lint_texts([typed(text, path)], alone).diagnostics


def lint_paths(
    paths: Iterable[str | PathLike[str]], settings: Settings | None = None
) -> LintResult:
    """Tell what is wrong with files and folders; what was found before is remembered.

    Raises:
        ConfigError: a selected rule does not exist, or the baseline cannot be read.
    """
    return lint([Path(path) for path in paths], settings or Settings())
