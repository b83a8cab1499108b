"""What every command says about paths that could not be dealt with."""

from __future__ import annotations

from keraslint.commands import failed, told
from keraslint.diagnostic import Position
from keraslint.project.files.source import Trouble, Unreadable


def test_a_problem_is_one_line_with_path_place_and_reason() -> None:
    problems = (
        Unreadable(path="a.py", kind=Trouble.MISSING, reason="no such file or directory"),
        Unreadable(path="b.py", kind=Trouble.OTHER, reason="odd", position=Position(2, 3)),
        Unreadable(path="c", kind=Trouble.EMPTY, reason="no Python files found under `c`"),
    )

    assert told(problems) == (
        "error: a.py: no such file or directory\n"
        "error: b.py:2:3: odd\n"
        "note: no Python files found under `c`\n"
    )


def test_our_own_bugs_are_named_and_the_way_to_report_them_is_told_once() -> None:
    problems = [
        Unreadable(path=f"{name}.py", kind=Trouble.INTERNAL, reason="KeyError: 1") for name in "ab"
    ]

    said = told(problems)

    assert said.startswith("internal error: a.py: KeyError: 1\ninternal error: b.py: KeyError: 1\n")
    assert said.count("report it") == 1


def test_a_note_is_no_failure() -> None:
    assert not failed([Unreadable(path="c", kind=Trouble.EMPTY, reason="empty")])
    assert failed([Unreadable(path="c", kind=Trouble.INTERNAL, reason="KeyError: 1")])
