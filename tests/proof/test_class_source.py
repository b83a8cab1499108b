"""The text of a class is its own, and that of its own bases: Keras' is not read."""

from __future__ import annotations

import pytest

from keraslint.proof.probe.coverage.class_source import sources_of, tells_rank


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


@pytest.mark.parametrize(
    "text",
    [
        "x * weights[:, None, None, :]",
        "ops.mean(x, axis=(1, 2))",
        "ops.transpose(x, (0, 2, 1, 3))",
        'ops.einsum("bij,bjf->bif", a, x)',
    ],
)
def test_axes_that_are_named_tell_a_rank(text: str) -> None:
    assert tells_rank(text)


@pytest.mark.parametrize(
    "text",
    [
        "x[..., None, :] + x[:, 0]",
        "ops.mean(x, axis=-1)",
        "layers.Conv2D(8, (3, 3))",
        'ops.einsum("...i,ij->...j", x, k)',
        "no text of a class",
    ],
)
def test_what_fits_any_rank_tells_none(text: str) -> None:
    assert not tells_rank(text)
