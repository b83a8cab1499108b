"""The page of examinations: rows, columns, details, and nothing but text from what came in."""

from __future__ import annotations

from html.parser import HTMLParser

from keraslint.diagnostic import WeightSeen
from keraslint.examination import Condition, Examination, Sign
from keraslint.report.html.examination_page import examination_page
from keraslint.report.verdicts.examinations import evidence

BLOCK = Examination(
    layer="Block",
    path="src/block.py",
    line=4,
    signs=(
        Sign(health="made", condition=Condition.WORKS),
        Sign(
            health="loaded",
            condition=Condition.BROKEN,
            detail="loses `a<b>`",
            line=31,
            code="KRL201",
        ),
    ),
    recipe="Block(4)(floats(2, 8))",
    never=("block.py:9: `x` never ran",),
    weights=(WeightSeen(path="dense/kernel", shape=(8, 4), dtype="float32", trainable=True),),
)
ODD = Examination(layer="Odd", path="src/odd.py", line=1, reason="it cannot be imported")


class Cells(HTMLParser):
    """Collects the texts of table heads, and the titles of cells."""

    def __init__(self) -> None:
        super().__init__()
        self.titles: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.titles += [value for name, value in attrs if name == "title" and value]


def test_classes_are_rows_and_healths_are_columns() -> None:
    page = examination_page([BLOCK, ODD])
    seen = Cells()
    seen.feed(page)

    assert "<title>keraslint examine: 1 broken, 1 not examined</title>" in page
    assert seen.titles[:2] == ["made: works", "loaded: broken, loses `a<b>`"]
    assert seen.tags.count("article") == 2
    assert "(KRL201, line 31)" in page
    assert "it cannot be imported" in page
    assert "dense/<wbr>kernel" in page


def test_what_comes_in_is_text() -> None:
    page = examination_page([BLOCK])

    assert "<code>a&lt;b&gt;</code>" in page
    assert "a<b>" not in page


def test_a_page_without_layers_says_so() -> None:
    assert "no layer" in examination_page([])


def test_the_name_of_the_file_decides() -> None:
    assert evidence("a.json", [BLOCK], {}).startswith("[\n")
    assert evidence("a.html", [BLOCK], {}).startswith("<!doctype html>")
