"""Notebooks for tests, written as Jupyter, Colab and others write them."""

from __future__ import annotations

import json
from typing import Any

BLOCK = """\
class Block(keras.layers.Layer):
    def build(self, input_shape):
        self.dense = keras.layers.Dense(4)
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
"""
FIXED = """\
class Block(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(4)

    def build(self, input_shape):
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
"""


def lines(source: str) -> list[str]:
    return source.splitlines(keepends=True)


def code(source: str | list[str], **more: Any) -> dict[str, Any]:
    """A code cell with what Jupyter keeps beside its source."""
    output = {"name": "stdout", "output_type": "stream", "text": ["été <b>\n", "1e-05"]}
    cell = {"cell_type": "code", "execution_count": 3, "metadata": {"tags": []}}
    return {**cell, "outputs": [output], "source": source, **more}


def markdown(source: str = "# A title") -> dict[str, Any]:
    return {"cell_type": "markdown", "id": "m", "metadata": {}, "source": [source]}


def notebook(*cells: dict[str, Any], language: str | None = "python") -> dict[str, Any]:
    info = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    told = {"language_info": {"version": "3.11", "name": language}} if language else {}
    head = {"nbformat_minor": 5, "nbformat": 4, "metadata": {**info, **told}}
    return {"cells": list(cells), **head}


def stored(book: dict[str, Any], *, end: str = "\n", indent: int | None = 1, **form: Any) -> str:
    return json.dumps(book, indent=indent, **form) + end


def sources(text: str) -> list[str]:
    """The sources of all cells."""
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"]]
