"""Rule pages in the terminal: prose wraps, code does not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from textwrap import dedent

from keraslint.report.rule_pages import pages_json, pages_markdown, pages_text


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

            self.a_line_of_code_that_is_longer_than_forty = keras.layers.Dense(4)
            indented    code
        """)


def test_markdown_is_the_page_under_its_name() -> None:
    text = pages_markdown([Rule(fixable="never", default=False)])

    assert text.startswith("# layer-in-build (KRL101)\n\nOff by default. It has no fix.\n\n## Why")


def test_several_pages_are_one_reference_with_a_table() -> None:
    page = "## Why\n\n```python\n# no heading\n```\n"

    text = pages_markdown([Rule(page=page), Rule(name="two", page=page)])

    assert text.startswith("# Rules\n\n| code | name | what it finds | fix | on by default |\n")
    assert "| KRL101 | `two` | A layer is created in `build()` | sometimes | yes |\n" in text
    assert "\n## two (KRL101)\n\nOn by default." in text
    assert text.count("\n### Why\n\n```python\n# no heading\n```\n") == 2


def test_code_within_prose_is_not_broken() -> None:
    page = "Words that are long enough, then `# keraslint: ignore[...]` and more."

    text = pages_text([Rule(page=page)], width=40, colour=False)

    assert "`# keraslint: ignore[...]`" in text


def test_json_is_one_object_or_a_list() -> None:
    one = json.loads(pages_json([Rule()], as_list=False))

    assert (one["code"], one["fix"]) == ("KRL101", "Fix is sometimes available.")
    assert json.loads(pages_json([Rule()], as_list=True)) == [one]
