"""A layer of which only its use tells that it is one is found, and its move is never safe."""

from __future__ import annotations

from pathlib import Path

import pytest

from keraslint.diagnostic import Applicability, Diagnostic
from keraslint.engine.lint import lint_texts
from keraslint.project.files.source import Source
from keraslint.settings import Settings

HEAD = """\
import keras
from elsewhere import MLP, FancyQuantizer, find

def conv(*args):
    return find("conv")(*args)

class Block(keras.layers.Layer):
    def __init__(self, norm=None, **kwargs):
        super().__init__(**kwargs)
        self.norm = norm

    def build(self, input_shape):
"""


def linted(body: str, folder: Path) -> tuple[Diagnostic, ...]:
    settings = Settings(root=folder, select=("KRL101", "KRL102", "KRL103"), cache=False)
    return lint_texts([Source("guessed.py", HEAD + body)], settings).diagnostics


def test_what_an_argument_returns_is_a_layer_if_it_is_built(tmp_path: Path) -> None:
    body = """
        if self.norm is not None:
            self.inner = self.norm(axis=-1)
            self.inner.build(input_shape)
"""
    (found,) = linted(body, tmp_path)

    assert found.fix is not None
    assert found.fix.applicability is Applicability.UNSAFE


def test_so_is_an_instance_of_an_unread_class(tmp_path: Path) -> None:
    body = """
        self.inner = MLP(3)
        self.inner.build(input_shape)
"""
    (found,) = linted(body, tmp_path)

    assert found.fix is not None
    assert found.fix.applicability is Applicability.UNSAFE


def test_so_is_what_a_function_of_the_project_finds_somewhere(tmp_path: Path) -> None:
    body = """
        self.inner = conv(3)
        self.inner.build(input_shape)
"""
    (found,) = linted(body, tmp_path)

    assert found.fix is not None
    assert found.fix.applicability is Applicability.UNSAFE


@pytest.mark.parametrize(
    "body",
    [
        "        self.inner = self.norm(axis=-1)\n",
        "        self.inner = conv(3)\n",
        "        self.inner = find(3)\n        self.inner.build(input_shape)\n",
        "        self.inner = FancyQuantizer()\n        self.inner.build(input_shape)\n",
        "        self.norm.build(input_shape)\n",
    ],
)
def test_nothing_else_is_guessed(body: str, tmp_path: Path) -> None:
    assert not linted(body, tmp_path)
