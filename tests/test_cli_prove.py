"""`keraslint check --fix --prove`, for real: what is proved is written, the rest is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from keraslint.cli import run

pytestmark = pytest.mark.keras

BLOCK = """\
from keras import layers


class {name}(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.dense = layers.Dense(self.units)
        self.dense.build(input_shape)

    def call(self, x):
        return {result}
"""
GOOD = BLOCK.format(name="Good", result="self.dense(x)")
CRASHES = BLOCK.format(name="Crashes", result='self.dense(x)["no such output"]')


def test_what_is_proved_is_written_and_the_rest_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.py").write_text(GOOD, encoding="utf-8")
    Path("crashes.py").write_text(CRASHES, encoding="utf-8")
    recipes = ("--recipe", "Good(4)(floats(2, 8))", "--recipe", "Crashes(4)(floats(2, 8))")

    more = ("--report", "page.html", "--show-recipe", "--output-format", "concise")

    code = run(["check", ".", "--fix", "--prove", *more, *recipes])
    out = capsys.readouterr().out
    page = Path("page.html").read_text(encoding="utf-8")

    assert code == 1
    assert Path("crashes.py").read_text(encoding="utf-8") == CRASHES
    good = Path("good.py").read_text(encoding="utf-8")
    assert good.index("layers.Dense") < good.index("def build")
    assert "good.py: KRL101 `Good` fixed and proved\n" in out
    assert "crashes.py: KRL101 `Crashes` unknown, kept as it was: " in out
    assert "(1 fixed, 1 remaining; 2 files checked)" in out
    assert "\n2 fixes: 1 fixed and proved, 1 unknown (kept as it was)\n" in out
    assert out.endswith('\n[tool.keraslint.recipes]\nGood = "Good(4)(floats(2, 8))"\n')
    assert "good.py:4 · " in page
    assert "crashes.py:4 · " in page
    assert page.count('<tr class="added">') == 2
