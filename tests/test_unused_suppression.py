"""KRL001: a comment is called unused only by a run that can know it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keraslint.diagnostic import Diagnostic
from keraslint.engine.lint import lint
from keraslint.settings import Settings

ALL = Settings(select=("ALL",))
LAYER = """\
import keras


class Block(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units{init}

    def build(self, input_shape):
        self.dense = keras.layers.Dense(self.units){build}
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
"""


def found(settings: Settings = ALL, *, init: str = "", build: str = "") -> list[Diagnostic]:
    comments = {"init": f"  {init}", "build": f"  {build}"}
    text = LAYER.format(**comments)
    return list(lint([], settings, stdin=("block.py", text.encode())).diagnostics)


def unused(settings: Settings = ALL, *, init: str = "", build: str = "") -> list[str]:
    return [one.message for one in found(settings, init=init, build=build) if one.code == "KRL001"]


@pytest.mark.parametrize("comment", ["# noqa", "# noqa: E501", "# noqa: F401, W291", "# why"])
def test_what_is_for_other_tools_is_never_judged(comment: str) -> None:
    assert unused(init=comment) == []


@pytest.mark.parametrize("comment", ["# noqa: KRL103", "# noqa: KRL1", "# keraslint: ignore"])
def test_a_rule_that_is_off_is_not_judged(comment: str) -> None:
    assert unused(Settings(), init=comment) == []
    assert len(unused(init=comment)) == 1


def test_a_rule_that_is_ignored_in_the_file_is_not_judged() -> None:
    ignored = replace(ALL, per_file_ignores={"block.py": ("KRL101",)})

    assert unused(ignored, build="# noqa: KRL101") == []
    assert len(unused(ignored, build="# noqa: KRL102")) == 1


@pytest.mark.parametrize("comment", ["# noqa: KRL101", "# noqa: KRL1", "# keraslint: ignore"])
def test_what_silences_something_is_used(comment: str) -> None:
    assert {one.code for one in found(build=comment)}.isdisjoint({"KRL001", "KRL101"})


def test_the_rule_can_be_silenced_and_turned_off() -> None:
    assert unused(init="# noqa: KRL101, KRL001") == []
    assert unused(init="# noqa: KRL101  # keraslint: ignore[unused-suppression]") == []
    assert unused(replace(ALL, ignore=("KRL001",)), init="# noqa: KRL101") == []


def test_a_bare_comment_of_ours_does_not_silence_its_own_report() -> None:
    assert unused(init="# keraslint: ignore") == ["`# keraslint: ignore` silences nothing"]


def test_nothing_is_judged_in_a_file_that_cannot_be_parsed() -> None:
    done = lint([], ALL, stdin=("x.py", b"x = 1  # noqa: KRL101\nreturn return\n"))

    assert [one.code for one in done.diagnostics] == ["KRL002"]


def test_where_a_star_import_may_bring_a_layer_nothing_is_judged() -> None:
    star = (
        b"from nowhere import *\n"
        + LAYER.format(init="", build="\n        self.x = Other()  # noqa: KRL101").encode()
    )

    codes = [one.code for one in lint([], ALL, stdin=("x.py", star)).diagnostics]

    assert "KRL101" in codes
    assert "KRL001" not in codes


def test_a_misspelt_name_is_told_with_the_nearest_right_one_and_is_left() -> None:
    (one,) = [one for one in found(init="# keraslint: ignore[layer-in-bild]")
              if one.code == "KRL001"]  # fmt: skip

    assert one.message == (
        "`layer-in-bild` in this comment is no rule (did you mean `layer-in-build`?)"
    )
    assert (one.fix, one.why_no_fix) == (None, "the name may be misspelt")
