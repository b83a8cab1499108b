"""Of two files, `compare` looks at the classes that differ, with all that they use there."""

from __future__ import annotations

from pathlib import Path

import pytest

from keraslint.commands.running.class_pairs import Pairs, of_files
from keraslint.settings import Settings

OLD = """\
import keras
from layers_of import gate


def widen(x):
    return 2 * x


class Base(keras.layers.Layer):
    def call(self, x):
        return self.change(x)


class Wide(Base):
    def change(self, x):
        return widen(x)


class Gated(Base):
    def change(self, x):
        return gate(x)
"""


def compared(folder: Path, old: str, new: str) -> Pairs:
    (folder / "old.py").write_text(old, encoding="utf-8")
    (folder / "new.py").write_text(new, encoding="utf-8")
    settings = Settings(root=folder)
    return of_files(folder / "old.py", folder / "new.py", None, None, settings)


@pytest.mark.parametrize(
    ("swap", "layers"),
    [
        (("return gate(x)", "return gate(x) + 1"), ["Gated"]),
        (("return 2 * x", "return 3 * x"), ["Wide"]),
        (("from layers_of import gate", "from layers_of import other as gate"), ["Gated"]),
        (("return self.change(x)", "return -self.change(x)"), ["Base", "Wide", "Gated"]),
        (("", ""), ["Base", "Wide", "Gated"]),
    ],
)
def test_a_class_that_nothing_differs_in_is_left_out(
    tmp_path: Path, swap: tuple[str, str], layers: list[str]
) -> None:
    pairs = compared(tmp_path, OLD, OLD.replace(*swap))

    assert [pair.new.layer for pair in pairs.pairs] == layers
    left = [name for name in ("Base", "Wide", "Gated") if name not in layers]
    assert pairs.notes == tuple(
        f"`{name}` is the same in both files, and not compared" for name in left
    )
