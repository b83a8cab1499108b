"""One file per command: what was asked goes in, an `Answer` comes out; nothing is printed here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from keraslint.project.files.source import TRACEBACK, Trouble, Unreadable

_OURS = (
    "An internal error is a bug in keraslint; all else was checked. Please report it, with the\n"
    f"file if you can, and with what the same command prints under {TRACEBACK}=1.\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command has to say: the report, the problems, and what the exit code depends on.

    `evidence` is the text of the file that `--report` names.
    """

    out: str = ""
    err: str = ""
    raw: bytes | None = None  # a fixed source, for standard output
    evidence: str | None = None
    found: bool = False
    fixed: bool = False
    failed: bool = False


def told(problems: Iterable[Unreadable]) -> str:
    """Say in one line each what could not be done, and why."""
    problems = tuple(problems)
    ours = any(problem.kind is Trouble.INTERNAL for problem in problems)
    return "".join(_line(problem) for problem in problems) + (_OURS if ours else "")


def failed(problems: Iterable[Unreadable]) -> bool:
    """Tell whether something could not be done, rather than was worth a note."""
    return any(not problem.is_note for problem in problems)


def _line(problem: Unreadable) -> str:
    if problem.is_note:
        return f"note: {problem.reason}\n"
    place = f":{problem.position.line}:{problem.position.column}" if problem.position else ""
    kind = "internal error" if problem.kind is Trouble.INTERNAL else "error"
    return f"{kind}: {problem.path}{place}: {problem.reason}\n"


def check_report(file: str | None) -> None:
    """Refuse a report that could not be written, before anything is run."""
    if file is None:
        return
    from keraslint.report.verdicts.report_file import is_known
    from keraslint.settings import ConfigError

    if not is_known(file):
        raise ConfigError(f"--report: `{file}` ends neither in .html nor in .json")
    folder = Path(file).absolute().parent
    if not folder.is_dir():
        raise ConfigError(f"--report: there is no folder `{folder}`")
