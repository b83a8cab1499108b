"""What every command says about paths that could not be dealt with."""

from __future__ import annotations

from keraslint.commands import failed, told
from keraslint.diagnostic import Position
from keraslint.project.files.source import Trouble, Unreadable


def test_a_problem_is_one_line_with_path_place_and_reason() -> None:
    problems = (
        Unreadable("a.py", Trouble.MISSING, "no such file or directory"),
        Unreadable("b.py", Trouble.OTHER, "odd", Position(2, 3)),
        Unreadable("c", Trouble.EMPTY, "no Python files found under `c`"),
    )

    assert told(problems) == (
        "error: a.py: no such file or directory\n"
        "error: b.py:2:3: odd\n"
        "note: no Python files found under `c`\n"
    )


def test_our_own_bugs_are_named_and_the_way_to_report_them_is_told_once() -> None:
    problems = [Unreadable(f"{name}.py", Trouble.INTERNAL, "KeyError: 1") for name in "ab"]

    said = told(problems)

    assert said.startswith("internal error: a.py: KeyError: 1\ninternal error: b.py: KeyError: 1\n")
    assert said.count("report it") == 1


def test_a_note_is_no_failure() -> None:
    assert not failed([Unreadable("c", Trouble.EMPTY, "empty")])
    assert failed([Unreadable("c", Trouble.INTERNAL, "KeyError: 1")])
