"""Fixes are applied whole or not at all, in the order of the file, and nothing else changes."""

from __future__ import annotations

from keraslint.diagnostic import Applicability, Edit, Fix, Span
from keraslint.fix.apply import apply, edited
from keraslint.project.files.source import Source

TEXT = "one\ntwo\nthree\nfour\n"


def source(text: str = TEXT, newline: str = "\n") -> Source:
    return Source(path="block.py", text=text, newline=newline)


def edit(line: int, column: int, end_line: int, end_column: int, content: str) -> Edit:
    return Edit(Span.of(line, column, end_line, end_column), content)


def fix(*edits: Edit, message: str = "Fix") -> Fix:
    return Fix(applicability=Applicability.SAFE, message=message, edits=edits, layer="Block")


def test_edits_may_come_in_any_order() -> None:
    first, last = edit(1, 1, 1, 4, "uno, uno"), edit(4, 1, 4, 5, "")

    assert edited(source(), [first, last]) == "uno, uno\ntwo\nthree\n\n"
    assert edited(source(), [last, first]) == "uno, uno\ntwo\nthree\n\n"


def test_a_line_is_deleted_and_inserted_elsewhere() -> None:
    move = fix(edit(2, 1, 3, 1, ""), edit(4, 1, 4, 1, "two\n"))

    assert apply(source(), [move]).text == "one\nthree\ntwo\nfour\n"


def test_insertions_of_one_fix_at_one_place_keep_their_order() -> None:
    both = fix(edit(2, 1, 2, 1, "a\n"), edit(2, 1, 2, 1, "b\n"))

    assert apply(source(), [both]).text == "one\na\nb\ntwo\nthree\nfour\n"


def test_equal_fixes_are_applied_once() -> None:
    done = apply(source(), [fix(edit(1, 1, 1, 1, "zero\n")), fix(edit(1, 1, 1, 1, "zero\n"))])

    assert done.text == f"zero\n{TEXT}"
    assert len(done.applied) == 1
    assert done.skipped == ()


def test_overlapping_fixes_wait_for_the_next_pass() -> None:
    first, second = fix(edit(1, 1, 2, 2, "x")), fix(edit(2, 1, 2, 4, "y"))

    done = apply(source(), [second, first])

    assert done.text == "xwo\nthree\nfour\n"
    assert (done.applied, done.skipped) == ((first,), (second,))


def test_touching_fixes_wait_too() -> None:
    first, second = fix(edit(1, 1, 1, 4, "x")), fix(edit(1, 4, 1, 4, "y"))

    done = apply(source(), [first, second])

    assert done.text == "x\ntwo\nthree\nfour\n"
    assert done.skipped == (second,)


def test_a_fix_is_skipped_as_a_whole() -> None:
    first = fix(edit(1, 1, 1, 4, "x"))
    second = fix(edit(1, 2, 1, 3, "y"), edit(4, 1, 4, 5, "z"))

    done = apply(source(), [first, second])

    assert done.text == "x\ntwo\nthree\nfour\n"
    assert done.skipped == (second,)


def test_fixes_side_by_side_are_applied_together() -> None:
    fixes = [fix(edit(1, 1, 1, 4, "x")), fix(edit(2, 1, 2, 4, "y")), fix(edit(4, 1, 4, 5, "z"))]

    done = apply(source(), fixes)

    assert done.text == "x\ny\nthree\nz\n"
    assert done.applied == tuple(fixes)


def test_without_fixes_the_text_stays() -> None:
    assert apply(source(), []).text == TEXT


def test_new_lines_end_as_those_of_the_file() -> None:
    windows = source("one\r\ntwo\r\n", newline="\r\n")

    assert edited(windows, [edit(2, 1, 2, 1, "a\nb\n")]) == "one\r\na\r\nb\r\ntwo\r\n"


def test_line_ends_outside_the_edits_stay_as_they_are() -> None:
    mixed = source("one\r\ntwo\nthree\rfour", newline="\n")

    assert edited(mixed, [edit(2, 1, 2, 4, "x")]) == "one\r\nx\nthree\rfour"


def test_columns_count_characters() -> None:
    assert edited(source("é𝔘 = 1\n"), [edit(1, 6, 1, 7, "2")]) == "é𝔘 = 2\n"


def test_a_span_past_the_end_of_a_line_ends_with_the_line() -> None:
    assert edited(source("one\r\ntwo\r\n", "\r\n"), [edit(1, 4, 1, 99, "!")]) == "one!\r\ntwo\r\n"
