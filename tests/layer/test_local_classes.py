"""Layers that a function defines are looked at as those of a module are."""

from __future__ import annotations

from pathlib import Path

from keraslint.diagnostic import Applicability, Diagnostic
from keraslint.engine.lint import lint_texts
from keraslint.project.files.source import Source
from keraslint.settings import Settings

CREATION = ("KRL101", "KRL102", "KRL103", "KRL106")


def linted(text: str, folder: Path) -> tuple[Diagnostic, ...]:
    text = "import keras\nfrom keras import layers\n" + text
    source = Source(path=str(folder / "local.py"), text=text)
    settings = Settings(root=folder, select=CREATION, cache=False)
    return lint_texts([source], settings).diagnostics


def test_a_layer_defined_in_a_test_is_seen(tmp_path: Path) -> None:
    text = """
class TestBlock:
    def test_it_trains(self):
        class Block(keras.Layer):
            def __init__(self, **kwargs):
                super().__init__(**kwargs)

            def build(self, input_shape):
                self.dense = layers.Dense(3)
                self.dense.build(input_shape)

        Block()
"""
    (found,) = linted(text, tmp_path)

    assert found.owner == "TestBlock.test_it_trains.<locals>.Block"
    assert found.fix is not None
    assert found.fix.applicability is Applicability.SAFE


def test_a_local_class_hides_the_one_of_the_module(tmp_path: Path) -> None:
    text = """
class Part:
    pass

def make():
    class Part(keras.Layer):
        pass

    class Block(keras.Layer):
        def build(self, input_shape):
            self.part = Part()

class Block(keras.Layer):
    def build(self, input_shape):
        self.part = Part()
"""
    (found,) = linted(text, tmp_path)

    assert found.owner == "make.<locals>.Block"


def test_a_local_name_hides_a_layer_of_the_module(tmp_path: Path) -> None:
    text = """
def make(layers):
    class Block(keras.Layer):
        def build(self, input_shape):
            self.dense = layers.Dense(3)
"""
    assert not linted(text, tmp_path)


def test_what_the_function_around_holds_may_change(tmp_path: Path) -> None:
    text = """
def make(units):
    class Block(keras.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)

        def build(self, input_shape):
            self.dense = layers.Dense(units)

    block = Block()
    units += 1
    return block
"""
    (found,) = linted(text, tmp_path)

    assert found.fix is not None
    assert found.fix.doubts == ("`units` belongs to the function around the class",)


def test_a_base_that_the_function_is_given_may_be_any_other(tmp_path: Path) -> None:
    text = """
def make(base=keras.Layer):
    class Block(base):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)

        def build(self, input_shape):
            self.dense = layers.Dense(3)

    return Block
"""
    (found,) = linted(text, tmp_path)

    assert found.fix is not None
    assert found.fix.doubts == ("the base `base` is not to be found",)


def test_a_function_that_returns_its_own_layer_is_a_factory(tmp_path: Path) -> None:
    text = """
def make():
    class Part(keras.Layer):
        pass

    return Part()

class Block(keras.Layer):
    def build(self, input_shape):
        self.part = make()
"""
    (found,) = linted(text, tmp_path)

    assert found.owner == "Block"
