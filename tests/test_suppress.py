"""Suppressions: which comment silences which finding."""

from __future__ import annotations

import pytest

from keraslint.diagnostic import Diagnostic, Position, Span
from keraslint.project.files.source import Source
from keraslint.project.files.suppressions import suppressions, unsuppressed

CALL = "Dense("


def silenced(text: str, code: str = "KRL101", name: str = "layer-in-build") -> bool:
    """Put a finding on the first `Dense(...)` and ask whether a comment silences it."""
    source = Source(path="x.py", text=text)
    start = text.index(CALL)
    depth = 0
    for end in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if depth == 0 and text[end] == ")":
            break
    span = Span(source.position(start), source.position(end + 1))
    return (
        unsuppressed(
            [Diagnostic(code=code, name=name, message="m", path="x.py", span=span)],
            suppressions(source),
        )
        == ()
    )


@pytest.mark.parametrize(
    "text",
    [
        "x = Dense(4)  # noqa\n",
        "x = Dense(4)  # NOQA\n",
        "x = Dense(4)  #noqa:KRL101\n",
        "x = Dense(4)  # noqa: E501,KRL101\n",
        "x = Dense(4)  # noqa: E501 KRL101 because\n",
        "x = Dense(4)  # noqa: KRL1\n",
        "x = Dense(4)  # why  # noqa: KRL101\n",
        "x = Dense(4)  # keraslint: ignore\n",
        "x = Dense(4)  # keraslint: ignore[layer-in-build]\n",
        "x = Dense(4)  # keraslint: ignore[a, KRL101] because\n",
        "# keraslint: ignore[layer-in-build]\nx = Dense(4)\n",
        "def f():\n    # keraslint: ignore[layer-in-build]\n    # why\n\n    x = Dense(4)\n",
        "x = Dense(  # noqa\n  4,\n)\n",
        "x = Dense(\n  4,\n)  # noqa: KRL101\n",
        "x = [\n  Dense(4),\n]  # noqa\n",
        "x = [  # noqa\n  Dense(4),\n]\n",
        "x = [\n  Dense(4),  # noqa\n  2,\n]\n",
        "x = 1\r\ny = Dense(4)  # noqa\r\n",
        "x = 1\ry = Dense(4)  # noqa\r",
        "x = '\x0c\u2028'\ny = Dense(4)  # noqa\n",
        "x = Dense(4)\n# keraslint: file-ignore[KRL101]\n",
        "# keraslint: file-ignore\ny = 1\nx = Dense(4)\n",
        'x = Dense("""\n""")  # noqa\n',
        "x = y + \\\n  Dense(4)  # noqa\n",
        "x = Dense(4)  # noqa",
    ],
)
def test_a_comment_silences(text: str) -> None:
    assert silenced(text)


@pytest.mark.parametrize(
    "text",
    [
        "x = Dense(4)\n",
        "x = Dense(4)  # noqa: E501\n",
        "x = Dense(4)  # noqa: because\n",
        "x = Dense(4)  # noqa:\n",
        "x = Dense(4)  # noqa-not\n",
        "x = Dense(4)  # keraslint: ignore[]\n",
        "x = Dense(4)  # keraslint: ignore[KRL1]\n",
        "x = Dense(4)  # keraslint: ignore[shape-known-in-init]\n",
        "# noqa\nx = Dense(4)\n",
        "# keraslint: ignore\ny = 1\nx = Dense(4)\n",
        "x = Dense(4)\ny = 1  # noqa\n",
        "x = '# noqa'; y = Dense(4)\n",
        "x = [\n  1,  # noqa\n  Dense(4),\n]\n",
        "x = Dense(4)\n# keraslint: file-ignore[KRL102]\n",
        "class A:  # noqa\n    x = Dense(4)\n",
        "x = Dense(4)  # noqa\n'''",
    ],
)
def test_a_comment_about_something_else_does_not(text: str) -> None:
    assert not silenced(text)


def test_only_the_findings_that_are_meant_are_left_out() -> None:
    source = Source(path="x.py", text="x = 1  # noqa: KRL101\n")
    span = Span(Position(1, 5), Position(1, 6))
    findings = [
        Diagnostic(code=code, name="n", message="m", path="x.py", span=span)
        for code in ("KRL101", "KRL102")
    ]

    assert [one.code for one in unsuppressed(findings, suppressions(source))] == ["KRL102"]


def test_a_comment_knows_its_line() -> None:
    (one,) = suppressions(Source(path="x.py", text="x = 1\ny = 2  # noqa\n"))

    assert (one.line, one.names) == (2, None)


def test_a_comment_knows_its_own_text_and_place() -> None:
    source = Source(path="x.py", text="y = 2  # why  # noqa: E501,KRL101 because\n")

    (one,) = suppressions(source)

    assert one.text == "# noqa: E501,KRL101"
    assert source.text[source.offset(one.span.start) : source.offset(one.span.end)] == one.text
    assert one.with_names(["E501"]) == "# noqa: E501"
