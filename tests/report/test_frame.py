"""Code frames: what is underlined stands under what is meant."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keraslint.diagnostic import Span
from keraslint.project.files.source import Source
from keraslint.report.frame import frame
from keraslint.report.palette import Palette
from keraslint.report.terminal_cells import cells


def drawn(text: str, marked: str, *, width: int = 80, colour: bool = False) -> str:
    source = Source(path="x.py", text=text)
    start = text.index(marked)
    span = Span(source.position(start), source.position(start + len(marked)))
    return "\n".join(frame(source, span, width=width, palette=Palette(colour))) + "\n"


def test_a_span_on_one_line_is_underlined_between_its_neighbours() -> None:
    text = "a = 0\nb = 1\nc = 2\nx = Dense(4)\ny = 2\nz = 3\n"

    assert drawn(text, "Dense(4)") == dedent("""\
          |
        2 | b = 1
        3 | c = 2
        4 | x = Dense(4)
          |     ^^^^^^^^
        5 | y = 2
          |
        """)


def test_blank_neighbours_at_the_edges_are_left_out() -> None:
    assert drawn("\n\nx = Dense(4)\n\n", "Dense(4)") == dedent("""\
          |
        3 | x = Dense(4)
          |     ^^^^^^^^
          |
        """)


def test_a_short_span_over_lines_shows_all_and_underlines_its_ends() -> None:
    assert drawn("x = Dense(\n    4,\n)\n", "Dense(\n    4,\n)") == dedent("""\
          |
        1 | x = Dense(
          |     ^^^^^^
        2 |     4,
        3 | )
          | ^
          |
        """)


def test_a_comment_is_not_underlined() -> None:
    call = "Dense(  # it's (dense)\n    4)"

    assert drawn(f"x = {call}\n", call) == dedent("""\
          |
        1 | x = Dense(  # it's (dense)
          |     ^^^^^^
        2 |     4)
          |     ^^
          |
        """)


def test_a_long_span_leaves_out_its_middle() -> None:
    call = "Dense(\n" + "".join(f"        a{n}={n},\n" for n in range(9)) + "    )"

    assert drawn(f"    x = {call}\n", call) == dedent("""\
           |
         1 |     x = Dense(
           |         ^^^^^^
        ...
        11 |     )
           |     ^
           |
        """)


def test_tabs_wide_characters_and_joined_ones_take_their_cells() -> None:
    assert drawn('\tx = "名🎉e\u0301"; Dense(4)\n', "Dense(4)") == dedent("""\
          |
        1 |     x = "名🎉e\u0301"; Dense(4)
          |                  ^^^^^^^^
          |
        """)


def test_what_a_terminal_would_obey_is_shown_instead() -> None:
    shown = drawn("x = '\x1b[31m\u202e\x0c\x7f'; Dense(4)\n", "Dense(4)")

    assert "x = '␛[31m�␌␡'; Dense(4)" in shown
    assert not any(character in shown for character in "\x1b\u202e\x0c\x7f")


def test_a_long_line_is_scrolled_to_the_span() -> None:
    text = f"x = '{'a' * 300}'; y = Dense(4); z = '{'b' * 300}'\n"

    lines = drawn(text, "Dense(4)", width=60).splitlines()
    at = lines[2].index("^")

    assert all(len(line) <= 60 for line in lines)
    assert lines[1][at : lines[2].rindex("^") + 1] == "Dense(4)"
    assert lines[1][4] == lines[1][-1] == "…"


@given(
    st.text(st.sampled_from("ab\t名🎉\u0301\x1b "), max_size=40),
    st.text(st.sampled_from("c名\t"), min_size=1, max_size=30),
    st.text(st.sampled_from("d名"), max_size=40),
    st.integers(30, 90),
)
def test_no_frame_is_wider_than_the_terminal(
    before: str, marked: str, after: str, width: int
) -> None:
    text = f"{before}{marked}{after}\n"
    source = Source(path="x.py", text=text)
    span = Span.of(1, len(before) + 1, 1, len(before) + len(marked) + 1)

    lines = frame(source, span, width=width, palette=Palette(colour=False))

    assert all(cells(line).width <= width for line in lines)
    assert "^" in lines[2]


@pytest.mark.parametrize("span", [Span.of(1, 1, 1, 1), Span.of(9, 9, 9, 10), Span.of(1, 99, 1, 99)])
@pytest.mark.parametrize("text", ["", "\n", "x", "x\r\n"])
def test_a_span_beside_the_text_draws_a_frame_all_the_same(text: str, span: Span) -> None:
    lines = frame(Source(path="x.py", text=text), span, width=80, palette=Palette(colour=False))

    assert any("^" in line for line in lines)


def test_colour_changes_nothing_but_colour() -> None:
    import re

    plain = drawn("x = Dense(4)\n", "Dense(4)")
    coloured = drawn("x = Dense(4)\n", "Dense(4)", colour=True)

    assert coloured != plain
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
