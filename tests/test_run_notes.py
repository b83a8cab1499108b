"""What a run did not find is said once, in every way in which a run is told of."""

from __future__ import annotations

import json
from pathlib import Path

from command_line import Run

from keraslint.diagnostic import Unresolved
from keraslint.report.closing.run_notes import notes

UNKNOWN = """\
from mycompany.nn import Base, Tuner

class Block(Base):
    def call(self, x):
        return x

class Search(Tuner):
    def build(self, hp):
        return hp
"""
ASSUMED = """\
from mycompany.nn import Base

class Block(Base):
    def build(self, input_shape):
        self.w = self.add_weight()

    def call(self, x):
        return x
"""
SAID = (
    "1 class has a base that was not found (`mycompany.nn`): it is checked as far as its own text "
    "goes; `--python path` shows keraslint where they are"
)


def test_a_run_does_not_say_passed_of_what_it_could_not_look_at(
    keraslint: Run, project: Path
) -> None:
    (project / "unknown.py").write_text(UNKNOWN, "utf-8")
    ran = keraslint("check", "unknown.py")

    assert ran.out == f"No findings (1 file checked)\n{SAID}\n"


def test_what_is_assumed_is_checked_and_said_as_well(keraslint: Run, project: Path) -> None:
    (project / "assumed.py").write_text(ASSUMED, "utf-8")
    ran = keraslint("check", "assumed.py")

    assert ran.out == f"All checks passed! (1 file checked)\n{SAID}\n"


def test_beside_a_format_for_programs_it_is_a_note(keraslint: Run, project: Path) -> None:
    (project / "unknown.py").write_text(UNKNOWN, "utf-8")
    ran = keraslint("check", "unknown.py", "--output-format", "json")

    assert json.loads(ran.out) == []
    assert ran.err == f"note: {SAID}\n"
    assert keraslint("check", "unknown.py", "--output-format", "json", "--quiet").err == ""


def test_sarif_has_a_place_for_it(keraslint: Run, project: Path) -> None:
    (project / "unknown.py").write_text(UNKNOWN, "utf-8")
    (run,) = json.loads(keraslint("check", "unknown.py", "--output-format", "sarif").out)["runs"]

    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"] == SAID


def test_it_is_remembered_with_the_findings(keraslint: Run, project: Path) -> None:
    (project / "unknown.py").write_text(UNKNOWN, "utf-8")
    first = keraslint("check", "unknown.py")

    assert keraslint("check", "unknown.py").out == first.out


def test_the_settings_say_what_the_requirements_mean(keraslint: Run, project: Path) -> None:
    (project / "requirements.txt").write_text("tensorflow==2.10\n", "utf-8")

    assert "# written for Keras 2 (`tensorflow==2.10` in requirements.txt)\n" in (
        keraslint("check", "--show-settings").out
    )


def test_a_fix_that_makes_another_layer_of_it_is_not_said_to_be_provable(
    keraslint: Run, project: Path
) -> None:
    text = "import keras\n\n\nclass Block(keras.layers.Layer):\n    def call(self, x):\n"
    text += "        return keras.layers.Dense(3)(x)\n"
    (project / "late.py").write_text(text, "utf-8")

    assert keraslint("check", "late.py").out.splitlines()[-2] == (
        "1 fixable with `--fix --unsafe-fixes`."
    )


def test_the_name_of_a_recipe_that_nearly_is_a_layers_is_told(
    keraslint: Run, project: Path
) -> None:
    (project / "keraslint.toml").write_text("[recipes]\nBlok = 'Block(3)(floats(2, 3))'\n", "utf-8")

    assert "keraslint.toml:2: `recipes.Blok`: the recipe makes a `Block`; did you mean" in (
        keraslint("check").err
    )


def test_of_many_packages_three_are_named() -> None:
    found = [
        Unresolved(path="a.py", name=name, source=f"lib{n}", assumed=False)
        for n, name in enumerate("ABCDE")
    ]
    (line,) = notes(found, ())

    assert line.startswith(
        "5 classes have bases that were not found (`lib0`, `lib1`, `lib2` and 2 more): they are "
    )
