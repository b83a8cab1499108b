"""Notebooks on the command line: found, told, silenced, fixed, shown and proved like files."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from notebook_texts import BLOCK, FIXED, code, lines, markdown, notebook, sources, stored

from keraslint.cli import run
from keraslint.project.facts.class_texts import clips
from keraslint.project.files.source import Source, decode
from keraslint.report import format_names

IMPORT = "!pip install keras\nimport keras\n"
USE = "block = Block()\nblock?"
TEXT = stored(notebook(markdown(), code(lines(IMPORT)), code(lines(BLOCK)), code(USE)))
MESSAGE = "`keras.layers.Dense` is created in `build()`, but needs nothing from the input shape"
CELL_KNOWN = {"full", "concise", "grouped", "json", "json-lines"}


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("KERASLINT_OUTPUT_FORMAT", raising=False)
    (tmp_path / "nb.ipynb").write_text(TEXT, encoding="utf-8")
    return tmp_path


@pytest.fixture
def keraslint(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    def ran(*arguments: str, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8"))
        code = run(arguments)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return ran


def test_a_notebook_is_found_and_its_cell_is_told(keraslint: Run) -> None:
    ran = keraslint(".", "--output-format", "concise", "-q")

    assert ran == Ran(1, f"nb.ipynb:cell 3:3:22: KRL101 [*] {MESSAGE}\n", "")


def test_checkpoints_are_left_out(project: Path, keraslint: Run) -> None:
    (project / ".ipynb_checkpoints").mkdir()
    (project / "nb.ipynb").rename(project / ".ipynb_checkpoints" / "nb-checkpoint.ipynb")

    assert keraslint(".").code == 0


def test_the_frame_shows_the_cell_as_it_is(keraslint: Run) -> None:
    ran = keraslint("nb.ipynb")

    assert "2 |     def build(self, input_shape):\n3 |         self.dense" in ran.out
    assert "KRL101" in ran.out


def test_json_counts_in_the_cell(keraslint: Run) -> None:
    (found,) = json.loads(keraslint("nb.ipynb", "--output-format", "json").out)

    assert found["cell"] == 3
    assert found["location"] == {"row": 3, "column": 22}
    assert found["noqa_row"] == 3
    rows = [edit["location"]["row"] for edit in found["fix"]["edits"]]
    assert rows == [2, 3]


@pytest.mark.parametrize("name", sorted(set(format_names()) - CELL_KNOWN))
def test_readers_of_files_are_told_the_row_in_the_file(name: str, keraslint: Run) -> None:
    row = TEXT[: TEXT.index("keras.layers.Dense")].count("\n") + 1

    ran = keraslint("nb.ipynb", "--output-format", name)

    assert ran.code == 1
    assert str(row) in ran.out.replace("nb.ipynb:", " ").replace('"', " ").replace(",", " ")
    assert "(cell 3)" in ran.out
    assert '"fixes"' not in ran.out  # an edit of a cell is none of the file
    assert '"suggestions"' not in ran.out


@pytest.mark.parametrize("name", sorted(CELL_KNOWN))
def test_readers_of_notebooks_are_told_the_cell(name: str, keraslint: Run) -> None:
    ran = keraslint("nb.ipynb", "--output-format", name)

    assert ("cell 3" if "json" not in name else '"cell": 3') in ran.out


@pytest.mark.parametrize("name", format_names())
def test_a_notebook_that_is_none_has_a_place_in_the_file(name: str, keraslint: Run) -> None:
    ran = keraslint("-", "--stdin-filename", "x.ipynb", "--output-format", name, stdin="{\n]")

    assert ran.code == 1
    assert "its JSON is not valid" in ran.out
    assert "KRL002" in ran.out


@pytest.mark.parametrize(
    ("broken", "told"), [(1, ""), (2, "; 1 more cell is not Python"), (4, "; 3 more cells are not")]
)
def test_cells_to_be_filled_in_are_one_finding(
    broken: int, told: str, project: Path, keraslint: Run
) -> None:
    cells = [code("x = # your code\n") for _ in range(broken)]
    (project / "nb.ipynb").write_text(stored(notebook(code(IMPORT), *cells)), encoding="utf-8")

    ran = keraslint("nb.ipynb", "--output-format", "concise")

    assert ran.out.count("KRL002") == 1
    assert told in ran.out


@pytest.mark.parametrize(
    "silenced",
    [
        BLOCK.replace("Dense(4)", "Dense(4)  # noqa: KRL101"),
        BLOCK.replace("        self.dense =", "        # keraslint: ignore\n        self.dense ="),
        f"# keraslint: file-ignore[layer-in-build]\n{BLOCK}",
    ],
)
def test_comments_silence(silenced: str, project: Path, keraslint: Run) -> None:
    text = stored(notebook(code(IMPORT), code(silenced)))
    (project / "nb.ipynb").write_text(text, encoding="utf-8")

    assert keraslint("nb.ipynb").code == 0


def test_the_last_line_of_a_cell_is_not_silenced_by_the_next_cell(
    project: Path, keraslint: Run
) -> None:
    text = stored(notebook(code(f"{IMPORT}# keraslint: ignore"), code(BLOCK)))
    (project / "nb.ipynb").write_text(text, encoding="utf-8")

    assert keraslint("nb.ipynb").code == 1


def test_a_fix_is_written_in_place(project: Path, keraslint: Run) -> None:
    expected = stored(notebook(markdown(), code(lines(IMPORT)), code(lines(FIXED)), code(USE)))

    ran = keraslint("nb.ipynb", "--fix")

    assert ran.code == 0
    assert (project / "nb.ipynb").read_text(encoding="utf-8") == expected
    assert keraslint("nb.ipynb", "--fix").out == "All checks passed! (1 file checked)\n"


def test_bytes_around_the_source_stay(project: Path, keraslint: Run) -> None:
    text = TEXT.replace("\n", "\r\n").replace("1e-05", "1e-05\\/ \\u00E9")
    (project / "nb.ipynb").write_bytes(b"\xef\xbb\xbf" + text.encode())

    keraslint("nb.ipynb", "--fix")

    data = (project / "nb.ipynb").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf{\r\n")
    assert b"1e-05\\/ \\u00E9" in data
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert sources(data[3:].decode())[2] == FIXED


def test_a_diff_shows_each_cell(keraslint: Run) -> None:
    ran = keraslint("nb.ipynb", "--diff")

    assert ran.out.startswith("--- nb.ipynb:cell 3\n+++ nb.ipynb:cell 3\n@@ ")
    assert ran.out.count("--- ") == 1
    assert "+        self.dense = keras.layers.Dense(4)\n" in ran.out


def test_standard_input_is_linted_and_echoed(keraslint: Run) -> None:
    linted = keraslint("-", "--stdin-filename", "a.ipynb", "--output-format=concise", stdin=TEXT)
    echoed = keraslint("-", "--stdin-filename", "a.ipynb", "--fix", stdin=TEXT)
    again = keraslint("-", "--stdin-filename", "a.ipynb", "--fix", stdin=echoed.out)
    broken = keraslint("-", "--stdin-filename", "a.ipynb", "--fix", stdin="{")

    assert linted.out.startswith("a.ipynb:cell 3:3:22: ")
    assert sources(echoed.out)[2] == FIXED
    assert again.out == echoed.out
    assert (broken.out, broken.code) == ("{", 1)


def test_another_language_is_passed_over(project: Path, keraslint: Run) -> None:
    text = stored(notebook(code("x <- 1"), language="R"))
    (project / "nb.ipynb").write_text(text, encoding="utf-8")

    assert keraslint("nb.ipynb", "--fix").code == 0
    assert (project / "nb.ipynb").read_text(encoding="utf-8") == text


def test_the_cache_knows_where_cells_end(project: Path, keraslint: Run) -> None:
    first = keraslint("nb.ipynb", "--output-format", "concise", "-q")
    warm = keraslint("nb.ipynb", "--output-format", "concise", "-q")
    moved = stored(notebook(code(lines(IMPORT)), code(lines(BLOCK)), code(USE)))
    (project / "nb.ipynb").write_text(moved, encoding="utf-8")
    after = keraslint("nb.ipynb", "--output-format", "concise", "-q")

    assert "cell 3:3:22" in first.out
    assert warm == first
    assert "cell 2:3:22" in after.out


@pytest.mark.slow
def test_many_notebooks_are_dealt_to_several_processes(project: Path, keraslint: Run) -> None:
    filler = "\n".join(f"x{number} = {number}" for number in range(40_000))
    for number in range(3):
        text = stored(notebook(code(IMPORT), code(filler), code(BLOCK)))
        (project / f"big{number}.ipynb").write_text(text, encoding="utf-8")

    ran = keraslint(".", "--output-format", "concise", "-n", "-q")

    assert ran.out.count("cell 3:3:22: KRL101") == 4


@pytest.mark.keras
def test_a_layer_of_a_notebook_is_proved(project: Path, keraslint: Run) -> None:
    start = "    def __init__(self, **kwargs):\n        super().__init__(**kwargs)\n\n"
    block = BLOCK.replace("    def build", f"{start}    def build")
    text = stored(notebook(code(IMPORT), code("%matplotlib inline"), code(block), code(USE)))
    (project / "nb.ipynb").write_text(text, encoding="utf-8")

    ran = keraslint("nb.ipynb", "--fix", "--prove")

    assert ran.code == 0, ran.out
    assert "nb.ipynb: KRL101 `Block` fixed and proved" in ran.out
    assert sources((project / "nb.ipynb").read_text(encoding="utf-8"))[2] == FIXED


@pytest.mark.keras
def test_a_notebook_that_needs_ipython_proves_nothing(project: Path, keraslint: Run) -> None:
    needs = f"{IMPORT}files = !ls\nfiles.sort()\ndisplay(files)"
    text = stored(notebook(code(needs), code(BLOCK)))
    (project / "nb.ipynb").write_text(text, encoding="utf-8")

    ran = keraslint("nb.ipynb", "--fix", "--prove")

    assert ran.code == 1
    assert "unknown, kept as it was: baseline fails: importing nb.ipynb fails" in ran.out
    assert (project / "nb.ipynb").read_text(encoding="utf-8") == text


def test_noqa_is_added_in_the_cell(project: Path, keraslint: Run) -> None:
    text = TEXT.replace('"block = Block()\\nblock?"', '"x = 1  # noqa: KRL101"')
    (project / "nb.ipynb").write_text(text, encoding="utf-8")

    ran = keraslint("nb.ipynb", "--add-noqa")

    after = sources((project / "nb.ipynb").read_text(encoding="utf-8"))
    assert "nb.ipynb:cell 4:1: KRL001" in ran.err
    assert after[2] == BLOCK.replace("Dense(4)", "Dense(4)  # noqa: KRL101")
    assert "        !" not in after[2]


def test_a_report_shows_the_class_as_it_stands_in_its_cell() -> None:
    block = BLOCK.replace("        self.dense.", "        !ls\n        self.dense.")
    source = decode(stored(notebook(code(IMPORT), code(f"\n{block}"))).encode(), "nb.ipynb")
    assert isinstance(source, Source)

    clip = clips(source)["Block"]

    assert (clip.line, clip.text) == (2, block.rstrip())
