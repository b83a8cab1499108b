"""What an editor tells of a key → the text as the editor has it."""

from __future__ import annotations

import random
import re

import pytest

types = pytest.importorskip("lsprotocol.types", reason="the language server needs pygls")

from keraslint.project.files.source import typed  # noqa: E402
from keraslint.server.positions import after  # noqa: E402

PIECES = ("a", "é", "😀", "\n", "\r\n", "\r", "\f", "\u2028", "\t", "word ")
UNITS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def position(text: str, offset: int, encoding: str) -> object:
    """As the protocol counts: lines end at `\\n`, `\\r\\n` and `\\r`, and at nothing else."""
    ends = [end.end() for end in re.finditer(r"\r\n|\r|\n", text) if end.end() <= offset]
    codec, unit = UNITS[encoding]
    before = text[(ends or [0])[-1] : offset]
    return types.Position(len(ends), len(before.encode(codec)) // unit)


def places(text: str) -> list[int]:
    """Every offset but those amid a line end."""
    return [n for n in range(len(text) + 1) if text[n - 1 : n + 1] != "\r\n"]


@pytest.mark.parametrize("encoding", UNITS)
@pytest.mark.parametrize("seed", range(20))
def test_a_change_of_a_part_gives_the_text_that_the_editor_has(encoding: str, seed: int) -> None:
    dice = random.Random(seed)
    text = "".join(dice.choices(PIECES, k=40))
    for _ in range(20):
        start, end = sorted(dice.choices(places(text), k=2))
        new = "".join(dice.choices(PIECES, k=dice.randrange(3)))
        at = types.Range(position(text, start, encoding), position(text, end, encoding))
        change = types.TextDocumentContentChangePartial(range=at, text=new)

        told = after(typed(text, "block.py"), change, encoding)

        assert told == text[:start] + new + text[end:]
        text = told


def test_a_whole_text_is_taken_as_it_is() -> None:
    change = types.TextDocumentContentChangeWholeDocument(text="x = 1\f\r")

    assert after(typed("y = 2\n", "block.py"), change, "utf-16") == "x = 1\f\r"
