"""What an answer rests on: an edit costs the answers that have read what it changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from keraslint.diagnostic import Applicability
from keraslint.engine.facts_compared import Declared, Done
from keraslint.engine.kept_facts import KeptFacts
from keraslint.engine.lint import lint
from keraslint.engine.store import Store
from keraslint.project.facts import look, summarize
from keraslint.project.names.reads.recorded_reads import Leaf
from keraslint.settings import Settings

BASE = """
import keras

class Base(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.dense = keras.layers.Dense(self.units)

    def call(self, inputs):
        return self.dense(inputs)

    def describe(self):
        return "a layer"
"""
USER = """
from base import Base

def make():
    return Base(3)
"""

OTHER = """
class Other(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.count = 0

    def build(self, input_shape):
        x = keras.layers.Dense(2)
        x.build(input_shape)
"""


def project(root: Path, **files: str) -> Settings:
    for name, text in files.items():
        (root / f"{name}.py").write_text(text, "utf-8")
    return Settings(root=root)


def answered(settings: Settings) -> dict[str, str]:
    """By their keys: the answers that are kept now."""
    lint([settings.root], settings)
    store = Store(settings.path(settings.cache_dir))
    return {key: store.many([key])[key] for key in keys(store) if key.startswith("answer ")}


def keys(store: Store) -> list[str]:
    import sqlite3

    connection = sqlite3.connect(store._folder / "engine.db")
    try:
        return [key for (key,) in connection.execute("SELECT key FROM kept")]
    finally:
        connection.close()


def safe_fixes(settings: Settings) -> list[str]:
    found = lint([settings.root], settings).diagnostics
    fixes = [(one.code, one.fix) for one in found if one.code == "KRL101"]
    return [code for code, fix in fixes if fix and fix.applicability is Applicability.SAFE]


def declared(old: str, new: str) -> Declared:
    return Declared(summarize(old, "base", "base.py"), summarize(new, "base", "base.py"))


def done(old: str, new: str) -> Done:
    return Done(look(old, "base.py"), look(new, "base.py"))


def does(name: str) -> Leaf:
    return "does", "base.py", "function", "Base", name


def test_a_comment_changes_nothing_that_was_read() -> None:
    new = BASE.replace("self.units = units", "self.units = units  # how many\n")

    compared = declared(BASE, new)

    assert not compared.differs(("module", "base.py"))
    assert not compared.differs(("parts", "base.py", "classes"))
    assert not compared.differs(("parts", "base.py", "classes", "Base", "methods"))
    assert not [*done(BASE, new).renamed()]
    assert not done(BASE, new).differs(does("__init__"))


def test_a_body_changes_its_own_function_and_the_names_in_it() -> None:
    new = BASE.replace('return "a layer"', "return print(self.units)")

    assert done(BASE, new).differs(does("describe"))
    assert not done(BASE, new).differs(does("build"))
    assert ("loads", "units") in [*done(BASE, new).renamed()]
    assert ("calls", "print") in [*done(BASE, new).renamed()]
    assert ("calls", "Dense") not in [*done(BASE, new).renamed()]


def test_a_new_method_is_a_key_and_no_change_of_the_others() -> None:
    new = BASE + "\n    def other(self):\n        pass\n"
    trail = "base.py", "classes", "Base", "methods"

    compared = declared(BASE, new)

    assert compared.differs(("keys", *trail))
    assert compared.differs(("part", *trail, "other"))
    assert not compared.differs(("part", *trail, "build"))
    assert not compared.differs(("part", "base.py", "classes", "Base"))


def test_another_base_is_a_change_of_the_class() -> None:
    new = BASE.replace("keras.layers.Layer", "keras.Model")

    assert declared(BASE, new).differs(("part", "base.py", "classes", "Base"))


@pytest.mark.parametrize(("old", "new"), [(None, BASE), (BASE, None)])
def test_a_file_that_comes_or_goes_changes_every_name_in_it(
    old: str | None, new: str | None
) -> None:
    compared = Done(
        look(old, "base.py") if old is not None else None,
        look(new, "base.py") if new is not None else None,
    )

    assert {("loads", "units"), ("stores", "dense"), ("called", "describe")} <= {
        *compared.renamed()
    }


def test_what_a_module_runs_itself_counts_by_its_place_in_the_file() -> None:
    old, new = "a = f()\ndef f():\n    pass\n", "def f():\n    pass\na = f()\n"
    leaf = ("does", "base.py", "module", "", "<module>")

    assert done(old, new).differs(leaf)
    assert not done(old, f"# above\n{old}").differs(leaf)


PARTS = """
def one(layer, size):
    kept = Dense(size)
    other = Dense(4)
    layer.units = kept
"""


def of_one(old: str, new: str, *asked: str) -> bool:
    return done(PARTS, PARTS.replace(old, new)).differs(
        ("does", "base.py", "function", "", "one", *asked)
    )


@pytest.mark.parametrize("asked", [("call", "#1"), ("call", "#2"), ("bound", "kept")])
def test_a_call_that_comes_before_is_no_change_of_the_others(asked: tuple[str, str]) -> None:
    assert not of_one("kept =", "print(size)\n    kept =", *asked)
    assert of_one("kept =", "print(size)\n    kept =")


@pytest.mark.parametrize(
    ("asked", "edit"),
    [
        (("call", "#1"), ("Dense(size)", "Dense(layer)")),
        (("call", "#1"), ("    kept =", "    Dense(3)\n    kept =")),
        (("call", "#2"), ("    other = Dense(4)\n", "")),
        (("bound", "kept"), ("Dense(size)", "Conv2D(size)")),
        (("bound", "new"), ("layer.units", "new = layer.units")),
        (("granted", "layer"), ("layer.units = kept", "layer.units = layer.rate")),
        (("hint", "size"), ("size):", "size: int):")),
        (("tests", "layer.units"), ("layer.units = kept", "assert layer.units")),
        (("there", ""), (PARTS, PARTS + PARTS)),
    ],
)
def test_a_question_about_a_part_of_a_function_rests_on_that_part(
    asked: tuple[str, str], edit: tuple[str, str]
) -> None:
    assert of_one(*edit, *asked)
    assert not of_one("layer.units = kept", "layer.width = kept", *asked)


def test_what_a_function_binds_counts_name_by_name() -> None:
    new = BASE.replace("self.units = units", "self.units = units\n        self.zone = 4")
    trail = "base.py", "classes", "Base", "methods", "__init__"

    compared = declared(BASE, new)

    assert compared.differs(("part", *trail, "bindings", "self.zone"))
    assert not compared.differs(("part", *trail, "bindings", "self.units"))
    assert not compared.differs(("part", *trail, "parameters"))
    assert compared.differs(("part", *trail))


def test_an_edit_keeps_the_answers_that_have_not_read_what_it_changes(tmp_path: Path) -> None:
    settings = project(tmp_path, base=BASE, user=USER, lines="def one():\n    return 1\n")
    before = answered(settings)

    (tmp_path / "lines.py").write_text("def one():\n    return 2 + two()\n", "utf-8")
    after = answered(settings)

    assert before.items() <= after.items()


@pytest.mark.parametrize(
    "edit",
    [
        ("self.count = 0", "self.count = len(str(7))"),
        (
            "super().__init__(**kwargs)",
            "super().__init__(name='one', **kwargs)\n        self.zone = 4",
        ),
        ("x.build(input_shape)", "x.build(input_shape)\n        super().build(input_shape)"),
        ("(keras.layers.Layer)", "(keras.Model)"),
        ("\n", "\nclass Third(keras.layers.Layer):\n    def build(self, shape):\n        pass\n"),
    ],
)
def test_an_edit_of_a_layer_keeps_the_answers_about_layers_that_have_nothing_to_do_with_it(
    edit: tuple[str, str], tmp_path: Path
) -> None:
    settings = project(tmp_path, base=BASE, user=USER, other=f"import keras\n{OTHER}")
    before = answered(settings)
    (tmp_path / "other.py").write_text(f"import keras\n{OTHER.replace(*edit, 1)}", "utf-8")
    after = answered(settings)

    assert "KRL101" in "".join(before.values())
    assert before.items() <= after.items()


@pytest.mark.parametrize(
    "base", ["Base", "made()", "HELD['one']", "Other", "lib.made()", "lib.HELD.get('one')"]
)
def test_a_subclass_makes_the_fix_of_its_base_unsafe_however_it_names_it(
    base: str, tmp_path: Path
) -> None:
    library = (
        "from base import Base\nHELD = {'one': Base}\nOther = Base\ndef made():\n    return Base\n"
    )
    below = f"import lib\nfrom lib import *\nclass Below({base}):\n    def __init__(self):\n"
    settings = project(
        tmp_path,
        base=BASE,
        lib=library,
        below=f"{below}        super().__init__(3)\n        self.units = 9",
    )

    assert not safe_fixes(settings)


def test_an_edit_renews_the_answers_that_have_read_what_it_changes(tmp_path: Path) -> None:
    settings = project(tmp_path, base=BASE, user=USER)
    before = safe_fixes(settings)

    (tmp_path / "user.py").write_text(f"{USER}\nBase(3).units = 4\n", "utf-8")
    after = safe_fixes(settings)

    assert before == ["KRL101"]
    assert not after


def test_facts_that_are_no_longer_kept_cannot_be_compared(tmp_path: Path) -> None:
    facts = KeptFacts(Store(tmp_path))

    with pytest.raises(ValueError, match="there is no row"):
        facts.once_done("0" * 40, "base.py")
