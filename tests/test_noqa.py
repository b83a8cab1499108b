"""`--add-noqa`: where the comments go, and that they do what they are for."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import FINDING

from keraslint.cli import run
from keraslint.diagnostic import Diagnostic, Span
from keraslint.fix.apply import edited
from keraslint.project.files.noqa_edits import silencing
from keraslint.project.files.source import Source
from keraslint.project.files.suppressions import suppressions, unsuppressed

CALL = "Dense("


def found(source: Source, code: str = "KRL101") -> Diagnostic:
    """Put a finding on the first `Dense(...)`."""
    start = source.text.index(CALL)
    end = source.text.index("@", start) if "@" in source.text else source.text.index(")", start) + 1
    span = Span(source.position(start), source.position(end))
    return Diagnostic(code=code, name="layer-in-build", message="m", path="x.py", span=span)


def silenced(text: str, *codes: str) -> str:
    source = Source(path="x.py", text=text)
    findings = [found(source, code) for code in codes or ("KRL101",)]
    new = Source(path="x.py", text=edited(source, silencing(source, findings)))

    assert unsuppressed(findings, suppressions(new)) == ()
    return new.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = Dense(4)\n", "x = Dense(4)  # noqa: KRL101\n"),
        ("x = Dense(4)", "x = Dense(4)  # noqa: KRL101"),
        ("x = Dense(4)  \r\ny\r\n", "x = Dense(4)  # noqa: KRL101\r\ny\r\n"),
        ("x = Dense(4)  # why\n", "x = Dense(4)  # why  # noqa: KRL101\n"),
        ("x = Dense(4)  # noqa: E501\n", "x = Dense(4)  # noqa: E501, KRL101\n"),
        ("x = Dense(4)  #noqa:W2,E501 y # z\n", "x = Dense(4)  # noqa: E501, KRL101, W2 y # z\n"),
        ("x = Dense(4)  # noqa: why\n", "x = Dense(4)  # noqa: KRL101 why\n"),
        ("x = Dense(\n  4,\n)\n", "x = Dense(  # noqa: KRL101\n  4,\n)\n"),
        ("x = [\n  Dense(4),\n]\n", "x = [\n  Dense(4),  # noqa: KRL101\n]\n"),
        ('x = Dense("""\n""")\n', 'x = Dense("""\n""")  # noqa: KRL101\n'),
        ('x = Dense(4) + """\n"""\n', 'x = Dense(4) + """\n"""  # noqa: KRL101\n'),
        ('x = Dense(4), f"""\n{y}\n"""\n', 'x = Dense(4), f"""\n{y}\n"""  # noqa: KRL101\n'),
        ("x = Dense(4) + \\\n  y\n", "x = Dense(4) + \\\n  y  # noqa: KRL101\n"),
        ("x = y + \\\n  Dense(4)\n", "x = y + \\\n  Dense(4)  # noqa: KRL101\n"),
        ("if y: x = Dense(4); z = 1\n", "if y: x = Dense(4); z = 1  # noqa: KRL101\n"),
    ],
)  # fmt: skip
def test_a_comment_goes_where_it_can_stand(text: str, expected: str) -> None:
    assert silenced(text) == expected


def test_one_comment_names_all_the_codes_of_its_line() -> None:
    assert silenced("Dense(4)\n", "KRL102", "KRL101") == "Dense(4)  # noqa: KRL101, KRL102\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text(FINDING, encoding="utf-8")
    (tmp_path / "b.py").write_text(FINDING, encoding="utf-8")
    return tmp_path


@pytest.mark.usefixtures("project")
def test_afterwards_nothing_is_found_and_nothing_else_has_changed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = run(["check", ".", "--add-noqa"])

    assert (code, capsys.readouterr().out) == (0, "Added 2 noqa directives.\n")
    assert Path("a.py").read_text(encoding="utf-8") == FINDING.replace(
        "Dense(self.units)\n", "Dense(self.units)  # noqa: KRL101\n"
    )
    assert run(["check", "."]) == 0
    assert run(["check", ".", "--add-noqa"]) == 0
    assert capsys.readouterr().out.endswith("Added 0 noqa directives.\n")


@pytest.mark.usefixtures("project")
def test_what_a_comment_cannot_silence_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path("b.py").write_text("x = (\n", encoding="utf-8")

    code = run(["check", ".", "--add-noqa"])

    told = capsys.readouterr()
    assert (code, told.out) == (0, "Added 1 noqa directive.\n")
    assert told.err == "note: not silenced: b.py:1: KRL002 syntax error: '(' was never closed\n"


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("others", [["--fix", "."], ["--diff", "."], ["-"]])
def test_it_goes_with_nothing_else_that_writes(
    others: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "--add-noqa", *others]) == 2
    assert "`--add-noqa` does not go together with " in capsys.readouterr().err
