"""A list fits the width that there is: texts stand beside their names, or below them."""

from __future__ import annotations

import pytest

from keraslint.report.listing import listing

TEXTS = {
    "one": "a text that is so long that it does not stand on one line of this terminal",
    "seven": "short",
}


def test_texts_stand_in_one_column() -> None:
    assert listing("Names:", TEXTS, width=60, colour=False) == (
        "Names:\n"
        "  one    a text that is so long that it does not stand on\n"
        "         one line of this terminal\n"
        "  seven  short\n"
    )


def test_where_there_is_no_room_beside_them_texts_go_below() -> None:
    lines = listing("Names:", TEXTS, width=40, colour=False).splitlines()

    assert lines[:3] == ["Names:", "  one", "      a text that is so long that it"]
    assert lines[-2:] == ["  seven", "      short"]


@pytest.mark.parametrize("width", [40, 60, 100])
def test_colours_change_nothing_else(width: int) -> None:
    plain = listing("Names:", TEXTS, width=width, colour=False)
    coloured = listing("Names:", TEXTS, width=width, colour=True)

    assert coloured != plain
    assert coloured.replace("\x1b[1m", "").replace("\x1b[0m", "") == plain
