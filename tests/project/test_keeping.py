from __future__ import annotations

from keraslint.project.serialization.argument_storage import Kept, doubts


def test_what_may_be_anything_is_told_in_one_clause() -> None:
    known = [
        Kept(name=name, code=f"self.{name}", doubtful=name != "sure") for name in ("a", "sure", "b")
    ]

    assert doubts(known) == ("`a` and `b` may be what a configuration cannot hold",)


def test_where_all_values_are_plain_there_is_no_doubt() -> None:
    assert doubts([Kept(name="rate", code="self.rate")]) == ()
