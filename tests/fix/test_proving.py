"""`--fix --prove` writes exactly what is proved, and says what became of the rest."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from keraslint.cli import run

pytestmark = pytest.mark.keras

SAFE = """\
# keraslint: recipe Block(4)(floats(2, 3))
import keras


class Block(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.dense = keras.layers.Dense(self.units)
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
"""
CRASHES = SAFE.replace("return self.dense(x)", "return self.dense(x) + self.missing")
# The parameter has the name of what is read off the shape, and means something else.
OTHER_MEANING = """\
# keraslint: recipe Gate(width=3)(floats(2, 5))
import keras


class Gate(keras.layers.Layer):
    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)

    def build(self, input_shape):
        width = input_shape[-1]
        self.dense = keras.layers.Dense(width)
        self.dense.build(input_shape)

    def call(self, x):
        return x * self.dense(x)
"""
BY_POSITION = """\
# keraslint: recipe Late(4)(floats(2, 3))
import keras


class Late(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.drop = keras.layers.Dropout(0.5)

    def build(self, input_shape):
        self.dense = keras.layers.Dense(self.units)
        self.dense.build(input_shape)

    def call(self, x, training=False):
        return self.drop(self.dense(x), training)
"""
TEXTS = {
    "by_position.py": BY_POSITION,
    "crashes.py": CRASHES,
    "other_meaning.py": OTHER_MEANING,
    "safe.py": SAFE,
}


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    texts: dict[str, str]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Fix and prove all files in one run, since starting Keras takes seconds."""
    folder = tmp_path_factory.mktemp("project")
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    report = folder / "report.txt"
    flags = ["--fix", "--prove", "--isolated", "--output-file", str(report)]
    code = run(["check", *flags, str(folder)])
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in TEXTS}
    return Ran(code, report.read_text(encoding="utf-8"), texts)


def test_only_what_is_proved_is_written(ran: Ran) -> None:
    written = [name for name, text in TEXTS.items() if ran.texts[name] != text]

    assert written == ["safe.py"]
    assert "def __init__" in ran.texts["safe.py"].split("self.dense = ")[0]


def test_what_is_refuted_or_unknown_is_told_with_the_reason(ran: Ran) -> None:
    assert "safe.py: KRL101 `Block` fixed and proved\n" in ran.out
    assert "crashes.py: KRL101 `Block` unknown, kept as it was: baseline fails: " in ran.out
    assert "'missing'" in ran.out
    assert "other_meaning.py: KRL102 `Gate` refuted, kept as it was: " in ran.out


def test_a_finding_that_may_keep_a_layer_from_running_is_named_where_others_are_unknown(
    ran: Ran,
) -> None:
    reason = "unknown, kept as it was: KRL304 of this class may be why: baseline fails: "

    assert f"by_position.py: KRL101 `Late` {reason}" in ran.out
    assert "write the fix of KRL304 without `--prove`, then prove the rest" in ran.out


def test_it_is_never_named_as_the_cause_of_itself_and_no_reason_is_told_twice(ran: Ran) -> None:
    (own,) = (line for line in ran.out.splitlines() if "by_position.py: KRL304 `Late`" in line)

    assert own.endswith("unknown, kept as it was, for the same reason")


def test_what_is_left_makes_the_exit_code(ran: Ran) -> None:
    assert ran.code == 1


def test_the_closing_line_counts(ran: Ran) -> None:
    closing, left_out = ran.out.strip().splitlines()[-2:]

    kept = "1 refuted (kept as it was), 3 unknown (kept as they were)"
    assert closing == f"5 fixes: 1 fixed and proved, {kept}"
    assert left_out.startswith("not measured: ")
