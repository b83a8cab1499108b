"""The text of a class is its own, and that of its own bases: Keras' is not read."""

from __future__ import annotations

from keraslint.proof.probe.cases.class_source import sources_of


class Theirs:
    their_mark = 1


Theirs.__module__ = "keras.src.layers.layer"


class Mine(Theirs):
    my_mark = 2


class Block(Mine):
    """Documentation is none of it."""

    own_mark = 3


def test_the_text_of_a_class_is_its_own() -> None:
    text = sources_of(Block)

    assert "own_mark" in text
    assert "my_mark" in text
    assert "their_mark" not in text
    assert "Documentation" not in text
