"""Which Keras a file is written for is read from requirements, imports and names, and said once."""

from __future__ import annotations

from pathlib import Path

import pytest

from keraslint.engine.lint import LintResult, lint
from keraslint.project.files.requirements import Requirement, Requirements, asked_for
from keraslint.project.files.version_ranges import allows
from keraslint.report.closing.run_notes import notes
from keraslint.settings import Settings

LAYER = """\
import tensorflow as tf

class Block(tf.keras.layers.Layer):
    def build(self, input_shape):
        self.dense = tf.keras.layers.Dense(3)

    def call(self, x):
        return self.dense(x)
"""
FORMS = {
    "pyproject.toml": '[project]\ndependencies = ["numpy", "{name}{spec}"]\n',
    "pyproject.toml of Poetry": '[tool.poetry.dependencies]\npython = "^3.9"\n{name} = "{spec}"\n',
    "setup.py": 'from setuptools import setup\nsetup(install_requires=["{name}{spec}", "numpy"])\n',
    "setup.cfg": "[options]\ninstall_requires =\n    numpy\n    {name}{spec}\n",
    "requirements.txt": "# what is needed\nnumpy\n{name}{spec}  # for the layers\n",
    "Pipfile": '[packages]\n{name} = "{spec}"\n',
    "environment.yml": "dependencies:\n  - python=3.9\n  - pip:\n    - {name}{spec}\n",
    "uv.lock": '[[package]]\nname = "{name}"\nversion = "{version}"\nsource = "x"\n',
    "poetry.lock": '[[package]]\nname = "{name}"\nversion = "{version}"\n',
}


def write(folder: Path, form: str, name: str, spec: str) -> None:
    folder.mkdir(exist_ok=True)
    text = FORMS[form].format(name=name, spec=spec, version=spec.strip("=<>"))
    (folder / form.partition(" ")[0]).write_text(text, "utf-8")


def linted(folder: Path, *, keras: int | None = None, cache: bool = False) -> LintResult:
    settings = Settings(root=folder, cache=cache, keras=keras)  # type: ignore[arg-type]
    return lint([folder], settings)


def targets(result: LintResult) -> dict[str, int]:
    return {Path(one.path).parent.name: one.keras for one in result.written_for}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_requirements_says_that_it_is_keras_2(form: str, tmp_path: Path) -> None:
    write(tmp_path, form, "tensorflow", "==2.10")
    (tmp_path / "block.py").write_text(LAYER, "utf-8")
    (told,) = linted(tmp_path).written_for

    assert told.keras == 2
    assert told.says.startswith("`tensorflow")
    assert told.says.endswith(f"in {form.partition(' ')[0]}")


@pytest.mark.parametrize("form", FORMS)
def test_and_that_it_is_keras_3(form: str, tmp_path: Path) -> None:
    write(tmp_path, form, "keras", ">=3")
    (tmp_path / "block.py").write_text(LAYER, "utf-8")

    assert Requirements(tmp_path).of(str(tmp_path / "block.py")) is not None
    assert not linted(tmp_path).written_for


@pytest.mark.parametrize(
    ("text", "keras"),
    [
        ("tensorflow<2.16", 2),
        ("tensorflow>=2.4,<2.16", 2),
        ("tensorflow-gpu", 2),
        ("tensorflow>=2.4\ntensorflow_addons", 2),
        ("tf-keras", 2),
        ("tf_keras~=2.16", 2),
        ("keras<3", 2),
        ("tensorflow>=2.16\ntf-keras", 2),
        ("tensorflow>=2.16", 3),
        ("keras-nightly", 3),
        ("tf-nightly", None),
        ("keras==3.4.1\ntensorflow==2.15", 3),
        ("tensorflow[and-cuda]>=2.17 ; python_version > '3.9'", 3),
        ("tensorflow>=2.4", None),
        ("tensorflow", None),
        ("numpy", None),
        ("my-keras-models==2.0", None),
    ],
)
def test_what_requirements_mean(text: str, keras: int | None) -> None:
    found = asked_for("requirements.txt", f"{text}\n")

    assert (found.keras if found is not None else None) == keras


@pytest.mark.parametrize(
    ("spec", "old", "new"),
    [
        ("", True, True),
        ("==2.10", True, False),
        ("==2.15.*", True, False),
        ("=2.10", True, False),
        ("~=2.15.0", True, False),
        ("~=2.10", True, True),
        ("^2.10", True, True),
        ("~2.10", True, False),
        (">=2.16", False, True),
        ("<=2.15.1", True, False),
        ("!=2.10", True, True),
        (">=2.10,<2.16", True, False),
        (">2.16,<3", False, True),
    ],
)
def test_which_versions_of_tensorflow_are_allowed(spec: str, old: bool, new: bool) -> None:
    assert allows(spec, upto=(2, 15)) is old
    assert allows(spec, since=(2, 16)) is new


def test_in_a_mixed_repository_the_nearest_folder_counts(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, "pyproject.toml", "keras", ">=3")
    for name in ("new", "old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "block.py").write_text(LAYER, "utf-8")
    write(tmp_path / "old", "requirements.txt", "tensorflow", "==2.10")

    assert targets(linted(tmp_path)) == {"old": 2}


def test_an_import_that_means_one_keras_only_goes_before_requirements(tmp_path: Path) -> None:
    write(tmp_path, "requirements.txt", "keras", ">=3")
    text = LAYER.replace("tensorflow as tf", "tf_keras").replace("tf.keras", "tf_keras")
    (tmp_path / "block.py").write_text(text, "utf-8")
    (told,) = linted(tmp_path).written_for

    assert told.says == "their imports"


@pytest.mark.parametrize(
    "line",
    [
        "cell = tf.keras.layers.AbstractRNNCell",
        "from tensorflow.keras.layers.experimental import preprocessing",
        "scale = tf.keras.layers.experimental.preprocessing.Rescaling(2)",
        "from keras.engine.topology import Layer",
        "keep = tf.compat.v1.keras.utils.track_tf1_style_variables",
        "import tensorflow_addons as tfa",
        "from tensorflow import keras\ndef add(self): self.add_weight(\n    'w', shape=(3,))",
        "from tensorflow.keras.layers import (\n    Dense,\n    LocallyConnected1D,  # old\n)",
        "from tensorflow import keras\nrate = keras.optimizers.Adam(lr=1e-3)",
        "from tensorflow.keras import optimizers\nrate = optimizers.SGD(\n    lr=0.1)",
        "from keras.optimizers import Adam\nrate = Adam(lr=1e-3)",
        "from tensorflow import keras\nmodel.fit_generator(data)",
        "from tensorflow import keras\nkeras.callbacks.ModelCheckpoint(str(path), period=2)",
        "from tensorflow import keras\nmodel.save_weights(f'{path}/last.h5')",
        "from tensorflow import keras\nmodel.save(str(path), save_format='tf')",
    ],
)
def test_names_that_one_keras_alone_has_tell_where_nothing_else_does(
    line: str, tmp_path: Path
) -> None:
    (tmp_path / "block.py").write_text(LAYER, "utf-8")
    (tmp_path / "other.py").write_text(f"import tensorflow as tf\n{line}\n", "utf-8")
    (told,) = linted(tmp_path).written_for

    assert told.says.endswith("which only Keras 2 has")


@pytest.mark.parametrize(
    "line",
    [
        "from tensorflow.keras import backend as K\nx = K.learning_phase()",
        "from tensorflow.keras.preprocessing.text import Tokenizer",
        "from tensorflow.keras.applications.resnet50 import ResNet50, preprocess_input",
        "from keras import layers, ops\nx = layers.AbstractRNNCell",
        "import keras\nprint(keras.__version__, keras.layers.Dense.call.__name__)",
        "import keras\nkeras.backend.get_session().run(3)",
        "import keras\ndef add(self): self.add_weight('w', shape=(3,))",
        "from tensorflow import keras\n# like keras.layer.Dense and keras.model.Sequential",
        "import keras, torch\nrate = torch.optim.Adam(lr=1e-3)",
        "from keras import optimizers\nfrom torch.optim import Adam\nrate = Adam(lr=1e-3)",
        "from keras.optimizers import Adam\nrate = Adam(learning_rate=1e-3)",
        "from tensorflow import keras\nkeras.callbacks.ModelCheckpoint(path), wave(period=2)",
        "from tensorflow import keras\nmodel.save_weights('last.weights.h5'), open('data.h5')",
        "from tensorflow import keras\nmodel.save('last.h5', save_format='h5')",
    ],
)
def test_names_that_both_have_tell_nothing(line: str, tmp_path: Path) -> None:
    (tmp_path / "block.py").write_text(LAYER + line + "\n", "utf-8")

    assert not linted(tmp_path).written_for


@pytest.mark.parametrize(("beside", "keras"), [("blocks/old", 2), ("scripts", 2), ("../other", 3)])
def test_names_are_looked_for_in_the_package_and_then_in_the_project(
    beside: str, keras: int, tmp_path: Path
) -> None:
    for name in ("one/blocks/new", f"one/{beside}", "other"):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
    for name in ("one/setup.py", "other/setup.py", "one/blocks/__init__.py"):
        (tmp_path / name).touch()
    (tmp_path / "one/blocks/block.py").write_text(LAYER, "utf-8")
    old = "from tensorflow import keras\nmodel.fit_generator(data)\n"
    (tmp_path / "one" / beside / "train.py").write_text(old, "utf-8")

    found = linted(tmp_path / "one/blocks")

    assert [one.keras for one in found.written_for] == ([2] if keras == 2 else [])


def test_the_setting_goes_before_all(tmp_path: Path) -> None:
    write(tmp_path, "requirements.txt", "tensorflow", "==2.10")
    (tmp_path / "block.py").write_text(LAYER, "utf-8")
    found = linted(tmp_path, keras=3)

    assert not found.written_for
    assert "KRL201" in {one.code for one in found.diagnostics}


def test_what_holds_for_keras_2_stays_on_and_the_rest_is_not_said(tmp_path: Path) -> None:
    write(tmp_path, "requirements.txt", "tensorflow", "==2.10")
    (tmp_path / "block.py").write_text(LAYER, "utf-8")

    assert {one.code for one in linted(tmp_path).diagnostics} == {"KRL101"}


def test_changed_requirements_make_old_answers_stale(tmp_path: Path) -> None:
    (tmp_path / "block.py").write_text(LAYER, "utf-8")
    before = linted(tmp_path, cache=True)
    write(tmp_path, "requirements.txt", "tensorflow", "==2.10")
    after = linted(tmp_path, cache=True)
    again = linted(tmp_path, cache=True)
    write(tmp_path, "requirements.txt", "tensorflow", ">=2.16")

    assert not before.written_for
    assert after.written_for == again.written_for != ()
    assert not linted(tmp_path, cache=True).written_for


def test_it_is_said_once_for_all_files(tmp_path: Path) -> None:
    write(tmp_path, "requirements.txt", "tensorflow", "==2.10")
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(LAYER, "utf-8")
    found = linted(tmp_path)

    assert notes(found.unresolved, found.written_for) == (
        "2 files are written for Keras 2 (`tensorflow==2.10` in requirements.txt); "
        "`--keras 3` checks them for Keras 3",
    )


def test_names_that_tell_of_several_files_are_listed_once(tmp_path: Path) -> None:
    for folder, line in (
        ("a", "import tensorflow_addons"),
        ("b", "opt = keras.optimizers.SGD(lr=1)"),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "block.py").write_text(LAYER, "utf-8")
        (tmp_path / folder / "other.py").write_text(f"{line}\n{LAYER}", "utf-8")
    found = linted(tmp_path)

    (note,) = notes(found.unresolved, found.written_for)
    assert note.startswith(
        "4 files are written for Keras 2 (`lr=`, `tensorflow_addons`, which only Keras 2 has); "
    )


def test_a_folder_without_requirements_is_told_by_those_above(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, "setup.cfg", "tensorflow", "==2.10")
    (tmp_path / "src/inner").mkdir(parents=True)

    assert Requirements(tmp_path).of(str(tmp_path / "src/inner/block.py")) == Requirement(
        2, "`tensorflow==2.10` in setup.cfg"
    )


@pytest.mark.parametrize("folder", ["flat", "package/inner"])
def test_it_is_the_same_whichever_files_are_named(folder: str, tmp_path: Path) -> None:
    inside = tmp_path / folder
    inside.mkdir(parents=True)
    for package in (tmp_path / "package").rglob(".") if folder != "flat" else ():
        (package / "__init__.py").touch()
    (inside / "block.py").write_text(LAYER, "utf-8")
    old = "import tensorflow as tf\ncell = tf.keras.layers.AbstractRNNCell\n"
    (inside.parent / "apart.py").write_text("from keras import ops\n", "utf-8")
    (inside / "cells.py").write_text(old, "utf-8")
    settings = Settings(root=tmp_path, cache=False)
    named = [
        [inside / "block.py"],
        [inside],
        [tmp_path],
        [inside / "block.py", inside / "cells.py"],
    ]
    said = [lint(paths, settings).written_for for paths in named]

    assert {tuple(one.says for one in told if "block" in one.path) for told in said} == {
        ("`tensorflow.keras.layers.AbstractRNNCell` in `cells.py`, which only Keras 2 has",)
    }


WEAK = "def train(model):\n    model.save_weights('last.h5')\n"
STRONG = "from keras import ops\n"
OWN = "import keras\n\nclass Block(keras.layers.Layer):\n    pass\n"


@pytest.mark.parametrize(
    ("files", "keras"),
    [
        ({"block": OWN + WEAK}, 2),
        ({"block": OWN + WEAK + STRONG}, 3),
        ({"block": OWN + WEAK + "import part\n", "part": STRONG}, 3),
        ({"block": OWN + WEAK + "from part import *\n", "part": STRONG}, 3),
        ({"block": OWN + WEAK + "import a\n", "a": "from b import c\n", "b": STRONG}, 3),
        ({"block": OWN + WEAK + "import part\n", "part": "import keras\n" + WEAK}, 2),
        ({"block": OWN + WEAK, "part": STRONG}, 2),
        ({"block": OWN, "part": STRONG, "train": "import keras\n" + WEAK}, 3),
        ({"block": OWN, "train": "import keras\n" + WEAK}, 2),
        ({"block": OWN + WEAK + "import part\n", "part": "import tensorflow_addons\n"}, 2),
        ({"block": OWN + WEAK + "import tensorflow_addons\n" + STRONG}, 3),
    ],
)
def test_a_call_that_keras_3_refuses_says_less_than_names(
    files: dict[str, str], keras: int, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text, "utf-8")
    (tmp_path / ".git").mkdir()
    found = lint([tmp_path / "block.py"], Settings(root=tmp_path, cache=False))

    assert [one.keras for one in found.written_for] == ([2] if keras == 2 else [])
