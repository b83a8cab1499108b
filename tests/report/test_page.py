"""The page of evidence: what it shows, that it stands alone, and that no name breaks out of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from keraslint.diagnostic import (
    Check,
    CheckStatus,
    Coverage,
    Evidence,
    OldFile,
    Outcome,
    Verdict,
    WeightSeen,
)
from keraslint.project.facts.class_texts import Clip
from keraslint.proof.measures.ranked_checks import CHECKS, MEANINGS
from keraslint.report.html.proof_page import Origin, page
from keraslint.report.html.side_by_side import LineRow, Mark, line_rows, marked, weight_rows
from keraslint.report.verdicts.compared_layer import Exhibit
from keraslint.report.verdicts.report_file import evidence

KERNEL = WeightSeen(path="dense/kernel", shape=(8, 4), dtype="float32", trainable=True)
BIAS = WeightSeen(path="dense/bias", shape=(4,), dtype="float32", trainable=True)
MEAN = WeightSeen(path="norm/moving_mean", shape=(), dtype="float16", trainable=False)
OLD = Clip(path="a.py", layer="Block", line=10, text="class Block:\n    a = 1\n    b = 2\n")
NEW = replace(OLD, text="class Block:\n    b = 2\n    c = 3\n")
VERDICT = Verdict(
    outcome=Outcome.REFUTED,
    layer="Block",
    reason="the weights of `dense` are lost",
    recipe="Block(4)(floats(2, 8))",
    checks=(
        Check(name="outputs", status=CheckStatus.KEPT, detail="1 compared"),
        Check(name="weights", status=CheckStatus.BROKEN, detail="`dense` is gone"),
        Check(name="freezes", status=CheckStatus.MENDED, detail="reaches `dense`"),
        Check(name="names", status=CheckStatus.CHANGED, detail="other names"),
    ),
    seconds=1.5,
    environment="keras 3",
    evidence=(
        Evidence(
            case="input (2, 8)",
            before=(KERNEL, BIAS),
            after=(BIAS, MEAN),
            warnings_before=("old",),
            warnings_after=("new", "same"),
        ),
    ),
    old_files=(
        OldFile(kind=".keras", loads=False, loaded=True, detail="the weights of `dense` are lost"),
    ),
)
ONE = Exhibit(
    old=OLD,
    new=NEW,
    verdict=VERDICT,
    fate="refuted, kept as it was",
    code="KRL101",
    title="Create `x` in `__init__`",
)
HOSTILE = "</style></code><script>alert(1)</script>\"'&amp;\x00\u202e`"


class Reader(HTMLParser):
    """Collects elements, attributes and text, and checks that elements are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.said: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "wbr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.said.append(data)


def said(text: str) -> str:
    return "".join(Reader(text).said)


def test_it_says_everything_about_a_layer() -> None:
    text = said(page([ONE], ["`Old` (a.py) is gone"]))

    for part in (
        "1 refuted",
        "the weights of dense are lost",
        "a.py:10 · KRL101 · Create x in __init__ · refuted, kept as it was",
        "Will the checkpoint saved by the old code load into the new code? no: .keras:",
        "Block(4)(floats(2, 8))",
        '[tool.keraslint.recipes]\nBlock = "Block(4)(floats(2, 8))"',
        "1 kept, 1 mended, 1 changed, 1 broken",
        "brokenweights",
        "2 appeared, 1 disappeared, 0 stayed",
        "Old (a.py) is gone",
        "Measured with keras 3, by keraslint",
    ):
        assert part in text, part


RAN = Coverage(
    cases=("input (2, 8)", "input (3, 8) with `units=5`"),
    lines_before=3,
    lines_after=3,
    ran_before=(0, 1),
    missed_before=(2,),
    ran_after=(0, 2),
    missed_after=(1,),
    missing=("a.py:11: `b = 2` never ran",),
    never=("`mask` was never given to `call()`",),
)
RUN = replace(ONE, verdict=replace(VERDICT, coverage=RAN))


def test_it_shows_beside_the_diff_which_lines_ran() -> None:
    rows = line_rows(OLD, NEW)[0]

    told = [(row.sign, row.text.strip(), row.ran) for row in marked(rows, OLD, NEW, RAN)]

    assert told == [
        (" ", "class Block:", True),
        ("-", "a = 1", True),
        (" ", "b = 2", False),
        ("+", "c = 3", True),
    ]
    assert "2 of 2 changed statements ran" in said(page([RUN]))


def test_it_does_not_say_which_lines_ran_of_another_text() -> None:
    other = replace(NEW, text=NEW.text + "    d = 4\n")

    assert {row.ran for row in marked(line_rows(OLD, other)[0], OLD, other, RAN)} == {None}


def test_it_says_which_cases_ran_and_what_did_not() -> None:
    text = said(page([RUN]))

    for part in (
        "input (3, 8) with units=5",
        "a.py:11: b = 2 never ran",
        "mask was never given to call()",
        "not measured: several devices, quantized layers; without --deep",
    ):
        assert part in text, part


def test_no_backtick_is_left_even_where_a_text_was_cut_within_code() -> None:
    cut = replace(VERDICT, reason="for `a` the output of `some_long_na…", coverage=RAN)

    assert "`" not in said(page([replace(ONE, verdict=cut)]))


def test_it_says_when_it_was_made_and_of_which_commit() -> None:
    text = said(page([ONE], of=Origin("2026-05-01 10:00", "abc1234")))

    assert "on 2026-05-01 10:00 at commit abc1234." in text


def test_it_stands_alone() -> None:
    text = page([ONE, ONE])
    read = Reader(text)

    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & set(read.seen)
    assert not re.search(r"url\(|@import|https?:|//", text)
    assert {key for key, _ in read.attributes} <= {
        *("lang", "charset", "name", "content", "class", "id", "href", "open", "tabindex", "title"),
    }
    assert {value for key, value in read.attributes if key == "href"} == {"#layer-1", "#layer-2"}
    assert read.open == []


def test_the_same_layers_give_the_same_page() -> None:
    slower = replace(ONE, verdict=replace(VERDICT, seconds=99.0))

    assert page([ONE]) == page([slower])


def test_no_name_breaks_out() -> None:
    seen = Evidence(
        case=HOSTILE,
        before=(replace(KERNEL, path=HOSTILE, dtype=HOSTILE),),
        after=(),
        warnings_before=(HOSTILE,),
        warnings_after=(HOSTILE + "2",),
    )
    verdict = Verdict(
        outcome=Outcome.REFUTED,
        layer=HOSTILE,
        reason=HOSTILE,
        recipe=HOSTILE,
        checks=(
            Check(name=HOSTILE, status=CheckStatus.BROKEN, detail=HOSTILE),
            Check(name=HOSTILE, status=CheckStatus.KEPT, detail=HOSTILE),
        ),
        seconds=0.0,
        environment=HOSTILE,
        evidence=(seen,),
        old_files=(OldFile(kind=HOSTILE, loads=False, loaded=True, detail=HOSTILE),),
    )
    clip = Clip(path=HOSTILE, layer=HOSTILE, line=1, text=HOSTILE)
    exhibit = Exhibit(
        old=clip,
        new=replace(clip, text=f"{HOSTILE}2"),
        verdict=verdict,
        fate=HOSTILE,
        code=HOSTILE,
        title=HOSTILE,
    )
    text = page([exhibit, exhibit], [HOSTILE])
    read = Reader(text)

    assert read.open == []
    assert "script" not in read.seen
    assert "\x00" not in text
    assert "\u202e" not in text
    assert "<script>alert(1)</script>" in "".join(read.said)


def test_nothing_to_show_is_said() -> None:
    assert "No layer was run." in said(page([]))


def test_weights_stand_side_by_side_with_the_differences_marked() -> None:
    shorter = replace(BIAS, shape=(2,))
    rows = weight_rows((KERNEL, BIAS, MEAN), (BIAS, MEAN, KERNEL))

    assert [(row.mark, row.before, row.after) for row in rows] == [
        (Mark.MOVED, KERNEL, None),
        (Mark.SAME, BIAS, BIAS),
        (Mark.SAME, MEAN, MEAN),
        (Mark.MOVED, None, KERNEL),
    ]
    assert [row.mark for row in weight_rows((KERNEL, BIAS), (shorter, MEAN))] == [
        Mark.GONE,
        Mark.OTHER,
        Mark.NEW,
    ]


def test_a_diff_has_the_line_numbers_of_the_files() -> None:
    (hunk,) = line_rows(OLD, replace(NEW, line=20))

    assert hunk == (
        LineRow(sign=" ", before=10, after=20, text="class Block:"),
        LineRow(sign="-", before=11, after=None, text="    a = 1"),
        LineRow(sign=" ", before=12, after=21, text="    b = 2"),
        LineRow(sign="+", before=None, after=22, text="    c = 3"),
    )


def test_json_says_the_same() -> None:
    (one,) = json.loads(evidence("x.json", [ONE]))

    assert (one["outcome"], one["fate"], one["code"]) == ("refuted", ONE.fate, "KRL101")
    assert one["old_checkpoint"] == "no: .keras: the weights of `dense` are lost"
    assert one["evidence"][0]["after"][1] == {
        "path": "norm/moving_mean",
        "shape": [],
        "dtype": "float16",
        "trainable": False,
    }
    assert one["evidence"][0]["warnings_after"] == ["new", "same"]
    assert one["diff"].splitlines()[2:4] == ["@@ -10,3 +10,3 @@", " class Block:"]


@pytest.mark.parametrize("name", ["x.html", "x.HTM"])
def test_a_page_is_known_by_its_name(name: str) -> None:
    assert evidence(name, [ONE]) == page([ONE])


def test_every_measure_is_explained() -> None:
    assert set(MEANINGS) == {name for name, _, _ in CHECKS}
