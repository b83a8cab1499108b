from __future__ import annotations

from pathlib import Path

import pytest

from keraslint.fix.session import fix
from keraslint.layout.file_style import style_of
from keraslint.project.files.line_lengths import LineLength, LineLengths
from keraslint.settings import Settings

BLACK = """\
class Block:
    def build(self, input_shape):
        self.dense = Dense(
            self.units, activation=self.activation, kernel_initializer="zeros"
        )
        self.norm = Norm(
            axis=-1,
        )
"""
BY_HAND = """\
class Block:
  def build(self, input_shape):
    self.dense = Dense(self.units,
                       activation=self.activation,
                       kernel_initializer='zeros')
    self.norm = Norm(
        axis=-1)
    self.bias = Norm(
        axis=-2)
"""
LAYER = """\
import keras


class Scale(keras.layers.Layer):
    def __init__(self, first_factor, second_factor, third_factor, **kwargs):
        super().__init__(**kwargs)
        self.first_factor = first_factor
        self.second_factor = second_factor
        self.third_factor = third_factor

    def call(self, x):
        return x * self.first_factor * self.second_factor * self.third_factor

    def get_config(self):
        config = super().get_config()
        config.update({"first_factor": self.first_factor})
        return config
"""
ENTRY = '"second_factor": self.second_factor'


def test_a_formatter_and_its_width_are_told_by_the_statements() -> None:
    style = style_of(BLACK, None)

    assert style.is_formatted
    assert style.width.most == 88


def test_a_file_laid_out_by_hand_is_not_taken_for_a_formatted_one() -> None:
    style = style_of(BY_HAND, None)

    assert not style.is_formatted
    assert not style.closes_alone
    assert style.width.indent == "    "


def test_the_width_of_a_configured_formatter_counts() -> None:
    assert style_of("x = 1\n", LineLength(120, True)).width.most == 120


@pytest.mark.parametrize(
    ("name", "text", "most"),
    [
        ("pyproject.toml", "[tool.black]\nline-length = 100\n", 100),
        ("pyproject.toml", "[tool.black]\n", 88),
        ("pyproject.toml", "[tool.ruff]\nline-length = 80\n", 80),
        ("pyproject.toml", "[tool.yapf]\ncolumn_limit = 80\n", 80),
        ("ruff.toml", "line-length = 90\n", 90),
        (".ruff.toml", "", 88),
        ("setup.cfg", "[yapf]\ncolumn_limit = 99\n[flake8]\nmax-line-length = 120\n", 99),
        ("setup.cfg", "[flake8]\nmax-line-length = 120\n", 120),
        (".flake8", "[flake8]\nmax-line-length=110  # wide\n", 110),
        (
            ".editorconfig",
            "root = true\n[*]\nmax_line_length = 95\n[*.md]\nmax_line_length = 60\n",
            95,
        ),
        (".editorconfig", "[*.{js,py}]\nmax_line_length = 96\n", 96),
        (".style.yapf", "[style]\nbased_on_style = google\ncolumn_limit = 70\n", 70),
    ],
)
def test_the_configuration_of_a_tool_says_how_long_lines_are(
    tmp_path: Path, name: str, text: str, most: int
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / name).write_text(text)
    (tmp_path / "package").mkdir()

    found = LineLengths(tmp_path).of_folder(tmp_path / "package")

    assert found is not None
    assert found.most == most


@pytest.mark.parametrize("name", ["pyproject.toml", "setup.cfg", ".editorconfig"])
@pytest.mark.parametrize("text", ["", "[tool\n", "[flake8]\n", "[*]\nmax_line_length = off\n"])
def test_what_says_nothing_or_is_broken_says_nothing(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)

    assert LineLengths(tmp_path).of_folder(tmp_path) is None


@pytest.mark.parametrize(("width", "rows"), [(60, 7), (100, 7), (160, 1)])
def test_a_fix_keeps_to_the_width_of_the_project(tmp_path: Path, width: int, rows: int) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.black]\nline-length = {width}\n")
    (tmp_path / "scale.py").write_text(LAYER)

    fix([tmp_path], Settings(root=tmp_path), unsafe=True, prove=None, write=True)

    text = (tmp_path / "scale.py").read_text()
    start, end = text.index("config.update("), text.index("        return config")
    assert ENTRY in text
    assert max(map(len, text[start:end].splitlines())) <= width
    assert text[start:end].count("\n") == rows
