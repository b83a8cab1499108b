from __future__ import annotations

import pytest

from keraslint.layout.quotes import quote_in


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("a = 'b'", "'"),
        ('a = "b"', '"'),
        ("a = 1", '"'),
        ("a = 'b', \"c\"", '"'),
        ("'''It's \"all\" of \"one\".'''\na = 'b'", "'"),
        ("# it's not 'a' string\na = \"b\"", '"'),
        ("a = 'say \"no\"' + 'it\\'s'", "'"),
        ("a = r'\\d'", "'"),
    ],
)
def test_the_quotes_are_those_of_most_plain_strings(text: str, quote: str) -> None:
    assert quote_in(text) == quote


def test_the_nearest_text_with_a_preference_decides() -> None:
    assert quote_in("a = 1", "a = 'b'", 'a = "b", "c"') == "'"
