"""A bug in one of our fixes costs that fix: the findings of the file are told all the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from keraslint.engine import analysis
from keraslint.engine.analysis import Route
from keraslint.layer.layer_class import LayerClass
from keraslint.project.files.source import TRACEBACK, Source, Trouble
from keraslint.rules import Cure, Finding, Rule, registry
from keraslint.settings import Settings

LAYER = """\
import keras


class Block(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, input_shape):
        self.dense = keras.layers.Dense(self.units)
        self.dense.build(input_shape)

    def call(self, inputs):
        return keras.layers.Dense(2)(self.dense(inputs))
"""


def broken(layer: LayerClass, finding: Finding) -> Cure:
    raise KeyError("a bug")


def found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> analysis.Found:
    rules: list[Rule] = [
        replace(rule, cure=broken) if rule.code == "KRL101" else rule for rule in registry()
    ]
    monkeypatch.setattr(analysis, "registry", lambda: rules)
    text = Source(path=str(folder / "block.py"), text=LAYER)
    return Route((text,), Settings(root=folder, cache=False)).file(text)


def test_the_findings_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TRACEBACK, raising=False)

    said = found(tmp_path, monkeypatch)

    by_code = {one.code: one for one in said.diagnostics}
    assert by_code.keys() == {"KRL101", "KRL104", "KRL403"}
    assert by_code["KRL101"].fix is None
    assert "bug" in (by_code["KRL101"].why_no_fix or "")
    (problem,) = said.problems
    assert (problem.kind, problem.reason) == (Trouble.INTERNAL, "KeyError: 'a bug'")


def test_the_traceback_is_told_where_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TRACEBACK, "1")

    (problem,) = found(tmp_path, monkeypatch).problems

    assert problem.reason.startswith("Traceback")
    assert "in broken" in problem.reason
