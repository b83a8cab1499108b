"""Examinations of layers that stand in notebooks: lines are those of a cell."""

from __future__ import annotations

import json

from notebook_texts import code, notebook

from keraslint.examination import Condition, Examination, Sign
from keraslint.project.facts.class_texts import clips
from keraslint.project.files.source import Source, decode
from keraslint.report.verdicts.examined_places import located

CELLS = ("import keras\n", "%time\nclass Gate(keras.layers.Layer):\n    x = 1\n")


def test_lines_are_counted_in_cells() -> None:
    book = notebook(*map(code, CELLS))
    source = decode(json.dumps(book).encode(), "try.ipynb")
    assert isinstance(source, Source)
    clip = clips(source)["Gate"]
    second = clip.numbers.start + 1
    sign = Sign(health="built", condition=Condition.BROKEN, line=second, code="KRL201")
    found = Examination(layer="Gate", path="try.ipynb", line=clip.numbers.start, signs=(sign,))

    (placed,) = located([found], {"try.ipynb": source})

    assert source.line(second).strip() == "x = 1"
    assert (placed.cell, placed.line) == (2, 2)
    assert placed.signs[0].cause == "KRL201, cell 2 line 3"


def test_other_files_stay_as_they_are() -> None:
    found = Examination(layer="Gate", path="a.py", line=3)

    assert located([found], {"a.py": Source(path="a.py", text="x = 1\n")}) == (found,)
