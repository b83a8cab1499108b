"""Rule pages in the terminal: prose wraps, code does not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from textwrap import dedent

from keraslint.report.pages import pages_json, pages_markdown, pages_text


@dataclass(frozen=True)
class Rule:
    code: str = "KRL101"
    name: str = "layer-in-build"
    summary: str = "A layer is created in `build()`"
    default: bool = True
    fixable: str = "sometimes"
    page: str = dedent("""\
        ## Why

        Some prose that is long enough to be
        wrapped at forty.

        - an item that is long enough to be wrapped
        - another
          one

        ```python
        self.a_line_of_code_that_is_longer_than_forty = keras.layers.Dense(4)
        ```
            indented    code
        """)


def test_prose_wraps_and_code_stays() -> None:
    assert pages_text([Rule()], width=40, colour=False) == dedent("""\
        KRL101 layer-in-build
        On by default. Its fix is sometimes available.

        Why

        Some prose that is long enough to be
        wrapped at forty.

        - an item that is long enough to be
          wrapped
        - another one

        ```python
        self.a_line_of_code_that_is_longer_than_forty = keras.layers.Dense(4)
        ```
            indented    code
        """)


def test_markdown_is_the_page_under_its_name() -> None:
    text = pages_markdown([Rule(), Rule(name="two", fixable="never", default=False)])

    assert text.startswith("# layer-in-build (KRL101)\n\nOn by default.")
    assert "\n# two (KRL101)\n\nOff by default. It has no fix.\n\n## Why" in text


def test_json_is_one_object_or_a_list() -> None:
    one = json.loads(pages_json([Rule()], as_list=False))

    assert (one["code"], one["fix"]) == ("KRL101", "Fix is sometimes available.")
    assert json.loads(pages_json([Rule()], as_list=True)) == [one]
