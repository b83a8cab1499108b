from __future__ import annotations

import pytest

from keraslint.diagnostic import Edit, Span
from keraslint.fix.apply import edited
from keraslint.layout.file_style import FileStyle
from keraslint.layout.laid_out import laid_out
from keraslint.layout.splits import Width
from keraslint.project.files.source import Source

FORMATTED = FileStyle(width=Width(most=40), is_formatted=True)
BY_HAND = FileStyle(width=Width(most=40), is_formatted=False, closes_alone=False)
TEXT = """\
class A:
    x = call(
        1, 2
    )
    y = 2
    z = call(
        first, second, third, fourth_of_all
    )
"""


def after(text: str, style: FileStyle, *edits: Edit) -> str:
    source = Source(path="a.py", text=text)
    return edited(source, laid_out(source, edits, (1, text.count("\n")), style))


def test_only_what_an_edit_touches_is_broken_anew() -> None:
    edit = Edit(Span.of(5, 1, 6, 1), "    y = call(first, second, third, fourth)\n")

    text = after(TEXT, FORMATTED, edit)

    assert text == TEXT.replace(
        "    y = 2\n", "    y = call(\n        first, second, third, fourth\n    )\n"
    )


def test_what_an_edit_shortens_is_joined() -> None:
    edit = Edit(Span.of(7, 16, 7, 44), "2")

    text = after(TEXT, FORMATTED, edit)

    assert text.endswith("    z = call(first, 2)\n")


def test_two_edits_of_one_statement_become_one() -> None:
    edits = Edit(Span.of(2, 1, 3, 1), "    x = f(\n"), Edit(Span.of(4, 1, 5, 1), "    )[0]\n")

    text = after(TEXT, FORMATTED, *edits)

    assert text == TEXT.replace("    x = call(\n        1, 2\n    )\n", "    x = f(1, 2)[0]\n")


def test_where_no_formatter_was_at_work_only_long_lines_are_broken() -> None:
    edits = (
        Edit(Span.of(3, 9, 3, 9), "0, "),
        Edit(Span.of(5, 1, 6, 1), "    y = call(first, second, third, fourth)\n"),
    )

    text = after(TEXT, BY_HAND, *edits)

    assert "call(\n        0, 1, 2\n    )" in text
    assert "call(\n        first, second, third, fourth)\n" in text


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_line_ends_stay_what_they_are(newline: str) -> None:
    text = TEXT.replace("\n", newline)
    source = Source(path="a.py", text=text, newline=newline)
    edit = Edit(Span.of(7, 16, 7, 44), "2")

    new = edited(source, laid_out(source, [edit], (1, 8), FORMATTED))

    assert new.endswith(f"    z = call(first, 2){newline}")
    assert "\n" not in new.replace(newline, "")


def test_comments_stay_with_what_they_are_about() -> None:
    text = "class A:\n    x = call(a, b)  # why\n"
    edit = Edit(Span.of(2, 14, 2, 15), "first_of_all, second_of_all")

    new = after(text, FORMATTED, edit)

    assert new == "class A:\n    x = call(\n        first_of_all, second_of_all, b\n    )  # why\n"
