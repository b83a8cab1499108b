"""Notebooks as text: what is joined and masked, and what is written back."""

from __future__ import annotations

import ast
import json
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from notebook_texts import BLOCK, FIXED, code, lines, markdown, sources, stored
from notebook_texts import notebook as book

from keraslint.diagnostic import Applicability, Edit, Fix, Position, Span
from keraslint.engine.lint import lint_texts
from keraslint.fix.apply import apply, edited
from keraslint.project.files.notebook import Notebook, Scattered, notebook
from keraslint.project.files.notebook.cell_positions import Places
from keraslint.project.files.notebook.cell_syntax import CROSSES, damage
from keraslint.project.files.notebook.magics import is_other_language, masked, unmasked
from keraslint.project.files.source import Source, Trouble, Unreadable, decode
from keraslint.settings import Settings

pytestmark = pytest.mark.usefixtures("elsewhere")
FIXTURES = Path(__file__).parents[2] / "fixtures"
COMMANDS = [
    "%matplotlib inline",
    "!pip install -q keras",
    "!pip install -q \\\n    keras \\\n    numpy",
    "?print",
    "keras.layers.Dense??",
    "x = !ls",
    "y, z = %time 1, 2",
    ",print a b",
    ";print a b",
    "/print a",
    "%%time\nx = 1",
    "if x:\n    !echo {x}",
]
PYTHON = [
    "x = 1",
    's = """\n%no magic\n!nor this\n"""',
    "t = 'what?'",
    "y = (x\n     % 2)",
    "z = x \\\n    % 3",
    "# why?",
    "d = {\n    'a': 1,\n}",
    "a = b'%' % ()",
    'f"{x!r}"',
    "assert x != 1",
]
LINE_ENDS = st.sampled_from(["\n", "\r\n"])
NAME = str(Path(tempfile.gettempdir(), "nowhere", "nb.ipynb"))
"""There is no other file around it, which would have to be read each time."""


def read(text: str) -> Source:
    source = decode(text.encode(), NAME)
    assert isinstance(source, Source), source
    return source


def refused(text: str) -> Unreadable:
    problem = decode(text.encode(), NAME)
    assert isinstance(problem, Unreadable), problem
    return problem


def fixed(text: str) -> str:
    """The notebook with all safe fixes, as bytes would be written."""
    source = read(text)
    found = lint_texts([source], Settings(cache=False)).diagnostics
    done = apply(source, [one.fix for one in found if one.fix is not None])
    return source.encode(done.text).decode()


class TestMagics:
    @pytest.mark.parametrize("command", COMMANDS)
    def test_a_command_becomes_python_of_as_many_lines(self, command: str) -> None:
        text, masks = masked(f"before = 1\n{command}\nafter = 2\n", "m")

        compile(text, "cell", "exec")
        assert len(masks) == 1
        assert text.count("\n") == command.count("\n") + 3
        assert text.splitlines()[-1] == "after = 2"

    @pytest.mark.parametrize("python", PYTHON)
    def test_python_stays_as_it_is(self, python: str) -> None:
        assert masked(python, "m") == (python, ())

    def test_no_line_of_this_house_is_taken_for_a_command(self) -> None:
        files = sorted(Path(__file__).parents[2].glob("keraslint/**/*.py"))
        texts = [file.read_text(encoding="utf-8") for file in files]

        assert len(texts) > 100
        assert [text for text in texts if masked(text, "m")[1]] == []

    @example(["(", "print?", "print?"], "\n")
    @given(st.lists(st.sampled_from([*COMMANDS, *PYTHON, "", "'", '"""', "(", "é"])), LINE_ENDS)
    def test_masks_come_off_again(self, parts: list[str], end: str) -> None:
        text = "\n".join(parts).replace("\n", end)

        shown, masks = masked(text, "m")

        assert shown.count("\n") == text.count("\n")
        assert unmasked(shown, masks) == text

    @given(st.lists(st.sampled_from([*COMMANDS, *PYTHON])), LINE_ENDS)
    def test_what_is_left_is_python(self, parts: list[str], end: str) -> None:
        text = "\n".join(["x = 1", *parts]).replace("\n", end)

        shown, masks = masked(text, "m")

        compile(shown, "cell", "exec")
        assert len(masks) == sum(part in COMMANDS for part in parts)

    def test_a_command_that_was_lost_or_repeated_is_refused(self) -> None:
        shown, masks = masked("!ls\n", "m")

        with pytest.raises(ValueError, match="IPython"):
            unmasked("", masks)
        with pytest.raises(ValueError, match="IPython"):
            unmasked(shown * 2, masks)

    # As ruff 0.17 has it.
    @pytest.mark.parametrize(
        "cell",
        ["%%bash\nls", "x = 1\n%%html\n", "%%writefile a.py\nx", "pip install x", "ls", "cd .."],
    )
    def test_cells_of_other_languages_are_known(self, cell: str) -> None:
        assert is_other_language(cell)

    @pytest.mark.parametrize(
        "cell", ["%%time\nx", "%%capture out\nx", "time = 3", "config.x", "pip()", "x = 1\nls", ""]
    )
    def test_cells_of_python_are_known(self, cell: str) -> None:
        assert not is_other_language(cell)


class TestReading:
    def test_names_flow_between_cells_and_other_cells_are_left_out(self) -> None:
        cells = (code("import keras"), markdown(), code("%%bash\nls"), code(lines("x = 1\ny = 2")))

        source = read(stored(book(*cells)))

        namespace: dict[str, object] = {}
        exec(source.text.replace("import keras", "keras = 0"), namespace)
        assert {"keras", "x", "y"} <= namespace.keys()
        assert "ls" not in source.text

    def test_a_cell_that_vs_code_runs_in_another_language_is_left_out(self) -> None:
        other = code("const x = 1", metadata={"vscode": {"languageId": "javascript"}})

        assert "const" not in read(stored(book(other, code("x = 1")))).text

    @pytest.mark.parametrize("language", ["R", "julia", "sage"])
    def test_a_notebook_in_another_language_has_no_text(self, language: str) -> None:
        assert read(stored(book(code("x <- 1"), language=language))).text == ""

    def test_without_a_language_it_is_python(self) -> None:
        """As Colab writes it."""
        assert "x = 1" in read(stored(book(code("x = 1"), language=None))).text

    @pytest.mark.parametrize(
        ("text", "reason", "line"),
        [
            ("", "JSON is not valid: expecting value", 1),
            ("x = 1", "JSON is not valid: expecting value", 1),
            ('{"cells": [],\n 1}', "JSON is not valid", 2),
            ("[" * 100_000, "nests too deeply", 1),
            ("[]", "has no `nbformat`", 1),
            ("{}", "has no `nbformat`", 1),
            ('{"nbformat": 3, "worksheets": []}', "of format 3; only format 4", 1),
            ('{"nbformat": "4"}', 'of format "4"', 1),
            ('{"nbformat": 4}', "no list `cells`", 1),
            ('{"nbformat": 4, "cells": {}}', "no list `cells`", 1),
            ('{"nbformat": 4, "cells": [\n3]}', "cell 1 is no object", 2),
            ('{"nbformat": 4, "cells": [{},\n{"cell_type": "code"}]}', "source of cell 2", 2),
            ('{"nbformat": 4, "cells": [{"cell_type": "code", "source": [3]}]}', "no text", 1),
        ],
    )
    def test_what_is_no_notebook_is_told(self, text: str, reason: str, line: int) -> None:
        problem = refused(text)

        assert problem.kind is Trouble.NOT_A_NOTEBOOK
        assert reason in problem.reason
        assert problem.position is not None
        assert problem.position.line == line

    def test_a_broken_cell_costs_itself_only(self) -> None:
        cells = (code("import keras"), code("x = 1\ndef f(:\n    pass"), code(BLOCK))

        found = lint_texts([read(stored(book(*cells)))], Settings(cache=False)).diagnostics

        assert [one.code for one in found] == ["KRL002", "KRL101"]

    def test_a_cell_that_is_indented_as_a_whole_is_python(self) -> None:
        block = "".join(f"  {line}" for line in lines(BLOCK))
        text = stored(book(code("import keras"), code(f"\n{block}")))

        (found,) = lint_texts([read(text)], Settings(cache=False)).diagnostics

        assert found.code == "KRL101"
        assert sources(fixed(text))[1].startswith("\n  class Block")
        assert "  def __init__" in sources(fixed(text))[1]

    @pytest.mark.parametrize("half", ['x = """', "foo(", "x = 1 + \\", "if x:", "@foo"])
    def test_no_statement_reaches_over_the_end_of_a_cell(self, half: str) -> None:
        rest = {'x = """': '"""', "foo(": ")", "@foo": "def f(): pass"}.get(half, "    2")
        text = stored(book(code(half), code(rest)))

        found = lint_texts([read(text)], Settings(cache=False)).diagnostics

        assert found
        assert {one.code for one in found} == {"KRL002"}


def cut(text: str) -> list[str]:
    """Cut a file into cells, one statement each, with the comments before it."""
    rows = text.splitlines(keepends=True)
    starts = []
    for node in ast.parse(text).body:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]) - 1
        while first and rows[first - 1].startswith("#"):
            first -= 1
        starts.append(first)
    ends = sorted({0, *starts, len(rows)})
    return ["".join(rows[start:end]) for start, end in pairwise(ends)]


def in_cells(parts: list[str]) -> str:
    return stored(book(*(code(lines(part.removesuffix("\n"))) for part in parts)))


IN_TWO_PLACES = {"child_without_build", "nested_loops", "nothing_left_of_types"}
"""A fix that mends two classes, or a class and the imports: in a notebook it stays in one cell."""


def cases() -> list[Path]:
    """Fixtures that stand alone, with what becomes of them."""
    found = sorted(FIXTURES.glob("layer-in-build/*.fixed.py"))
    found = [path for path in found if path.name.partition(".")[0] not in IN_TWO_PLACES]
    return [path for path in found if "\r" not in path.read_bytes().decode("utf-8", "replace")]


@pytest.mark.parametrize("expected", cases(), ids=lambda path: path.name.partition(".")[0])
def test_a_file_cut_into_cells_gives_the_same(expected: Path) -> None:
    path = expected.with_name(expected.name.replace(".fixed", ""))
    whole = decode(path.read_bytes(), path.name)
    assert isinstance(whole, Source)
    parts = cut(whole.text)

    source = decode(in_cells(parts).encode(), f"{path.name}.ipynb")

    assert isinstance(source, Source)
    one, other = (lint_texts([text], Settings(cache=False)) for text in (whole, source))
    assert [d.message for d in other.diagnostics] == [d.message for d in one.diagnostics]
    file, book_ = (
        apply(text, [d.fix for d in found.diagnostics if d.fix is not None])
        for text, found in ((whole, one), (source, other))
    )
    after = sources(source.encode(book_.text).decode())
    ends = ("\n" if part.endswith("\n") else "" for part in parts)
    assert "".join(map("".join, zip(after, ends, strict=True))) == file.text


class TestPlaces:
    TEXT = stored(
        book(markdown(), code("import keras\n\n"), code(lines('a = "é";\tb = 2\n!ls\nc')))
    )

    def test_rows_are_counted_in_the_cell_and_in_the_file(self) -> None:
        source = read(self.TEXT)
        places = Places(source)
        start = source.position(source.text.index("b = 2"))
        span = Span(start, Position(start.line, start.column + 5))

        assert places.cell(start) == 3
        assert places.in_cell(span) == Span.of(1, 10, 1, 15)
        there = places.in_file(span)
        row = self.TEXT.split("\n")[there.start.line - 1]
        assert row[there.start.column - 1 : there.end.column - 1] == "b = 2"

    def test_a_cell_is_shown_with_its_own_lines(self) -> None:
        assert Places(read(self.TEXT)).texts[3].line(2) == "!ls"

    @given(st.text(max_size=20), st.booleans(), st.booleans(), st.data())
    def test_any_character_has_its_place_in_the_file(
        self, text: str, ascii_only: bool, as_list: bool, data: Any
    ) -> None:
        cell = code(text.splitlines(keepends=True) if as_list else text)
        kept = notebook(stored(book(cell), ensure_ascii=ascii_only))
        (there,) = kept.stored

        if text:
            at = data.draw(st.integers(0, len(text) - 1))
            start = there.offset(at)
            end = there.offset(at + 1) if at + 1 < len(text) else len(kept.raw)
            shown = json.dumps(text[at], ensure_ascii=ascii_only)[1:-1]
            assert kept.raw[start:end].startswith(shown)


FORMS = st.fixed_dictionaries(
    {
        "ensure_ascii": st.booleans(),
        "indent": st.sampled_from([None, 1, 2, 4]),
        "sort_keys": st.booleans(),
        "end": st.sampled_from(["", "\n", "\r\n"]),
    }
)
CELLS = st.lists(
    st.tuples(
        st.sampled_from(
            [*COMMANDS, *PYTHON, "", "x = 'été 🎉'\n\n", "%%bash\nrm x", "# \\n \\\\ /"]
        ),
        st.booleans(),
    ),
    max_size=4,
)


class TestWriting:
    @given(CELLS, FORMS)
    def test_without_a_change_the_file_stays(
        self, parts: list[tuple[str, bool]], form: dict[str, Any]
    ) -> None:
        cells = [code(lines(text) if is_list else text) for text, is_list in parts]
        text = stored(book(markdown(), *cells), **form)

        source = read(text)

        assert source.encode(source.text).decode() == text

    @given(CELLS, CELLS, st.booleans(), FORMS)
    def test_a_fix_changes_one_source_and_nothing_else(
        self,
        above: list[tuple[str, bool]],
        below: list[tuple[str, bool]],
        is_list: bool,
        form: dict[str, Any],
    ) -> None:
        def cells(block: str) -> list[dict[str, Any]]:
            before, after = (
                [code(lines(text) if listed else text) for text, listed in parts]
                for parts in (above, below)
            )
            middle = f"!ls\n{block}# été"
            return [
                code("import keras"),
                *before,
                code(lines(middle) if is_list else middle),
                *after,
            ]

        got = fixed(stored(book(*cells(BLOCK)), **form))

        assert got == stored(book(*cells(FIXED)), **form)

    def test_the_escapes_of_others_stay(self) -> None:
        """Colab writes `<`, `>` and `'` as escapes."""
        text = stored(book(code("import keras"), code(f"a = '<' < 'b'\n{BLOCK}")))
        for character in "<>'":
            text = text.replace(character, f"\\u{ord(character):04x}")

        got = fixed(text)

        assert "\\u0027\\u003c\\u0027 \\u003c \\u0027b\\u0027" in got
        assert sources(got)[1] == f"a = '<' < 'b'\n{FIXED}"

    def test_a_list_of_one_line_grows_as_the_others_are_laid_out(self) -> None:
        layer = "class B(keras.layers.Layer): build = lambda self, s: None"
        text = stored(book(code(["import keras"]), code(lines("x = 1\ny = 2")), code([layer])))
        source = read(text)
        at = source.position(source.text.index(layer))

        new = edited(source, (Edit(Span(at, at), "z = 3\n"),))

        expected = book(
            code(["import keras"]), code(lines("x = 1\ny = 2")), code(["z = 3\n", layer])
        )
        assert source.encode(new).decode() == stored(expected)

    def test_odd_pieces_stay_as_they_are(self) -> None:
        odd = ["import ", "keras\nx = 1\n", BLOCK, "", "y = 2", "\n", "z"]

        got = json.loads(fixed(stored(book(code(odd)))))["cells"][0]["source"]

        assert "".join(got) == f"import keras\nx = 1\n{FIXED}y = 2\nz"
        assert got[-3:] == ["y = 2", "\n", "z"]

    def test_an_edit_over_the_end_of_a_cell_is_refused(self) -> None:
        source = read(stored(book(code("x = 1"), code("y = 2"))))
        kept = source.notebook
        assert isinstance(kept, Notebook)
        joined = source.text.replace(source.text[5 : source.text.index("y")], "\n", 1)

        assert damage(source, source.text) == ""
        assert damage(source, joined) == CROSSES
        with pytest.raises(Scattered):
            kept.stored_with(joined)

    @pytest.mark.parametrize(
        ("start", "end", "crosses"),
        [((2, 1), (3, 1), False), ((2, 1), (4, 1), True), ((1, 1), (6, 1), True)],
    )
    def test_a_fix_that_reaches_over_the_end_of_a_cell_is_known(
        self, start: tuple[int, int], end: tuple[int, int], crosses: bool
    ) -> None:
        source = read(stored(book(code("x = 1\nx = 2"), code("y = 2"))))

        edit = Edit(Span(Position(*start), Position(*end)), "")

        assert Places(source).crossed_by([edit]) is crosses

    def test_edits_of_two_cells_cross(self) -> None:
        source = read(stored(book(code("x = 1"), code("y = 2"))))
        ends = [source.position(source.text.index(name)) for name in ("x", "y")]
        fix = Fix(
            applicability=Applicability.SAFE,
            message="",
            edits=tuple(Edit(Span(at, at), "z") for at in ends),
            layer="A",
        )

        assert Places(source).crossed_by(fix.edits)
        assert not Places(source).crossed_by(fix.edits[:1])
