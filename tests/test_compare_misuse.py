"""What `compare` cannot compare, told before anything is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from keraslint.cli import run

LAYER = "class Block:\n    pass\n\n\nclass Outer:\n    class Inner:\n        pass\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "name two files, or `--base REV`"),
        (["a.py"], "name two files, or `--base REV`"),
        (["a.py", "--layer", "Block"], "name two files, or `--base REV`"),
        (["a.py", "b.py", "a.py"], "name two files, or `--base REV`"),
        (["a.py", "gone.py"], "gone.py: no such file or directory"),
        (["a.py", "broken.py"], "broken.py: it is not Python"),
        (["a.py", "b.py"], "`a.py` and `b.py` define no class of the same name"),
        (["a.py", "a.py", "--layer", "Blok"], "`a.py` defines no class `Blok`; did you mean"),
        (["a.py", "a.py", "--layer", "Inner"], "did you mean `Outer.Inner`?"),
        (["a.py", "a.py", "--layer", "X"], "(it defines `Block`, `Outer`, `Outer.Inner`)"),
        (["a.py", "b.py", "--layer", "Block"], "`b.py` defines no class `Block`"),
        (["a.py", "b.py", "--new-layer", "Block"], "`--new-layer` goes with `--layer`"),
        (
            ["a.py", "a.py", "--recipe", "Blok(4)(x)"],
            "makes no layer that is to be run; did you mean",
        ),
        (
            ["a.py", "a.py", "--recipe", "Zzz(4)(x)"],
            "makes no layer that is to be run (there are `B",
        ),
        (["--base", "HEAD"], "is not in a git repository"),
    ],
)
def test_it_is_said_what_is_missing(
    arguments: list[str],
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text(LAYER, encoding="utf-8")
    (tmp_path / "b.py").write_text("", encoding="utf-8")
    (tmp_path / "broken.py").write_text("def (", encoding="utf-8")

    code = run(["compare", *arguments])

    assert code == 2
    assert complaint in capsys.readouterr().err
